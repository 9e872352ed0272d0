"""The checkout: what a shopper's kiosk decides, remembers, shows and tells head office."""
