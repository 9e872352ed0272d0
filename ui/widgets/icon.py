"""An icon of our own set, crisp at its size."""

from __future__ import annotations

from kivy.graphics import Color, Rectangle

from ui.area import Area
from ui.icons import icon_texture
from ui.kit import Kit
from ui.theme import rgba
from ui.widgets.block import Block

__all__ = ["Icon"]


class Icon(Block):
    """``size`` in design pixels; it stands in the middle of its area."""

    def __init__(self, kit: Kit, name: str, size: int, colour: str) -> None:
        super().__init__(kit)
        self._side = kit.px(size)
        self.name = name
        with self.canvas:
            self._colour = Color(*rgba(colour))
            self._rectangle = Rectangle(size=(self._side, self._side), texture=icon_texture(name, self._side))

    def paint(self, colour: str) -> None:
        """Another colour."""
        self._colour.rgba = rgba(colour)

    def become(self, name: str) -> None:
        """Another picture."""
        if name != self.name:
            self.name = name
            self._rectangle.texture = icon_texture(name, self._side)

    def arrange(self, area: Area) -> None:
        """In the middle, on whole pixels."""
        self._rectangle.pos = (area.x + (area.w - self._side) // 2, area.y + (area.h - self._side) // 2)
