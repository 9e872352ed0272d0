"""``data`` of the journal record of a basket that was parked at another lane."""

from __future__ import annotations

from messages.payload import Payload

__all__ = ["BasketTakenOver"]


class BasketTakenOver(Payload, frozen=True):
    """The open ``transaction`` goes on with the lines of ``origin``, parked at ``kiosk``."""

    transaction: str
    origin: str
    kiosk: str
    by: str
