"""What has happened to money: tenders asked for, settled and given back; credit issued. All durable."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.transaction import InstalmentsBy, TenderKind
from kiosk.retail.values import dataclass

__all__ = [
    "CardEntry",
    "CreditReason",
    "InstalmentsBy",
    "RefundDoubled",
    "ReversalStage",
    "SettledTender",
    "StoreCreditIssued",
    "TenderEvent",
    "TenderOutcome",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
]

CardEntry = Literal["", "chip", "contactless", "swiped", "keyed"]
TenderOutcome = Literal["approved", "partial", "declined", "cancelled", "unknown"]
ReversalStage = Literal["requested", "done", "failed"]
CreditReason = Literal["refund", "voucher_rest"]


@dataclass(frozen=True, slots=True)
class TenderRequested:
    """Money is about to be asked for, or ``points`` to be burned. Journalled before anybody hears of it.

    ``worth``: what a paper voucher says, where that is more than the ``amount`` that is owed; ``voucher``: its code, as
    keyed hash. ``instalments``: in so many parts the cardholder pays (0 and 1: at once), ``instalments_by`` whose
    offer that is. A negative ``amount`` is money that goes back to a tender
    of an earlier sale: ``original``, which its driver knows by ``reference``. ``machine``: a recycler takes
    the cash, not a member of staff.
    """

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0
    worth: Money | None = None
    voucher: str = ""
    instalments: int = 0
    instalments_by: InstalmentsBy = ""
    original: str = ""
    reference: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class TenderSettled:
    """What became of a requested tender. ``amount`` is what counts towards the total (zero unless approved).

    Cash: ``received`` is what the shopper handed over, ``change`` what came back, ``rounding`` what cash rounding
    added (or took, negative) outside tax. Card: ``terminal_id`` is the acquirer's name for the terminal, ``slip`` the
    cardholder's copy, ``signature`` whether the cardholder signed. Stored value: ``reference`` is the account's opaque
    id, ``brand`` its kind, ``balance`` what is left in it.
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
    balance: Money | None = None


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
    """One approved tender as it stands in a completed transaction; a negative one gave ``original`` back so much."""

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
    balance: Money | None = None
    worth: Money | None = None
    instalments: int = 0
    instalments_by: InstalmentsBy = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class StoreCreditIssued:
    """The shop owes a shopper ``amount``, as store credit: for goods returned, or the rest of a voucher.

    ``credit`` is the credit's own id: its number follows from it (``kiosk.retail.stored_value.credit_number``, with
    ``prefix``), and head office opens the account with it, once. ``transaction``: the uuid of the sale or return that
    it belongs to. ``expires_day``: the last ISO day it serves, empty: for ever.
    """

    credit: str
    transaction: str
    amount: Money
    prefix: str
    reason: CreditReason
    utc_ms: int
    expires_day: str = ""


@dataclass(frozen=True, slots=True)
class RefundDoubled:
    """The terminal did give money back: staff had said that it did not, and it went back another way meanwhile.

    ``tender`` asked for it, and counts in no document; ``original`` is the tender of the sale that was given ``amount``
    twice. It is in the terminal's books, so it is in the day's; the shop must ask for it back.
    """

    tender: str
    tender_id: str
    kind: TenderKind
    original: str
    amount: Money
    utc_ms: int
    brand: str = ""
    reference: str = ""


TenderEvent = TenderRequested | TenderSettled | TenderReversed | RefundDoubled | StoreCreditIssued
