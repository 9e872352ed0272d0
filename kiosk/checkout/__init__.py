"""The checkout: what it is told (inputs), what it decides (events, effects) and what it shows (screens).

Three pure functions carry it: ``decide`` turns an input into events and effects, ``evolve`` folds an event into the
state, ``render`` turns the state into a screen. Nothing here reads a clock, a disk or a device.
"""
