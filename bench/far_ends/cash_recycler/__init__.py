"""Far ends of cash recyclers."""
