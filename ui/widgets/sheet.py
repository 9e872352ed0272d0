"""A sheet over the screen that asks for an answer; what lies beneath cannot be touched while it is up."""

from __future__ import annotations

from typing import Any, Final

from kivy.animation import Animation
from kivy.graphics import Color, Rectangle

from ui.area import Area
from ui.kit import Kit
from ui.theme import Motion, TypeSize
from ui.widgets.block import Block
from ui.widgets.card import Card
from ui.widgets.icon import Icon

__all__ = ["Sheet"]


_WIDTHS: Final = {1: 640, 2: 1040, 3: 1200}
"""Columns of parts -> how wide the card is."""


class Sheet(Block):
    """A card in the middle of a darkened screen: icon, title, words, and whatever buttons it is given."""

    def __init__(
        self, kit: Kit, *, icon: str, title: str, said: str = "", parts: tuple[Block, ...] = (), part_height: int = 112
    ) -> None:
        super().__init__(kit)
        with self.canvas.before:
            Color(0.05, 0.07, 0.06, 0.62)
            self._shade = Rectangle()
        self._card = Card(kit, padding=40)
        self._icon = Icon(kit, icon, 64, kit.theme.primary)
        self._title = kit.words(title, TypeSize.TITLE, face="Bold", align="center")
        self._words = kit.words(said, TypeSize.BODY, colour=kit.theme.muted, align="center")
        self._said = said
        self._parts = parts
        self._part_height = kit.px(part_height)
        self.add(self._card, self._icon, self._title, self._words, *parts)
        if not kit.calm:
            self.opacity = 0
            Animation(opacity=1, duration=Motion.QUICK, t="out_quad").start(self)

    def arrange(self, area: Area) -> None:
        """The card takes the height its parts need; more than fit one above the other stand in columns."""
        kit = self.kit
        gap = kit.px(16)
        words = kit.tall(72) if self._said else 0
        head = kit.px(80) + kit.px(72) + kit.tall(64) + words + gap
        room, step = area.inset(kit.px(24)), self._part_height + gap
        fitting = (each for each in _WIDTHS if head + -(-len(self._parts) // each) * step <= room.h)
        columns = next(fitting, max(_WIDTHS))
        rows = -(-len(self._parts) // columns)
        self._veil(area, room.centre(kit.px(_WIDTHS[columns]), head + rows * step))
        icon, rest = self._card.inner.top(kit.px(72))
        self._icon.place(icon)
        title, rest = rest.top(kit.tall(64))
        self._title.place(title)
        if self._said:
            said, rest = rest.top(words)
            self._words.place(said)
        rest = rest.top(gap)[1]
        for at in range(0, len(self._parts), columns):
            row, rest = rest.top(self._part_height, gap)
            for part, place in zip(self._parts[at : at + columns], row.columns(columns, gap), strict=False):
                part.place(place)

    def _veil(self, area: Area, card: Area) -> None:
        """Darken all of ``area`` but the card."""
        self._shade.pos, self._shade.size = (area.x, area.y), (area.w, area.h)
        self._card.place(card)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Its own parts only; nothing falls through."""
        super().on_touch_down(touch)
        return True
