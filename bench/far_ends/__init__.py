"""Each device's own side of the wire."""
