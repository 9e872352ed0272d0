"""The lane light and the switches of the cabinet (staff key, door)."""
