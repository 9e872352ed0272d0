"""What every widget is made with: how the screen looks, speaks and answers just now.

Widgets never restyle themselves. When language, text size, contrast or the window change, a new kit is made and the
screens are built anew from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.checkout.inputs import Touch
from kiosk.checkout.look_up import LookUp
from kiosk.checkout.screen import Chrome, Money, Names, Weight
from kiosk.checkout.text import Text, TextValue, text
from ui.pictures import Pictures
from ui.text import Align, Face, Words, lines_in, natural_width
from ui.theme import LARGE_TEXT, Theme, TypeSize

__all__ = ["Kit", "Speaker", "no_frames"]


class Speaker(Protocol):
    """A language: what ``kiosk.i18n.Translator`` offers."""

    def say(self, message: Text) -> str:
        """A whole sentence."""

    def money(self, amount: Money) -> str:
        """An amount with its sign."""

    def weight(self, weight: Weight) -> str:
        """A weight with its unit."""

    def name(self, names: Names) -> str:
        """A name in this language, or the next best."""

    def tax(self, names: Names) -> str:
        """What the tax on goods is called, within a line."""

    def digits(self, plain: str) -> str:
        """A text with its digits as this language writes them."""

    def date(self, iso: str) -> str:
        """A day, from its ISO date."""

    def percent(self, basis_points: int) -> str:
        """A rate: 750 is 7.5%."""


def no_frames(_intervention: str) -> tuple[bytes, ...]:
    """Where none are kept."""
    return ()


@dataclass(frozen=True, slots=True)
class Kit:
    """The look and the voice. ``unit`` is window pixels per design pixel; ``submit`` takes what was touched."""

    theme: Theme
    speaker: Speaker
    speaker_of: Callable[[str], Speaker]
    """The voice in another language, where a screen speaks several at once."""
    language: str
    unit: float
    large: bool
    portrait: bool
    calm: bool
    """No motion: asked for, or a test."""
    submit: Callable[[Touch], None]
    look_up: Callable[[], LookUp]
    """The look-up of the book that is open now."""
    pictures: Pictures
    frames: Callable[[str], tuple[bytes, ...]] = no_frames
    """JPEGs of the plate that are kept of an intervention."""

    def px(self, design: float) -> int:
        """A distance in window pixels."""
        return max(1, round(design * self.unit))

    def tall(self, design: float) -> int:
        """A height that must hold text: it grows with the text."""
        return self.px(design * (LARGE_TEXT if self.large else 1.0))

    def type_px(self, size: int) -> int:
        """A type size in window pixels."""
        return self.tall(size)

    def words(
        self,
        written: str = "",
        size: int = TypeSize.BODY,
        *,
        colour: str | None = None,
        face: Face = "Regular",
        align: Align = "left",
        one_line: bool = False,
    ) -> Words:
        """A piece of text in the theme's ink, or in ``colour`` (``RRGGBB``)."""
        return Words(
            written,
            size=self.type_px(size),
            smallest=self.px(TypeSize.NOTE),
            colour=colour or self.theme.ink,
            face=face,
            align=align,
            one_line=one_line,
        )

    def wide(self, written: str, size: int = TypeSize.BODY, face: Face = "SemiBold") -> int:
        """The pixels that ``written`` takes on one line."""
        return natural_width(written, self.type_px(size), face)

    def lines(self, written: str, size: int, face: Face, width: int) -> int:
        """How many lines ``written`` takes in a width of so many pixels; at least one."""
        return max(1, lines_in(written, self.type_px(size), face, width))

    def say(self, message: str | Text, **values: TextValue) -> str:
        """A sentence of the catalogue, by id or as a whole ``Text``."""
        return self.speaker.say(message if isinstance(message, Text) else text(message, **values))

    def money(self, amount: Money) -> str:
        """An amount as this language writes it, on one line."""
        return self.speaker.money(amount)


def sees_staff(chrome: Chrome) -> bool:
    """Whether the screen is a member of staff's just now."""
    return chrome.staff is not None
