"""The packaged items: which Open Food Facts products are taken, with their names and sizes."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples.build.compose import acceptable, compose
from samples.build.grammar import Lexicon, Reading, Size, find_size, normal, read_name

__all__ = ["check_digit", "choose", "gtin14", "item_id", "number"]

_SHORT = 8
"""Digits of a GTIN-8."""

_EVER_RESTRICTED = ("02", "04", "05", "2", "98", "99", "977", "978", "979", "00000")
_PORTUGUESE_PREFIXES = ("789", "790", "560")
_PORTUGUESE = frozenset({
    "leite", "queijo", "manteiga", "azeite", "iogurte", "biscoito", "bolacha", "suco", "sumo", "batata", "pao", "bolo",
    "acucar", "azeitonas", "azeitona", "farinha", "molho", "agua", "doce", "maionese", "cerveja", "vinho", "sardinhas",
    "castanha", "marmelada", "morango", "mel", "cafe", "achocolatado",
})  # fmt: skip


def number(*parts: object) -> int:
    """A steady number from ``parts`` (the same on every machine), for choices that must not change."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:6])


def check_digit(body: str) -> str:
    """The GS1 check digit of ``body`` (all digits but the last): weights 3 and 1 from the right."""
    total = sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(code: str) -> str | None:
    """``code`` as 14 digits, or ``None``: wrong check digit, restricted circulation, coupon, book or filler code."""
    if not code.isdigit() or len(code) not in (8, 12, 13, 14):
        return None
    padded = code.zfill(14)
    if check_digit(padded[:13]) != padded[13] or padded[0] != "0":
        return None
    if len(code) == _SHORT or padded.startswith("000000"):
        return padded if padded[6] not in "02" and padded[6:9] >= "300" else None
    return None if padded[1:].startswith(_EVER_RESTRICTED) else padded


def item_id(gtin: str) -> str:
    """The retailer's own key: it tells nothing of the GTIN, so that GTINs stay in the folder of their licence."""
    return f"pk-{number('item', gtin) % 100_000_000:08d}"


def choose(source: Path, lexicon: Lexicon, target: int) -> list[dict[str, Any]]:
    """About ``target`` products of the csv.gz ``source``: understood whole, and told apart by name in all languages.

    Products of South Asia and Brazil come first, then nouns in turn, so that no shelf is empty.
    """
    candidates = sorted(_candidates(source, lexicon), key=_rank)
    taken: list[dict[str, Any]] = []
    seen: set[str] = set()
    per_noun: dict[str, int] = {}
    waves = (3, 6, 10, 16, 24, 40, 60)
    for most in waves:
        for gtin, name, reading, size in candidates:
            if len(taken) >= target:
                return sorted(taken, key=lambda r: str(r["gtin"]))
            if per_noun.get(reading.noun, 0) >= most or gtin in seen or _same_name(name, reading) in seen:
                continue
            row = _row(gtin, name, reading, size, lexicon, seen)
            if row:
                taken.append(row)
                seen |= {
                    gtin,
                    _same_name(name, reading),
                    row["names"]["bn"],
                    row["names"]["pt_BR"],
                    row["names"]["en"],
                }
                per_noun[reading.noun] = per_noun.get(reading.noun, 0) + 1
    return sorted(taken, key=lambda r: str(r["gtin"]))


def _same_name(name: str, reading: Reading) -> str:
    return f"{reading.noun}:{name.casefold().strip()}"


def _candidates(source: Path, lexicon: Lexicon) -> Iterator[tuple[str, str, Reading, Size | None]]:
    with gzip.open(source, "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            gtin = gtin14(row["gtin"])
            if gtin is None:
                continue
            size, rest = find_size(row["name"])
            reading = read_name(rest, lexicon)
            if reading and acceptable(reading, lexicon):
                yield gtin, " ".join(row["name"].split()), reading, size


def _rank(candidate: tuple[str, str, Reading, Size | None]) -> tuple[int, int]:
    gtin = candidate[0]
    home = gtin[1:4] in ("890", "894", "896", *_PORTUGUESE_PREFIXES)
    return (0 if home else 1, number("rank", gtin))


def _row(
    gtin: str,
    name: str,
    reading: Reading,
    size: Size | None,
    lexicon: Lexicon,
    seen: set[str],
) -> dict[str, Any] | None:
    row = lexicon.noun_rows[reading.noun]
    sizes = row["sizes"]
    fits = size is not None and size.unit == row["unit"] and sizes[0] // 3 <= size.amount <= sizes[-1] * 5
    start = number("size", gtin) % len(sizes)
    ours = [Size(sizes[(start + i) % len(sizes)], row["unit"]) for i in range(len(sizes))]
    for chosen in [size] if fits and size else ours:
        names = compose(reading, chosen, lexicon)
        marks = dict.fromkeys(("en", "bn", "pt_BR"), "composed")
        if reading.english and _well_set(name):
            names["en"], marks["en"] = name, "sourced"
        elif gtin[1:4] in _PORTUGUESE_PREFIXES and _PORTUGUESE & set(normal(name)) and _well_set(name):
            names["pt_BR"], marks["pt_BR"] = name, "sourced"
        if not seen & set(names.values()):
            return {
                "gtin": gtin,
                "sourced_name": name,
                "noun": reading.noun,
                "size": {"amount": chosen.amount, "unit": chosen.unit, "sourced": fits},
                "names": names,
                "name_marks": marks,
            }
    return None


def _well_set(name: str) -> bool:
    """Fit to be shown as it is: neither all capitals nor all small letters, and nothing odd in it."""
    return name[:1].isupper() and name not in (name.upper(), name.lower()) and '"' not in name and "*" not in name
