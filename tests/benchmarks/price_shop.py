"""A shop with many live offers: its book on disk, and trolleys that are filled in it.

Nine offers in ten mean two to eight items, as leaflets do; the others a whole department, and a few the whole order.
All kinds are there. Every offer holds all the time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import (
    AmountOff,
    AmountOffEach,
    BuyGet,
    Effect,
    NAmountOff,
    NForM,
    NForPrice,
    NPercentOff,
    Offer,
    Part,
    PercentOffEach,
    PriceEach,
    Scope,
    SetForPrice,
    TieredPercent,
)
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.store.book_builder import BookBuilder

__all__ = ["build", "gtin_of", "items_of", "offers_of"]

_A_DEPARTMENT = 50
"""Items in each."""
_CURRENCY = "BDT"


def gtin_of(number: int) -> str:
    """The GTIN-13 of an item, as a scanner gives it."""
    body = f"890{number:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def items_of(count: int) -> list[Item]:
    """``count`` items at prices from 0.50 to 20.00, fifty to a department."""
    rng = random.Random(count)
    return [
        Item(
            f"i{number}",
            {"en": f"Item {number}"},
            f"d{number // _A_DEPARTMENT}",
            "standard",
            Money(10 * rng.randint(5, 200), _CURRENCY),
            gtin=f"0{gtin_of(number)}",
        )
        for number in range(count)
    ]


def offers_of(count: int, items: int, seed: int = 1) -> list[Offer]:
    """``count`` offers over a shop of ``items`` items."""
    rng = random.Random(seed)
    return [_offer(rng, number, items) for number in range(count)]


def _offer(rng: random.Random, number: int, items: int) -> Offer:
    name, names = f"o{number:05}", {"en": f"Offer {number}"}
    if number % 50 == 49:
        return Offer(name, Scope(), AmountOff(100), names, min_spend=100 * rng.randint(100, 500))
    if number % 10 == 9:
        department = Scope(departments=(f"d{rng.randrange(-(-items // _A_DEPARTMENT))}",))
        return Offer(name, department, rng.choice(_WIDE)(rng), names, priority=rng.randint(0, 9))
    meant = tuple(f"i{one}" for one in rng.sample(range(items), min(items, rng.randint(2, 8))))
    return Offer(name, Scope(meant), _narrow(rng, meant), names, priority=rng.randint(0, 9))


_WIDE: Sequence[Callable[[random.Random], Effect]] = (
    lambda rng: PercentOffEach(500 * rng.randint(1, 4)),
    lambda rng: NForM(rng.randint(3, 5), 2),
    lambda rng: TieredPercent("quantity", ((3, 500), (6, 1_000), (rng.randint(8, 12), 1_500))),
)


def _narrow(rng: random.Random, meant: Sequence[str]) -> Effect:
    size = rng.randint(2, 4)
    makers: tuple[Callable[[], Effect], ...] = (
        lambda: PercentOffEach(500 * rng.randint(1, 6)),
        lambda: AmountOffEach(10 * rng.randint(1, 30)),
        lambda: PriceEach(10 * rng.randint(30, 120)),
        lambda: NForM(size, size - 1),
        lambda: NForPrice(size, 10 * size * rng.randint(30, 120)),
        lambda: NAmountOff(size, 10 * rng.randint(5, 80)),
        lambda: NPercentOff(size, 1_000 * rng.randint(1, 4)),
        lambda: BuyGet(rng.randint(1, 2), Scope(tuple(meant)), 1, rng.choice((5_000, 10_000))),
        lambda: SetForPrice(tuple(Part(Scope((item,))) for item in meant[:2]), 10 * rng.randint(50, 240)),
    )
    return rng.choice(makers)()


def build(folder: Path, items: Sequence[Item], offers: Sequence[Offer], policy: Policy) -> Path:
    """The shop's price book, as the kiosk gets it from head office."""
    encode = msgspec.json.Encoder().encode
    with BookBuilder(folder) as builder:
        for item in items:
            builder.put("item", item.item_id, encode(item))
        for offer in offers:
            builder.put("offer", offer.offer_id, encode(offer))
        builder.put("tax_class", "standard", encode(TaxClass("standard", (("2025-01-09", 750),))))
        builder.put("policy", "policy", encode(policy))
        return Path(builder.finish(1))
