"""Exit gates: a receipt lets its shopper out once."""
