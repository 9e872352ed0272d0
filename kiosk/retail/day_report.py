"""The books of a business day: what an X report reads and a Z report closes, and what is never set back.

Values that a fold adds to, one booking at a time; nothing here is looked up, so that the same journal gives the same
report. Every list is bounded: by the shop's own tables (rates, tenders, kinds), or by ``MAXIMUM_ROWS``. Amounts are
minor units of the book's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, fields
from typing import Final, Literal, TypeVar

from kiosk.retail.cash import CashHeld
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import TenderKind
from kiosk.retail.values import dataclass, replace

__all__ = [
    "ALL_BRANDS",
    "MAXIMUM_ROWS",
    "AtTerminal",
    "Books",
    "CloseCause",
    "Counted",
    "DayBook",
    "DayReport",
    "GivingBack",
    "Grand",
    "LegalRow",
    "Matched",
    "Parked",
    "Printing",
    "Reconciliation",
    "ReconciliationOutcome",
    "Sale",
    "Sums",
    "TaxRow",
    "TenderRow",
    "TerminalTotal",
    "Unsettled",
    "WaitRow",
    "booked",
    "cleared",
    "counted",
    "differences",
    "given_back",
    "numbered",
    "raised",
    "reversed_of",
    "taken",
]

MAXIMUM_ROWS: Final = 64
"""Rows of one table; what would be one more is counted in a row without a name."""

ALL_BRANDS: Final = "*"
"""In place of a brand: all cards together, where a terminal tells no more."""

ReportKind = Literal["x", "z"]
CloseCause = Literal["", "staff", "head_office", "turn"]
"""Who had the day closed: staff, head office's command, or the date's turn (also at the next start)."""
ReconciliationOutcome = Literal["equal", "different", "untold"]
"""``untold``: the terminal has ended its day and gave no totals that could be compared."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What sales came to. ``net + duty + tax == total``; ``total`` holds ``deposit`` and has ``discount`` taken off."""

    sales: int = 0
    units: int = 0
    subtotal: int = 0
    discount: int = 0
    deposit: int = 0
    net: int = 0
    duty: int = 0
    tax: int = 0
    total: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Sums)))


@dataclass(frozen=True, slots=True)
class Grand:
    """Perpetual totals: since ``since_ms`` (UTC), when the lane's journal, or the one it took over from, began."""

    sums: Sums = Sums()
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What was sold at one rate."""

    rate: TaxRate
    net: int = 0
    duty: int = 0
    tax: int = 0


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One way to pay in completed sales, and beside it what was given back of it on this day.

    ``amount`` is what counted towards totals, less what returns gave back (``refunded_amount``, by ``refunded_count``
    of the ``count``); cash: ``received - change == amount + rounding``.
    """

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


@dataclass(frozen=True, slots=True)
class AtTerminal:
    """What the card terminal must have in its own books of one brand: approved, whatever became of the basket."""

    kind: TenderKind
    brand: str
    count: int = 0
    amount: int = 0
    reversed_count: int = 0
    reversed_amount: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of something, and what they came to."""

    name: str
    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class WaitRow:
    """Interventions of one kind: raised, cleared (``refused`` among them) and how long they waited in milliseconds."""

    kind: str
    raised: int = 0
    cleared: int = 0
    refused: int = 0
    waited_ms: int = 0
    longest_ms: int = 0


@dataclass(frozen=True, slots=True)
class LegalRow:
    """Legal numbers of one series. ``missing``: numbers of the checkout's own that nobody was given."""

    series: str
    by: Literal["checkout", "device"]
    first: int = 0
    last: int = 0
    count: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class DayBook:
    """Everything since the last Z report. ``first`` and ``last`` are references of completed sales.

    ``acts``: what staff did, by act; ``denied``: what they wanted and might not. ``readings``: X reports made.
    ``other_currency``: sales in another currency than the book's, which are in no sum. ``returns``: what was taken back
    and what that came to; the sums have it taken off, and count no return among the sales. ``machine``: coins
    and notes that went into a cash recycler (``taken``) and came out of it (``change``, ``given_back``), and what staff
    gave in its place (``by_staff``). ``documents``: fiscal documents of sales that came back whole, by the authority's
    word: ``cancelled`` or ``refused``. ``liabilities``: what the shop owes on gift cards and as store credit: put on
    cards by sales (``gift_card_sold``), given as credit (``store_credit_issued``), and what of each paid for sales
    (``gift_card_redeemed``, ``store_credit_redeemed``).
    """

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


