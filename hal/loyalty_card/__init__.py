"""Readers of loyalty cards: stripes and contactless chips that say who a shopper is, and never how one pays."""
