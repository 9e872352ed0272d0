"""Baskets that django-oscar and this house can both express, in neutral words, and in this house's terms.

A basket is JSON: ``lines`` (``item``, ``price`` in minor units, ``qty``) and ``offers`` (``kind``, the ``items`` it
means, ``priority``, and what its kind needs):

| kind | Oscar's condition and benefit | here |
|---|---|---|
| ``percent`` | 1 of the range; percentage | ``PercentOffEach`` |
| ``percent_over`` | spend ``over`` in the range; percentage | the same, ``min_spend`` |
| ``amount`` | ``n`` of the range; absolute, ``n`` items affected | ``NAmountOff`` |
| ``multibuy`` | ``n`` of the range; the cheapest free | ``NForM(n, n - 1)`` |
| ``price`` | ``n`` of the range; fixed price | ``NForPrice`` |
| ``set`` | ``n`` different of a range of ``n``; fixed price | ``SetForPrice``, a part for each item |

Shipping is left out. Prices are whole steps of 0.20 and percents whole steps of 5, so that no percent needs rounding:
Oscar keeps fractions of a cent to the end, the kiosk rounds each unit (docs/decisions/0201). ``odd`` prices are not.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.retail.money import Money
from kiosk.retail.offer import (
    Effect,
    NAmountOff,
    NForM,
    NForPrice,
    Offer,
    Part,
    PercentOffEach,
    Scope,
    SetForPrice,
)
from kiosk.retail.pricing import counted
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem

__all__ = ["CURRENCY", "KNOWN", "lines_of", "offers_of", "random_baskets"]

CURRENCY = "EUR"
_STEP = 20
_KINDS = ("percent", "percent_over", "amount", "multibuy", "price", "set")

KNOWN: Mapping[str, Any] = {
    "lines": [
        {"item": item, "price": price, "qty": 1} for item, price in zip("ABCD", (450, 400, 100, 300), strict=True)
    ],
    "offers": [{"id": "3-for-2", "kind": "multibuy", "items": list("ABCD"), "n": 3, "priority": 0}],
}
"""Three for two on 4.50, 4.00, 1.00 and 3.00: Oscar frees 1.00 where 3.00 is possible."""


def random_baskets(seed: int, count: int, lines: int, offers: int, *, odd: bool = False) -> list[dict[str, Any]]:
    """``count`` baskets of up to ``lines`` lines, each with ``offers`` offers that hold."""
    rng = random.Random(seed)
    return [_basket(rng, rng.randint(lines // 2, lines), offers, 1 if odd else _STEP) for _ in range(count)]


def _basket(rng: random.Random, lines: int, offers: int, step: int) -> dict[str, Any]:
    items = [f"item-{number:03}" for number in range(lines)]
    price = {item: step * rng.randint(100 // step, 2_000 // step) for item in items}
    return {
        "lines": [{"item": item, "price": price[item], "qty": rng.choice((1, 1, 1, 2, 3, 4))} for item in items],
        "offers": [_offer(rng, f"offer-{number:03}", items, step) for number in range(offers)],
    }


def _offer(rng: random.Random, name: str, items: Sequence[str], step: int) -> dict[str, Any]:
    kind = rng.choice(_KINDS)
    meant = rng.sample(items, min(len(items), rng.randint(2, 4) if kind == "set" else rng.randint(1, 8)))
    offer = {"id": name, "kind": kind, "items": sorted(meant), "priority": rng.randint(0, 5)}
    size = len(meant) if kind == "set" else rng.randint(2, 4)
    match kind:
        case "percent":
            return offer | {"percent": 5 * rng.randint(1, 8)}
        case "percent_over":
            return offer | {"percent": 5 * rng.randint(1, 8), "over": step * rng.randint(0, 3_000 // step)}
        case "amount":
            return offer | {"n": size, "minor": step * rng.randint(1, 600 // step)}
        case "multibuy":
            return offer | {"n": size}
        case _:
            return offer | {"n": size, "minor": size * step * rng.randint(1, 1_200 // step)}


def lines_of(basket: Mapping[str, Any]) -> list[LineItem]:
    """The basket as the kiosk rings it up."""
    return [_line(number, row) for number, row in enumerate(basket["lines"], start=1)]


def _line(number: int, row: Mapping[str, Any]) -> LineItem:
    price = Money(row["price"], CURRENCY)
    return LineItem(
        line=number,
        item_id=row["item"],
        names={},
        unit="each",
        quantity=row["qty"],
        unit_price=price,
        extended=counted(price, row["qty"]),
        tax_rate=TaxRate("vat", 2_000),
        entry="scanned",
    )


def offers_of(basket: Mapping[str, Any]) -> list[Offer]:
    """The basket's offers as the kiosk's."""
    return [
        Offer(
            row["id"],
            Scope(tuple(row["items"])),
            _effect(row),
            {},
            min_spend=row.get("over", 0),
            priority=row["priority"],
        )
        for row in basket["offers"]
    ]


def _effect(row: Mapping[str, Any]) -> Effect:
    match row["kind"]:
        case "percent" | "percent_over":
            return PercentOffEach(row["percent"] * 100)
        case "amount":
            return NAmountOff(row["n"], row["minor"])
        case "multibuy":
            return NForM(row["n"], row["n"] - 1)
        case "price":
            return NForPrice(row["n"], row["minor"])
        case _:
            return SetForPrice(tuple(Part(Scope((item,))) for item in row["items"]), row["minor"])
