"""The books of a business day as X and Z reports tell them: amounts in minor units of the book's currency.

Field for field what ``kiosk/retail/day_report.py`` has, where each is told.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from messages.values import CashHeld, TaxRate, TenderKind

__all__ = [
    "AtTerminal",
    "Counted",
    "DayBook",
    "DayReport",
    "Grand",
    "LegalRow",
    "Matched",
    "Parked",
    "Reconciliation",
    "Sums",
    "TaxRow",
    "TenderRow",
    "Unsettled",
    "WaitRow",
]


class _Value(msgspec.Struct, frozen=True):
    """Unknown fields are let pass: a newer kiosk may say more."""


class Sums(_Value, frozen=True):
    """What sales came to; ``net + duty + tax == total``."""

    sales: int = 0
    units: int = 0
    subtotal: int = 0
    discount: int = 0
    deposit: int = 0
    net: int = 0
    duty: int = 0
    tax: int = 0
    total: int = 0


class Grand(_Value, frozen=True):
    """Perpetual totals since ``since_ms``."""

    sums: Sums = Sums()
    since_ms: int = 0


class TaxRow(_Value, frozen=True):
    """What was sold at one rate."""

    rate: TaxRate
    net: int = 0
    duty: int = 0
    tax: int = 0


class TenderRow(_Value, frozen=True):
    """One way to pay, and what was given back of it."""

    kind: TenderKind
    tender_id: str
    count: int = 0
    amount: int = 0
    received: int = 0
    change: int = 0
    rounding: int = 0
    points: int = 0
    reversed_count: int = 0
    reversed_amount: int = 0
    refunded_count: int = 0
    refunded_amount: int = 0


class AtTerminal(_Value, frozen=True):
    """What the card terminal must have of one brand."""

    kind: TenderKind
    brand: str
    count: int = 0
    amount: int = 0
    reversed_count: int = 0
    reversed_amount: int = 0


class Counted(_Value, frozen=True):
    """So many of something, and what they came to."""

    name: str
    count: int = 0
    amount: int = 0


class WaitRow(_Value, frozen=True):
    """Interventions of one kind, and how long they waited."""

    kind: str
    raised: int = 0
    cleared: int = 0
    refused: int = 0
    waited_ms: int = 0
    longest_ms: int = 0


class LegalRow(_Value, frozen=True):
    """Legal numbers of one series."""

    series: str
    by: Literal["checkout", "device"]
    first: int = 0
    last: int = 0
    count: int = 0
    missing: int = 0


class DayBook(_Value, frozen=True):
    """Everything since the last Z report."""

    business_day: str = ""
    opened_ms: int = 0
    currency: str = ""
    sums: Sums = Sums()
    first: str = ""
    last: str = ""
    first_ms: int = 0
    last_ms: int = 0
    taxes: tuple[TaxRow, ...] = ()
    layers: tuple[Counted, ...] = ()
    tenders: tuple[TenderRow, ...] = ()
    cards: tuple[AtTerminal, ...] = ()
    lines_voided: Counted = Counted("lines")
    voided: Counted = Counted("transactions")
    suspended: int = 0
    resumed: int = 0
    interventions: tuple[WaitRow, ...] = ()
    drawer: tuple[Counted, ...] = ()
    acts: tuple[Counted, ...] = ()
    denied: int = 0
    legal: tuple[LegalRow, ...] = ()
    points_earned: int = 0
    copies: int = 0
    readings: int = 0
    other_currency: int = 0
    returns: Counted = Counted("returns")
    machine: tuple[Counted, ...] = ()
    documents: tuple[Counted, ...] = ()
    liabilities: tuple[Counted, ...] = ()


class Parked(_Value, frozen=True):
    """A suspended basket that is carried over."""

    reference: str
    uuid: str
    business_day: str
    amount: int
    lines: int
    reason: str = ""


class Unsettled(_Value, frozen=True):
    """Money whose whereabouts are open."""

    tender: str
    kind: TenderKind
    tender_id: str
    amount: int
    what: Literal["unknown", "giving_back", "not_given_back"]


class DayReport(_Value, frozen=True):
    """An X or Z report, whole."""

    kind: Literal["x", "z"]
    number: int
    series: int
    store: str
    workstation: str
    kiosk: str
    utc_ms: int
    clock_trusted: bool
    by: str
    cause: Literal["", "staff", "head_office", "turn"]
    last_number: int
    book: DayBook
    grand: Grand
    parked: tuple[Parked, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    cash_held: tuple[CashHeld, ...] = ()
    cancelling: int = 0


class Matched(_Value, frozen=True):
    """One brand in both books."""

    brand: str
    our_count: int
    our_amount: int
    their_count: int
    their_amount: int


class Reconciliation(_Value, frozen=True):
    """The lane's card payments against the terminal's own."""

    number: int
    business_day: str
    outcome: Literal["equal", "different", "untold"]
    ours: int = 0
    theirs: int = 0
    rows: tuple[Matched, ...] = ()
