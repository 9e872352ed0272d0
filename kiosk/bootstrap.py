"""The one place that builds the parts of the kiosk and wires them together."""
