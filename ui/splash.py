"""What is on the window while the kiosk opens its journal: the brand's leaf and a sign of life, in no language."""

from __future__ import annotations

from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from ui.icons import icon_texture
from ui.theme import NORMAL, rgba

__all__ = ["Splash"]

_SHARE = 5
"""The leaf is this part of the window's shorter side."""


class Splash(Widget):
    """Fills the window."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size_hint=(None, None))
        side = min(size) // _SHARE
        with self.canvas:
            Color(*rgba(NORMAL.primary))
            Rectangle(size=size)
            Color(*rgba(NORMAL.on_primary))
            Rectangle(
                size=(side, side),
                pos=((size[0] - side) // 2, (size[1] - side) // 2),
                texture=icon_texture("leaf", side),
            )
