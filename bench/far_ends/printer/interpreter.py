"""The inside of an ESC/POS receipt printer: bytes in, paper and status bytes out, as the printer's own manual says.

Written from the command reference of Epson's TM series, apart from any driver: init, text in the printer's code pages
with sizes, weight and alignment, raster (GS v 0, GS ( L), column images (ESC *), QR, EAN-13, feed, cut, drawer, and
the status ways DLE EOT, GS r, GS a (ASB) and GS ( H. What it does not know is kept by name, never swallowed silently.

Real-time requests are answered the moment they arrive, wherever they stand in the stream, as the hardware does.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image

from bench.far_ends.printer.paper import CELL, Glyph, Strip, barcode, bits, qr_code

__all__ = ["Interpreter", "PaperState", "Receipt"]

PaperState = Literal["ok", "near_end", "out"]

_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 16: "cp1252", 19: "cp858"}
_ALIGN = {0: "left", 1: "centre", 2: "right"}
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_BUFFER_LIMIT = 4 * 1024 * 1024
_LF, _PRINTABLE = 0x0A, 0x20
_INTRODUCERS = {0x10, 0x1B, 0x1C, 0x1D}
_GRAPHICS_HEADER = 10
_LONGEST_NUL_FORM = 64  # bar codes of GS k below this end in NUL, above it carry their length
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
_LONGEST_REAL_TIME = 10
_NOT_DRAWN = (b"\x1bM", b"\x1b-", b"\x1b{", b"\x1dB", b"\x1db", b"\x1df", b"\x1dH")
"""Font B, underline, upside down, white on black, smoothing, and how digits stand at a bar code: one argument each."""
_CUTS = {0: "full", 48: "full", 65: "full", 1: "partial", 49: "partial", 66: "partial"}
_CUT_WITH_FEED = (65, 66)


class _PausedError(Exception):
    """No paper to print on: the command waits in the buffer."""


class _MoreError(Exception):
    """The command is not complete yet."""


@dataclass(slots=True)
class Receipt:
    """What lies on the paper since the last cut; ``cut`` is empty for one that never was."""

    strip: Strip
    raw: bytearray = field(default_factory=bytearray)
    text: list[str] = field(default_factory=list)
    qr: list[str] = field(default_factory=list)
    barcodes: list[str] = field(default_factory=list)
    images: int = 0
    unknown: list[str] = field(default_factory=list)
    cut: str = ""


@dataclass(slots=True)
class _Format:
    """How the next character is printed; ESC @ brings it back to this."""

    code_page: str = "cp437"
    align: str = "left"
    bold: bool = False
    wide: int = 1
    high: int = 1
    spacing: int = 30
    bar_height: int = 162
    bar_module: int = 3
    qr_module: int = 3
    qr_level: str = "L"
    qr_data: str = ""
    stored: Image.Image | None = None


class _Cursor:
    """Reads a command from the buffer's start and never past its end."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self._buffer):
            raise _MoreError
        taken = bytes(self._buffer[self.at : self.at + count])
        self.at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def until_nul(self) -> bytes:
        end = self._buffer.find(0, self.at)
        if end < 0:
            raise _MoreError
        return self.take(end - self.at + 1)[:-1]


def _skip_one(cursor: _Cursor) -> None:
    cursor.take(1)


