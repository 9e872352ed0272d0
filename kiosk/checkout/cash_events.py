"""What has happened to cash in a machine: taken, owed, given out, counted. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.cash import CashHeld, CashPieces
from kiosk.retail.money import Money
from kiosk.retail.values import dataclass

__all__ = ["CashCounted", "CashEvent", "CashInserted", "CashOwed", "CashPaidOut", "OwedFor", "PayoutOutcome"]

OwedFor = Literal["change", "given_back"]
PayoutOutcome = Literal["paid", "short", "unknown", "by_staff"]


@dataclass(frozen=True, slots=True)
class CashInserted:
    """All that a shopper has put in for a tender until now; the newest is the whole truth."""

    tender: str
    cash: tuple[CashPieces, ...]
    amount: Money


@dataclass(frozen=True, slots=True)
class CashOwed:
    """So much is to be given out, in these pieces. On disk before the machine hears of it, with what it is owed for.

    ``instead_of``: the payout whose rest this is.
    """

    payout: str
    tender: str
    owed_for: OwedFor
    amount: Money
    cash: tuple[CashPieces, ...]
    utc_ms: int
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class CashPaidOut:
    """What became of a payout: ``amount`` has come out (by staff: was handed over), ``left`` is owed still.

    ``unknown``: more may have come out than ``amount``, and staff look at it.
    """

    payout: str
    outcome: PayoutOutcome
    amount: Money
    left: Money
    cash: tuple[CashPieces, ...] = ()
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class CashCounted:
    """Staff have counted a store, or taken the cashbox's content: ``held`` is what lies in the machine after it.

    ``boxed``: what should have been in the cashbox that was emptied.
    """

    what: Literal["store", "cashbox"]
    by: str
    utc_ms: int
    held: tuple[CashHeld, ...]
    boxed: tuple[CashPieces, ...] = ()


CashEvent = CashInserted | CashOwed | CashPaidOut | CashCounted
