"""Reading a product name: which generic noun it is, and which flavours and attributes it has.

A name is accepted only if every word of it is understood (noun, modifier, filler or known brand): a wrong noun on a
pack is worse than a product left out. English names end with their noun ("Strawberry Yogurt"), names in the other
languages begin with it ("Yaourt fraise"); both readings are tried, English first.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "Lexicon",
    "Reading",
    "Size",
    "find_size",
    "load_lexicon",
    "normal",
    "read_name",
]

_RUSSIAN = {"кг": ("g", 1000), "г": ("g", 1), "гр": ("g", 1), "мл": ("ml", 1), "л": ("ml", 1000)}
_FACTORS = _RUSSIAN | {
    "kg": ("g", 1000), "g": ("g", 1), "gr": ("g", 1), "gm": ("g", 1), "gms": ("g", 1), "ml": ("ml", 1),
    "cl": ("ml", 10), "dl": ("ml", 100), "l": ("ml", 1000), "lt": ("ml", 1000), "ltr": ("ml", 1000),
}  # fmt: skip
_SIZE = re.compile(
    r"(?<![\w.])(?:(\d{1,2})\s?[x*]\s?)?(\d{1,4}(?:[.,]\d{1,2})?)\s?"
    rf"({'|'.join(sorted(_FACTORS, reverse=True))}|oz)\b\.?",
    re.IGNORECASE,
)
_TRAILING = frozenset({
    "original", "classic", "organic", "natural", "unsalted", "salted", "sweetened", "unsweetened", "premium", "flavor",
    "flavored", "plain", "sliced", "mild", "hot", "medium", "pitted", "bio", "whole", "nature",
})  # fmt: skip
_SPLIT = re.compile(r"\s(?:with|w/|w|avec|con)\s", re.IGNORECASE)
# Words that lose their meaning with their accents: the keyword counts only if the name has the accented word.
_ACCENTED = {"the": "thé", "pates": "pâtes", "pate": "pâte"}


@dataclass(frozen=True, slots=True)
class Size:
    """A pack size found in a name: ``amount`` of ``unit`` (``g`` or ``ml``)."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name was understood as. ``english``: read as an English name."""

    noun: str
    modifiers: tuple[str, ...]
    brand: str
    english: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, as tuples of normalised words."""

    nouns: dict[bool, dict[tuple[str, ...], str]]
    modifiers: dict[bool, dict[tuple[str, ...], str]]
    fillers: frozenset[tuple[str, ...]]
    brands: dict[tuple[str, ...], str]
    noun_rows: dict[str, dict[str, Any]]
    modifier_rows: dict[str, dict[str, Any]]
    pairing: dict[str, Any]
    refused: frozenset[str]


def normal(text: str) -> tuple[str, ...]:
    """Words of ``text`` in lower case, without accents and punctuation; per cent signs stay."""
    flat = unicodedata.normalize("NFD", text.lower().replace("œ", "oe").replace("&", " and ").replace("ß", "ss"))
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    return tuple(re.findall(r"[\w%]+", flat))


def find_size(name: str) -> tuple[Size | None, str]:
    """The single pack size in ``name``, and the name without it."""
    found = list(_SIZE.finditer(name))
    rest = _SIZE.sub(" ", name)
    if len(found) != 1 or found[0].group(1) or found[0].group(3).lower() not in _FACTORS:
        return None, rest
    unit, factor = _FACTORS[found[0].group(3).lower()]
    whole, _, part = found[0].group(2).replace(",", ".").partition(".")
    amount = int(whole) * factor + (int(part) * factor // 10 ** len(part) if part else 0)
    return (Size(amount, unit) if amount else None), rest


def load_lexicon(folder: Path) -> Lexicon:
    """Read ``nouns.jsonl`` and ``vocabulary/`` below ``folder``. Raises ``ValueError`` where a phrase has two nouns."""
    noun_rows = {r["noun"]: r for r in _rows(folder / "nouns.jsonl")}
    modifier_rows = {r["modifier"]: r for r in _rows(folder / "vocabulary" / "modifiers.jsonl")}
    nouns: dict[bool, dict[tuple[str, ...], str]] = {True: {}, False: {}}
    for noun, row in noun_rows.items():
        for english in (True, False):
            for phrase in row["keywords"]["en" if english else "other"]:
                if nouns[english].setdefault(normal(phrase), noun) != noun:
                    message = f"{phrase!r} stands for {noun} and {nouns[english][normal(phrase)]}"
                    raise ValueError(message)
    modifiers: dict[bool, dict[tuple[str, ...], str]] = {True: {}, False: {}}
    for modifier, row in modifier_rows.items():
        for phrase in row["keywords"]:
            for english, mark in ((True, "@other "), (False, "@en ")):
                if not phrase.startswith(mark):
                    modifiers[english].setdefault(
                        normal(phrase.removeprefix("@en ").removeprefix("@other ")),
                        modifier,
                    )
    lines = (folder / "vocabulary" / "fillers.txt").read_text("utf-8").splitlines()
    brands = (folder / "vocabulary" / "brands.txt").read_text("utf-8").splitlines()
    return Lexicon(
        nouns,
        modifiers,
        frozenset(normal(x) for x in lines),
        {normal(b): b for b in brands},
        noun_rows,
        modifier_rows,
        tomllib.loads((folder / "vocabulary" / "pairing.toml").read_text("utf-8")),
        frozenset((folder / "vocabulary" / "refused.txt").read_text("utf-8").casefold().splitlines()),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def read_name(name: str, lexicon: Lexicon) -> Reading | None:
    """The reading of ``name``, or ``None`` where any word of it is not understood."""
    if any(c in name for c in "+;/()") or name.strip().casefold() in lexicon.refused:
        return None
    return _read_english(name, lexicon) or _read_head_first(name, lexicon)


def _read_english(name: str, lexicon: Lexicon) -> Reading | None:
    head, *rest = [part for segment in name.split(",") for part in _SPLIT.split(f" {segment} ")]
    words = normal(head)
    while words:
        for start in range(max(0, len(words) - 8), len(words)):
            noun = lexicon.nouns[True].get(words[start:])
            if noun:
                return _complete(noun, [words[:start], *map(normal, rest)], lexicon, english=True)
        if words[-1] not in _TRAILING:
            return None
        rest.insert(0, words[-1])
        words = words[:-1]
    return None


def _read_head_first(name: str, lexicon: Lexicon) -> Reading | None:
    words = normal(name)
    for begin in range(min(3, len(words))):
        if begin and not _explained(words[begin - 1 : begin], lexicon):
            return None
        for end in range(min(len(words), begin + 8), begin, -1):
            phrase = words[begin:end]
            noun = lexicon.nouns[False].get(phrase)
            if noun and _accents_agree(phrase, name):
                return _complete(noun, [words[:begin], words[end:]], lexicon, english=False)
    return None


def _accents_agree(phrase: tuple[str, ...], name: str) -> bool:
    if phrase[0] == "the" and len(phrase) > 1:
        return True
    accented = _ACCENTED.get(phrase[0])
    return accented is None or accented in unicodedata.normalize("NFC", name.lower())


def _explained(words: tuple[str, ...], lexicon: Lexicon) -> bool:
    leading = lexicon.modifiers[False].get(words) in {"organic", "mini", "gluten_free"}
    return words in lexicon.fillers or words in lexicon.brands or leading


def _complete(noun: str, parts: list[tuple[str, ...]], lexicon: Lexicon, *, english: bool) -> Reading | None:
    modifiers: list[str] = []
    brand = ""
    for part in parts:
        at = 0
        while at < len(part):
            for end in range(min(len(part), at + 6), at, -1):
                words = part[at:end]
                if words in lexicon.modifiers[english]:
                    modifiers.append(lexicon.modifiers[english][words])
                elif words in lexicon.brands:
                    brand = brand or lexicon.brands[words]
                elif words not in lexicon.fillers:
                    continue
                at = end
                break
            else:
                return None
    return Reading(noun, tuple(dict.fromkeys(modifiers)), brand, english)
