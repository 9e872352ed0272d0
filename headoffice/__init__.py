"""Head office: ledger, price book, stock, customers and its pages."""
