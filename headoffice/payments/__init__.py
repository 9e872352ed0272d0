"""Payments that an acquirer takes for a kiosk: once per request, confirmed, and given back where they must be."""
