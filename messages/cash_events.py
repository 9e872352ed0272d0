"""What the journal records of cash in a machine."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload
from messages.values import CashHeld, CashPieces, Money

__all__ = ["CashCounted", "CashInserted", "CashOwed", "CashPaidOut"]


class CashInserted(Payload, frozen=True):
    """All that was put in for a tender until now."""

    tender: str
    cash: tuple[CashPieces, ...]
    amount: Money


class CashOwed(Payload, frozen=True):
    """So much is to be given out, in these pieces; ``instead_of``: the payout whose rest it is."""

    payout: str
    tender: str
    owed_for: Literal["change", "given_back"]
    amount: Money
    cash: tuple[CashPieces, ...]
    utc_ms: int
    instead_of: str = ""


class CashPaidOut(Payload, frozen=True):
    """What became of a payout: ``amount`` has come out, or staff have handed it over; ``left`` is owed still."""

    payout: str
    outcome: Literal["paid", "short", "unknown", "by_staff"]
    amount: Money
    left: Money
    cash: tuple[CashPieces, ...] = ()
    reason: str = ""
    by: str = ""


class CashCounted(Payload, frozen=True):
    """Staff have counted a store or emptied the cashbox; ``held`` is what lies in the machine after it."""

    what: Literal["store", "cashbox"]
    by: str
    utc_ms: int
    held: tuple[CashHeld, ...]
    boxed: tuple[CashPieces, ...] = ()
