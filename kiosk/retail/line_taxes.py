"""The taxes of a document, line by line: shares that sum to its rows exactly.

A document's tax may be rounded once for each rate; what a line states is then its share of that, not a rounding of its
own, so that the lines of an invoice add up to its foot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.retail.money import Money
from kiosk.retail.shares import share_out
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import LineItem, Returned
from kiosk.retail.values import dataclass

__all__ = ["PartTax", "line_taxes"]


@dataclass(frozen=True, slots=True)
class PartTax:
    """A line, or the ``deposit`` on it, in minor units: ``paid`` for it, and of the document's taxes its share.

    ``value`` is without duty and tax; where prices hold their tax, the three together are what was paid.
    """

    line: LineItem
    deposit: bool
    rate: TaxRate
    paid: int
    value: int
    duty: int = 0
    tax: int = 0


def line_taxes(
    lines: Iterable[LineItem], rows: Iterable[TaxAmount], *, currency: str, included: bool
) -> tuple[PartTax, ...]:
    """A part for each line that is not voided and one for each deposit, in the order of the lines.

    ``rows`` are the document's own, one for each rate. What has come back bears what it bore in the sale it is from.
    """
    parts = [part for line in lines if not line.voided for part in _parts(line, included=included)]
    shared = dict(pair for row in rows for pair in _shares(row, parts, currency=currency, included=included))
    return tuple(shared.get(at, part) for at, part in enumerate(parts))


def _parts(line: LineItem, *, included: bool) -> list[PartTax]:
    if line.returned is not None:
        return list(_returned(line, line.returned, included=included))
    paid = line.net.minor
    parts = [PartTax(line, False, line.tax_rate, paid, paid)]  # noqa: FBT003 - the line itself
    if line.deposit is not None:
        due = line.deposit_due.minor
        parts.append(PartTax(line, True, line.deposit.tax_rate, due, due))  # noqa: FBT003 - its deposit
    return parts


def _returned(line: LineItem, back: Returned, *, included: bool) -> Iterable[PartTax]:
    tax, duty, paid = back.tax.minor, back.duty.minor, line.net.minor
    value = paid - (tax + duty if included else 0)
    yield PartTax(line, False, line.tax_rate, paid, value, duty, tax)  # noqa: FBT003 - the line itself
    if line.deposit is not None:
        tax, duty, paid = back.deposit_tax.minor, back.deposit_duty.minor, line.deposit_due.minor
        value = paid - (tax + duty if included else 0)
        yield PartTax(line, True, line.deposit.tax_rate, paid, value, duty, tax)  # noqa: FBT003 - its deposit


def _shares(
    row: TaxAmount, parts: Sequence[PartTax], *, currency: str, included: bool
) -> Iterable[tuple[int, PartTax]]:
    """Each part of a rate with its share of the row, by its place."""
    at = [n for n, part in enumerate(parts) if part.rate == row.rate and part.line.returned is None]
    if not at:
        return
    weights = [abs(parts[n].paid) for n in at]
    taxes = share_out(row.tax, weights)
    duties = share_out(row.duty or Money.zero(currency), weights)
    for n, tax, duty in zip(at, taxes, duties, strict=True):
        part = parts[n]
        value = part.paid - (tax.minor + duty.minor if included else 0)
        yield n, PartTax(part.line, part.deposit, row.rate, part.paid, value, duty.minor, tax.minor)
