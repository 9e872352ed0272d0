"""Far ends of cameras."""
