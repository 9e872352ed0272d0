"""Programs of the house itself: set-up, checks and reports. Not part of any release."""
