"""From what a scanner gave to what it says: the symbology decides how the data is read."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.retail.codes.coupons import coupon_of
from kiosk.retail.codes.elements import Element, clash_of, details_of, elements_of
from kiosk.retail.codes.links import is_compressed, is_link, link_elements
from kiosk.retail.codes.numbers import GTIN_LENGTHS, from_gtin, from_upc_e
from kiosk.retail.codes.values import Code, Gtin, InHouse, Plu, Refused
from kiosk.retail.digits import latin_digits
from kiosk.retail.values import replace

__all__ = ["LONGEST_CODE", "read_code", "split_identifier"]

LONGEST_CODE = 512
"""Characters: longer than any GS1 symbol may carry for one item, shorter than what could slow the lane."""

_IDENTIFIER_LENGTH = 3
_MESSAGES = frozenset({"]C1", "]e0", "]e1", "]e2", "]e3", "]d2", "]Q3", "]Q4", "]J1"})
"""FNC1 in the first place: GS1-128, DataBar and composites, DataMatrix, QR Code, DotCode."""
_EAN_UPC, _EAN_8, _WITH_ADD_ON, _ITF = "]E0", "]E4", "]E3", frozenset({"]I0", "]I1", "]I3"})
_ADD_ONS = frozenset({"]E1", "]E2"})
_UNTOLD = frozenset({"", "]X0"})
"""No identifier, or the maker's own: the data itself must tell."""
_ADD_ON_LENGTHS = {15: 13, 18: 13, 14: 12, 17: 12, 10: 8}
"""Digits with an add-on of 2 or 5, and how many of them are the item's."""
_PLU_LENGTHS = frozenset({4, 5})
_UPC_E_LENGTHS = frozenset({6, 7})
_UPC_E_SYSTEMS = "01"
_GTIN_8, _GTIN_14 = 8, 14
_AI_AND_GTIN = 16


def read_code(data: str, symbology: str = "") -> Code:
    """What ``data`` says. Never raises, whatever was scanned or typed.

    ``symbology`` is the AIM identifier (ISO/IEC 15424, ``]E0``) where the scanner tells it; one in front of ``data``
    counts instead.

    >>> read_code("4006381333931").gtin14
    '04006381333931'
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
    symbology, text = split_identifier(text, symbology)
    if symbology in _MESSAGES:
        return _from_elements(elements_of(text))
    if is_link(text):
        elements = link_elements(text)
        return Refused("code.compressed") if not elements and is_compressed(text) else _from_elements(elements)
    text = latin_digits(text)
    if text.startswith("(") or (symbology in _UNTOLD and _looks_like_a_message(text)):
        return _from_elements(elements_of(text))
    if text.isascii() and text.isdigit():
        return _from_digits(text, symbology)
    return Refused("code.not_a_product")


def split_identifier(text: str, symbology: str = "") -> tuple[str, str]:
    """The symbology identifier, from either place, and the data without it."""
    if text.startswith("]") and len(text) > _IDENTIFIER_LENGTH:
        return text[:_IDENTIFIER_LENGTH], text[_IDENTIFIER_LENGTH:]
    return symbology, text


def _looks_like_a_message(text: str) -> bool:
    """A GS1 message that came without its identifier: with a separator in front, or too long for a GTIN."""
    return text.startswith("\x1d") or (
        len(text) >= _AI_AND_GTIN and text.startswith("01") and text[:_AI_AND_GTIN].isdigit()
    )


def _from_digits(digits: str, symbology: str) -> Code:
    """Digits alone mean what their symbology makes of them; without one, what their length and check digit say."""
    if symbology == _EAN_8:
        return from_gtin(digits) if len(digits) == _GTIN_8 else Refused("code.not_a_product")
    if symbology in _ITF:
        return from_gtin(digits) if len(digits) == _GTIN_14 else Refused("code.not_a_product")
    if symbology in _ADD_ONS:
        return Refused("code.not_a_product")
    if symbology == _WITH_ADD_ON:
        digits = digits[: _ADD_ON_LENGTHS.get(len(digits), len(digits))]
    short = symbology in _UNTOLD or symbology in (_EAN_UPC, _WITH_ADD_ON)
    if short and len(digits) in _UPC_E_LENGTHS:
        return from_upc_e(digits)
    if len(digits) in _PLU_LENGTHS and symbology not in (_EAN_UPC, _WITH_ADD_ON):
        return Plu(digits)
    if len(digits) not in GTIN_LENGTHS:
        return Refused("code.not_a_product")
    return _from_eight(digits, symbology) if short and len(digits) == _GTIN_8 else from_gtin(digits)


def _from_eight(digits: str, symbology: str) -> Code:
    """Both a GTIN-8 and a UPC-E have eight digits: the symbology says which it is; without one it may be both."""
    upc_first = symbology in (_EAN_UPC, _WITH_ADD_ON)
    short = from_upc_e(digits) if upc_first or digits[0] in _UPC_E_SYSTEMS else Refused("code.check_digit")
    if upc_first and not isinstance(short, Refused):
        return short
    whole = from_gtin(digits)
    if isinstance(short, Refused) or upc_first:
        return whole
    return short if isinstance(whole, Refused) else replace(whole, upc_e=short.gtin14)


def _from_elements(elements: Sequence[Element]) -> Code:
    """The item of AI 01 with its details, or the coupon, of a message or an address."""
    told = {element.ai: element.value for element in elements}
    if "01" in told:
        found = from_gtin(told["01"])
        if isinstance(found, Gtin | InHouse):
            return Refused("code.inconsistent") if clash_of(elements) else replace(found, details=details_of(elements))
        return found
    if "8110" in told:
        return coupon_of("8110", told["8110"]) or Refused("code.not_a_product")
    if "8112" in told:
        return coupon_of("8112", told["8112"]) or Refused("code.not_a_product")
    return Refused("code.not_a_product")
