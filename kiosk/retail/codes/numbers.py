"""Plain numbers: GTINs of every length, UPC-E, and the check digits that make a number trustworthy.

Sources: GS1 General Specifications, sections 1.4 (prefixes), 5.2.2.4 (UPC-E) and 7.9 (check digits).
"""

from __future__ import annotations

import re

from kiosk.retail.codes.values import Gtin, InHouse, Refused

__all__ = ["GTIN_LENGTHS", "check_digit", "from_gtin", "from_upc_e", "is_restricted", "measure_check_digit"]

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_RESTRICTED = re.compile(r"0(2|0[24])|000000[02]")
"""Restricted circulation among 14 digits: EAN-13 20-29 and 02, 04; GTIN-8 that begin with 0 or 2 (section 1.4)."""


def check_digit(digits: str) -> int:
    """The check digit that belongs behind ``digits``; weights are 3 and 1 from the right (section 7.9.1).

    >>> check_digit("629104150021")
    3
    """
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def from_gtin(digits: str) -> Gtin | InHouse | Refused:
    """8, 12, 13 or 14 digits as an item number, or why they are none.

    >>> from_gtin("4006381333931").gtin14, from_gtin("4006381333932")
    ('04006381333931', Refused(message_id='code.check_digit'))
    """
    number = digits.zfill(14)
    if check_digit(number[:-1]) != int(number[-1]):
        return Refused("code.check_digit")
    if not number.strip("0"):
        return Refused("code.not_a_product")
    return InHouse(number) if is_restricted(number) else Gtin(number)


def is_restricted(gtin14: str) -> bool:
    """Whether a number of 14 digits is for restricted circulation."""
    return _RESTRICTED.match(gtin14) is not None


def from_upc_e(digits: str) -> Gtin | InHouse | Refused:
    """6, 7 or 8 digits of a UPC-E, expanded by biip to the GTIN-12 that they abbreviate."""
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the package's docstring says why
    from biip.upc import Upc  # noqa: PLC0415 - the same

    try:
        return from_gtin(Upc.parse(digits).as_upc_a())
    except ParseError:
        return Refused("code.check_digit")


def _two_minus(digit: int) -> int:
    return (2 * digit - 2 * digit // 10) % 10


def _three(digit: int) -> int:
    return 3 * digit % 10


def _five_plus(digit: int) -> int:
    return (5 * digit + 5 * digit // 10) % 10


def _five_minus(digit: int) -> int:
    return (5 * digit - 5 * digit // 10) % 10


_OF_FOUR = (_two_minus, _two_minus, _three, _five_minus)
_OF_FIVE = (_five_plus, _two_minus, _five_minus, _five_plus, _two_minus)
_BACK_FROM_FIVE_MINUS = {_five_minus(digit): digit for digit in range(10)}


def measure_check_digit(field: str) -> int:
    """The check digit of a price or weight field of 4 or 5 digits (sections 7.9.2 to 7.9.4).

    Raises ``ValueError`` for another length.

    >>> measure_check_digit("2875"), measure_check_digit("14685")
    (9, 6)
    """
    digits = [int(digit) for digit in field]
    if len(digits) == len(_OF_FOUR):
        return 3 * sum(weight(digit) for weight, digit in zip(_OF_FOUR, digits, strict=True)) % 10
    if len(digits) == len(_OF_FIVE):
        total = sum(weight(digit) for weight, digit in zip(_OF_FIVE, digits, strict=True))
        return _BACK_FROM_FIVE_MINUS[-total % 10]
    message = f"a price or weight field has 4 or 5 digits, not {len(digits)}"
    raise ValueError(message)
