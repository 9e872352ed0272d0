"""Enrol, configure, update and mend a kiosk."""
