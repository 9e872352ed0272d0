"""The ledger: what the kiosks' journals say, kept exactly, and what follows from it: sales, stock, interventions."""
