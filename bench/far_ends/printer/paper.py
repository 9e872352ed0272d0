"""A strip of thermal paper: what a printer puts on it, as dots, and how it looks when it is torn off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

__all__ = ["CELL", "Glyph", "Strip", "barcode", "bits", "line", "line_height", "qr_code"]

CELL = (12, 24)
"""Dots of one character of font A: width, height."""

BLACK, WHITE = 0, 255
_MARGIN = 24
_MONOSPACE = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono{}.ttf",
)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character on a line, with the size and weight it was sent with."""

    text: str
    bold: bool = False
    wide: int = 1
    high: int = 1


@dataclass(slots=True)
class Strip:
    """The paper since the last cut, ``width`` dots wide.

    ``pieces``: the row at which each stands, and what paints it. Text is painted when somebody looks, so that a drill
    that keeps no pictures does not wait for any.
    """

    width: int
    rows: int = 0
    pieces: list[tuple[int, Callable[[], Image.Image]]] = field(default_factory=list)

    def put(self, picture: Image.Image, align: str = "left", *, left: int = 0, room: int = 0) -> None:
        """Print a picture (0 is black) between margins and move the paper by its height; ``room`` 0 is all of it."""
        self.pieces.append((self.rows, lambda: self._aligned(picture, align, left, room)))
        self.rows += picture.height

    def write(self, glyphs: list[Glyph], height: int, align: str = "left", *, left: int = 0, room: int = 0) -> None:
        """Print one line of characters, at least ``height`` dots high, and move the paper by it."""
        self.pieces.append((self.rows, lambda: self._aligned(line(glyphs, height), align, left, room)))
        self.rows += line_height(glyphs, height)

    def _aligned(self, picture: Image.Image, align: str, left: int, room: int) -> Image.Image:
        spare = max(0, (room or self.width) - picture.width)
        start = left + {"left": 0, "centre": spare // 2, "right": spare}[align]
        paper = Image.new("L", (self.width, picture.height), WHITE)
        paper.paste(picture, (start, 0))
        return paper

    def feed(self, rows: int) -> None:
        """Move the paper without printing."""
        self.rows += rows

    def picture(self, *, torn: bool) -> Image.Image:
        """The strip as it is held in the hand; a torn one ends in a ragged edge."""
        paper = Image.new("L", (self.width + 2 * _MARGIN, self.rows + 2 * _MARGIN), WHITE)
        for top, paint in self.pieces:
            paper.paste(paint(), (_MARGIN, _MARGIN + top))
        if torn:
            draw = ImageDraw.Draw(paper)
            edge = [(x, paper.height - 4 - 8 * (x // 12 % 2)) for x in range(0, paper.width + 12, 12)]
            draw.polygon([(0, paper.height), *edge, (paper.width, paper.height)], fill=160)
        return paper


def line_height(glyphs: list[Glyph], height: int) -> int:
    """How many dots a line takes: its tallest character, or ``height``."""
    return max(max((glyph.high for glyph in glyphs), default=1) * CELL[1], height)


def line(glyphs: list[Glyph], height: int) -> Image.Image:
    """One line of characters, at least ``height`` dots high, standing on a common base."""
    tall = max((glyph.high for glyph in glyphs), default=1) * CELL[1]
    wide = sum(glyph.wide * CELL[0] for glyph in glyphs) or 1
    picture = Image.new("L", (wide, line_height(glyphs, height)), WHITE)
    left = 0
    for glyph in glyphs:
        cell = _cell(glyph.text, bold=glyph.bold, wide=glyph.wide, high=glyph.high)
        picture.paste(cell, (left, tall - cell.height))
        left += cell.width
    return picture


def bits(data: bytes, width_bytes: int, *, wide: int = 1, high: int = 1) -> Image.Image:
    """Packed rows, most significant bit left, 1 black, as a picture."""
    rows = len(data) // width_bytes
    inverted = bytes(byte ^ 0xFF for byte in data)
    picture = Image.frombytes("1", (width_bytes * 8, rows), inverted).convert("L")
    return picture.resize((picture.width * wide, rows * high), Image.Resampling.NEAREST)


def qr_code(data: str, module: int, level: str) -> Image.Image:
    """A real QR code (model 2) of ``module`` dots a module, without quiet zone. Raises ``ValueError``."""
    return _symbol(zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.QRCode, ec_level=level), module)


def barcode(digits: str, module: int, height: int, *, digits_below: bool = False) -> Image.Image:
    """An EAN-13 of 12 or 13 digits, its bars ``height`` dots high. Raises ``ValueError`` on a wrong check digit."""
    bars = _symbol(zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13), module)
    bars = bars.resize((bars.width, height), Image.Resampling.NEAREST)
    if not digits_below:
        return bars
    words = line([Glyph(digit) for digit in digits], CELL[1])
    both = Image.new("L", (max(bars.width, words.width), height + words.height), WHITE)
    both.paste(bars, ((both.width - bars.width) // 2, 0))
    both.paste(words, ((both.width - words.width) // 2, height))
    return both


def _symbol(symbol: Any, scale: int) -> Image.Image:  # noqa: ANN401  the library carries no types
    image = symbol.to_image(scale=scale, add_quiet_zones=False)
    height, width = image.shape
    return Image.frombytes("L", (width, height), bytes(memoryview(image).cast("B", (height * width,))))


@cache
def _cell(text: str, *, bold: bool, wide: int, high: int) -> Image.Image:
    picture = Image.new("L", CELL, WHITE)
    font = _font(bold=bold)
    ImageDraw.Draw(picture).text((CELL[0] / 2, CELL[1] - 6), text, font=font, fill=BLACK, anchor="ms")
    return picture.resize((CELL[0] * wide, CELL[1] * high), Image.Resampling.NEAREST)


@cache
def _font(*, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for pattern in _MONOSPACE:
        file = Path(pattern.format("-Bold" if bold else ""))
        if file.exists():
            return ImageFont.truetype(file, 20)
    return ImageFont.load_default(18)
