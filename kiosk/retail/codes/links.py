"""GS1 Digital Link: an item number written as a web address, read here and never fetched.

The domain does not matter (GS1 Digital Link Standard: URI Syntax, section 4). biip reads the path and the query. Packs
printed under the standard's first releases bear names for numbers (``/gtin/.../lot/...``; release 1.1, section 4.5),
which are put into numbers before. The compressed form (URI compression, section 3) hides the identifiers in base 64; it
is known when seen, and refused as what it is: the shopper cannot tell it from another address, staff can.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

from kiosk.retail.codes.elements import Element
from kiosk.retail.codes.numbers import check_digit

__all__ = ["is_compressed", "is_link", "link_elements"]

_OLD_NAMES = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21", "itip": "8006"}
"""The names of what identifies a trade item, by which a path goes on: name, value, name, value."""
_BASE_64 = {sign: value for value, sign in enumerate(ascii_uppercase + ascii_lowercase + digits + "-_")}
_AI_BITS = 8
_GTIN_BITS = 47
_SIGNS = 10
"""Signs of base 64 that hold the identifier 01 and its 14 digits: 55 bits."""


def is_link(text: str) -> bool:
    """Whether this is a web address at all."""
    return text[:8].lower().startswith(("http://", "https://"))


def link_elements(text: str) -> tuple[Element, ...]:
    """The element strings in the address; nothing for another address."""
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the package's docstring says why
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415 - the same

    try:
        link = GS1DigitalLinkURI.parse(_in_numbers(text))
    except (ParseError, ValueError):
        return ()
    return tuple(Element(found.ai.ai, found.value) for found in link.element_strings)


def _in_numbers(text: str) -> str:
    """The address with old names of identifiers as numbers, and without a stroke at the path's end.

    >>> _in_numbers("https://a.example/shop/gtin/09506000134352/lot/gtin?17=271231")
    'https://a.example/shop/01/09506000134352/10/gtin?17=271231'
    """
    path, mark, rest = text.partition("?")
    parts = path.rstrip("/").split("/")
    first = next((place for place, part in enumerate(parts) if part in ("01", "8006", "gtin", "itip")), len(parts))
    for place in range(first, len(parts), 2):
        parts[place] = _OLD_NAMES.get(parts[place], parts[place])
    return "/".join(parts) + mark + rest


def is_compressed(text: str) -> bool:
    """Whether the address ends in a compressed GTIN: identifier 01 and a number whose check digit is right.

    >>> is_compressed("https://id.gs1.org/ARFKk4XBoA"), is_compressed("https://example.com/restaurant")
    (True, False)
    """
    last = text.split("?", 1)[0].split("#", 1)[0].rstrip("/").rsplit("/", 1)[-1]
    if len(last) < _SIGNS or any(sign not in _BASE_64 for sign in last):
        return False
    bits = "".join(f"{_BASE_64[sign]:06b}" for sign in last[:_SIGNS])
    number = f"{int(bits[_AI_BITS : _AI_BITS + _GTIN_BITS], 2):014d}"
    whole = len(number) == 14 and number.strip("0") != ""  # noqa: PLR2004 - a GTIN-14
    return int(bits[:_AI_BITS], 2) == 1 and whole and check_digit(number[:-1]) == int(number[-1])
