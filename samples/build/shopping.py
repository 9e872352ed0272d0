"""Synthetic baskets, and the stand-ins that let a published basket file of 169 item groups be replayed here."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from samples.build.packaged import number

__all__ = ["baskets", "groceries_map"]

_SHARE_OF_PRODUCE = 0.25


def groceries_map(
    stand_ins: Sequence[str], items_by_noun: Mapping[str, Sequence[str]], own_ids: frozenset[str]
) -> list[tuple[int, str]]:
    """(item index, our item id) for each of ``stand_ins``, a noun or an item of our own; from 0.

    A noun that stands for several groups gives a different item each time.
    """
    used: dict[str, int] = {}
    rows = []
    for index, stand_in in enumerate(stand_ins):
        if stand_in in own_ids:
            rows.append((index, stand_in))
            continue
        choice = items_by_noun[stand_in]
        rows.append((index, choice[used.get(stand_in, 0) % len(choice)]))
        used[stand_in] = used.get(stand_in, 0) + 1
    return rows


def baskets(items: Sequence[Mapping[str, Any]], count: int) -> list[str]:
    """``count`` lines of item ids, popular items often; a weighed item is ``item_id@grams``."""
    draw = random.Random(20_260_101)
    ranked = sorted(
        items,
        key=lambda r: (r["department"] != "produce", number("popular", r["item_id"])),
    )
    produce = [r for r in ranked if r["department"] == "produce"]
    others = ranked[len(produce) :]
    lines = []
    for _ in range(count):
        size = 1 + int(draw.random() * draw.random() * 24)
        line = []
        for _ in range(size):
            pool = produce if draw.random() < _SHARE_OF_PRODUCE else others
            item = pool[int(len(pool) * draw.random() ** 3)]
            grams = f"@{150 + int(draw.random() * 1850)}" if item["unit"] == "kg" else ""
            line.append(item["item_id"] + grams)
        lines.append(" ".join(line))
    return lines