@dataclass(frozen=True, slots=True)
class Parked:
    """A suspended basket that the next day takes over; it will belong to the day on which it is completed."""

    reference: str
    uuid: str
    business_day: str
    amount: int
    lines: int
    reason: str = ""
    """Why it was put aside; ``counter``: it is to be paid there."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Money whose whereabouts are open: a tender nobody has answered for, or one that is being given back."""

    tender: str
    kind: TenderKind
    tender_id: str
    amount: int
    what: Literal["unknown", "giving_back", "not_given_back"]


@dataclass(frozen=True, slots=True)
class DayReport:
    """An X or Z report, whole: who, when, the book as it stood, the perpetual totals with it, what is carried over.

    ``number`` of a Z grows by one with each Z of a lane's ``series``, of an X with each reading since the last Z.
    ``by``: who closed, an operator's id, ``head_office`` or ``system``; ``cause`` is empty on an X.
    ``cash_held``: what lies in a cash recycler, as it said last. ``cancelling``: fiscal documents that wait for the
    authority to say whether they are cancelled.
    """

    kind: ReportKind
    number: int
    series: int
    store: str
    workstation: str
    kiosk: str
    utc_ms: int
    clock_trusted: bool
    by: str
    cause: CloseCause
    last_number: int
    book: DayBook
    grand: Grand
    parked: tuple[Parked, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    cash_held: tuple[CashHeld, ...] = ()
    cancelling: int = 0


@dataclass(frozen=True, slots=True)
class TerminalTotal:
    """The terminal's own total of one brand, or of ``ALL_BRANDS``: payments less what was given back."""

    brand: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Matched:
    """One brand, or ``ALL_BRANDS``, in both books: payments less reversals."""

    brand: str
    our_count: int
    our_amount: int
    their_count: int
    their_amount: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The lane's card payments against the terminal's own, since the terminal last ended its day.

    ``rows`` are the brands that differ; ``number`` is the Z report's that had the terminal asked.
    """

    number: int
    business_day: str
    outcome: ReconciliationOutcome
    ours: int = 0
    theirs: int = 0
    rows: tuple[Matched, ...] = ()


@dataclass(frozen=True, slots=True)
class GivingBack:
    """A counted card payment on its way back: what it will be taken off again once the terminal has done it."""

    tender: str
    kind: TenderKind
    brand: str
    amount: int


@dataclass(frozen=True, slots=True)
class Printing:
    """The report that was sent to the printer last. ``outcome`` is empty while nobody has answered."""

    job: str = ""
    kind: ReportKind = "x"
    number: int = 0
    copy: bool = False
    outcome: Literal["", "printed", "failed", "unknown"] = ""


@dataclass(frozen=True, slots=True)
class Books:
    """What a lane keeps for its reports.

    ``report``: the last Z, until the next. ``asked``: it has been sent to a printer once, so that the next is a copy;
    ``on_paper``: it came out. ``at_terminal``: since the terminal last ended its day. ``wanted_by``: who wants the day
    closed as soon as nobody is being served.
    """

    book: DayBook = field(default_factory=DayBook)
    grand: Grand = field(default_factory=Grand)
    last_z: int = 0
    report: DayReport | None = None
    asked: bool = False
    on_paper: bool = False
    printing: Printing = field(default_factory=Printing)
    at_terminal: tuple[AtTerminal, ...] = ()
    giving_back: tuple[GivingBack, ...] = ()
    reconciled: Reconciliation | None = None
    wanted_by: str = ""


# --- a sale ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sale:
    """A completed sale as the books take it; ``layers`` are what each layer of offers took off, ``liabilities`` what
    was put on gift cards, and what they and store credit paid.

    ``returned``: it is a return, and came to so much; ``None``: it is none.
    """

    reference: str
    utc_ms: int
    currency: str
    sums: Sums
    taxes: tuple[TaxAmount, ...]
    tenders: tuple[TenderRow, ...]
    layers: tuple[Counted, ...] = ()
    points_earned: int = 0
    returned: int | None = None
    liabilities: tuple[Counted, ...] = ()


def booked(book: DayBook, sale: Sale) -> DayBook:
    """The book with one more sale. A sale in another currency is told and in no sum."""
    if book.currency not in ("", sale.currency):
        return replace(book, other_currency=book.other_currency + 1)
    returns = book.returns
    if sale.returned is not None:
        returns = replace(returns, count=returns.count + 1, amount=returns.amount + sale.returned)
    return replace(
        book,
        currency=sale.currency,
        returns=returns,
        sums=book.sums + sale.sums,
        first=book.first or sale.reference,
        last=sale.reference,
        first_ms=book.first_ms if book.first else sale.utc_ms,
        last_ms=sale.utc_ms,
        taxes=_taxed(book.taxes, sale.taxes),
        layers=_each(book.layers, sale.layers, counted),
        tenders=_each(book.tenders, sale.tenders, _tendered),
        points_earned=book.points_earned + sale.points_earned,
        liabilities=_each(book.liabilities, sale.liabilities, counted),
    )


def _taxed(rows: tuple[TaxRow, ...], taxes: Iterable[TaxAmount]) -> tuple[TaxRow, ...]:
    for tax in taxes:
        old = next((row for row in rows if row.rate == tax.rate), TaxRow(tax.rate))
        duty = tax.duty.minor if tax.duty is not None else 0
        new = TaxRow(tax.rate, old.net + tax.net.minor, old.duty + duty, old.tax + tax.tax.minor)
        rows = (*(row for row in rows if row.rate != tax.rate), new)
    return tuple(sorted(rows, key=lambda r: (-r.rate.basis_points, r.rate.tax_class, r.rate.duty_points)))


def _tendered(rows: tuple[TenderRow, ...], one: TenderRow) -> tuple[TenderRow, ...]:
    old = next((row for row in rows if (row.kind, row.tender_id) == (one.kind, one.tender_id)), None)
    if old is None:
        return tuple(sorted((*rows, one), key=lambda row: (row.kind, row.tender_id)))
    summed = {
        each.name: getattr(old, each.name) + getattr(one, each.name)
        for each in fields(TenderRow)
        if each.name not in ("kind", "tender_id")
    }
    return tuple(replace(row, **summed) if row is old else row for row in rows)


# --- what else happens on a day ----------------------------------------------------------------------------------


def counted(rows: tuple[Counted, ...], one: Counted) -> tuple[Counted, ...]:
    """The rows with one more of something.

    >>> counted((Counted("cash", 1, 50),), Counted("cash", 1, 20))
    (Counted(name='cash', count=2, amount=70),)
    """
    name = _place(tuple(row.name for row in rows), one.name)
    old = next((row for row in rows if row.name == name), Counted(name))
    new = Counted(name, old.count + one.count, old.amount + one.amount)
    return tuple(sorted((*(row for row in rows if row.name != name), new), key=lambda row: row.name))


def _place(names: tuple[str, ...], name: str) -> str:
    """Its own row, or, where the table is full, the one without a name."""
    return name if name in names or len(names) < MAXIMUM_ROWS else ""


def taken(rows: tuple[AtTerminal, ...], kind: TenderKind, brand: str, amount: int) -> tuple[AtTerminal, ...]:
    """The terminal has taken an amount."""
    return _at_terminal(rows, AtTerminal(kind, brand, 1, amount))


def given_back(rows: tuple[AtTerminal, ...], kind: TenderKind, brand: str, amount: int) -> tuple[AtTerminal, ...]:
    """The terminal has given an amount back."""
    return _at_terminal(rows, AtTerminal(kind, brand, 0, 0, 1, amount))


def _at_terminal(rows: tuple[AtTerminal, ...], one: AtTerminal) -> tuple[AtTerminal, ...]:
    brand = _place(tuple(row.brand for row in rows), one.brand)
    key = (one.kind, brand)
    old = next((row for row in rows if (row.kind, row.brand) == key), AtTerminal(*key))
    new = AtTerminal(
        *key,
        old.count + one.count,
        old.amount + one.amount,
        old.reversed_count + one.reversed_count,
        old.reversed_amount + one.reversed_amount,
    )
    others = (row for row in rows if (row.kind, row.brand) != key)
    return tuple(sorted((*others, new), key=lambda row: (row.kind, row.brand)))


def reversed_of(rows: tuple[TenderRow, ...], kind: TenderKind, tender_id: str, amount: int) -> tuple[TenderRow, ...]:
    """A tender was given back, beside what sales were paid with."""
    return _tendered(rows, TenderRow(kind, tender_id, reversed_count=1, reversed_amount=amount))


def raised(rows: tuple[WaitRow, ...], kind: str) -> tuple[WaitRow, ...]:
    """Staff were called."""
    old = next((row for row in rows if row.kind == kind), WaitRow(kind))
    return _with(rows, replace(old, raised=old.raised + 1))


def cleared(rows: tuple[WaitRow, ...], kind: str, waited_ms: int, *, refused: bool) -> tuple[WaitRow, ...]:
    """It waits no more, after so many milliseconds."""
    old = next((row for row in rows if row.kind == kind), WaitRow(kind))
    new = replace(
        old,
        cleared=old.cleared + 1,
        refused=old.refused + refused,
        waited_ms=old.waited_ms + waited_ms,
        longest_ms=max(old.longest_ms, waited_ms),
    )
    return _with(rows, new)


def _with(rows: tuple[WaitRow, ...], new: WaitRow) -> tuple[WaitRow, ...]:
    return tuple(sorted((*(row for row in rows if row.kind != new.kind), new), key=lambda row: row.kind))


def numbered(
    rows: tuple[LegalRow, ...], series: str, by: Literal["checkout", "device"], number: int, before: int
) -> tuple[LegalRow, ...]:
    """A legal number was given. ``before``: the last of the checkout's own; a device's series is not checked here."""
    old = next((row for row in rows if (row.series, row.by) == (series, by)), None)
    missing = max(0, number - before - 1) if by == "checkout" and before else 0
    if old is None:
        new = LegalRow(series, by, number, number, 1, missing)
    else:
        new = replace(old, last=number, count=old.count + 1, missing=old.missing + missing)
    others = (row for row in rows if (row.series, row.by) != (series, by))
    return tuple(sorted((*others, new), key=lambda row: (row.by, row.series)))


# --- against the terminal ----------------------------------------------------------------------------------------


def differences(ours: tuple[AtTerminal, ...], theirs: Iterable[TerminalTotal]) -> tuple[Matched, ...]:
    """The brands on which the two books differ; a brand's case and blanks are no difference.

    A terminal that tells of all brands together is compared so, by amount alone: it counts what was given back as it
    likes.

    >>> differences((AtTerminal("card", "VISA", 2, 500, 1, 200),), (TerminalTotal("Visa", 1, 300),))
    ()
    >>> differences((AtTerminal("card", "VISA", 2, 500, 1, 200),), (TerminalTotal(ALL_BRANDS, 3, 300),))
    ()
    """
    mine: dict[str, tuple[int, int]] = {}
    told: dict[str, tuple[int, int]] = {}
    theirs = tuple(theirs)
    together = any(total.brand == ALL_BRANDS for total in theirs)
    for row in ours:
        brand = ALL_BRANDS if together else row.brand
        _sum(mine, brand, row.count - row.reversed_count, row.amount - row.reversed_amount)
    for total in theirs:
        _sum(told, ALL_BRANDS if together else total.brand, total.count, total.amount)
    if together and mine.get(ALL_BRANDS, (0, 0))[1] == told[ALL_BRANDS][1]:
        return ()
    rows = (Matched(brand, *mine.get(brand, (0, 0)), *told.get(brand, (0, 0))) for brand in sorted({*mine, *told}))
    return tuple(row for row in rows if (row.our_count, row.our_amount) != (row.their_count, row.their_amount))


def _sum(into: dict[str, tuple[int, int]], brand: str, count: int, amount: int) -> None:
    name = "".join(brand.split()).casefold()
    before = into.get(name, (0, 0))
    into[name] = before[0] + count, before[1] + amount


_Row = TypeVar("_Row")


def _each(
    rows: tuple[_Row, ...], more: Iterable[_Row], add: Callable[[tuple[_Row, ...], _Row], tuple[_Row, ...]]
) -> tuple[_Row, ...]:
    for one in more:
        rows = add(rows, one)
    return rows
