"""What becomes of a basket that is put aside: whether a shopper may pay it at the counter, and how long it is kept."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["Counter", "ParkingRules"]

Counter = Literal["never", "when_shut", "always"]
"""``when_shut``: only while no other way to pay works at the kiosk."""


@dataclass(frozen=True, slots=True)
class ParkingRules:
    """Baskets that are put aside, as a shop wants them.

    ``counter``: whether "pay at the counter" is among the ways to pay. ``resume_by``: who may go on with a basket by
    its slip. ``slips``: a slip is printed when staff put a basket aside, too. ``minutes``: how long one is kept, and
    ``counter_minutes`` one that is to be paid at the counter (0: until it is taken up). ``given_minutes``: after so
    long head office gives a basket again that it gave to a lane from which nothing came; staff may have it sooner.
    """

    counter: Counter = "never"
    resume_by: Literal["shopper", "staff"] = "shopper"
    slips: bool = True
    minutes: int = 1_440
    counter_minutes: int = 120
    given_minutes: int = 15

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a time that is none."""
        if min(self.minutes, self.counter_minutes) < 0 or self.given_minutes < 1:
            message = "minutes and counter_minutes are 0 or more, given_minutes at least 1"
            raise ValueError(message)

    def expires_ms(self, reason: str, now_ms: int) -> int:
        """When a basket that is put aside now is kept no longer; 0: it stays."""
        minutes = self.counter_minutes if reason == "counter" else self.minutes
        return now_ms + minutes * 60_000 if minutes else 0
