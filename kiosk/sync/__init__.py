"""The journal up to head office, the feed down from it."""
