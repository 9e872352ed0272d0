"""A retailer's own data from files: looked through first, then taken in one publication, and never half of it."""
