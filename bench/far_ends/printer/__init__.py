"""Far ends of receipt printers."""
