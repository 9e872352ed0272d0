"""What a line costs, and what a basket comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.retail.money import Money
from kiosk.retail.tax import TaxRounding, TaxSummary, tax_of
from kiosk.retail.transaction import LineItem

__all__ = ["Totals", "counted", "totals"]


def counted(price: Money, quantity: int) -> Money:
    """The extended price of ``quantity`` pieces.

    >>> counted(Money(1999, "BDT"), 3)
    Money(minor=5997, currency='BDT')
    """
    return price * quantity


@dataclass(frozen=True, slots=True)
class Totals:
    """What a basket comes to.

    ``count``: pieces, a weighed line being one. ``subtotal``: before offers; ``discount``: what offers take off (never
    negative). ``total``: what the shopper pays, tax inside or added; cash rounding is the tender's.
    """

    count: int
    subtotal: Money
    discount: Money
    tax: TaxSummary
    total: Money


def totals(lines: Iterable[LineItem], *, currency: str, included: bool, rounding: TaxRounding) -> Totals:
    """What ``lines`` come to; voided ones count for nothing. Tax is taken on what is left after offers.

    ``included``: prices carry their tax. ``rounding``: where half a minor unit of tax is decided. Raises
    ``CurrencyMismatchError`` for a line priced in another currency.
    """
    count = subtotal = discount = 0
    taxed = []
    for line in lines:
        if line.voided:
            continue
        net = line.net
        count += line.quantity if line.unit == "each" else 1
        subtotal += line.extended.minor
        discount += line.extended.minor - net.minor
        taxed.append((line.tax_rate, net))
    tax = tax_of(taxed, currency=currency, included=included, rounding=rounding)
    return Totals(count, Money(subtotal, currency), Money(discount, currency), tax, tax.total)
