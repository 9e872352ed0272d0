"""What lay before the camera just now, for staff: the newest pictures of the plate side by side."""

from __future__ import annotations

import io
import logging
from typing import Final

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from PIL import Image

from ui.area import Area
from ui.kit import Kit
from ui.widgets.block import Block
from ui.widgets.button import PushButton

__all__ = ["PlateFrames"]

_SHOWN: Final = 3
_BUTTON: Final = 88

_log = logging.getLogger(__name__)


class PlateFrames(Block):
    """Draws the newest of ``jpegs``, oldest of them first, above a way ``back``; what is no picture is left out."""

    def __init__(self, kit: Kit, jpegs: tuple[bytes, ...], back: PushButton) -> None:
        super().__init__(kit)
        self._back = back
        self.add(back)
        self.textures = [texture for jpeg in jpegs[-_SHOWN:] if (texture := _texture(jpeg)) is not None]
        with self.canvas:
            Color(1, 1, 1, 1)
            self._places = [Rectangle(texture=texture) for texture in self.textures]

    def arrange(self, area: Area) -> None:
        """As large as fits, side by side."""
        below, above = area.bottom(self.kit.px(_BUTTON), self.kit.px(16))
        self._back.place(below)
        columns = above.columns(max(1, len(self._places)), self.kit.px(12))
        for place, texture, column in zip(self._places, self.textures, columns, strict=False):
            scale = min(column.w / texture.width, column.h / texture.height)
            fitted = column.centre(round(texture.width * scale), round(texture.height * scale))
            place.pos, place.size = (fitted.x, fitted.y), (fitted.w, fitted.h)


def _texture(jpeg: bytes) -> Texture | None:
    try:
        with Image.open(io.BytesIO(jpeg)) as file:
            picture = file.convert("RGB")
    except OSError as error:
        _log.warning("a picture of the plate cannot be shown: %s", error)
        return None
    texture = Texture.create(size=picture.size, colorfmt="rgb")
    texture.blit_buffer(picture.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
