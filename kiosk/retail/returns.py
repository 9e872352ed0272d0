"""Returns: what of a sale may come back, what each unit of it was paid with, and which way the money goes.

A line of three pieces is three units, counted from 0, and every unit has an exact part of what was paid for the line:
of its price, of each offer's share, of tax, duty and points. So parts of a line may come back one by one, in any order
of visits, and what is given back sums to what was paid, without a residue and never more. A weighed line is one unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Final, Literal

from kiosk.retail.item import Item, ItemKind, Names
from kiosk.retail.line_taxes import line_taxes
from kiosk.retail.money import Money
from kiosk.retail.shares import share_within
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import Disposition, LineItem, PriceModifier, Returned, TenderKind
from kiosk.retail.values import dataclass, replace

__all__ = [
    "WAY_BACK",
    "Credit",
    "LineTaxes",
    "OriginalTender",
    "ReturnReason",
    "ReturnRefusal",
    "ReturnRules",
    "credit_of",
    "days_between",
    "points_back",
    "refusal",
    "returned_line",
    "taxes_of",
    "way_back",
]

_LONGEST_HOLD: Final = 720
"""Hours: a month."""
WAY_BACK: Final[tuple[TenderKind, ...]] = (
    "card",
    "qr",
    "voucher",
    "stored_value",
    "paper_voucher",
    "cash",
    "points",
)
"""In which order a sale's own tenders are given money back, each no more than it has paid. What a gift card or a paper
voucher paid goes back as store credit."""


ReturnRefusal = Literal["", "late", "kind", "department", "age", "item", "gone"]
"""Why a line may not come back: too late, its kind of goods, its department, an age restriction, the item itself, or
all of it has come back already. Empty: it may."""


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """A reason that staff choose for a line, and where goods that come back for it usually go."""

    code: str
    names: Names
    disposition: Disposition = "shelf"


def default_reasons() -> tuple[ReturnReason, ...]:
    """For a shop that lists none."""
    return (
        ReturnReason("unwanted", {"en": "Does not suit", "bn": "পছন্দ হয়নি", "pt_BR": "Não serviu"}),
        ReturnReason("faulty", {"en": "Faulty", "bn": "ত্রুটিপূর্ণ", "pt_BR": "Com defeito"}, "supplier"),
        ReturnReason("damaged", {"en": "Damaged", "bn": "ক্ষতিগ্রস্ত", "pt_BR": "Danificado"}, "damaged"),
        ReturnReason("spoiled", {"en": "Spoiled", "bn": "নষ্ট হয়ে গেছে", "pt_BR": "Estragado"}, "damaged"),
        ReturnReason("mistake", {"en": "Rung up by mistake", "bn": "ভুলে যোগ হয়েছে", "pt_BR": "Registrado por engano"}),
    )


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """What the shop takes back, and for how long.

    ``days`` after the day of the sale (0: on that day only), ``department_days`` where a department has other days.
    ``departments`` and ``kinds`` never come back; ``age_goods``: items with an age restriction do. ``deposits``: what
    was paid for a container goes back with its goods. ``cash_instead``: staff may hand cash back where the original
    tender cannot take it. ``reasons``: what staff may give as one, for each line. ``hold_hours``: how long head office
    keeps goods for a return of which a lane that is heard says nothing.
    """

    days: int = 30
    department_days: Mapping[str, int] = field(default_factory=dict)
    departments: tuple[str, ...] = ()
    kinds: tuple[ItemKind, ...] = ("infant_formula", "tobacco", "medicine", "alcohol", "gift_card", "fee")
    age_goods: bool = False
    deposits: bool = True
    cash_instead: bool = True
    reasons: tuple[ReturnReason, ...] = field(default_factory=default_reasons)
    hold_hours: int = 72

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a time in which no return could be ended, or that would never end."""
        if not 1 <= self.hold_hours <= _LONGEST_HOLD:
            message = f"returns: hold_hours is 1 to {_LONGEST_HOLD}"
            raise ValueError(message)

    def reason(self, code: str) -> ReturnReason | None:
        """The reason of a code."""
        return next((reason for reason in self.reasons if reason.code == code), None)


