"""The loop: take an input, decide, journal, perform, show."""
