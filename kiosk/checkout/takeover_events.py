"""A basket that was parked at another lane is gone on with here. Durable, as those in ``events``."""

from __future__ import annotations

from kiosk.retail.values import dataclass

__all__ = ["BasketTakenOver", "TakeoverEvent"]


@dataclass(frozen=True, slots=True)
class BasketTakenOver:
    """The open ``transaction`` goes on with the lines of ``origin`` (both uuids), which was parked at ``kiosk``."""

    transaction: str
    origin: str
    kiosk: str
    by: str


TakeoverEvent = BasketTakenOver
