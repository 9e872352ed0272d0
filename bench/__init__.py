"""The world around the kiosk: what shoppers and staff do, and the far ends of devices."""
