"""What has happened to money: tenders asked for, settled and given back. Durable events, as those in ``events``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.transaction import TenderKind

__all__ = [
    "CardEntry",
    "ReversalStage",
    "SettledTender",
    "TenderEvent",
    "TenderOutcome",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
]

CardEntry = Literal["", "chip", "contactless", "swiped", "keyed"]
TenderOutcome = Literal["approved", "partial", "declined", "cancelled", "unknown"]
ReversalStage = Literal["requested", "done", "failed"]


@dataclass(frozen=True, slots=True)
class TenderRequested:
    """Money is about to be asked for, or ``points`` to be burned. Journalled before anybody hears of it."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0


@dataclass(frozen=True, slots=True)
class TenderSettled:
    """What became of a requested tender. ``amount`` is what counts towards the total (zero unless approved).

    Cash: ``received`` is what the shopper handed over, ``change`` what came back, ``rounding`` what cash rounding
    added (or took, negative) outside tax. Card: ``terminal_id`` is the acquirer's name for the terminal, ``slip`` the
    cardholder's copy, ``signature`` whether the cardholder signed.
    """

    tender: str
    outcome: TenderOutcome
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    by: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TenderReversed:
    """An approved tender is taken back: ``requested`` before the terminal hears of it, then ``done`` or ``failed``.

    ``amount`` and ``reference`` are what the terminal needs to do it again after a power cut.
    """

    tender: str
    kind: TenderKind
    stage: ReversalStage
    amount: Money
    reference: str
    reason: str
    tender_id: str = ""


@dataclass(frozen=True, slots=True)
class SettledTender:
    """One approved tender as it stands in a completed transaction."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()
    points: int = 0


TenderEvent = TenderRequested | TenderSettled | TenderReversed
