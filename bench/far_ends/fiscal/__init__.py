"""Fiscal devices and services, at the other end of the wire."""
