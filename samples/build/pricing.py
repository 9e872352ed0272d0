"""Plausible prices, pack weights and stock, worked out from noun and size: the same every time, without floats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samples.build.packaged import number

__all__ = ["pack_grams", "price_bdt", "price_brl", "stock_on_hand"]

_PACKAGING = {  # (share of the contents in per cent, fixed grams)
    "jar": (30, 40), "can": (12, 20), "bottle": (6, 15), "bag": (2, 3), "box": (7, 6), "carton": (4, 5), "tub": (5, 6),
    "tin": (14, 20), "bar": (3, 2), "tray": (5, 8), "pouch": (4, 4), "eggs": (0, 45),
}  # fmt: skip
_DEAR = 100  # taka; dearer goods are rounded to five taka
_OIL_DENSITY = 92  # grams per 100 ml


def price_bdt(noun: Mapping[str, Any], amount: int, key: str) -> tuple[int, int]:
    """(price, maximum retail price) in poisha, whole taka, VAT inside; the price is never above the MRP."""
    taka = _scaled(noun["price_bdt"], noun["sizes"], amount, number("bdt", key))
    step = 1 if taka < _DEAR else 5
    mrp = max(5, (taka + step // 2) // step * step)
    price = mrp if number("below-mrp", key) % 3 else max(5, mrp * 95 // 100)
    return price * 100, mrp * 100


def price_brl(noun: Mapping[str, Any], amount: int, key: str) -> int:
    """The price in centavos, ending in 9 as on Brazilian shelves."""
    centavos = _scaled(noun["price_brl"], noun["sizes"], amount, number("brl", key))
    return max(99, centavos // 10 * 10 + 9)


def _scaled(bounds: list[int], sizes: list[int], amount: int, draw: int) -> int:
    """A price drawn between ``bounds`` for the middle size; nine tenths of it grows with the size."""
    low, high = bounds
    middle = sizes[len(sizes) // 2]
    base = low * 1000 + (high - low) * (draw % 1001)
    return base * (middle + 9 * amount) // (10 * middle * 1000)


def pack_grams(noun: Mapping[str, Any], amount: int) -> tuple[int, int]:
    """(expected weight, spread) of one pack in whole grams, packaging included."""
    if noun["unit"] == "each":
        contents = amount * noun["piece_grams"]
    elif noun["unit"] == "ml":
        contents = amount * (_OIL_DENSITY if noun["department"] == "oils" else 100) // 100
    else:
        contents = amount
    share, fixed = _PACKAGING[noun["pack"]]
    grams = contents + contents * share // 100 + fixed
    return grams, max(2, grams * (4 if noun["unit"] == "each" else 2) // 100)


def stock_on_hand(item_id: str, location: str, *, weighed: bool) -> int:
    """Pieces (grams for weighed items) on hand. About one item in forty is out of stock; of the rest an evening of
    demonstrations leaves some.
    """
    draw = number("stock", item_id, location)
    if location == "warehouse":
        pieces = 40 + draw % 400
    elif draw % 40 == 0:
        pieces = 0
    else:
        pieces = 20 + draw % 40
    return pieces * 1000 if weighed else pieces
