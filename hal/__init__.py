"""Devices: a contract per category, a driver per model, a simulator beside the drivers.

``hal/<category>/contract.py`` says what a device of that category does; ``hal/<category>/<model>.py`` is one driver
in one file; ``hal/<category>/simulated.py`` is the marked simulator, which never loads unless settings name it.
"""
