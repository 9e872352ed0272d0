"""Lines of text as dots, for printers whose code pages lack the script: Pillow with raqm (HarfBuzz, FriBidi).

Bengali, like most scripts of South Asia, joins and reorders its letters: a font alone is not enough, the layout
engine must know the script. Without raqm Pillow draws such text letter by letter, which is wrong and readable enough
to go unnoticed, so ``check`` refuses to start without it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont, features

__all__ = ["Align", "RasterError", "Typesetter", "find_font", "fold", "pack"]

Align = Literal["left", "centre", "right"]

_SYSTEM_FONTS = (
    "/usr/share/fonts/truetype/noto/NotoSansBengali-{}.ttf",
    "/usr/share/fonts/truetype/lohit-bengali/Lohit-Bengali.ttf",
)
_STAND_INS = (
    "/usr/share/fonts/truetype/noto/NotoSans-{}.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans{}.ttf",
)
"""What draws the letters that a font of one script lacks, as the system's Noto Sans Bengali lacks the Latin ones."""
_NEEDED = "Aaçã০ক৳€"
_NOWHERE = "\U0010fffd"
"""A character that no font has: how it is drawn is how a font draws what it lacks."""
_INK = 128
"""Darker than this is a dot."""

_TRIAL = 24
_DOUBLE = (2, 1.5)
"""Sizes that a double line may have: the first that needs no second line, else the last."""


class RasterError(Exception):
    """Text cannot be drawn on this machine; the text says what to install."""


def find_font(path: str, weight: Literal["Regular", "Bold"]) -> str:
    """The font file to draw with: ``path`` when given, else the system's Noto Sans Bengali or Lohit Bengali.

    Raises ``RasterError`` when there is none.
    """
    candidates = [path] if path else [pattern.format(weight) for pattern in _SYSTEM_FONTS]
    for candidate in candidates:
        if Path(candidate).is_file():
            return candidate
    text = f"no font at {' or '.join(candidates)}; set the printer's font, or install fonts-noto-core"
    raise RasterError(text)


def fold(left: str, right: str, room: int, measure: Callable[[str], int]) -> list[tuple[str, str]]:
    """Break ``left`` at spaces so that it fits ``room``; ``right`` goes on the last line, or on one of its own.

    Each line is indented as the first; a no-break space breaks no line.

    >>> fold("Mango Himsagar", "12.00", 15, len)
    [('Mango Himsagar', ''), ('', '12.00')]
    >>> fold("Mango Himsagar", "12", 11, len)
    [('Mango', ''), ('Himsagar', '12')]
    >>> fold("abcdefgh", "", 3, len)
    [('abc', ''), ('def', ''), ('gh', '')]
    >>> fold("  packaging taken off", "", 12, len)
    [('  packaging', ''), ('  taken off', '')]
    """
    indent = left[: len(left) - len(left.lstrip(" "))]
    if measure(indent) > room // 2:
        indent = ""
    lines = [""]
    for word in left.lstrip(" ").split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else f"{indent}{word}"
        if measure(joined) <= room:
            lines[-1] = joined
            continue
        for piece in _pieces(word, room - measure(indent), measure):
            if lines[-1]:
                lines.append(f"{indent}{piece}")
            else:
                lines[-1] = f"{indent}{piece}"
    folded = [(line, "") for line in lines]
    if right:
        last, _ = folded.pop()
        if measure(f"{last} {right}") <= room:
            folded.append((last, right))
        else:
            folded += [(last, ""), ("", right)] if last else [("", right)]
    return folded


