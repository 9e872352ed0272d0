"""Far ends of loyalty card readers."""
