"""Coupons at head office: their single use, their series, what they and other offers came to."""
