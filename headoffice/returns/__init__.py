"""Returns at head office: the sale of a receipt, what of it is kept for which return, and what has come back."""
