"""What is said to people, before it has a language: a message id with its values, never a sentence."""

from __future__ import annotations

from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Weight

__all__ = ["Text", "TextValue", "text"]

TextValue = str | int | Money | Weight | Names


@dataclass(frozen=True, slots=True)
class Text:
    """``message`` is an id of ``kiosk/i18n`` (``basket.hint.scan``); ``values`` fill its named places."""

    message: str
    values: tuple[tuple[str, TextValue], ...] = ()


def text(message: str, **values: TextValue) -> Text:
    """``text("basket.count", count=3)``."""
    return Text(message, tuple(values.items()))