@dataclass(frozen=True, slots=True)
class OriginalTender:
    """One tender of the original sale: ``left`` of it can still be given back, with ``points`` of the burned ones.

    ``reference`` is what the driver needs to know the payment again.
    """

    tender: str
    tender_id: str
    kind: TenderKind
    paid: Money
    left: Money
    reference: str = ""
    brand: str = ""
    masked_pan: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class LineTaxes:
    """What a sold line bore of its document's tax and duty, and its deposit beside it, in minor units."""

    tax: int = 0
    duty: int = 0
    deposit_tax: int = 0
    deposit_duty: int = 0


def days_between(sold: str, today: str) -> int:
    """Days from one ISO date to another; 0 where either is none."""
    try:
        return max(0, (date.fromisoformat(today) - date.fromisoformat(sold)).days)
    except ValueError:
        return 0


def refusal(line: LineItem, item: Item | None, rules: ReturnRules, days: int) -> ReturnRefusal:
    """Why a sold line may not come back so many days later; ``item`` is the book's, ``None`` where it is no more.

    What forbids it for good comes before what a higher right may allow (``late``). A gift card is money that may be
    spent by now: no shop's rules let it come back.
    """
    department = item.department if item is not None else ""
    if line.value_account or (item is not None and item.named_kind in rules.kinds):
        return "kind"
    if item is not None and not item.flags.returnable:
        return "item"
    if department in rules.departments:
        return "department"
    if line.minimum_age and not rules.age_goods:
        return "age"
    return "late" if days > rules.department_days.get(department, rules.days) else ""


def taxes_of(
    lines: Sequence[LineItem], rows: Iterable[TaxAmount], *, currency: str, included: bool
) -> dict[int, LineTaxes]:
    """By line number, what each line of a completed sale bore of the document's tax; the arguments are the sale's."""
    found: dict[int, LineTaxes] = {}
    for part in line_taxes(lines, rows, currency=currency, included=included):
        before = found.get(part.line.line, LineTaxes())
        if part.deposit:
            found[part.line.line] = replace(before, deposit_tax=part.tax, deposit_duty=part.duty)
        else:
            found[part.line.line] = replace(before, tax=part.tax, duty=part.duty)
    return found


# --- the units of a line -------------------------------------------------------------------------------------------


def _part(whole: int, first: int, units: int, of: int) -> int:
    """What so many units of a line bear of an amount: unit by unit it sums to the whole, whichever come together."""
    return whole * (first + units) // of - whole * first // of


def _offers(line: LineItem, first: int, units: int) -> tuple[PriceModifier, ...]:
    """Each offer's share in these units: the units' discount, shared by what is left of each offer's share."""
    left = [modifier.amount.minor for modifier in line.modifiers]
    whole, taken = sum(left), [0] * len(left)
    for unit in range(first + units):
        shares = share_within(_part(whole, unit, 1, line.quantity), left, left)
        left = [rest - share for rest, share in zip(left, shares, strict=True)]
        if unit >= first:
            taken = [sum_ + share for sum_, share in zip(taken, shares, strict=True)]
    return tuple(
        replace(modifier, amount=Money(-amount, modifier.amount.currency))
        for modifier, amount in zip(line.modifiers, taken, strict=True)
        if amount
    )


