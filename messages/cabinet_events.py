"""What the journal records of the cabinet's contacts."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload

__all__ = ["CabinetClosed", "CabinetOpened"]


class CabinetOpened(Payload, frozen=True):
    """The door or the tamper contact was seen open; ``by`` is who was signed in, empty: nobody."""

    contact: Literal["door", "tamper"]
    by: str
    utc_ms: int


class CabinetClosed(Payload, frozen=True):
    """It was seen to close."""

    contact: Literal["door", "tamper"]
    by: str
    utc_ms: int
