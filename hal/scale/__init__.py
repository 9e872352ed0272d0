"""Scales: the certified one that prices, and the security scale that never does."""
