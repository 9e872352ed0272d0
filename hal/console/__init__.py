"""The engineer's tools for devices: what is plugged in, does it work, what does it say. ``python -m hal --help``."""
