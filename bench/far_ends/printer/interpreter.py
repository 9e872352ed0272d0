"""The inside of an ESC/POS receipt printer: bytes in, paper and status bytes out, as the printer's own manual says.

Written from the command reference of Epson's TM series, apart from any driver: init, text in the printer's code pages
with sizes, weight and alignment, margins, raster (GS v 0, GS ( L), column images (ESC *), QR, EAN-13, feed, cut,
drawer, and the status ways DLE EOT, GS r, GS a (ASB) and GS ( H. What it does not know is kept by name, never
swallowed silently.

Real-time requests are answered the moment they arrive, wherever they stand in the stream, as the hardware does.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from PIL import Image

from bench.far_ends.printer.machine import Machine, PaperState
from bench.far_ends.printer.paper import CELL, Glyph, Strip, barcode, bits, qr_code
from bench.far_ends.printer.parts import Cursor, Format, Make, MoreError, PausedError, Receipt

__all__ = ["Interpreter", "Make", "PaperState", "Receipt"]

_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 16: "cp1252", 19: "cp858"}
_ALIGN = {0: "left", 1: "centre", 2: "right"}
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_LF, _PRINTABLE = 0x0A, 0x20
_INTRODUCERS = {0x10, 0x1B, 0x1C, 0x1D}
_GRAPHICS_HEADER = 10
_LONGEST_NUL_FORM = 64  # bar codes of GS k below this end in NUL, above it carry their length
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|\x10\x05([\x01\x02])|" + re.escape(_CLEAR))
_NOT_DRAWN = (b"\x1bM", b"\x1b-", b"\x1b{", b"\x1dB", b"\x1db", b"\x1df")
"""Font B, underline, upside down, white on black, smoothing and the digits' font at a bar code: one argument each."""
_CUTS = {0: "full", 48: "full", 65: "full", 1: "partial", 49: "partial", 66: "partial"}
_CUT_WITH_FEED = (65, 66)
_XON, _XOFF = b"\x11", b"\x13"


def _skip_one(cursor: Cursor) -> None:
    cursor.take(1)


