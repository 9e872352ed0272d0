"""What a scanned or typed code says: an item number, a produce number, a shop's own number, or nothing we sell.

UPC-E, GS1 element strings and GS1 Digital Link are read by biip (GS1 General Specifications, sections 5.2.2.4, 3.2 and
7.8). It is loaded when the first of them is met: its table of company prefixes costs 16 MB and a tenth of a second,
and nearly every scan is a plain GTIN-8, -12, -13 or -14, which needs a check digit and a look at its prefix (sections
7.9 and 1.4). The symbology identifier (ISO/IEC 15424, ``]E0``) is used where a scanner gives one, because digits alone
are ambiguous.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kiosk.retail.digits import latin_digits

__all__ = ["LONGEST_CODE", "Code", "Gtin", "InHouse", "Plu", "Refused", "read_code"]

LONGEST_CODE = 512
"""Characters: longer than any GS1 symbol may carry for one item, shorter than what could slow the lane."""

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_PLU_LENGTHS = frozenset({4, 5})
_UPC_E_LENGTHS = frozenset({6, 7})
_GS1_MESSAGE_SYMBOLOGIES = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
_ADD_ON_LENGTHS = frozenset({15, 18})
_IDENTIFIER_LENGTH = 3
_IN_HOUSE = re.compile(r"0(2|0[24])|000000[02]")
"""Restricted circulation among 14 digits: EAN-13 20-29 and 02, 04; GTIN-8 that begin with 0 or 2 (section 1.4)."""
_GROUP_SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class Gtin:
    """A trade item number with a right check digit, zero padded to 14 digits."""

    gtin14: str


@dataclass(frozen=True, slots=True)
class Plu:
    """A produce look-up number, 4 or 5 digits (IFPS)."""

    plu: str


@dataclass(frozen=True, slots=True)
class InHouse:
    """A restricted circulation number (EAN-13 02, 04, 20-29, and their short forms), as 14 digits.

    It means something only in the shop that printed it: sold if the book knows it whole, else refused as
    ``code.in_house``.
    """

    gtin14: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing that can be sold. ``message_id`` says why, for the shopper."""

    message_id: Literal["code.empty", "code.too_long", "code.check_digit", "code.not_a_product"]


Code = Gtin | Plu | InHouse | Refused


def read_code(data: str, symbology: str = "") -> Code:
    """What ``data`` says. Never raises, whatever was scanned or typed.

    ``symbology`` is the AIM identifier (``]E0``) where the scanner tells it; one in front of ``data`` counts too.

    >>> read_code("4006381333931")
    Gtin(gtin14='04006381333931')
    >>> read_code("4006381333932")
    Refused(message_id='code.check_digit')
    >>> read_code("৪০১১")
    Plu(plu='4011')
    """
    text = data.strip()
    if not text:
        return Refused("code.empty")
    if len(text) > LONGEST_CODE:
        return Refused("code.too_long")
    symbology, text = _split(latin_digits(text), symbology)
    if symbology in _GS1_MESSAGE_SYMBOLOGIES or _looks_like_a_message(text):
        return _from_message(text)
    if text[:4].lower() == "http":
        return _from_link(text)
    if text.isascii() and text.isdigit():
        return _from_digits(text, symbology)
    return Refused("code.not_a_product")


def _split(text: str, symbology: str) -> tuple[str, str]:
    """The symbology identifier, from either place, and the data without it."""
    if text.startswith("]") and len(text) > _IDENTIFIER_LENGTH:
        return text[:_IDENTIFIER_LENGTH], text[_IDENTIFIER_LENGTH:]
    return symbology, text


def _looks_like_a_message(text: str) -> bool:
    """A GS1 message that came without its identifier: bracketed as printed, with separators, or too long for a GTIN."""
    if text.startswith(("(01)", _GROUP_SEPARATOR)):
        return True
    return text.startswith("01") and text[:16].isdigit() and len(text) >= 16  # noqa: PLR2004 - AI 01 and its GTIN


def _from_digits(digits: str, symbology: str) -> Code:
    if symbology == "]E3" and len(digits) in _ADD_ON_LENGTHS:
        digits = digits[:13]
    if len(digits) in _PLU_LENGTHS:
        return Plu(digits)
    if len(digits) in _UPC_E_LENGTHS:
        return _from_upc_e(digits)
    if len(digits) not in _GTIN_LENGTHS:
        return Refused("code.not_a_product")
    if len(digits) == 8:  # noqa: PLR2004 - both GTIN-8 and UPC-E have eight digits: the symbology says which to try first
        first, second = (_from_upc_e, _from_gtin) if symbology == "]E0" else (_from_gtin, _from_upc_e)
        found = first(digits)
        return second(digits) if isinstance(found, Refused) else found
    return _from_gtin(digits)


def _from_gtin(digits: str) -> Code:
    """8, 12, 13 or 14 digits; the weights of the check digit are 3 and 1 from the right (GS1, section 7.9)."""
    number = digits.zfill(14)
    if sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(number)) % 10:
        return Refused("code.check_digit")
    if not number.strip("0"):
        return Refused("code.not_a_product")
    return InHouse(number) if _IN_HOUSE.match(number) else Gtin(number)


def _from_upc_e(digits: str) -> Code:
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the module's docstring says why
    from biip.upc import Upc  # noqa: PLC0415 - the same

    try:
        return _from_gtin(Upc.parse(digits).as_upc_a())
    except ParseError:
        return Refused("code.check_digit")


def _from_message(text: str) -> Code:
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the module's docstring says why
    from biip.gs1_messages import GS1Message  # noqa: PLC0415 - the same

    try:
        message = GS1Message.parse_hri(text) if text.startswith("(") else GS1Message.parse(text.lstrip("\x1d"))
    except (ParseError, ValueError):
        return Refused("code.not_a_product")
    item = message.element_strings.get(ai="01")
    return Refused("code.not_a_product") if item is None else _from_gtin(item.value)


def _from_link(text: str) -> Code:
    """The item of AI 01, here as in a message. What else the symbol tells (batch, dates, weight) is not used yet."""
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the module's docstring says why
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415 - the same

    try:
        link = GS1DigitalLinkURI.parse(text)
    except (ParseError, ValueError):
        return Refused("code.not_a_product")
    item = link.element_strings.get(ai="01")
    return Refused("code.not_a_product") if item is None else _from_gtin(item.value)
