"""What a line costs, and what a basket comes to."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.tax import Taxable, TaxRounding, TaxSummary, tax_of
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass

__all__ = ["Totals", "above_maximum", "counted", "selling_price", "totals"]


def counted(price: Money, quantity: int) -> Money:
    """The extended price of ``quantity`` pieces.

    >>> counted(Money(1999, "BDT"), 3)
    Money(minor=5997, currency='BDT')
    """
    return price * quantity


def selling_price(item: Item, policy: Policy) -> Money | None:
    """What a piece (or a kilogram) is sold at: the price of the book within what the law allows.

    Never above the maximum retail price on the pack; a bag never below the country's least price for one. ``None``
    for an item without a price, and where the two rules leave none.
    """
    price, floor = item.price, Money(policy.least_bag_price_minor or 0, policy.currency)
    if price is None or price.currency != policy.currency or price.minor < 0:
        return None
    if item.flags.bag:
        price = max(price, floor)
    if item.mrp is not None and _over(price, item.mrp):
        return None if item.flags.bag and item.mrp < floor else item.mrp
    return price


def above_maximum(item: Item) -> Money | None:
    """The book's price, where it is above the maximum on the pack, at which the item is sold instead."""
    return item.price if item.price is not None and item.mrp is not None and _over(item.price, item.mrp) else None


def _over(price: Money, maximum: Money) -> bool:
    return maximum.currency == price.currency and maximum < price


@dataclass(frozen=True, slots=True)
class Totals:
    """What a basket comes to.

    ``count``: pieces, a weighed line being one. ``subtotal``: before offers, deposits in it; ``discount``: what offers
    take off (never negative). ``total``: what the shopper pays, tax inside or added; cash rounding is the tender's.
    """

    count: int
    subtotal: Money
    discount: Money
    tax: TaxSummary
    total: Money


def totals(lines: Iterable[LineItem], *, currency: str, included: bool, rounding: TaxRounding) -> Totals:
    """What ``lines`` come to; voided ones count for nothing. Tax is taken on what is left after offers.

    A deposit is taxed at its own rate, beside its line. A line of returned containers is negative.

    ``included``: prices carry their tax. ``rounding``: where half a minor unit of tax is decided. Raises
    ``CurrencyMismatchError`` for a line priced in another currency.
    """
    count = subtotal = discount = 0
    taxed = []
    for line in lines:
        if line.voided:
            continue
        net = line.net
        pieces = line.quantity if line.unit == "each" else 1
        count += pieces
        subtotal += line.extended.minor + line.deposit_due.minor
        discount += line.extended.minor - net.minor
        taxed.append(Taxable(line.tax_rate, net, pieces))
        if line.deposit is not None:
            taxed.append(Taxable(line.deposit.tax_rate, line.deposit_due, pieces))
    tax = tax_of(taxed, currency=currency, included=included, rounding=rounding)
    return Totals(count, Money(subtotal, currency), Money(discount, currency), tax, tax.total)
