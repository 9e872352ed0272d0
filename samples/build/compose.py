"""Names of a packaged item in Bengali, English and Portuguese, composed from its reading and its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from samples.build.grammar import Lexicon, Reading, Size

__all__ = ["acceptable", "compose"]

_MOST_FLAVOURS = 2
_MOST_MODIFIERS = 3
_THOUSAND = 1000
_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_GENDERS = ("m", "f", "mp", "fp")
_UNITS = {
    "g": {"en": "g", "bn": "গ্রাম", "pt_BR": "g"},
    "kg": {"en": "kg", "bn": "কেজি", "pt_BR": "kg"},
    "ml": {"en": "ml", "bn": "মিলি", "pt_BR": "ml"},
    "l": {"en": "l", "bn": "লিটার", "pt_BR": "l"},
    "each": {"en": "pc", "bn": "টি", "pt_BR": "un"},
}


def acceptable(reading: Reading, lexicon: Lexicon) -> bool:
    """Whether noun and modifiers go together: no chocolate in a tomato sauce, nothing the shop does not sell."""
    row = lexicon.noun_rows[reading.noun]
    flavours = 0
    for modifier in reading.modifiers:
        kind = lexicon.modifier_rows[modifier]["kind"]
        if kind == "refuse" or (kind == "flavour" and not _flavour_fits(modifier, row, lexicon.pairing)):
            return False
        departments = lexicon.pairing["attributes"].get(modifier, [row["department"]])
        if kind == "attribute" and row["department"] not in departments:
            return False
        flavours += kind == "flavour"
    return flavours <= _MOST_FLAVOURS and len(reading.modifiers) <= _MOST_MODIFIERS


def _flavour_fits(modifier: str, row: Mapping[str, Any], pairing: Mapping[str, Any]) -> bool:
    noun, department = row["noun"], row["department"]
    if not row["flavours"]:
        return False
    if modifier in pairing["meats"] and department not in pairing["meat_departments"]:
        return False
    if modifier in pairing["staples"] and noun in pairing["fixed_base_nouns"]:
        return False
    if modifier in pairing["cheeses"] and noun in pairing["cheese_nouns"]:
        return False
    if noun in pairing["either_nouns"]:
        return True
    savoury_good = department in pairing["savoury_departments"] or noun in pairing["savoury_nouns"]
    sweet_good = department in pairing["sweet_departments"] or noun in pairing["sweet_nouns"]
    return not (modifier in pairing["sweet"] and savoury_good) and not (modifier in pairing["savoury"] and sweet_good)


def compose(reading: Reading, size: Size, lexicon: Lexicon) -> dict[str, str]:
    """Names per language: brand, attributes, flavours, noun, size."""
    row = lexicon.noun_rows[reading.noun]
    attributes: list[Mapping[str, Any]] = []
    flavours: list[Mapping[str, Any]] = []
    for modifier in reading.modifiers:
        found = lexicon.modifier_rows[modifier]
        names = found["names"]
        if names["en"] in row["names"]["en"] or names["bn"] in row["names"]["bn"]:
            continue
        (attributes if found["kind"] == "attribute" else flavours).append(names)
    english = " ".join(
        [
            *(a["en"] for a in attributes),
            " and ".join(f["en"] for f in flavours),
        ]
    )
    english_noun, bengali_noun = row["names"]["en"], row["names"]["bn"]
    if flavours:
        bengali_noun = _after(flavours[-1]["bn"], _without_generic(bengali_noun))
        english_noun = _after(flavours[-1]["en"], english_noun)
    bengali = " ".join([*(a["bn"] for a in attributes), "-".join(f["bn"] for f in flavours)])
    brand = f"{reading.brand} " if reading.brand else ""
    return {
        "bn": f"{brand}{bengali} {bengali_noun}, {_size(size, 'bn')}".replace("  ", " ").strip(),
        "en": _sentence(f"{brand}{english} {english_noun}, {_size(size, 'en')}"),
        "pt_BR": _sentence(
            f"{_portuguese(row, attributes, flavours)}{' ' + reading.brand if reading.brand else ''}, "
            f"{_size(size, 'pt_BR')}"
        ),
    }


def _without_generic(bengali_noun: str) -> str:
    """The Bengali noun without the part that a flavour makes superfluous: raspberry purée is no "fruit purée"."""
    return bengali_noun.removeprefix("ফলের ").removeprefix("সবজির ").removesuffix(" পাতা")


def _after(flavour: str, noun: str) -> str:
    """``noun`` without a first word that ``flavour`` already ends with ("white chocolate" + "chocolate truffles")."""
    return noun.removeprefix(flavour.rsplit(maxsplit=1)[-1] + " ")


def _portuguese(
    row: Mapping[str, Any], attributes: Sequence[Mapping[str, Any]], flavours: Sequence[Mapping[str, Any]]
) -> str:
    noun = row["names"]["pt_BR"]
    if flavours:
        noun = noun.removesuffix(" de frutas").removesuffix(" de fruta")
    words = [noun]
    if flavours:
        joined = " e ".join(f["pt_BR"][0] for f in flavours)
        words.append(f"{'sabor' if ' de ' in noun or ' para ' in noun else 'de'} {joined}")
    for attribute in attributes:
        if attribute["en"] == "mini":
            words.insert(0, "mini")
            continue
        forms = attribute["pt_BR"]
        words.append(forms[_GENDERS.index(row["gender"])] if len(forms) > 1 else forms[0])
    return " ".join(words)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _size(size: Size, language: str) -> str:
    """A size as the language's shops print it: 1500 ml is 1.5 l, in Bengali digits in Bengali."""
    amount, unit = str(size.amount), size.unit
    if unit in ("g", "ml") and size.amount >= _THOUSAND and size.amount % 100 == 0:
        whole, part = divmod(size.amount // 100, 10)
        amount, unit = (
            (f"{whole}.{part}" if part else str(whole)),
            {"g": "kg", "ml": "l"}[unit],
        )
    if language == "pt_BR":
        amount = amount.replace(".", ",")
    if language == "bn":
        amount = amount.translate(_DIGITS)
    return f"{amount}{'' if language == 'bn' and unit == 'each' else ' '}{_UNITS[unit][language]}"
