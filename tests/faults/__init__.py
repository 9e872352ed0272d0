"""Drills that kill programs, and the proof that they would notice a fault."""
