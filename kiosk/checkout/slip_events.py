"""The slip of a basket that was put aside. Durable; TransactionSuspended asks for it first."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["SlipEvent", "SlipRequested", "SlipSettled"]


@dataclass(frozen=True, slots=True)
class SlipRequested:
    """The slip of the parked ``transaction`` is about to be printed again; its code is the one it had."""

    transaction: str
    job: str


@dataclass(frozen=True, slots=True)
class SlipSettled:
    """What became of the slip that was printed as ``job``."""

    job: str
    outcome: Literal["printed", "failed"]
    reason: str = ""


SlipEvent = SlipRequested | SlipSettled
