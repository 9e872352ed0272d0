"""What the offers give on a basket: the door between its lines and the offer engine.

Lines become units, the layers settle what each offer takes off which unit (``layers``), and the shares come back as
price modifiers of the lines. The order in which things were scanned changes no total and no share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from kiosk.retail.excluded import BY_HABIT, Exclusions, narrowed
from kiosk.retail.item import Item
from kiosk.retail.layers import Settled, settle_layers
from kiosk.retail.money import Money
from kiosk.retail.occasion import Occasion
from kiosk.retail.offer import Gift, Offer, OfferPolicy
from kiosk.retail.transaction import LineItem, OwedGift, PriceModifier
from kiosk.retail.units import Unit

__all__ = ["OfferBook", "Settlement", "days_left", "is_counted", "present", "settle", "taking_part", "units_of"]


class OfferBook(Protocol):
    """What the engine asks of a price book."""

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item, whatever their dates."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Per line number what its offers take off it, in line order; lines without any are left out.

    ``owed``: gifts that are not in the basket. ``proven``: the best combination; false where the search ran out of
    steps and a good one stands in.
    """

    lines: Mapping[int, tuple[PriceModifier, ...]]
    proven: bool = True
    owed: tuple[OwedGift, ...] = ()


def settle(
    lines: Iterable[LineItem],
    book: OfferBook,
    occasion: Occasion,
    policy: OfferPolicy = "optimal",
    rules: Exclusions = BY_HABIT,
) -> Settlement:
    """What the offers of ``book`` give on ``lines``. Same lines, same offers, same answer.

    Voided, free and non-discountable lines take no part, nor does what ``rules`` keep out; a weighed line is one unit
    that serves no group.
    """
    live = [line for line in lines if not line.voided]
    taking = taking_part(live, book, rules)
    taking.sort(key=lambda line: (line.item_id, line.unit_price.minor, _told_date(line), line.line))
    offers: dict[str, Offer] = {}
    judged: set[str] = set()
    units: list[Unit] = []
    for line in taking:
        fresh = [one for one in book.offers_for(line.item_id) if one.offer_id not in judged]
        judged.update(one.offer_id for one in fresh)
        offers |= {one.offer_id: one for one in fresh if one.at != "points" and one.holds_for(occasion)}
        item = book.item(line.item_id)
        units += units_of(line, item, days_left(line, occasion.day), towards=not rules.keep_out(item, "thresholds"))
    if not offers:
        return Settlement({})
    settled = settle_layers(units, _narrowed(offers, taking, book, rules), policy, present(live, book, rules))
    owing = (_owed(offers[offer_id], count, book, rules) for offer_id, count in settled.owed)
    owed = tuple(gift for gift in owing if gift is not None)
    return Settlement(_by_line(taking, units, settled, offers), settled.proven, owed)


def present(live: Iterable[LineItem], book: OfferBook, rules: Exclusions) -> frozenset[str]:
    """The items that an offer may ask to be in the basket."""
    kept = (line for line in live if not rules.keep_out(book.item(line.item_id), "thresholds"))
    return frozenset(line.item_id for line in kept if line.discountable)


def taking_part(live: Iterable[LineItem], book: OfferBook, rules: Exclusions) -> list[LineItem]:
    """The lines that offers look at: to take something off them, or to reach a threshold."""
    priced = (line for line in live if line.discountable and line.extended.minor > 0)
    return [line for line in priced if rules.opens(book.item(line.item_id))]


def _narrowed(
    offers: Mapping[str, Offer], taking: Iterable[LineItem], book: OfferBook, rules: Exclusions
) -> list[Offer]:
    """Each offer without what it may not touch; where nothing in the basket is of a kind, they are as they are."""
    found = (book.item(item_id) for item_id in dict.fromkeys(line.item_id for line in taking))
    items = [item for item in found if item is not None and item.named_kind]
    if not items:
        return list(offers.values())
    narrow = (narrowed(offer, rules, items) for offer in offers.values())
    return [offer for offer in narrow if offer is not None]


def _owed(offer: Offer, units: int, book: OfferBook, rules: Exclusions) -> OwedGift | None:
    """A gift that the shop sells, and that offers may reach at all."""
    item = book.item(offer.effect.item_id) if isinstance(offer.effect, Gift) else None
    if item is None or rules.keep_out(item, "coupons" if offer.coupon else "offers"):
        return None
    return OwedGift(offer.offer_id, item.item_id, units, item.names)


def _told_date(line: LineItem) -> str:
    return line.expires or line.best_before


def days_left(line: LineItem, day: str) -> int | None:
    """Whole days from the business day to the date that the line's code tells; ``None`` where either is not known."""
    told = _told_date(line)
    return (date.fromisoformat(told) - date.fromisoformat(day)).days if told and day else None


def is_counted(line: LineItem) -> bool:
    """Whether its pieces are units of their own; a line that was weighed, or priced as a whole, is one unit."""
    return line.unit == "each" and line.extended == line.unit_price * line.quantity


def units_of(line: LineItem, item: Item | None, days: int | None, *, towards: bool = True) -> list[Unit]:
    """A unit per piece; a line that was weighed, or priced by its label, is one. ``towards``: thresholds count it."""
    department = item.department if item is not None else ""
    floor = item.floor.minor if item is not None and item.floor is not None else 0
    if not is_counted(line):
        whole = Unit(line.line, line.item_id, line.extended.minor, 0, department, counted=False, days_left=days)
        return [whole if towards else replace(whole, towards=False)]
    piece = Unit(line.line, line.item_id, line.unit_price.minor, floor, department, days_left=days, towards=towards)
    return [piece] * line.quantity


def _by_line(
    lines: Iterable[LineItem], units: list[Unit], settled: Settled, offers: Mapping[str, Offer]
) -> dict[int, tuple[PriceModifier, ...]]:
    saved: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for take in settled.takes:
        saved[units[take.unit].line][take.offer_id] += take.amount
    currency = {line.line: line.unit_price.currency for line in lines}
    return {
        line: tuple(
            PriceModifier(offer_id, Money(amount, currency[line]), offers[offer_id].names)
            for offer_id, amount in sorted(given.items())
            if amount
        )
        for line, given in sorted(saved.items())
    }
