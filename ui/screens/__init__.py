"""The screens: one file for each body a ``Screen`` can have."""
