"""Baskets to replay: one a line, things separated by blanks, ``item_id`` or ``item_id@grams``.

A file of plain numbers is read as indexes into ``samples/groceries_map.csv``, which is how the 9,835 baskets of the
Groceries data set come.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.oracle import Oracle, Picked
from samples.catalogue import groceries_map

__all__ = ["SHIPPED", "BasketsError", "read_baskets"]

_SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SHIPPED = _SAMPLES / "baskets.txt"
"""Baskets made up for this shop; used when no other file is named."""

_EVERY_DAY_GRAMS = 640
"""What a shopper of a file without weights puts on the scale."""


class BasketsError(Exception):
    """The file cannot be read; the text names file, line and what is wrong."""


def read_baskets(path: Path, oracle: Oracle, *, most: int | None = None) -> Iterator[tuple[Picked, ...]]:
    """Baskets in file order, at most ``most``. Raises ``BasketsError``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as fault:
        message = f"no baskets in {path}: {fault}"
        raise BasketsError(message) from fault
    numbered = bool(lines) and lines[0].replace(" ", "").isdigit()
    mapping = {str(item): item_id for item, item_id in groceries_map().items()} if numbered else {}
    taken = 0
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if most is not None and taken >= most:
            return
        taken += 1
        yield tuple(_picked(word, mapping, oracle, f"{path}:{number}") for word in words)


def _picked(word: str, mapping: dict[str, str], oracle: Oracle, where: str) -> Picked:
    name, _, grams = word.partition("@")
    item_id = mapping.get(name, name)
    if not oracle.knows(item_id):
        message = f"{where}: the shop does not sell {item_id!r}"
        raise BasketsError(message)
    if grams and not grams.isdigit():
        message = f"{where}: {grams!r} is no number of grams"
        raise BasketsError(message)
    weighed = oracle.weighed(item_id)
    return Picked(item_id, int(grams) if grams else _EVERY_DAY_GRAMS if weighed else None)
