"""Items, lines and offers for the tests of this room."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Offer, Scope
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem, PriceModifier
from kiosk.retail.weight import Weight

__all__ = ["STANDARD", "Shelf", "counted_line", "offer", "weighed_line"]

STANDARD = TaxRate("standard", 1500)


class Shelf:
    """A price book that knows offers only."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self.offers = tuple(offers)
        self.items: dict[str, Item] = {}

    def item(self, item_id: str) -> Item | None:
        """No item: no department, no floor."""
        return self.items.get(item_id)

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """All that may touch it."""
        return tuple(one for one in self.offers if any(scope.names(item_id) for scope in one.scopes))


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
    return Offer(offer_id, Scope(tuple(items.split())), NForM(buy, pay), {"en": offer_id}, since, until)
