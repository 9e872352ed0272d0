"""Far ends of scales."""