def returned_line(
    sold: LineItem,
    taxes: LineTaxes,
    *,
    line: int,
    first: int,
    units: int,
    reason: str,
    disposition: Disposition,
    deposits: bool = True,
) -> LineItem:
    """The return line item of ``units`` units of a sold line, from unit ``first`` on. Raises ``ValueError`` for units
    that the line does not have.

    >>> paid = LineItem(4, "tea", {}, "each", 3, Money(100, "BDT"), Money(300, "BDT"), TaxRate("standard", 750),
    ...                 "scanned", modifiers=(PriceModifier("3-for-2", Money(100, "BDT"), {}),))
    >>> back = [returned_line(paid, LineTaxes(14), line=1, first=n, units=1, reason="faulty", disposition="shelf")
    ...         for n in range(3)]
    >>> [line.net.minor for line in back], [line.returned.tax.minor for line in back if line.returned]
    ([-67, -67, -66], [-4, -5, -5])
    """
    if not 0 <= first < first + units <= sold.quantity:
        message = f"units {first} to {first + units - 1} of a line of {sold.quantity}"
        raise ValueError(message)
    currency = sold.unit_price.currency

    def back(whole: int) -> Money:
        return Money(-_part(whole, first, units, sold.quantity), currency)

    deposit = sold.deposit if deposits else None
    return replace(
        sold,
        line=line,
        quantity=-units,
        extended=back(sold.extended.minor),
        modifiers=_offers(sold, first, units),
        points=-_part(sold.points, first, units, sold.quantity),
        deposit=deposit,
        returned=Returned(
            sold.line,
            first,
            reason,
            disposition,
            back(taxes.tax),
            back(taxes.duty),
            back(taxes.deposit_tax if deposit is not None else 0),
            back(taxes.deposit_duty if deposit is not None else 0),
        ),
    )


# --- what it comes to ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credit:
    """What return lines come to; every amount is negative (or nothing), as in a sale's totals."""

    subtotal: Money
    discount: Money
    tax: tuple[TaxAmount, ...]
    total: Money


def credit_of(lines: Iterable[LineItem], *, currency: str, included: bool) -> Credit:
    """What return lines come to, from their own exact shares: nothing is taxed anew. ``included``: as sold."""
    bases: dict[TaxRate, tuple[int, int, int]] = {}
    subtotal = discount = 0

    def add(rate: TaxRate, paid: Money, tax: Money, duty: Money) -> None:
        base, taxed, dutied = bases.get(rate, (0, 0, 0))
        bases[rate] = base + paid.minor, taxed + tax.minor, dutied + duty.minor

    for line in lines:
        back = line.returned
        if back is None:
            continue
        subtotal += line.extended.minor + line.deposit_due.minor
        discount += line.discount.minor
        add(line.tax_rate, line.net, back.tax, back.duty)
        if line.deposit is not None:
            add(line.deposit.tax_rate, line.deposit_due, back.deposit_tax, back.deposit_duty)
    rows = []
    for rate in sorted(bases, key=lambda r: (-r.basis_points, r.tax_class, r.duty_points, r.of_gross)):
        base, tax, duty = bases[rate]
        net = base - tax - duty if included else base
        shown = Money(duty, currency) if rate.duty_points else None
        rows.append(TaxAmount(rate, Money(net, currency), Money(tax, currency), shown))
    total = sum(row.gross.minor for row in rows)
    return Credit(Money(subtotal, currency), Money(discount, currency), tuple(rows), Money(total, currency))


# --- which way the money goes ----------------------------------------------------------------------------------------


def way_back(
    owed: int, tenders: Iterable[OriginalTender], given: Mapping[str, int], closed: Iterable[str] = ()
) -> tuple[OriginalTender, int] | None:
    """The tender of the original sale that is given money back next, and how much of what is ``owed`` (minor units).

    ``given``: by tender, what it was given back in this return already; ``closed``: tenders that could not take any.
    ``None``: none is left.
    """
    shut = set(closed)
    rest = {each: each.left.minor - given.get(each.tender, 0) for each in tenders if each.tender not in shut}
    able = [each for each, left in rest.items() if left > 0 and each.kind in WAY_BACK]
    if owed <= 0 or not able:
        return None
    first = min(able, key=lambda each: WAY_BACK.index(each.kind))
    return first, min(owed, rest[first])


def points_back(tender: OriginalTender, given: int, amount: int) -> int:
    """How many of the burned points go back with ``amount`` of their worth, after ``given``: in all, all of them.

    >>> paid = OriginalTender("t", "points", "points", Money(300, "BDT"), Money(300, "BDT"), points=100)
    >>> [points_back(paid, given, 100) for given in (0, 100, 200)]
    [33, 33, 34]
    """
    left = tender.left.minor
    if left <= 0:
        return 0
    return _part(tender.points, given, amount, left)
