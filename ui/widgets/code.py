"""A QR code to be scanned off the screen: black on white in every theme, whole pixels a module, a quiet zone around it.

A telephone reads dark on light; one that reads light on dark is the exception, so high contrast does not turn it over.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Final

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from ui.area import Area
from ui.kit import Kit
from ui.widgets.block import Block

__all__ = ["QUIET", "CodePicture"]

QUIET: Final = 4
"""Modules of white on every side (ISO/IEC 18004)."""
_WHITE: Final = 255
_KEPT: Final = 2

_log = logging.getLogger(__name__)


@lru_cache(maxsize=_KEPT)
def _texture(payload: str) -> Texture | None:
    """The symbol with its quiet zone, a pixel a module (model 2, error correction M); ``None``: none can hold that."""
    import zxingcpp  # noqa: PLC0415 - a start needs none of it

    try:
        symbol = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        picture: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    except ValueError as error:
        _log.error("a code of %d characters cannot be drawn: %s", len(payload), error)
        return None
    side = picture.shape[0]
    modules = bytes(memoryview(picture).cast("B", (side * side,)))
    whole = side + 2 * QUIET
    white, edge = bytes([_WHITE]) * whole * QUIET, bytes([_WHITE]) * QUIET
    rows = b"".join(edge + modules[row * side : (row + 1) * side] + edge for row in range(side))
    texture = Texture.create(size=(whole, whole), colorfmt="luminance")
    texture.mag_filter = texture.min_filter = "nearest"
    texture.blit_buffer(white + rows + white, colorfmt="luminance", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class CodePicture(Block):
    """Fills its area with white and stands in the middle of it, as large as whole pixels allow."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._paper = self.ground("FFFFFF", radius=20, edge=kit.theme.outline if kit.theme.edge else "")
        self._payload = ""
        with self.canvas:
            self._ink = Color(1, 1, 1, 0)
            self._square = Rectangle()

    @property
    def side(self) -> int:
        """Window pixels from edge to edge of the symbol, without its quiet zone; 0 while none is drawn."""
        texture = self._square.texture if self._ink.a else None
        if texture is None:
            return 0
        whole = int(texture.size[0])
        return int(self._square.size[0]) * (whole - 2 * QUIET) // whole

    def show(self, payload: str) -> None:
        """This code; empty: none."""
        if payload != self._payload:
            self._payload = payload
            self._draw()

    def arrange(self, area: Area) -> None:
        """White paper, and the code in its middle."""
        self._paper.place(area)
        self._draw()

    def _draw(self) -> None:
        texture = _texture(self._payload) if self._payload else None
        self._ink.a = 1 if texture is not None else 0
        self._square.texture = texture
        if texture is not None:
            modules = int(texture.size[0])
            side = max(1, min(self.area.w, self.area.h) // modules) * modules
            place = self.area.centre(side, side)
            self._square.pos, self._square.size = (place.x, place.y), (place.w, place.h)
