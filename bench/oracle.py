"""What a basket must come to, worked out a second time: Decimal, straight from the shop's price list.

Nothing of the product is used, so that an error in its arithmetic cannot hide. Amounts here are taka or reais, not
minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from samples.catalogue import SampleShop

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
    """Prices and offers of one shop."""

    def __init__(self, shop: SampleShop, *, offers: bool) -> None:
        self.items: dict[str, Mapping[str, Any]] = {row["item_id"]: row for row in shop.items}
        self._prices = {
            row["item_id"]: Decimal(row["price_minor"]) / 100 for row in shop.items if row.get("price_minor")
        }
        self._offers: Sequence[Mapping[str, Any]] = shop.offers if offers else ()

    def knows(self, item_id: str) -> bool:
        """The shop sells it at a price."""
        return item_id in self._prices

    def weighed(self, item_id: str) -> bool:
        """It is sold by weight."""
        return self.items[item_id].get("unit") == "kg"

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
                net = picked.grams - int(self.items[picked.item_id].get("tare_grams") or 0)
                total += (price * net / _GRAMS).quantize(_CENT, ROUND_HALF_UP)
                weighed += 1
        for offer in self._offers:
            saved += self._saving(offer, counted)
        return Expected(total - saved, saved, len(counted) + weighed)

    def _saving(self, offer: Mapping[str, Any], counted: Mapping[str, int]) -> Decimal:
        """Units in order of price, the dearest first: of every ``buy`` of them the last ``buy - pay`` are free."""
        buy, pay = int(offer["buy"]), int(offer["pay"])
        prices = sorted(
            (self._prices[item] for item in offer["item_ids"] for _ in range(counted.get(item, 0))), reverse=True
        )
        whole = len(prices) // buy * buy
        return sum((price for place, price in enumerate(prices[:whole]) if place % buy >= pay), Decimal(0))