class Interpreter:
    """One printer, ``width`` dots wide. ``answer`` carries its bytes to the host, ``finished`` its receipts away.

    The knobs are fields: turn one, then call ``changed``. ``rows_left`` is how much paper the roll still has, in
    dots; ``None`` is plenty.
    """

    def __init__(
        self,
        answer: Callable[[bytes], None],
        finished: Callable[[Receipt], object],
        drawer: Callable[[int], None],
        *,
        width: int = 576,
    ) -> None:
        self.paper: PaperState = "ok"
        self.cover_open = False
        self.stalled = False
        self.rows_left: int | None = None
        self._answer = answer
        self._finished = finished
        self._drawer = drawer
        self._width = width
        self._lock = threading.RLock()  # a virtual USB bus calls from the driver's thread
        self._buffer = bytearray()
        self._arriving = b""  # the end of what came, where a real-time request may be split
        self._glyphs: list[Glyph] = []
        self._used = 0
        self._format = _Format()
        self._receipt = Receipt(Strip(width))
        self._asb_wanted = False
        self._asb_told = b""
        self._commands = self._table()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host. A buffer past its limit loses what was in it, as without flow control."""
        with self._lock:
            if len(self._buffer) + len(data) > _BUFFER_LIMIT:
                self._buffer.clear()
            self._buffer += data
            self._do_real_time(data)
            self._work()

    def changed(self) -> None:
        """Go on after a knob was turned: paper put in, cover closed, the stall over."""
        with self._lock:
            self._tell_asb()
            self._work()

    def tear_off(self) -> None:
        """What was not cut ends here: power or link gone, or buffers cleared. Nothing waits any more."""
        with self._lock:
            self._buffer.clear()
            self._arriving = b""
            self._asb_wanted = False
            self._glyphs, self._used = [], 0  # a line without its line feed was never printed
            self._format = _Format()
            self._finish()

    # -- what is answered at once -------------------------------------------------------------------------------

    def _do_real_time(self, data: bytes) -> None:
        seen, end = self._arriving + data, 0
        for found in _REAL_TIME.finditer(seen):
            end = found.end()
            if found[1] is None:
                self.tear_off()
                self._buffer += seen[end:]
            elif not self.stalled:
                self._answer(bytes([self._status(found[1][0])]))
        self._arriving = seen[max(end, len(seen) - _LONGEST_REAL_TIME + 1) :]

    def _status(self, number: int) -> int:
        out, near = self.paper == "out", self.paper != "ok"
        flags = {
            1: 0x08 if out or self.cover_open else 0,
            2: (0x04 if self.cover_open else 0) | (0x20 if out else 0),
            3: 0,
            4: (0x0C if near else 0) | (0x60 if out else 0),
        }
        return 0x12 | flags[number]

    def _tell_asb(self) -> None:
        out, near = self.paper == "out", self.paper != "ok"
        first = 0x14 | (0x08 if out or self.cover_open else 0) | (0x20 if self.cover_open else 0)
        told = bytes([first, 0, (0x03 if near else 0) | (0x0C if out else 0), 0])
        if self._asb_wanted and not self.stalled and told != self._asb_told:
            self._asb_told = told
            self._answer(told)

    # -- the buffer ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._buffer and not self.stalled:
            cursor = _Cursor(self._buffer)
            try:
                self._do(cursor)
            except (_PausedError, _MoreError):
                return
            self._receipt.raw += self._buffer[: cursor.at]
            del self._buffer[: cursor.at]
            if self._receipt.cut:
                self._finish()

    def _do(self, cursor: _Cursor) -> None:
        first = cursor.byte()
        if first >= _PRINTABLE:
            self._character(first)
        elif first == _LF:
            self._line_feed()
        elif first in _INTRODUCERS:
            name = bytes([first, cursor.byte()])
            command = self._commands.get(name)
            if command is None:
                self._receipt.unknown.append(name.hex(" "))
            else:
                command(cursor)

    def _finish(self) -> None:
        receipt, self._receipt = self._receipt, Receipt(Strip(self._width))
        if receipt.strip.pieces:
            self._finished(receipt)

    def _use(self, rows: int) -> None:
        """Take paper from the roll, or pause before anything is printed."""
        if self.rows_left is not None:
            if self.rows_left < rows and self.paper != "out":
                self.paper, self.rows_left = "out", None
                self._tell_asb()
            elif self.paper != "out":
                self.rows_left -= rows
        if self.paper == "out" or self.cover_open:
            raise _PausedError

    def _table(self) -> dict[bytes, Callable[[_Cursor], None]]:
        not_drawn = dict.fromkeys(_NOT_DRAWN, _skip_one)
        return not_drawn | {
            b"\x1b@": self._initialise,
            b"\x1b!": self._set_print_mode,
            b"\x1bG": self._set_bold,
            b"\x1ba": self._set_align,
            b"\x1bE": self._set_bold,
            b"\x1bt": self._set_code_page,
            b"\x1bd": lambda cursor: self._feed(cursor.byte() * self._format.spacing),
            b"\x1bJ": lambda cursor: self._feed(cursor.byte()),
            b"\x1b2": self._default_spacing,
            b"\x1b3": self._set_spacing,
            b"\x1b*": self._column_image,
            b"\x1bp": self._open_drawer,
            b"\x1d!": self._set_size,
            b"\x1dV": self._cut,
            b"\x1dv": self._raster,
            b"\x1d(": self._extended,
            b"\x1dk": self._barcode,
            b"\x1dh": self._set_bar_height,
            b"\x1dw": self._set_bar_module,
            b"\x1dr": self._tell_status,
            b"\x1da": self._set_asb,
            b"\x10\x04": _skip_one,  # done when it arrived
        }

    # -- text ---------------------------------------------------------------------------------------------------

    def _character(self, code: int) -> None:
        glyph = Glyph(
            bytes([code]).decode(self._format.code_page, errors="replace"),
            self._format.bold,
            self._format.wide,
            self._format.high,
        )
        wide = glyph.wide * CELL[0]
        if self._used + wide > self._width:
            self._line_feed()
        self._glyphs.append(glyph)
        self._used += wide

    def _line_feed(self) -> None:
        tall = max((glyph.high for glyph in self._glyphs), default=1) * CELL[1]
        self._use(max(self._format.spacing, tall))
        self._put_line()

    def _put_line(self) -> None:
        self._receipt.text.append("".join(glyph.text for glyph in self._glyphs).rstrip())
        if self._glyphs:
            self._receipt.strip.write(self._glyphs, self._format.spacing, self._format.align)
            self._glyphs, self._used = [], 0
        else:
            self._receipt.strip.feed(self._format.spacing)

    def _feed(self, rows: int) -> None:
        if self._glyphs:
            self._line_feed()
        self._use(rows)
        self._receipt.strip.feed(rows)

    def _initialise(self, _cursor: _Cursor) -> None:
        self._format = _Format()
        self._glyphs, self._used = [], 0

    def _set_align(self, cursor: _Cursor) -> None:
        self._format.align = _ALIGN.get(cursor.byte() % 48, "left")

    def _set_bold(self, cursor: _Cursor) -> None:
        self._format.bold = bool(cursor.byte() & 1)

    def _set_print_mode(self, cursor: _Cursor) -> None:
        mode = cursor.byte()
        self._format.bold = bool(mode & 0x08)
        self._format.high, self._format.wide = 1 + (mode >> 4 & 1), 1 + (mode >> 5 & 1)

    def _set_code_page(self, cursor: _Cursor) -> None:
        page = cursor.byte()
        if page not in _CODE_PAGES:
            self._receipt.unknown.append(f"code page {page}")
        self._format.code_page = _CODE_PAGES.get(page, "cp437")

    def _set_size(self, cursor: _Cursor) -> None:
        size = cursor.byte()
        self._format.wide, self._format.high = (size >> 4 & 7) + 1, (size & 7) + 1

    def _set_spacing(self, cursor: _Cursor) -> None:
        self._format.spacing = cursor.byte()

    def _default_spacing(self, _cursor: _Cursor) -> None:
        self._format.spacing = 30

    # -- pictures -----------------------------------------------------------------------------------------------

    def _put_picture(self, picture: Image.Image) -> None:
        if self._glyphs:
            self._line_feed()
        self._use(picture.height)
        self._receipt.strip.put(picture, self._format.align)
        self._receipt.images += 1

    def _raster(self, cursor: _Cursor) -> None:
        cursor.take(1)
        mode, width, rows = cursor.byte() % 48, cursor.word(), cursor.word()
        data = cursor.take(width * rows)
        if data:
            self._put_picture(bits(data, width, wide=1 + (mode & 1), high=1 + (mode >> 1 & 1)))

    def _column_image(self, cursor: _Cursor) -> None:
        mode, columns = cursor.byte(), cursor.word()
        high = 3 if mode & 0x20 else 1
        data = cursor.take(columns * high)
        if not columns:
            return
        upright = bytes(data[column * high + byte] for column in range(columns) for byte in range(high))
        picture = bits(upright, high).transpose(Image.Transpose.TRANSPOSE)
        self._put_picture(picture)

    def _extended(self, cursor: _Cursor) -> None:
        """GS ( name, length, function: graphics, symbols, and the word that a job is printed."""
        name = cursor.byte()
        body = cursor.take(cursor.word())
        match name:
            case 0x6B if body[:1] == b"1":
                self._qr(body[1:2], body[2:])
            case 0x4C:
                self._graphics(body)
            case 0x48 if body[:2] == b"00" and len(body) == 6:  # noqa: PLR2004  two of function, four of the job's id
                self._answer(b"\x37\x22" + body[2:] + b"\x00")
            case _:
                self._receipt.unknown.append(f"1d 28 {name:02x} {body[:2].hex(' ')}".strip())

    def _graphics(self, body: bytes) -> None:
        if body[1:2] == b"p" and len(body) > _GRAPHICS_HEADER:
            width = int.from_bytes(body[6:8], "little")
            picture = bits(body[_GRAPHICS_HEADER:], (width + 7) // 8, wide=body[3], high=body[4])
            self._format.stored = picture.crop((0, 0, width * body[3], picture.height))
        elif body[1:2] in {b"2", b"\x02"} and self._format.stored is not None:
            self._put_picture(self._format.stored)
            self._format.stored = None

    def _qr(self, function: bytes, data: bytes) -> None:
        match function:
            case b"C":
                self._format.qr_module = max(1, data[0]) if data else 3
            case b"E":
                self._format.qr_level = _QR_LEVELS.get(data[0], "L") if data else "L"
            case b"P":
                self._format.qr_data = data[1:].decode("utf-8", errors="replace")
            case b"Q" if self._format.qr_data:
                self._put_symbol(self._receipt.qr, self._format.qr_data, self._qr_picture)
            case _:
                return  # the model: only model 2 is drawn

    def _qr_picture(self, data: str) -> Image.Image:
        return qr_code(data, self._format.qr_module, self._format.qr_level)

    def _barcode(self, cursor: _Cursor) -> None:
        kind = cursor.byte()
        data = cursor.take(cursor.byte()) if kind > _LONGEST_NUL_FORM else cursor.until_nul()
        if kind in {2, 67}:
            self._put_symbol(self._receipt.barcodes, data.decode("ascii", errors="replace"), self._bar_picture)
        else:
            self._receipt.unknown.append(f"bar code {kind}")

    def _bar_picture(self, digits: str) -> Image.Image:
        return barcode(digits, self._format.bar_module, self._format.bar_height)

    def _put_symbol(self, told: list[str], data: str, draw: Callable[[str], Image.Image]) -> None:
        try:
            picture = draw(data)
        except (ValueError, RuntimeError):
            self._receipt.unknown.append(f"cannot draw {data!r:.40}")
            return
        self._put_picture(picture)
        self._receipt.images -= 1  # a symbol is told by its data
        told.append(data)

    def _set_bar_height(self, cursor: _Cursor) -> None:
        self._format.bar_height = max(1, cursor.byte())

    def _set_bar_module(self, cursor: _Cursor) -> None:
        self._format.bar_module = max(1, cursor.byte())

    # -- the machine --------------------------------------------------------------------------------------------

    def _cut(self, cursor: _Cursor) -> None:
        mode = cursor.byte()
        rows = cursor.byte() if mode in _CUT_WITH_FEED else 0
        if self._glyphs:
            self._line_feed()
        self._use(rows)
        self._receipt.strip.feed(rows)
        self._receipt.cut = _CUTS.get(mode, "full")

    def _open_drawer(self, cursor: _Cursor) -> None:
        pin = cursor.take(3)[0] % 48
        self._drawer(5 if pin else 2)

    def _tell_status(self, cursor: _Cursor) -> None:
        kind = cursor.byte() % 48
        self._use(0)
        near = self.paper != "ok"
        self._answer(bytes([0x03 if near and kind == 1 else 0]))

    def _set_asb(self, cursor: _Cursor) -> None:
        self._asb_wanted, self._asb_told = bool(cursor.byte()), b""
        self._tell_asb()
