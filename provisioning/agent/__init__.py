"""On the kiosk: identity, settings, commands, updates, health."""
