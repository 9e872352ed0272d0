"""Quotes: what a basket costs, told to other channels by the kiosks' own engine over the feed's own book."""
