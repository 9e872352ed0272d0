"""What a basket must come to, worked out a second time: Decimal, straight from the shop's price list.

Nothing of the product is used, so that an error in its arithmetic cannot hide. Amounts here are taka or reais, not
minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from samples.catalogue import SampleItem, SampleOffer, SamplePromotion, SampleShop

__all__ = ["Expected", "Oracle", "Picked"]

_CENT = Decimal("0.01")
_GRAMS = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Picked:
    """One thing a shopper took: ``grams`` where it is weighed."""

    item_id: str
    grams: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the basket must come to."""

    total: Decimal
    saved: Decimal
    lines: int


class Oracle:
    """Prices and offers of one shop, for a shopper who is no member and whose packs tell no date.

    Raises ``ValueError`` for offers that it does not understand.
    """

    def __init__(self, shop: SampleShop, *, offers: bool) -> None:
        self.items: dict[str, SampleItem] = {item.item_id: item for item in shop.items}
        self._prices = {item.item_id: Decimal(item.price_minor) / 100 for item in shop.items}
        self._offers: Sequence[SampleOffer] = shop.offers if offers else ()
        promotions = shop.promotions if offers else ()
        self._promotions = [p for p in promotions if not (p.value.get("tiers") or p.value.get("coupon") or _dated(p))]
        on_offer = [item_id for offer in self._offers for item_id in offer.item_ids]
        on_offer += [item_id for promotion in self._promotions for item_id in promotion.item_ids]
        if len(on_offer) != len(set(on_offer)):
            message = "two offers compete for an item: which one gives the shopper more is not worked out here"
            raise ValueError(message)

    def knows(self, item_id: str) -> bool:
        """The shop sells it at a price."""
        return item_id in self._prices

    def weighed(self, item_id: str) -> bool:
        """It is sold by weight."""
        return self.items[item_id].unit == "kg"

    def expected(self, basket: Iterable[Picked]) -> Expected:
        """Total, savings and number of different lines."""
        total, saved = Decimal(0), Decimal(0)
        counted: dict[str, int] = {}
        weighed = 0
        for picked in basket:
            price = self._prices[picked.item_id]
            if picked.grams is None:
                counted[picked.item_id] = counted.get(picked.item_id, 0) + 1
                total += price
            else:
                net = picked.grams - self.items[picked.item_id].tare_grams
                total += (price * net / _GRAMS).quantize(_CENT, ROUND_HALF_UP)
                weighed += 1
        for offer in self._offers:
            saved += self._saving(offer, counted)
        for promotion in self._promotions:
            saved += self._saving_of(promotion, counted)
        return Expected(total - saved, saved, len(counted) + weighed)

    def _saving(self, offer: SampleOffer, counted: Mapping[str, int]) -> Decimal:
        """Units in order of price, the dearest first: of every ``buy`` of them the last ``buy - pay`` are free."""
        taking_part = [item for item in offer.item_ids if item in counted and self.items[item].discountable]
        prices = sorted((self._prices[item] for item in taking_part for _ in range(counted[item])), reverse=True)
        whole = len(prices) // offer.buy * offer.buy
        return sum((price for place, price in enumerate(prices[:whole]) if place % offer.buy >= offer.pay), Decimal(0))

    def _saving_of(self, promotion: SamplePromotion, counted: Mapping[str, int]) -> Decimal:
        """So many, or one of each part, for a price: the dearest together, again and again, while that saves."""
        effect = promotion.value["effect"]
        if effect["kind"] not in ("n_for_price", "set_for_price"):
            message = f"what {effect['kind']} saves is not worked out here"
            raise ValueError(message)
        if effect["kind"] == "n_for_price":
            rows, size = [self._dearest(promotion.value["scope"], counted)], int(effect["n"])
        else:
            rows, size = [self._dearest(part["scope"], counted) for part in effect["parts"]], 1
        price, saved = Decimal(effect["minor"]) / 100, Decimal(0)
        for first in range(0, min(map(len, rows)) - size + 1, size):
            saved += max(Decimal(0), sum((sum(row[first : first + size]) for row in rows), Decimal(0)) - price)
        return saved

    def _dearest(self, scope: Mapping[str, Sequence[str]], counted: Mapping[str, int]) -> list[Decimal]:
        there = [item for item in scope["item_ids"] if item in counted and self.items[item].discountable]
        return sorted((self._prices[item] for item in there for _ in range(counted[item])), reverse=True)


def _dated(promotion: SamplePromotion) -> bool:
    return "expires_within_days" in promotion.value["scope"]
