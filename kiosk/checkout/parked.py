"""Baskets that are put aside: how each stands, and what staff are told of them all. Values that others are made of."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.values import dataclass

__all__ = ["Parked", "ParkedRow", "ParkedShown", "Slip"]


@dataclass(frozen=True, slots=True)
class Parked:
    """When a basket was put aside, why (``counter``, ``walked_away``, a reason of staff's), and how long it is kept."""

    utc_ms: int
    reason: str
    expires_ms: int = 0

    def expired(self, now_ms: int) -> bool:
        """Whether it is kept no longer."""
        return bool(self.expires_ms) and now_ms >= self.expires_ms


@dataclass(frozen=True, slots=True)
class Slip:
    """The slip of the parked basket ``uuid`` that is before its shopper. ``outcome``: what became of its paper."""

    uuid: str
    job: str
    outcome: Literal["", "printed", "failed"] = ""


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A parked basket as staff choose it from a list.

    ``state``: ``free``; ``given`` to the lane ``to``, of which nothing has come since ``since_ms``; ``own``: it is this
    lane's, and nobody else has it; ``elsewhere``: it is another lane's and goes to no other.
    """

    uuid: str
    workstation: str
    reference: str
    utc_ms: int
    lines: int
    total: Money
    reason: str
    expires_ms: int = 0
    state: Literal["free", "given", "own", "elsewhere"] = "free"
    to: str = ""
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class ParkedShown:
    """Head office is asked for the shop's parked baskets (``correlation``), or has told them, or cannot (``offline``).

    ``utc_ms``: when they were looked at.
    """

    correlation: str = ""
    rows: tuple[ParkedRow, ...] = ()
    offline: bool = False
    utc_ms: int = 0
