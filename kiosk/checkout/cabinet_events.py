"""What the cabinet's contacts have seen. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["CabinetClosed", "CabinetContact", "CabinetEvent", "CabinetOpened"]

CabinetContact = Literal["door", "tamper"]
"""``door``: the door that staff open for paper and repairs. ``tamper``: what nobody opens in service."""


@dataclass(frozen=True, slots=True)
class CabinetOpened:
    """A contact was seen to open, or was found open after a start though it was shut before.

    ``by``: who is signed in; empty: nobody.
    """

    contact: CabinetContact
    by: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class CabinetClosed:
    """It was seen to close. ``by`` as in ``CabinetOpened``."""

    contact: CabinetContact
    by: str
    utc_ms: int


CabinetEvent = CabinetOpened | CabinetClosed
"""What the journal records of the cabinet."""
