"""How other programs write down label patterns and faults, in this house's terms."""

from __future__ import annotations

import re

from kiosk.retail.codes.coupons import Fault
from kiosk.retail.codes.dates import day_of
from kiosk.retail.codes.elements import Clash, Element
from kiosk.retail.codes.labels import LabelPattern

__all__ = [
    "CHECKED",
    "DATED",
    "clash_words",
    "coupon_words",
    "format_fault",
    "patterns_in",
    "same_fault",
    "time_of",
]

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
    written = _BRACED.findall(group)
    if group.startswith("two patterns"):
        written = written or list(_TWO_PATTERNS)
    if written:
        return tuple(_braced(one, len(data)) for one in (written[::-1] if _SWAPPED.search(group) else written))
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


DATED = frozenset({"11", "12", "13", "15", "16", "17", "4324", "4325", "4326", "7003", "7006", "7007", "7011", "8008"})
"""Identifiers whose data begins with a date."""
CHECKED = frozenset(
    ["00", "01", "02", "03", "402", "410", "411", "412", "413", "414", "415", "416", "417", "8017", "8018"]
)
"""Identifiers whose data ends in a check digit."""
_LENGTHS = {"00": 18, "01": 14, "02": 14, "03": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6}
_UNKNOWN_TIME = "9999"


def time_of(element: Element) -> str:
    """The time of day behind a date, ``14:30``; empty where there is none."""
    digits = element.value[6:] if element.ai in DATED else ""
    if not digits.isdecimal() or digits == _UNKNOWN_TIME or element.ai == "7007":
        return ""
    return ":".join((digits[:2], digits[2:4] or "00", *([digits[4:6]] if digits[4:6] else [])))


def format_fault(text: str, today: str) -> str:
    """Why a text is no element string, in words: its date is none, its data too short, or nothing of the kind."""
    ai = next((known for known in sorted(DATED | CHECKED, key=len) if text.startswith(known)), text[:2])
    data = text[len(ai) :]
    if ai in DATED and len(data) >= _LENGTHS.get(ai, 6) and data.isdecimal() and not day_of(data[:6], today):
        return "invalid date"
    least = _LENGTHS.get(ai) or (10 if text[:1] == "3" else 0)
    return "too short" if len(text if text[:1] == "3" else data) < least else "not an element string"


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
    if not isinstance(found, str):
        return False
    one, other = _meaning(expected), _meaning(found)
    if one is None or other is None:
        return False
    if one[0] == other[0] == "check" and not (one[-1].isdecimal() and other[-1].isdecimal()):
        return ("inner" in one) == ("inner" in other)
    return one == other


_KINDS = (
    ("compressed", r"compress"),
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
