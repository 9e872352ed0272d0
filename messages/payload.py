"""What every journal record's ``data`` is."""

from __future__ import annotations

import msgspec

__all__ = [
    "Payload",
]


class Payload(msgspec.Struct, frozen=True):
    """The ``data`` of one journal record. Unknown fields are let pass."""
