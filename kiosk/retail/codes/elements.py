"""GS1 element strings: what follows an FNC1, or stands in brackets, or comes out of a Digital Link.

biip cuts them apart and checks formats; which may stand together is checked here, as far as a point of sale meets it
(GS1 General Specifications, section 4.13 and 4.14; GS1 Barcode Syntax Dictionary).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.retail.codes.currencies import CURRENCIES
from kiosk.retail.codes.values import Amount, Details
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit, Weight

__all__ = ["Clash", "Element", "amount_of", "clash_of", "details_of", "elements_of", "unbracketed"]

_SEPARATOR = "\x1d"
_WEIGHTS: Mapping[str, Unit] = {"310": "kg", "320": "lb", "357": "oz"}
"""Net weights by the first three digits of their identifier."""
_NUMBERS = ("31", "32", "33", "34", "35", "36", "39")
_WITH_CURRENCY = ("391", "393")
_MEASURES = ("30", "31", "32", "35", "36")
"""Identifiers that make a trade item one of variable measure."""
_ITEMS = ("01", "02", "03", "8006", "8026")
_NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "10": (_ITEMS,),
    "11": (_ITEMS,),
    "13": (_ITEMS,),
    "15": (_ITEMS,),
    "16": (_ITEMS,),
    "17": ((*_ITEMS, "255"),),
    "21": (("01", "03", "8006"),),
    "30": (("01", "02"),),
    "37": (("02", "8026"),),
    "02": (("37",),),
    "22": (("01",),),
    "392": (("01",), _MEASURES),
    "393": (("01",), _MEASURES),
    "395": (_MEASURES,),
    "390": (("255", "8020"),),
    "391": (("8020",),),
    "394": (("255",),),
}
"""What must stand beside an identifier: of each group one, all by their first digits."""
_EXCLUDES = (("01", "02"), ("01", "37"), ("01", "255"), ("392", "393"), ("392", "395"), ("393", "395"))
"""What may not stand together. ``392`` stands for ``392n``."""


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier with its data, both as read."""

    ai: str
    value: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Why element strings may not stand together: ``ai`` needs what is missing, or may not stand beside ``other``."""

    ai: str
    other: str = ""


def elements_of(text: str) -> tuple[Element, ...]:
    """The element strings of a message, bracketed as people read it or with separators as scanners send it.

    Nothing at all for what is no such message.
    """
    from biip import ParseError  # noqa: PLC0415 - loaded when it is needed; the package's docstring says why
    from biip.gs1_messages import GS1Message  # noqa: PLC0415 - the same

    try:
        if text.startswith("("):
            message = GS1Message.parse_hri(text)
            if message.as_hri() != "".join(text.split()):
                return ()
        else:
            message = GS1Message.parse(text.lstrip(_SEPARATOR))
    except (ParseError, ValueError):
        return ()
    return tuple(Element(found.ai.ai, found.value) for found in message.element_strings)


def unbracketed(elements: Sequence[Element]) -> str:
    """The message as in a symbol, group separators for FNC1: in front, and behind what has no fixed length."""
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier  # noqa: PLC0415 - loaded when it is needed

    parts = [_SEPARATOR]
    for place, element in enumerate(elements, start=1):
        ends = GS1ApplicationIdentifier.extract(element.ai).separator_required and place < len(elements)
        parts += [element.ai, element.value, _SEPARATOR if ends else ""]
    return "".join(parts)


def clash_of(elements: Sequence[Element]) -> Clash | None:
    """The first breach of what must, and what may not, stand together; ``None`` where there is none.

    Identifiers are told as the standard writes them (``392n``). The same one twice with other data is a breach too.
    """
    stems = [_stem(element.ai) for element in elements]
    for place, element in enumerate(elements):
        if any(stem == stems[place] and twin != element for stem, twin in zip(stems[:place], elements, strict=False)):
            return Clash(_written(stems[place]), _written(stems[place]))
    for one, other in _EXCLUDES:
        if one in stems and other in stems:
            return Clash(_written(one), _written(other))
    for stem in stems:
        for group in _NEEDS.get(stem, ()):
            if not any(element.ai.startswith(group) for element in elements):
                return Clash(_written(stem))
    return None


def _stem(ai: str) -> str:
    """The identifier without the digit that only tells where the point is."""
    return ai[:3] if len(ai) == 4 and ai[0] == "3" else ai  # noqa: PLR2004 - four digits that begin with 3: 31nn to 39nn


def _written(stem: str) -> str:
    return f"{stem}n" if len(stem) == 3 and stem[0] == "3" else stem  # noqa: PLR2004 - as in _stem


def amount_of(element: Element) -> Amount | None:
    """The number in a measure, an amount or a percentage (31nn to 36nn, 390n to 395n); ``None`` for other data."""
    ai, value = element.ai, element.value
    if len(ai) != 4 or ai[:2] not in _NUMBERS:  # noqa: PLR2004 - the fourth digit is the place of the point
        return None
    if ai[:3] in _WITH_CURRENCY:
        return Amount(int(value[3:]), -int(ai[3]), CURRENCIES.get(value[:3], value[:3]))
    return Amount(int(value), -int(ai[3]))


def details_of(elements: Sequence[Element]) -> Details:
    """What a sale can use of them."""
    told = {element.ai: element.value for element in elements}
    metric = imperial = price = None
    for element in elements:
        amount, stem = amount_of(element), element.ai[:3]
        if amount is not None and stem in _WEIGHTS:
            weight = Weight(amount.value, amount.exponent, _WEIGHTS[stem])
            metric, imperial = (weight, imperial) if weight.unit == "kg" else (metric, weight)
        elif stem in ("392", "393"):
            price = amount
    return Details(
        weight=metric or imperial,
        imperial=imperial if metric else None,
        price=price,
        count=int(told["30"]) if "30" in told else None,
        best_before=told.get("15", ""),
        sell_by=told.get("16", ""),
        expires=told.get("17", told.get("7003", ""))[:6],
        lot=told.get("10", ""),
        serial=told.get("21", ""),
    )
