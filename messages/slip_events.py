"""``data`` of the journal records about the slip of a basket that was put aside."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload

__all__ = ["SlipRequested", "SlipSettled"]


class SlipRequested(Payload, frozen=True):
    """The slip of the parked ``transaction`` was asked for again."""

    transaction: str
    job: str


class SlipSettled(Payload, frozen=True):
    """What became of the slip that was printed as ``job``."""

    job: str
    outcome: Literal["printed", "failed"]
    reason: str = ""
