"""Items, lines and offers for the tests of this room."""

from __future__ import annotations

from kiosk.retail.item import Offer
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem, PriceModifier
from kiosk.retail.weight import Weight

__all__ = ["STANDARD", "counted_line", "offer", "weighed_line"]

STANDARD = TaxRate("standard", 1500)


def counted_line(
    number: int,
    price: int,
    quantity: int = 1,
    *,
    item_id: str = "rice",
    rate: TaxRate = STANDARD,
    discount: int = 0,
    voided: bool = False,
    discountable: bool = True,
) -> LineItem:
    """A counted line in BDT; ``price`` and ``discount`` are minor units."""
    modifiers = (PriceModifier("o", Money(discount, "BDT"), {"en": "offer"}),) if discount else ()
    return LineItem(
        line=number,
        item_id=item_id,
        names={"en": item_id},
        unit="each",
        quantity=quantity,
        unit_price=Money(price, "BDT"),
        extended=Money(price * quantity, "BDT"),
        tax_rate=rate,
        entry="scanned",
        modifiers=modifiers,
        voided=voided,
        discountable=discountable,
    )


def weighed_line(number: int, price: int, grams: int, *, item_id: str = "banana", extended: int = 0) -> LineItem:
    """A line sold by the kilogram."""
    return LineItem(
        line=number,
        item_id=item_id,
        names={"en": item_id},
        unit="kg",
        quantity=1,
        unit_price=Money(price, "BDT"),
        extended=Money(extended, "BDT"),
        tax_rate=STANDARD,
        entry="weighed",
        weight=Weight(grams, -3, "kg"),
    )


def offer(offer_id: str, items: str, buy: int, pay: int, *, since: str = "", until: str = "") -> Offer:
    """``items``: item ids with spaces between."""
    return Offer(offer_id, tuple(items.split()), {"en": offer_id}, buy, pay, since, until)
