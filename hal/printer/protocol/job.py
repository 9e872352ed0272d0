"""A document as ESC/POS: values in, bytes out, in blocks that a small printer can take one at a time.

Source: Epson's ESC/POS command reference, https://download4.epson.biz/sec_pubs/pos/reference_en/escpos/ ; the sizes
of QR codes are those of ISO/IEC 18004.

A line that the printer's code page holds goes as text; any other line is drawn by us and goes as raster, whole. Where
a quarter of a document's lines must be drawn, all are: two typefaces on one receipt are hard to read.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from hal.printer.contract import LONGEST_QR, Barcode, Cut, Document, Feed, Image, Part, QrCode, Rule, TextLine
from hal.raster import Typesetter, fold

__all__ = ["CODE_PAGES", "CodePage", "Layout", "encode"]

CodePage = Literal["ascii", "cp437", "cp850", "cp858", "cp1252"]

CODE_PAGES = {"cp437": 0, "cp850": 2, "cp1252": 16, "cp858": 19}
"""The number ESC t knows each by at Epson's; other makers number differently, ``ascii`` asks for none."""

_FONT_A_WIDTH = 12
_FEW = 4
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
_STAND_INS = str.maketrans({"\u00d7": "x", "\u2013": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
"""Signs that mean the same as an ASCII one: the sign between quantity and price, dashes and quotation marks."""
_RULE_ROWS = (6, 2, 6)  # white, black, white
_QR_MODULE, _QR_WHITE = 6, 4
_QR_BYTES = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911,
    997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, LONGEST_QR,
)  # fmt: skip
"""What versions 1 to 40 hold in byte mode at error correction M."""
_BAR_MODULE, _BAR_HEIGHT = 3, 80
_BAR_WHITE = 16
_TEAR_LINES = 6
"""Empty lines that bring the last line past the tear bar of a printer without a cutter."""
_ALIGN = {"left": b"\x1ba\x00", "centre": b"\x1ba\x01", "right": b"\x1ba\x02"}
_CUT = {"full": b"\x1dVA\x00", "partial": b"\x1dVB\x00", "none": b"\x1bd" + bytes([_TEAR_LINES])}
_REAL_TIME = ((b"\x10\x04", b"\x10\x06"), (b"\x10\x05", b"\x10\x07"), (b"\x10\x14", b"\x10\x16"))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the paper and the printer allow: dots across (a multiple of 8) between margins, strips of raster, cut.

    ``draws_all``: no line goes as text.
    """

    dots: int
    code_page: CodePage
    cut: Literal["full", "partial", "none"]
    strip_rows: int
    margin_left: int = 0
    margin_right: int = 0
    draws_all: bool = False

    @property
    def width(self) -> int:
        """Dots between the margins."""
        return self.dots - self.margin_left - self.margin_right


def encode(document: Document, layout: Layout, typesetter: Typesetter) -> list[bytes]:
    """The job in blocks: ESC @, code page and margins, then every part, a strip of raster at a time.

    Control characters in texts are printed as spaces.
    """
    lines = [part for part in document.parts if isinstance(part, TextLine)]
    drawn = sum(_encoded(f"{line.left}{line.right}", layout.code_page) is None for line in lines)
    if drawn * _FEW >= len(lines) > 0 and drawn:
        layout = replace(layout, draws_all=True)
    start = b"\x1b@"
    if layout.code_page != "ascii":
        start += b"\x1bt" + bytes([CODE_PAGES[layout.code_page]])
    if layout.width != layout.dots:
        start += b"\x1dL" + layout.margin_left.to_bytes(2, "little") + b"\x1dW" + layout.width.to_bytes(2, "little")
    return [start, *(block for part in document.parts for block in _part(part, layout, typesetter))]


def _part(part: Part, layout: Layout, typesetter: Typesetter) -> Iterator[bytes]:
    match part:
        case TextLine():
            yield from _text_line(part, layout, typesetter)
        case Rule():
            blank, line = bytes(layout.width // 8), b"\xff" * (layout.width // 8)
            above, black, below = _RULE_ROWS
            yield from _raster([blank] * above + [line] * black + [blank] * below, layout)
        case Feed():
            yield b"\n" * part.lines
        case QrCode():
            yield _ALIGN["centre"] + _qr(part.data, layout.width) + _ALIGN["left"]
        case Barcode():
            yield _ALIGN["centre"] + _barcode(part.digits) + _ALIGN["left"]
        case Image():
            yield from _raster([_centred(row, part.width, layout.width) for row in part.rows], layout)
        case Cut():
            yield _CUT[layout.cut]


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)


def _encoded(text: str, code_page: CodePage) -> bytes | None:
    """The text in a code page, with stand-ins for signs it lacks; ``None`` where it lacks a letter."""
    plain = text.translate(_SPACES)
    for candidate in (plain, plain.translate(_STAND_INS)):
        try:
            return candidate.encode(code_page)
        except UnicodeEncodeError:
            continue
    return None


def _text_line(part: TextLine, layout: Layout, typesetter: Typesetter) -> Iterator[bytes]:
    left, right = _plain(part.left), _plain(part.right)
    wide, columns = _width(left, right, layout.width // _FONT_A_WIDTH, part.size)
    lines = []
    for near, far in fold(left, right, columns, len):
        lines.append(f"{near}{' ' * (columns - len(near) - len(far))}{far}" if far else near)
    text = None if layout.draws_all else _encoded("".join(f"{line}\n" for line in lines), layout.code_page)
    if text is None:
        rows = typesetter.rows(left, right, align=part.align, bold=part.bold, double=part.size == 2)  # noqa: PLR2004  double
        yield from _raster(rows, layout)
        return
    look = bytes([0x1B, 0x45, part.bold, 0x1D, 0x21, (wide - 1) << 4 | (part.size - 1)])
    yield (b"" if right else _ALIGN[part.align]) + look + text + b"\x1bE\x00\x1d!\x00" + _ALIGN["left"]


def _width(left: str, right: str, columns: int, size: int) -> tuple[int, int]:
    """How wide characters are and how many go on a line: a double line that needs two is made tall only."""
    if size == 1 or len(fold(left, right, columns // size, len)) > 1:
        return 1, columns
    return size, columns // size


def _raster(rows: list[bytes], layout: Layout) -> Iterator[bytes]:
    """GS v 0 in strips. Real-time requests (10 04, 10 05, 10 14) must not appear among dots: one dot is given up."""
    for at in range(0, len(rows), layout.strip_rows):
        strip = rows[at : at + layout.strip_rows]
        data = b"".join(strip)
        for request, harmless in _REAL_TIME:
            data = data.replace(request, harmless)
        yield b"\x1dv0\x00" + len(strip[0]).to_bytes(2, "little") + len(strip).to_bytes(2, "little") + data


def _centred(row: bytes, width: int, dots: int) -> bytes:
    room = dots // 8
    used = (min(width, dots) + 7) // 8
    return (bytes((room - used) // 2) + row[:used]).ljust(room, b"\x00")


def _feed_dots(dots: int) -> bytes:
    return b"\x1bJ" + bytes([dots])


def _qr(data: str, width: int) -> bytes:
    """Model 2, error correction M: select, size, level, store, print (GS ( k functions 65, 67, 69, 80, 81).

    Modules are as large as the paper allows, at most six dots (0.75 mm at 203 dots an inch); white all around.
    """
    content = _plain(data).encode()
    version = 1 + bisect_left(_QR_BYTES, len(content))
    module = min(_QR_MODULE, width // (17 + 4 * version + 2 * _QR_WHITE))
    white = _feed_dots(_QR_WHITE * module)
    bodies = (b"1A2\x00", b"1C" + bytes([module]), b"1E1", b"1P0" + content, b"1Q0")
    return white + b"".join(b"\x1d(k" + len(body).to_bytes(2, "little") + body for body in bodies) + white


def _barcode(digits: str) -> bytes:
    """GS k, function A: height, module width, digits below; 113 modules with their white sides fit 58 mm paper."""
    look = b"\x1dh" + bytes([_BAR_HEIGHT]) + b"\x1dw" + bytes([_BAR_MODULE]) + b"\x1dH\x02"
    return _feed_dots(_BAR_WHITE) + look + b"\x1dk\x02" + digits.encode() + b"\x00" + _feed_dots(_BAR_WHITE)