class Interpreter:
    """One printer. ``answer`` carries bytes to the host, ``finished`` its receipts away, ``drawer`` tells of a kick.

    The knobs are the fields of ``machine``, ``stalled`` and ``stalls_in``: turn one, then call ``changed``. A printer
    that takes time to print needs ``later``, which calls it back after so many seconds.
    """

    def __init__(
        self,
        answer: Callable[[bytes], None],
        finished: Callable[[Receipt], object],
        drawer: Callable[[int], None],
        make: Make | None = None,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        self.machine = Machine()
        self.stalled = False
        self.stalls_in: int | None = None
        """Dots of feed until it hangs; ``None`` is never."""
        self.lost = 0
        """Bytes that came when the buffer was full."""
        self._make = make or Make()
        self._answer, self._finished, self._drawer, self._later = answer, finished, drawer, later
        self._lock = threading.RLock()  # a virtual USB bus calls from the driver's thread
        self._buffer = bytearray()
        self._arriving = b""  # the end of what came, where a real-time request may be split
        self._busy_until = 0.0
        self._stopped_host = False
        self._glyphs: list[Glyph] = []
        self._used = 0
        self._format = self._new_format()
        self._receipt = Receipt(Strip(self._make.width))
        self._asb_wanted = 0
        self._asb_told = b""
        self._commands = self._table()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host. What does not fit into the buffer is lost."""
        with self._lock:
            data = self._do_real_time(data)
            self._work()
            room = max(0, self._make.buffer - len(self._buffer))
            self._buffer += data[:room]
            self.lost += len(data[room:])
            self._work()

    def changed(self) -> None:
        """Go on after a knob was turned: paper put in, cover closed, the stall over."""
        with self._lock:
            self._tell_asb()
            self._work()

    def tear_off(self) -> None:
        """What was not cut ends here: power or link gone, or buffers cleared. Nothing waits any more."""
        with self._lock:
            self._empty()
            self._finish()

    def tear_by_hand(self) -> None:
        """Somebody takes what lies on the paper: all there is of a receipt at a printer without a cutter."""
        with self._lock:
            self._receipt.cut = "torn"
            self._finish()

    def power_cycle(self) -> None:
        """Off and on: buffers, settings and errors are gone; what lies on the paper lies there."""
        with self._lock:
            self._asb_wanted = 0
            self.machine.cutter_stuck = self.machine.jammed and self.machine.cutter_stuck
            self.tear_off()

    def _empty(self) -> None:
        self._buffer.clear()
        self._arriving = b""
        self._busy_until = 0.0
        self._glyphs, self._used = [], 0  # a line without its line feed was never printed
        self._format = self._new_format()
        self._flow()

    def _new_format(self) -> Format:
        return Format(room=self._make.width)

    # -- what is answered at once -------------------------------------------------------------------------------

    def _do_real_time(self, data: bytes) -> bytes:
        """Obey what must not wait; gives what is left to be done in turn."""
        seen, end = self._arriving + data, 0
        for found in _REAL_TIME.finditer(seen):
            end = found.end()
            if self.stalled:
                continue
            if found[1] is not None:
                self._answer(bytes([self.machine.real_time(found[1][0])]))
            elif found[2] is not None:
                self._recover(clearing=found[2] == b"\x02")
            elif self._make.clears:
                self.tear_off()
                self._answer(b"\x37\x25\x00")
                data = seen[end:]
        self._arriving = seen[max(end, len(seen) - len(_CLEAR) + 1) :]
        return data

    def _recover(self, *, clearing: bool) -> None:
        if self.machine.recover():
            if clearing:
                self.tear_off()
            self.changed()

    def _tell_asb(self) -> None:
        told = self.machine.automatic()
        if not self._asb_wanted or self.stalled:
            return
        if not self._asb_told or Machine.changed(self._asb_wanted, self._asb_told, told):
            self._asb_told = told
            self._answer(told)

    def _flow(self) -> None:
        """Tell the host to stop when little room is left, and to go on when much is."""
        if self._make.flow == "none":
            return
        free = self._make.buffer - len(self._buffer)
        if not self._stopped_host and free < self._make.buffer // 2:
            self._stopped_host = True
            self._answer(_XOFF)
        elif self._stopped_host and free > self._make.buffer * 3 // 4:
            self._stopped_host = False
            self._answer(_XON)

    # -- the buffer ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._buffer and not self.stalled and not self._is_busy():
            cursor = Cursor(self._buffer)
            try:
                self._do(cursor)
            except MoreError:
                break
            except PausedError:
                self._tell_asb()
                break
            self._receipt.raw += self._buffer[: cursor.at]
            del self._buffer[: cursor.at]
            if self._receipt.cut:
                self._finish()
        self._flow()

    def _is_busy(self) -> bool:
        return time.monotonic() < self._busy_until

    def _do(self, cursor: Cursor) -> None:
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
        receipt, self._receipt = self._receipt, Receipt(Strip(self._make.width))
        if receipt.strip.pieces:
            self._finished(receipt)

    def _use(self, rows: int) -> None:
        """Move the paper, or pause before anything is printed."""
        if self.stalls_in is not None:
            self.stalls_in -= rows
            if self.stalls_in < 0:
                self.stalls_in, self.stalled = None, True
                raise PausedError
        if not self.machine.use(rows):
            raise PausedError
        if rows and self._make.speed and self._later is not None:
            seconds = rows / self._make.speed
            self._busy_until = time.monotonic() + seconds
            self._later(seconds, self.changed)

    def _table(self) -> dict[bytes, Callable[[Cursor], None]]:
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
            b"\x1dH": self._set_bar_digits,
            b"\x1dL": self._set_left,
            b"\x1dW": self._set_room,
            b"\x1dr": self._tell_status,
            b"\x1da": self._set_asb,
            b"\x10\x04": _skip_one,  # done when it arrived
            b"\x10\x05": _skip_one,
            b"\x10\x14": self._skip_clear,
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
        if self._used + wide > self._format.room:
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
            look = self._format
            self._receipt.strip.write(self._glyphs, look.spacing, look.align, left=look.left, room=look.room)
            self._glyphs, self._used = [], 0
        else:
            self._receipt.strip.feed(self._format.spacing)

    def _feed(self, rows: int) -> None:
        if self._glyphs:
            self._line_feed()
        self._use(rows)
        self._receipt.strip.feed(rows)

    def _initialise(self, _cursor: Cursor) -> None:
        """Settings as at power-on; by the manual's strictest reading, automatic status too."""
        self._format = self._new_format()
        self._glyphs, self._used = [], 0
        self._asb_wanted = 0

    def _set_left(self, cursor: Cursor) -> None:
        self._format.left = min(cursor.word(), self._make.width - CELL[0])
        self._format.room = min(self._format.room, self._make.width - self._format.left)

    def _set_room(self, cursor: Cursor) -> None:
        self._format.room = max(CELL[0], min(cursor.word(), self._make.width - self._format.left))

    def _set_align(self, cursor: Cursor) -> None:
        self._format.align = _ALIGN.get(cursor.byte() % 48, "left")

    def _set_bold(self, cursor: Cursor) -> None:
        self._format.bold = bool(cursor.byte() & 1)

    def _set_print_mode(self, cursor: Cursor) -> None:
        mode = cursor.byte()
        self._format.bold = bool(mode & 0x08)
        self._format.high, self._format.wide = 1 + (mode >> 4 & 1), 1 + (mode >> 5 & 1)

    def _set_code_page(self, cursor: Cursor) -> None:
        page = cursor.byte()
        if page not in _CODE_PAGES:
            self._receipt.unknown.append(f"code page {page}")
        self._format.code_page = _CODE_PAGES.get(page, "cp437")

    def _set_size(self, cursor: Cursor) -> None:
        size = cursor.byte()
        self._format.wide, self._format.high = (size >> 4 & 7) + 1, (size & 7) + 1

    def _set_spacing(self, cursor: Cursor) -> None:
        self._format.spacing = cursor.byte()

    def _default_spacing(self, _cursor: Cursor) -> None:
        self._format.spacing = 30

    # -- pictures -----------------------------------------------------------------------------------------------

    def _put_picture(self, picture: Image.Image) -> None:
        if self._glyphs:
            self._line_feed()
        self._use(picture.height)
        look = self._format
        self._receipt.strip.put(picture, look.align, left=look.left, room=look.room)
        self._receipt.images += 1

    def _raster(self, cursor: Cursor) -> None:
        cursor.take(1)
        mode, width, rows = cursor.byte() % 48, cursor.word(), cursor.word()
        data = cursor.take(width * rows)
        if data:
            self._put_picture(bits(data, width, wide=1 + (mode & 1), high=1 + (mode >> 1 & 1)))

    def _column_image(self, cursor: Cursor) -> None:
        mode, columns = cursor.byte(), cursor.word()
        high = 3 if mode & 0x20 else 1
        data = cursor.take(columns * high)
        if not columns:
            return
        upright = bytes(data[column * high + byte] for column in range(columns) for byte in range(high))
        picture = bits(upright, high).transpose(Image.Transpose.TRANSPOSE)
        self._put_picture(picture)

    def _extended(self, cursor: Cursor) -> None:
        """GS ( name, length, function: graphics, symbols, and the word that a job is printed."""
        name = cursor.byte()
        body = cursor.take(cursor.word())
        match name:
            case 0x6B if body[:1] == b"1":
                self._qr(body[1:2], body[2:])
            case 0x4C:
                self._graphics(body)
            case 0x48 if self._make.words_on_jobs and body[:2] == b"00" and len(body) == 6:  # noqa: PLR2004  its four of id
                self._use(0)
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

    def _barcode(self, cursor: Cursor) -> None:
        kind = cursor.byte()
        data = cursor.take(cursor.byte()) if kind > _LONGEST_NUL_FORM else cursor.until_nul()
        if kind in {2, 67}:
            self._put_symbol(self._receipt.barcodes, data.decode("ascii", errors="replace"), self._bar_picture)
        else:
            self._receipt.unknown.append(f"bar code {kind}")

    def _bar_picture(self, digits: str) -> Image.Image:
        return barcode(digits, self._format.bar_module, self._format.bar_height, digits_below=self._format.bar_digits)

    def _put_symbol(self, told: list[str], data: str, draw: Callable[[str], Image.Image]) -> None:
        try:
            picture = draw(data)
        except (ValueError, RuntimeError):
            self._receipt.unknown.append(f"cannot draw {data!r:.40}")
            return
        self._put_picture(picture)
        self._receipt.images -= 1  # a symbol is told by its data
        told.append(data)

    def _set_bar_height(self, cursor: Cursor) -> None:
        self._format.bar_height = max(1, cursor.byte())

    def _set_bar_module(self, cursor: Cursor) -> None:
        self._format.bar_module = max(1, cursor.byte())

    def _set_bar_digits(self, cursor: Cursor) -> None:
        self._format.bar_digits = cursor.byte() % 48 in {2, 3}

    # -- the machine --------------------------------------------------------------------------------------------

    def _cut(self, cursor: Cursor) -> None:
        mode = cursor.byte()
        rows = cursor.byte() if mode in _CUT_WITH_FEED else 0
        if self._glyphs:
            self._line_feed()
        if not self.machine.cut():
            raise PausedError
        self._use(rows)
        self._receipt.strip.feed(rows)
        self._receipt.cut = _CUTS.get(mode, "full")

    def _open_drawer(self, cursor: Cursor) -> None:
        pin = cursor.take(3)[0] % 48
        self._use(0)
        self.machine.drawer_open = True
        self._tell_asb()
        self._drawer(5 if pin else 2)

    def _tell_status(self, cursor: Cursor) -> None:
        kind = cursor.byte() % 48
        self._use(0)
        self._answer(bytes([self.machine.buffered(kind)]))

    def _set_asb(self, cursor: Cursor) -> None:
        asked = cursor.byte()
        if not self._make.tells_changes:
            self._receipt.unknown.append(f"1d 61 {asked:02x}")
            return
        self._asb_wanted, self._asb_told = asked, b""
        self._tell_asb()

    def _skip_clear(self, cursor: Cursor) -> None:
        """Done when it arrived, if this printer knows it."""
        cursor.take(len(_CLEAR) - 2)
        if not self._make.clears:
            self._receipt.unknown.append("10 14 08")
