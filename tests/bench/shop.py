"""A shop of a few plain rows, for tests of what is worked out on the bench."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Literal

from samples.catalogue import Country, SampleItem, SampleOffer, SamplePromotion, SampleShop, load_shop

__all__ = ["item", "offer", "sample_shop", "shop"]


@cache
def sample_shop(country: Country = "bd") -> SampleShop:
    """The whole sample shop, read once."""
    return load_shop(country)


def item(
    item_id: str,
    price_minor: int,
    *,
    unit: Literal["each", "kg"] = "each",
    tare_grams: int = 0,
    discountable: bool = True,
) -> SampleItem:
    """An item of the sample shop made another."""
    return replace(
        sample_shop().items[0],
        item_id=item_id,
        price_minor=price_minor,
        unit=unit,
        tare_grams=tare_grams,
        discountable=discountable,
    )


def offer(offer_id: str, items: str, buy: int, pay: int) -> SampleOffer:
    """Buy and pay, of items named with blanks between them."""
    return SampleOffer(offer_id, tuple(items.split()), {"en": offer_id}, buy, pay)


def shop(*rows: SampleItem | SampleOffer | SamplePromotion) -> SampleShop:
    """A shop that sells these and nothing else."""
    items = tuple(row for row in rows if isinstance(row, SampleItem))
    offers = tuple(row for row in rows if isinstance(row, SampleOffer))
    promotions = tuple(row for row in rows if isinstance(row, SamplePromotion))
    return replace(sample_shop(), items=items, offers=offers, promotions=promotions, stock=())
