"""Card terminals: they take money, and never show us a card."""
