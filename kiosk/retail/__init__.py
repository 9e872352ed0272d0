"""The trade's values and rules: money, weights, item numbers, items, transactions, prices, tax.

Everything here is pure: frozen values in, frozen values out. Nothing here knows a clock, a disk, a device or a screen,
so the same room prices a basket at the kiosk, at head office and in a test.
"""
