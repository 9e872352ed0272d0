"""A product's picture on a tinted, rounded tile; where there is none, the first letter of its name."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final

from kivy.graphics import Color, RoundedRectangle
from kivy.graphics.texture import Texture
from PIL import Image, ImageOps

from kiosk.checkout.screen import Names
from ui.area import Area
from ui.kit import Kit
from ui.pictures import Pictures, initial
from ui.theme import TypeSize
from ui.widgets.block import Block

__all__ = ["PictureTile"]

_KEPT: Final = 160
_LEAST: Final = 8

_log = logging.getLogger(__name__)


@lru_cache(maxsize=_KEPT)
def _texture(path: str, width: int, height: int) -> Texture | None:
    """The middle of the picture at just this size; ``None`` for a file that is no picture."""
    try:
        with Image.open(path) as file:
            file.draft("RGB", (width, height))
            picture = ImageOps.fit(file.convert("RGBA"), (width, height), Image.Resampling.LANCZOS)
    except OSError as error:
        _log.warning("picture %s cannot be shown: %s", path, error)
        return None
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer(picture.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class PictureTile(Block):
    """``size`` is the type size of the letter that stands in."""

    def __init__(self, kit: Kit, *, size: int = TypeSize.LEAD, radius: float = 16) -> None:
        super().__init__(kit)
        self._radius = kit.px(radius)
        self._ground = self.ground(kit.theme.tiles[0][0], radius=radius)
        self._letter = kit.words("", size, colour=kit.theme.tiles[0][1], face="Bold", align="center")
        self.add(self._letter)
        self._path: str | None = None
        with self.canvas:
            self._colour = Color(1, 1, 1, 0)
            self._rectangle = RoundedRectangle(radius=[self._radius])

    def show(self, names: Names, picture: str | None) -> None:
        """The picture of an item, or its letter."""
        tiles = self.kit.theme.tiles
        ground, ink = tiles[Pictures.tint(names.get("en", "") or picture or "", len(tiles))]
        self._ground.paint(ground)
        self._letter.paint(ink)
        self._path = self.kit.pictures.path(picture)
        self._letter.say(initial(self.kit.speaker.name(names)))
        self._draw()

    def arrange(self, area: Area) -> None:
        """Fill the tile."""
        self._ground.place(area)
        self._letter.place(area)
        inner = area.inset(self.kit.px(self.kit.theme.edge)) if self.kit.theme.edge else area
        self._rectangle.pos, self._rectangle.size = (inner.x, inner.y), (inner.w, inner.h)
        self._draw()

    def _draw(self) -> None:
        """The picture over the letter, once the tile has a size."""
        width, height = (int(side) for side in self._rectangle.size)
        if width < _LEAST or height < _LEAST:
            return
        texture = _texture(self._path, width, height) if self._path else None
        self._colour.a = 1 if texture is not None else 0
        self._letter.opacity = 0 if texture is not None else 1
        self._rectangle.texture = texture
