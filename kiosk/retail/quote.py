"""What a basket costs, without a lane: the lines that items make, their offers, what it all comes to.

The checkout makes its lines by the same ``line_of`` and settles them by the same engine, so that a basket costs the
same at a kiosk, at head office and in a web shop that asks head office.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

from kiosk.retail import pricing, promotion
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.occasion import Occasion
from kiosk.retail.points import reckon
from kiosk.retail.policy import Policy
from kiosk.retail.promotion import OfferBook
from kiosk.retail.tax import TaxClass, TaxRate
from kiosk.retail.transaction import Deposit, EntryMethod, LineItem, OwedGift
from kiosk.retail.values import dataclass, replace
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight

__all__ = ["LeftOut", "PriceBook", "Quote", "Wanted", "line_of", "quote"]

LeftOut = Literal["unknown", "no_price", "recalled", "weight", "quantity"]
"""Why a wanted thing is in no line: nobody knows it; it cannot be sold today; it needs a weight, or has one too many;
so many are not sold at once."""


class PriceBook(OfferBook, Protocol):
    """What pricing asks of a price book."""

    @property
    def policy(self) -> Policy:
        """How the shop trades."""

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """A dated tax class."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of an item, or a ``weight`` of it."""

    item_id: str
    quantity: int = 1
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """``lines`` bear the offers' shares; ``left_out``: (place among what was wanted, from 0; why).

    ``proven``: the best combination of offers; ``points``: what the basket would earn its member.
    """

    lines: tuple[LineItem, ...]
    totals: pricing.Totals
    left_out: tuple[tuple[int, LeftOut], ...] = ()
    gifts: tuple[OwedGift, ...] = ()
    proven: bool = True
    points: int = 0


def line_of(item: Item, book: PriceBook, *, day: str, store: str, entry: EntryMethod) -> LineItem | None:
    """The line a piece (or a kilogram) of the item makes; ``None`` where it cannot be added up: no price in the shop's
    money, no tax rate on business day ``day``.
    """
    priced, deposit = _priced(item, book, day), _deposit_of(item, book, day)
    if priced is None or (item.deposit and deposit is None):
        return None
    price, rate = priced
    return LineItem(
        line=0,
        item_id=item.item_id,
        names=item.names,
        unit=item.unit,
        quantity=1,
        unit_price=price,
        extended=price,
        tax_rate=rate,
        entry=entry,
        gtin=item.gtin,
        plu=item.plu,
        tare_grams=item.tare_grams,
        picture=item.picture,
        expected_grams=item.expected_grams,
        minimum_age=book.policy.restrictions.minimum_age(item, store),
        discountable=item.flags.discountable,
        deposit=deposit,
        attributes=tuple(sorted(item.attributes.items())),
    )


def _priced(item: Item, book: PriceBook, day: str) -> tuple[Money, TaxRate] | None:
    price, tax_class = pricing.selling_price(item, book.policy), book.tax_class(item.tax_class)
    if price is None or tax_class is None:
        return None
    try:
        return price, tax_class.on(day)
    except LookupError:
        return None


def _deposit_of(item: Item, book: PriceBook, day: str) -> Deposit | None:
    """The deposit on a piece, which is an item of the book itself."""
    found = book.item(item.deposit) if item.deposit else None
    priced = _priced(found, book, day) if found is not None else None
    if found is None or priced is None:
        return None
    return Deposit(found.item_id, found.names, *priced)


def quote(wanted: Iterable[Wanted], book: PriceBook, occasion: Occasion) -> Quote:
    """What ``wanted`` costs on this occasion. Same book, same occasion, same answer."""
    lines: list[LineItem] = []
    left_out: list[tuple[int, LeftOut]] = []
    for place, one in enumerate(wanted):
        made = _line(one, book, occasion)
        if isinstance(made, LineItem):
            lines.append(replace(made, line=len(lines) + 1))
        else:
            left_out.append((place, made))
    policy = book.policy
    settled = promotion.settle(lines, book, occasion, policy.offers, policy.exclusions)
    priced = tuple(replace(line, modifiers=settled.lines.get(line.line, ())) for line in lines)
    come_to = pricing.totals(
        priced, currency=policy.currency, included=policy.prices_include_tax, rounding=policy.tax_rounding
    )
    points = 0
    if policy.points is not None and occasion.member:
        points = reckon(priced, book, occasion, policy.points, rules=policy.exclusions).total
    return Quote(priced, come_to, tuple(left_out), settled.owed, settled.proven, points)


def _line(one: Wanted, book: PriceBook, occasion: Occasion) -> LineItem | LeftOut:
    item = book.item(one.item_id)
    if item is None:
        return "unknown"
    if item.recall is not None and item.recall.everything:
        return "recalled"
    if item.weighed is not (one.weight is not None):
        return "weight"
    if not 1 <= one.quantity <= book.policy.maximum_quantity:
        return "quantity"
    line = line_of(item, book, day=occasion.day, store=occasion.store, entry="keyed")
    if line is None:
        return "no_price"
    if one.weight is not None and item.unit != "each":
        return replace(line, weight=one.weight, extended=extended(line.unit_price, item.unit, one.weight))
    return replace(line, quantity=one.quantity, extended=pricing.counted(line.unit_price, one.quantity))
