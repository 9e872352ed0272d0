"""How other programs write down label patterns and faults, in this house's terms."""

from __future__ import annotations

import re

from kiosk.retail.codes.coupons import Fault
from kiosk.retail.codes.elements import Clash
from kiosk.retail.codes.labels import LabelPattern

__all__ = ["clash_words", "coupon_words", "patterns_in", "same_fault"]

_BRACED = re.compile(r"[\d.]*\{N*D*\}[\d.]*")
_BRAZILIAN = re.compile(r"\bC+[PT]+X+\b")
_SPACED = re.compile(r"\b2( ?[IVPC])+\b")
_PLAIN = re.compile(r"pattern [\d.]{8,13}(?![\d.{])")
_SWAPPED = re.compile(r"\b(swapped|reversed|the other way round)\b")
_TWO_PATTERNS = ("22......{NNDD}.", ".....{NNNDDDD}.")
_BRAZILIAN_WEIGHT = "CCCCCCCPPPPPX"
_SELF_CHECKED = (12, 13)


def patterns_in(group: str, data: str) -> tuple[LabelPattern, ...] | None:
    """The patterns that a group's words name, in the order in which they are to be tried.

    Nothing for a pattern without a measure (``........``), ``None`` where the words name none at all.
    """
    if group.startswith("two patterns"):
        written = _BRACED.findall(group) or list(_TWO_PATTERNS)
        return tuple(_braced(one, len(data)) for one in (written[::-1] if _SWAPPED.search(group) else written))
    if found := _BRACED.search(group):
        return (_braced(found[0], len(data)),)
    if "Brazil" in group:
        found = _BRAZILIAN.search(group)
        return (_brazilian(found[0] if found else _BRAZILIAN_WEIGHT),)
    if found := _SPACED.search(group):
        return (LabelPattern(found[0].replace(" ", ""), 2),)
    return () if _PLAIN.search(group) else None


def _braced(written: str, length: int) -> LabelPattern:
    """``{NND}`` is the measure with its decimals; 12 and 13 signs end in the check digit."""
    field = written[written.index("{") + 1 : written.index("}")]
    signs = written.replace("{" + field + "}", "P" * len(field)).replace(".", "I")
    if length in _SELF_CHECKED and signs.endswith("I"):
        signs = signs[:-1] + "C"
    return LabelPattern(signs, field.count("D"))


def _brazilian(written: str) -> LabelPattern:
    """C code, T total in cents, P weight in grams, X filling; the last sign is the check digit."""
    signs = written.replace("C", "I").replace("P", "W").replace("T", "P")
    return LabelPattern(signs[:-1] + "C", 2 if "P" in signs else 3)


def clash_words(clash: Clash) -> str:
    """A breach of association rules."""
    if clash.other:
        return f"{clash.ai} and {clash.other} may not be together"
    return f"{clash.ai} needs something more"


_FIELDS = {
    "company_prefix": "company prefix",
    "save_value": "save value",
    "requirement": "purchase requirement",
    "requirement_code": "purchase requirement code",
    "expiration": "expiration date",
}
_FAULTS: dict[Fault, str] = {
    "missing": "missing {}",
    "length": "length of {} out of range",
    "short": "truncated {}",
    "code": "invalid {}",
    "date": "bad {}",
    "order": "expires before start",
    "excess": "excess data",
    "digits": "not all digits",
}


def coupon_words(field: str, fault: Fault) -> str:
    """A fault of a coupon."""
    return _FAULTS[fault].format(_FIELDS.get(field, field.replace("_", " ")))


def same_fault(expected: str, found: object) -> bool:
    """Whether two sentences about a fault say the same: the same kind of fault in the same field."""
    return isinstance(found, str) and _meaning(expected) == _meaning(found) is not None


_KINDS = (
    ("order", r"before start"),
    ("excess", r"excess"),
    ("unfit", r"\bno (rule|pattern|match)|\b(fits|matches) (none|no)\b"),
    ("check", r"\bcheck ?(digit|sum)"),
    ("together", r"may not be together"),
    ("needs", r" needs (?!4)"),
    ("date", r"(bad|invalid|illegal) .*date"),
    ("short", r"truncated|too short"),
    ("missing", r"missing"),
    ("length", r"length"),
    ("code", r"invalid|must be|may be"),
)
_SUBJECTS = (
    r"second|2nd|third|3rd",
    r"company prefix|funder",
    r"offer code",
    r"save value",
    r"requirement code",
    r"requirement",
    r"family",
    r"serial",
    r"format",
    r"expir",
    r"start",
    r"retailer",
)


def _meaning(sentence: str) -> tuple[str, ...] | None:
    kind = next((kind for kind, words in _KINDS if re.search(words, sentence, re.IGNORECASE)), None)
    if kind is None:
        return None
    if kind == "together":
        return (kind, *sorted(re.findall(r"\b\d+n?\b", sentence)))
    if kind == "needs":
        return (kind, sentence.split(" ", 1)[0])
    if not sentence[0].isalpha():
        return None
    if kind == "check":
        return (kind, *(["inner"] if "inner" in sentence else []), *re.findall(r"\d+", sentence))
    if kind in ("order", "excess", "unfit"):
        return (kind,)
    subjects = [words for words in _SUBJECTS if re.search(rf"\b({words})", sentence, re.IGNORECASE)]
    return (kind, *subjects)
