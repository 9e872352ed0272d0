"""Acquirers: who takes money for the shop by a code that a telephone scans. One small class for each kind of them."""
