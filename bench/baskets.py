"""Baskets to replay: one a line, things separated by blanks, ``item_id`` or ``item_id@grams``.

A file of plain numbers is read as indexes into ``samples/groceries_map.csv``, which is how the 9,835 baskets of the
Groceries data set come.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.oracle import Oracle, Picked
from samples.catalogue import groceries_map

__all__ = ["GROCERIES", "SHIPPED", "BasketsError", "read_baskets", "usual_baskets"]

_SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SHIPPED = _SAMPLES / "baskets.txt"
"""Baskets made up for this shop; used when no other file is named."""

GROCERIES = Path(__file__).resolve().parents[1] / "data" / "groceries" / "baskets.txt"
"""Where the Groceries data set is looked for; it is under another licence and no part of this project."""

_EVERY_DAY_GRAMS = 640
"""What a shopper of a file without weights puts on the scale."""


class BasketsError(Exception):
    """The file cannot be read; the text names file, line and what is wrong."""


def usual_baskets() -> Path:
    """The 9,835 baskets of the Groceries data set where somebody has put them, else those shipped with the shop."""
    return GROCERIES if GROCERIES.is_file() else SHIPPED


def read_baskets(path: Path, oracle: Oracle, *, most: int | None = None) -> Iterator[tuple[Picked, ...]]:
    """Baskets in file order, at most ``most``; what follows a ``#`` is a remark. Raises ``BasketsError``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        message = f"no baskets in {path}: {fault}"
        raise BasketsError(message) from fault
    baskets = [(number, words) for number, line in enumerate(lines, 1) if (words := line.partition("#")[0].split())]
    numbered = bool(baskets) and all(map(_is_whole, baskets[0][1]))
    mapping = {str(item): item_id for item, item_id in groceries_map().items()} if numbered else {}
    for number, words in baskets[:most]:
        yield tuple(_picked(word, mapping, oracle, f"{path}:{number}") for word in words)


def _picked(word: str, mapping: dict[str, str], oracle: Oracle, where: str) -> Picked:
    name, at, weight = word.partition("@")
    item_id = mapping.get(name, name)
    if not oracle.knows(item_id):
        message = f"{where}: the shop does not sell {item_id!r}"
        raise BasketsError(message)
    item = oracle.items[item_id]
    if not oracle.weighed(item_id):
        if at:
            message = f"{where}: {item_id} is not sold by weight"
            raise BasketsError(message)
        return Picked(item_id)
    if at and not _is_whole(weight):
        message = f"{where}: {weight!r} is no number of grams"
        raise BasketsError(message)
    grams = int(weight) if at else _EVERY_DAY_GRAMS
    if grams <= item.tare_grams:
        message = f"{where}: {grams} g of {item_id} are no more than its packaging ({item.tare_grams} g)"
        raise BasketsError(message)
    return Picked(item_id, grams)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal()
