"""Numbers that carry a price, a weight or a count: how the shop's own labels are read.

A restricted circulation number means what the shop, or the GS1 organisation of its country, has agreed on. A pattern
says it digit by digit, as retailers write it down::

    28IIIIVWWWWWC      a digit stands for itself
                       I  the item's reference         P  a price       W  a weight      N  a count
                       V  check digit of the measure   C  check digit of the number      X  nothing of use

``decimals`` is where the measure's point is. GS1 General Specifications, sections 2.1.12 and 7.9.2 to 7.9.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kiosk.retail.codes.numbers import check_digit, measure_check_digit
from kiosk.retail.codes.values import Amount, Details
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit, Weight

__all__ = ["NATIONAL", "Label", "LabelFault", "LabelPattern", "candidates", "read_label"]

_KNOWN = frozenset("0123456789IPWNVXC")
_LENGTHS = frozenset({8, 12, 13})
_CHECKED = frozenset({4, 5})
LabelFault = Literal["measure_check_digit", "nothing_measured"]


@dataclass(frozen=True, slots=True)
class LabelPattern:
    """One kind of label; the module's docstring has the letters. Raises ``ValueError`` for a pattern that cannot be.

    ``digits`` has 8, 12 or 13 signs. ``unit`` is that of a weight.
    """

    digits: str
    decimals: int = 2
    unit: Unit = "kg"

    def __post_init__(self) -> None:
        """Refuse what could never be read."""
        signs = set(self.digits)
        measure = signs & set("PWN")
        field = "".join(sign if sign in measure else " " for sign in self.digits).split()
        if len(self.digits) not in _LENGTHS or signs - _KNOWN:
            problem = "8, 12 or 13 signs, each a digit or one of I P W N V X C"
        elif len(measure) != 1 or len(field) != 1:
            problem = "one measure in one piece (P, W or N)"
        elif "V" in signs and (self.digits.count("V") != 1 or len(field[0]) not in _CHECKED):
            problem = "one V, and a measure of 4 or 5 digits for it to check"
        elif "C" in self.digits[:-1]:
            problem = "C in the last place only"
        elif not 0 <= self.decimals <= len(field[0]):
            problem = "a point inside the measure"
        else:
            return
        message = f"label pattern {self.digits!r}: it needs {problem}"
        raise ValueError(message)

    @property
    def measure(self) -> Literal["P", "W", "N"]:
        """What the label tells."""
        return "P" if "P" in self.digits else "W" if "W" in self.digits else "N"

    def matches(self, number: str) -> bool:
        """Whether a number of the pattern's own length begins as the pattern does."""
        return len(number) == len(self.digits) and all(
            sign == digit for sign, digit in zip(self.digits, number, strict=True) if sign.isdigit()
        )

    def part(self, number: str, letter: str) -> str:
        """The digits of ``number`` under one letter."""
        return "".join(digit for sign, digit in zip(self.digits, number, strict=True) if sign == letter)

    def base(self, number: str) -> str:
        """The number with its measure zero and its check digits made right: a key that is the same for every pack."""
        digits = [
            "0"
            if sign == self.measure
            else str(measure_check_digit("0" * self.digits.count(self.measure)))
            if sign == "V"
            else digit
            for sign, digit in zip(self.digits, number, strict=True)
        ]
        if self.digits.endswith("C"):
            digits[-1] = str(check_digit("".join(digits[:-1])))
        return "".join(digits)


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says: the item's reference as printed, the number without its measure, and the measure.

    ``details`` holds a price, a weight or a count; ``fault`` is why the measure is not to be trusted.
    """

    item: str
    base: str
    details: Details
    fault: LabelFault | None = None


def candidates(gtin14: str) -> tuple[str, ...]:
    """A number of 14 digits in the lengths in which patterns are written: 13, and 12 and 8 where it has as many zeros.

    >>> candidates("00212345203996")
    ('0212345203996', '212345203996')
    """
    return tuple(gtin14[-length:] for length in (13, 12, 8) if not gtin14[:-length].strip("0"))


def read_label(gtin14: str, patterns: Sequence[LabelPattern]) -> tuple[Label, ...]:
    """What each pattern that fits makes of a number of 14 digits, in the order of the patterns.

    >>> read_label("02211114002394", NATIONAL["DE"])[0].details.price
    Amount(value=239, exponent=-2, currency='')
    """
    return tuple(
        _read(number, pattern) for pattern in patterns for number in candidates(gtin14) if pattern.matches(number)
    )


def _read(number: str, pattern: LabelPattern) -> Label:
    field = pattern.part(number, pattern.measure)
    value = int(field)
    match pattern.measure:
        case "P":
            details = Details(price=Amount(value, -pattern.decimals))
        case "W":
            details = Details(weight=Weight(value, -pattern.decimals, pattern.unit))
        case _:
            details = Details(count=value)
    checked = pattern.part(number, "V")
    fault: LabelFault | None = None
    if checked and int(checked) != measure_check_digit(field):
        fault = "measure_check_digit"
    elif not value:
        fault = "nothing_measured"
    return Label(pattern.part(number, "I"), pattern.base(number), details, fault)


def _nordic(*prefixes: str) -> tuple[LabelPattern, ...]:
    """20-22 price with 2, 1, 0 decimals; 23-25 weight with 3, 2, 1."""
    kinds = {"20": ("P", 2), "21": ("P", 1), "22": ("P", 0), "23": ("W", 3), "24": ("W", 2), "25": ("W", 1)}
    return tuple(LabelPattern(f"{p}IIIIII{4 * kinds[p][0]}C", kinds[p][1]) for p in prefixes)


_WEIGHTS_23_TO_25 = _nordic("23", "24", "25")
_ALL_20_TO_25 = _nordic("20", "21", "22", "23", "24", "25")

NATIONAL: dict[str, tuple[LabelPattern, ...]] = {
    "DE": (
        *(LabelPattern(f"{p}IIIIVPPPPPC", 2) for p in ("22", "23")),
        *(LabelPattern(f"{p}IIIIVNNNNNC", 0) for p in ("25", "26")),
        *(LabelPattern(f"{p}IIIIVWWWWWC", 3) for p in ("28", "29")),
    ),
    "DK": (
        *(LabelPattern(f"{p}IIIIPPPPPPC", 2) for p in ("21", "22", "23", "24")),
        *(LabelPattern(f"{p}IIIIWWWWWWC", 3) for p in ("26", "28")),
        LabelPattern("27IIIIIWWWWWC", 3),
    ),
    "EE": _WEIGHTS_23_TO_25,
    "FI": _WEIGHTS_23_TO_25,
    "GB": (LabelPattern("20IIIIIVPPPPC", 2),),
    "LT": _WEIGHTS_23_TO_25,
    "LV": _WEIGHTS_23_TO_25,
    "NO": _ALL_20_TO_25,
    "SE": _ALL_20_TO_25,
    "US": (LabelPattern("2IIIIIVPPPPC", 2),),
}
"""What the GS1 organisation of a country has published, by ISO 3166 code: used where the shop names no patterns.

Sources: gs1-germany.de (GTIN in der Anwendung), gs1.dk (GTIN-13 pris, vægt), gs1lv.org (Variable measure, for the three
Baltic countries), gs1.fi, gs1.se, gs1uk.org (variable measure items); Norway as Sweden, unconfirmed; US: UPC type 2,
a price of 4 digits (Uniform Code Council). Brazil, Bangladesh and India have no national pattern: see
``docs/use/labels.md`` for what their scales commonly print.
"""
