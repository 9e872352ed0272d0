"""What the offers give on a basket: the door between its lines and the offer engine.

Lines become units, the layers settle what each offer takes off which unit (``layers``), and the shares come back as
price modifiers of the lines. The order in which things were scanned changes no total and no share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Protocol

from kiosk.retail.excluded import BY_HABIT, Exclusions, narrowed
from kiosk.retail.item import Item
from kiosk.retail.layers import Settled, settle_layers
from kiosk.retail.money import Money
from kiosk.retail.occasion import Occasion
from kiosk.retail.offer import Gift, Offer, OfferPolicy
from kiosk.retail.rivals import occasion_once, rival
from kiosk.retail.transaction import LineItem, OwedGift, PriceModifier
from kiosk.retail.units import Unit
from kiosk.retail.values import dataclass

__all__ = ["OfferBook", "Settlement", "days_left", "is_counted", "present", "settle", "taking_part", "units_of"]

_UNITS_REMEMBERED = 4_096


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
    offers = _offers(taking, book, occasion_once(occasion))
    if not offers:
        return Settlement({})
    taking.sort(key=lambda line: (line.item_id, line.unit_price.minor, _told_date(line), line.line))
    units: list[Unit] = []
    for line in taking:
        item = book.item(line.item_id)
        units += units_of(line, item, days_left(line, occasion.day), towards=not rules.keep_out(item, "thresholds"))
    asked = any(offer.contains for offer in offers.values())
    there = present(live, book, rules) if asked else frozenset[str]()
    settled = settle_layers(units, _narrowed(offers, taking, book, rules), policy, there)
    owing = (_owed(offers[offer_id], count, book, rules) for offer_id, count in settled.owed)
    owed = tuple(gift for gift in owing if gift is not None)
    return Settlement(_by_line(taking, units, settled, offers), settled.proven, owed)


def _offers(taking: Iterable[LineItem], book: OfferBook, occasion: Occasion) -> dict[str, Offer]:
    """By id those of the book that hold now, and may touch one of the lines."""
    found: dict[str, Offer] = {}
    for item_id in dict.fromkeys([line.item_id for line in taking]):
        found.update([(offer.offer_id, offer) for offer in book.offers_for(item_id)])
    named = ((offer, rival(offer)) for offer in found.values())
    return {offer.offer_id: offer for offer, one in named if one.at != "points" and one.holds_for(occasion)}


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
    return line.unit == "each" and line.extended.minor == line.unit_price.minor * line.quantity


def units_of(line: LineItem, item: Item | None, days: int | None, *, towards: bool = True) -> list[Unit]:
    """A unit per piece; a line that was weighed, or priced by its label, is one. ``towards``: thresholds count it."""
    department = item.department if item is not None else ""
    floor = item.floor.minor if item is not None and item.floor is not None else 0
    if not is_counted(line):
        whole = line.extended.minor
        return [_unit(line.line, line.item_id, whole, 0, department, counted=False, days_left=days, towards=towards)]
    each = line.unit_price.minor
    piece = _unit(line.line, line.item_id, each, floor, department, days_left=days, towards=towards)
    return [piece] * line.quantity


_unit = lru_cache(maxsize=_UNITS_REMEMBERED)(Unit)
"""One object for a line's units as long as they stay what they are: what is remembered of goods goes by it."""


def _by_line(
    lines: Iterable[LineItem], units: list[Unit], settled: Settled, offers: Mapping[str, Offer]
) -> dict[int, tuple[PriceModifier, ...]]:
    saved: dict[int, dict[str, int]] = {}
    for take in settled.takes:
        line, offer_id = units[take.unit].line, take.offer_id
        of_line = saved.get(line)
        if of_line is None:
            saved[line] = {offer_id: take.amount}
        else:
            of_line[offer_id] = of_line.get(offer_id, 0) + take.amount
    known = {line.line: line for line in lines}
    return {line: _modifiers(known[line], given, offers) for line, given in sorted(saved.items())}


def _modifiers(line: LineItem, given: Mapping[str, int], offers: Mapping[str, Offer]) -> tuple[PriceModifier, ...]:
    """The modifiers of a line as they were applied; those that it has already, where nothing has changed."""
    has = line.modifiers
    if len(given) > 1:
        given = dict(sorted(given.items(), key=lambda took: _applied(offers[took[0]])))
    if len(has) == len(given):
        for one, (offer_id, amount) in zip(has, given.items(), strict=True):
            if (one.offer_id, one.amount.minor) != (offer_id, amount) or one.names != offers[offer_id].names:
                break
        else:
            return has
    currency = line.unit_price.currency
    return tuple(
        PriceModifier(offer_id, Money(amount, currency), offers[offer_id].names) for offer_id, amount in given.items()
    )


def _applied(offer: Offer) -> tuple[int, str]:
    """Where an offer comes among those on one line; offers on top of one another stay as they were applied.

    Item offers that do not stack each have units of their own, so that none of them comes first.
    """
    match offer.at:
        case "catalogue":
            return 0, ""
        case "item" if not offer.stackable:
            return 1, offer.offer_id
        case "item":
            return 2, ""
        case _:
            return 3, ""
