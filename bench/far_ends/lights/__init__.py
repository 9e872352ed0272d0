"""Far ends of lights, switches and buttons."""
