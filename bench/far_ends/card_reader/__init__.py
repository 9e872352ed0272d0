"""Far ends of card terminals."""
