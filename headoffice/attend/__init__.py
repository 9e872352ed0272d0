"""Attending the lanes from a page: what waits there, and what staff order."""