def _pieces(word: str, room: int, measure: Callable[[str], int]) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def pack(picture: Image.Image) -> list[bytes]:
    """The rows of a picture of mode ``L`` as packed bits, most significant left, 1 black."""
    ones = picture.point(lambda level: 255 if level < _INK else 0).convert("1")
    data, width = ones.tobytes(), (picture.width + 7) // 8
    return [data[at : at + width] for at in range(0, len(data), width)]


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Draws whole lines ``width`` dots wide (a multiple of 8) in fonts of ``pixels`` em height."""

    regular: str
    bold: str
    pixels: int
    width: int

    def check(self) -> None:
        """Raise ``RasterError`` unless fonts and layout engine are there."""
        if not features.check("raqm"):
            text = "Pillow has no raqm layout here, so Bengali would be drawn wrong; install libfribidi0 and libraqm0"
            raise RasterError(text)
        for font in (self.regular, self.bold):
            try:
                _font(font, self.pixels)
            except OSError as error:
                text = f"{font} is no font: {error}"
                raise RasterError(text) from error
            lacking = "".join(each for each in _NEEDED if all(_lacks(file, each) for file in _files(font)))
            if lacking:
                text = f"{font} cannot draw {lacking}, and no other font here can; install fonts-noto-core"
                raise RasterError(text)

    def rows(self, left: str, right: str, *, align: Align, bold: bool, double: bool) -> list[bytes]:
        """The line, folded where it does not fit, as packed rows. A double one is smaller where that saves folding."""
        font, folded = self._fitted(left, right, bold=bold, double=double)
        measure = partial(_measure, font)
        ascent, descent = font.getmetrics()
        drawn: list[bytes] = []
        for near, far in folded:
            for run, own in _runs(font, f"{near} {far}"):
                _, top, _, bottom = own.getbbox(run, anchor="ls")  # marks may stand above the font's ascent
                ascent, descent = max(ascent, -int(top)), max(descent, int(bottom))
            picture = Image.new("L", (self.width, ascent + descent), 255)
            draw = ImageDraw.Draw(picture)
            spare = self.width - measure(near)
            start = 0 if far else {"left": 0, "centre": spare // 2, "right": spare}[align]
            _write(draw, font, near, (start, ascent))
            if far:
                _write(draw, font, far, (self.width - measure(far), ascent))
            drawn += pack(picture)
        return drawn

    def _fitted(
        self, left: str, right: str, *, bold: bool, double: bool
    ) -> tuple[ImageFont.FreeTypeFont, list[tuple[str, str]]]:
        """The font, and the lines that the text breaks into."""
        file = self.bold if bold else self.regular
        for scale in _DOUBLE if double else ():
            font = _font(file, round(self.pixels * scale))
            folded = fold(left, right, self.width, partial(_measure, font))
            if len(folded) == 1:
                return font, folded
        font = _font(file, round(self.pixels * (_DOUBLE[-1] if double else 1)))
        return font, fold(left, right, self.width, partial(_measure, font))


def _measure(font: ImageFont.FreeTypeFont, text: str) -> int:
    return round(sum(own.getlength(run) for run, own in _runs(font, text)))


def _write(draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, text: str, at: tuple[int, int]) -> None:
    left, base = float(at[0]), at[1]
    for run, own in _runs(font, text):
        draw.text((left, base), run, font=own, fill=0, anchor="ls")
        left += own.getlength(run)


def _runs(font: ImageFont.FreeTypeFont, text: str) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """The text in the font's own letters, and between them what a stand-in draws; a mark stays with its letter."""
    files = _files(str(font.path))
    runs: list[tuple[str, str]] = []
    for each in text:
        now = runs[-1][1] if runs else files[0]
        with_the_last = bool(runs) and unicodedata.category(each)[0] in "MCZ"
        file = now if with_the_last else next((file for file in files if not _lacks(file, each)), files[0])
        if runs and file == now:
            runs[-1] = (runs[-1][0] + each, file)
        else:
            runs.append((each, file))
    return [(run, font if file == font.path else _font(file, round(font.size))) for run, file in runs]


@lru_cache(maxsize=8)
def _files(path: str) -> tuple[str, ...]:
    """The font, and the stand-in of its weight where this machine has one."""
    bold = "Bold" in Path(path).name
    named = (_STAND_INS[0].format("Bold" if bold else "Regular"), _STAND_INS[1].format("-Bold" if bold else ""))
    return (path, *[each for each in named if Path(each).is_file()][:1])


@lru_cache(maxsize=4096)
def _lacks(path: str, letter: str) -> bool:
    """Whether a font draws a letter as it draws what it has not got. Blanks are never lacking."""
    if unicodedata.category(letter)[0] in "ZC":
        return False
    font = _font(path, _TRIAL)
    return bytes(font.getmask(letter)) == bytes(font.getmask(_NOWHERE))


@lru_cache(maxsize=8)
def _font(path: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.RAQM)
