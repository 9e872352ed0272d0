"""A product's picture on a tinted, rounded tile; where there is none, the first letter of its name."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, RoundedRectangle
from kivy.graphics.texture import Texture

from kiosk.checkout.screen import Names
from ui.area import Area
from ui.kit import Kit
from ui.pictures import Pictures, initial
from ui.theme import TypeSize
from ui.widgets.block import Block

__all__ = ["PictureTile"]

_KEPT: Final = 160


@lru_cache(maxsize=_KEPT)
def _texture(path: str) -> Texture:
    """The picture, with smaller copies for smaller tiles. Raises what Kivy raises for a file that is no picture."""
    return CoreImage(path, mipmap=True).texture


class PictureTile(Block):
    """``size`` is the type size of the letter that stands in."""

    def __init__(self, kit: Kit, *, size: int = TypeSize.LEAD, radius: float = 16) -> None:
        super().__init__(kit)
        self._radius = kit.px(radius)
        self._ground = self.ground(kit.theme.tiles[0][0], radius=radius)
        self._letter = kit.words("", size, colour=kit.theme.tiles[0][1], face="Bold", align="center")
        self.add(self._letter)
        self._texture: Texture | None = None
        with self.canvas:
            self._colour = Color(1, 1, 1, 0)
            self._rectangle = RoundedRectangle(radius=[self._radius])

    def show(self, names: Names, picture: str | None) -> None:
        """The picture of an item, or its letter."""
        tiles = self.kit.theme.tiles
        ground, ink = tiles[Pictures.tint(names.get("en", "") or picture or "", len(tiles))]
        self._ground.paint(ground)
        self._letter.paint(ink)
        path = self.kit.pictures.path(picture)
        self._texture = _texture(path) if path else None
        self._letter.say("" if path else initial(self.kit.speaker.name(names)))
        self._colour.a = 1 if path else 0
        self._rectangle.texture = self._texture
        self._crop()

    def arrange(self, area: Area) -> None:
        """Fill the tile."""
        self._ground.place(area)
        self._letter.place(area)
        inner = area.inset(self.kit.px(self.kit.theme.edge)) if self.kit.theme.edge else area
        self._rectangle.pos, self._rectangle.size = (inner.x, inner.y), (inner.w, inner.h)
        self._crop()

    def _crop(self) -> None:
        """Show the middle of the picture in the tile's own proportions."""
        wide, tall = self._rectangle.size
        if self._texture is None or not wide or not tall:
            return
        have = self._texture.width / self._texture.height
        want = wide / tall
        u = min(1.0, want / have)
        v = min(1.0, have / want)
        left, low = (1 - u) / 2, (1 - v) / 2
        right, high = left + u, low + v
        self._rectangle.tex_coords = (left, high, right, high, right, low, left, low)
