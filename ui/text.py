"""Words on the screen: shaped for Bengali, measured truly, and never wider or taller than their place.

Kivy sets a font's script when it draws but not when it measures, so the first measurement of Bengali is up to half
too wide. ``ScriptLabel`` draws one space into a surface of one pixel before each measurement, which sets the script.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.core.text._text_sdl2 import _SurfaceContainer
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from ui.area import Area
from ui.theme import rgba

__all__ = ["FONTS", "Align", "Face", "ScriptLabel", "Words", "fitting_size", "natural_width"]

FONTS: Final = Path(__file__).parent / "assets" / "fonts"
Face = Literal["Regular", "Medium", "SemiBold", "Bold"]
Align = Literal["left", "center", "right"]

_DROP: Final = 0.045
"""The font's line leaves room for signs above; drawn this share of its size lower, digits and capitals look centred."""

_SHRINK: Final = 0.94
_BENGALI: Final = re.compile("[\u0980-\u09ff\u25cc]")
_ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"


class ScriptLabel(CoreLabel):
    """Kivy's text renderer with the measuring fault cured."""

    def get_extents(self, text: str) -> tuple[int, int]:
        """Width and height in pixels of one line of ``text``, shaped as it will be drawn."""
        _SurfaceContainer(1, 1).render(self, " ", 0, 0)
        width, height = super().get_extents(text)
        return width, height


def _script(text: str) -> str:
    """The script to shape by. Bengali only where needed: shaped by it, Latin accents lose their place."""
    return "Beng" if _BENGALI.search(text) else "Latn"


def _label(text: str, size: int, face: Face, **options: Any) -> ScriptLabel:  # noqa: ANN401 - Kivy's own options
    return ScriptLabel(
        text=text,
        font_size=size,
        font_name=str(FONTS / f"NotoSansBengali-{face}.ttf"),
        font_script_name=_script(text),
        **options,
    )


@lru_cache(maxsize=4096)
def natural_width(text: str, size: int, face: Face) -> int:
    """How many pixels ``text`` takes on one line."""
    return int(_label(text, size, face).get_extents(text)[0]) if text else 0


@lru_cache(maxsize=64)
def line_height(size: int, face: Face) -> int:
    """How many pixels one line takes."""
    return int(_label("", size, face).get_extents("Hg")[1])


@lru_cache(maxsize=4096)
def lines_in(text: str, size: int, face: Face, width: int) -> int:
    """How many lines the text takes in ``width``, broken between words only; 0 where a word is wider than that."""
    lines, line = 0, 0
    space = natural_width(" ", size, face)
    for paragraph in text.split("\n"):
        lines, line = lines + 1, 0
        for word in paragraph.split(" "):
            long = natural_width(word, size, face)
            if long > width:
                return 0
            grown = line + space + long if line else long
            if grown > width:
                lines, line = lines + 1, long
            else:
                line = grown
    return lines


def _fits(text: str, size: int, face: Face, width: int, height: int) -> bool:
    """Whether the text, broken between words only, stays within ``width`` and ``height``."""
    lines, tall = lines_in(text, size, face, width), line_height(size, face)
    return 0 < lines * tall <= max(height, tall if height >= size else 0)


@lru_cache(maxsize=4096)
def fitting_size(text: str, size: int, smallest: int, face: Face, width: int, height: int) -> int:
    """The largest type size from ``size`` down to ``smallest`` at which the text stays in its place."""
    while size > smallest and not _fits(text, size, face, width, height):
        size = max(smallest, int(size * _SHRINK))
    return size


@lru_cache(maxsize=1024)
def _shortened(text: str, size: int, face: Face, width: int, height: int) -> str:
    """The text without its last words, so that it fits; an ellipsis stands for them. Signs are never torn apart."""
    words = text.split(" ")
    while len(words) > 1 and not _fits(" ".join(words) + _ELLIPSIS, size, face, width, height):
        words.pop()
    return " ".join(words) + _ELLIPSIS


class Words(Widget):
    """A piece of text in a place. Give it text with ``say`` and a place with ``place``; it wraps and fits itself."""

    def __init__(
        self,
        text: str = "",
        *,
        size: int,
        smallest: int,
        colour: str,
        face: Face = "Regular",
        align: Align = "left",
        one_line: bool = False,
    ) -> None:
        super().__init__(size_hint=(None, None))
        self.text = text
        self.type_size = size
        self.smallest = min(size, smallest)
        self.face = face
        self.align = align
        self.one_line = one_line
        self.used_size = size
        self._label: ScriptLabel | None = None
        self._drawn: tuple[str, int, int] | None = None
        with self.canvas:
            self._colour = Color(*rgba(colour))
            self._rectangle = Rectangle(size=(0, 0))
        self._trigger = Clock.create_trigger(self._draw, -1)

    def say(self, text: str) -> None:
        """Show other text in the same place."""
        if text != self.text:
            self.text = text
            self._trigger()

    def paint(self, colour: str) -> None:
        """Another colour, at once."""
        self._colour.rgba = rgba(colour)

    def place(self, area: Area) -> None:
        """Where the text stands; it is centred top to bottom."""
        self.pos, self.size = (area.x, area.y), (area.w, area.h)
        if self._drawn is None or self._drawn[1:] != (area.w, area.h):
            self._trigger()
        else:
            self._stand()

    @property
    def fits(self) -> bool:
        """Whether the whole text, as drawn, stays within its place."""
        width, height = int(self.width), int(self.height)
        if self.one_line:
            return natural_width(self.text, self.used_size, self.face) <= width
        return _fits(self.text, self.used_size, self.face, width, height)

    def _draw(self, _delay: float) -> None:
        width, height = int(self.width), int(self.height)
        if (self.text, width, height) == self._drawn:
            return
        self._drawn = (self.text, width, height)
        if not self.text or width <= 1 or height <= 1:
            self._rectangle.size = (0, 0)
            return
        self.used_size = self._chosen_size(width, height)
        wrap = None if self.one_line else width
        written = self.text
        if not self.one_line and not _fits(written, self.used_size, self.face, width, height):
            written = _shortened(written, self.used_size, self.face, width, height)
        self._label = _label(written, self.used_size, self.face, halign=self.align, text_size=(wrap, None))
        self._label.refresh()
        self._rectangle.texture = self._label.texture
        self._rectangle.size = self._label.texture.size
        self._stand()

    def _chosen_size(self, width: int, height: int) -> int:
        if not self.one_line:
            return fitting_size(self.text, self.type_size, self.smallest, self.face, width, height)
        size = self.type_size
        while size > self.smallest and natural_width(self.text, size, self.face) > width:
            size = max(self.smallest, int(size * _SHRINK))
        return size

    def _stand(self) -> None:
        """Put the texture where alignment says, on whole pixels."""
        wide, tall = self._rectangle.size
        spare = self.width - wide
        across = {"left": 0, "center": spare / 2, "right": spare}[self.align]
        drop = self.used_size * _DROP
        self._rectangle.pos = (round(self.x + across), round(self.y + (self.height - tall) / 2 - drop))
