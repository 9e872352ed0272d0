"""Ports: how bytes reach a device, with nothing of what they mean. A driver is given one and speaks over it."""
