"""Stored value: gift cards, store credit and the single use of paper vouchers, kept here for every lane."""
