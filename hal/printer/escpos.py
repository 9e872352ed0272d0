"""ESC/POS receipt printers (Epson TM-T20, TM-T88, TM-m30 and the many that speak like them), network, USB or serial.

Manual: Epson's ESC/POS command reference, https://download4.epson.biz/sec_pubs/pos/reference_en/escpos/ . The bytes
travel through python-escpos's connectors; the status layer is our own, because theirs takes silence for plenty of
paper.

Sample settings: ``model = "escpos"``, ``connection = "network"``, ``host = "192.0.2.9"``; or ``connection = "usb"``,
``usb_vendor = 0x04b8``, ``usb_product = 0x0e15``; and ``font = "fonts/NotoSansBengali-Regular.ttf"`` (the bold one is
looked for beside it).

A line that the printer's code page holds goes as text; any other line is drawn by us and goes as raster, in strips a
small buffer can take. Printed means confirmed: after the cut the printer is asked for a word that it gives only when
everything before it has been done.
"""

from __future__ import annotations

import errno
import socket
import time
import unicodedata
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from hal.blocking import BlockingDevice
from hal.device import DeviceError, Health, NoHardwareError, ProtocolError, Sink, StatusChanged, TimeoutExpiredError
from hal.printer.contract import Cut, Document, Feed, Image, Paper, Part, PrintOutcome, QrCode, Rule, TextLine
from hal.raster import RasterError, Typesetter, find_font, fold

__all__ = ["Answers", "Driver", "Settings", "Status", "encode", "read_status"]

PaperState = Literal["ok", "near_end", "out", "cover_open", "error"]

_CODE_PAGES = {"cp437": 0, "cp850": 2, "cp1252": 16, "cp858": 19}
_FONT_A_WIDTH = 12
_STRIP_ROWS = 128
_CHUNK = 4096
_RULE_ROWS = (6, 2, 6)  # white, black, white
_QR_MODULE = 6
_QR_QUIET = b"\x1bJ" + bytes([4 * _QR_MODULE])  # four modules of white, as the symbol demands
_ALIGN = {"left": b"\x1ba\x00", "centre": b"\x1ba\x01", "right": b"\x1ba\x02"}
_CUT = {"full": b"\x1dVA\x00", "partial": b"\x1dVB\x00"}
_CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_PROCESS_ANSWER = 7  # 37 22, four bytes of id, 00


@dataclass(frozen=True, slots=True)
class Settings:
    """``dots``: 576 or 512 for 80 mm paper, 384 for 58 mm. ``font``, ``font_bold``: files for what goes as raster.

    ``confirm_by``: how the printer says that it is done; ``paper_status`` (GS r) for those without GS ( H.
    """

    connection: Literal["network", "usb", "serial"] = "network"
    host: str = ""
    port: int = 9100
    usb_vendor: int = 0
    usb_product: int = 0
    usb_in: int = 0x82
    usb_out: int = 0x01
    serial_port: str = ""
    serial_baud: int = 38_400
    dots: int = 576
    code_page: Literal["cp437", "cp850", "cp858", "cp1252"] = "cp1252"
    cut: Literal["full", "partial"] = "partial"
    font: str = ""
    font_bold: str = ""
    font_pixels: int = 26
    confirm_by: Literal["process_id", "paper_status"] = "process_id"
    connect_timeout_ms: int = 3_000
    answer_timeout_ms: int = 1_000
    confirm_timeout_ms: int = 20_000
    poll_ms: int = 2_000

    def __post_init__(self) -> None:
        """Refuse what leads to no printer."""
        address = {"network": self.host, "usb": self.usb_vendor, "serial": self.serial_port}[self.connection]
        if not address:
            text = f"connection {self.connection} needs host, usb_vendor and usb_product, or serial_port"
            raise ValueError(text)
        if self.dots not in {384, 512, 576}:
            text = f"dots is 384, 512 or 576, not {self.dots}"
            raise ValueError(text)

    @property
    def where(self) -> str:
        """The port in words."""
        return {
            "network": f"{self.host}:{self.port}",
            "usb": f"USB {self.usb_vendor:04x}:{self.usb_product:04x}",
            "serial": self.serial_port,
        }[self.connection]


# -- codec: bytes in, values out; values in, bytes out ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """What the printer says of itself (DLE EOT 1, 2 and 4)."""

    online: bool
    paper: PaperState

    @property
    def trouble(self) -> str:
        """Why it cannot print, in words; empty when it can."""
        words = {"out": "paper out", "cover_open": "cover open", "error": "printer error: switch it off and on"}
        return words.get(self.paper, "" if self.online else "printer offline")


def is_status(byte: int) -> bool:
    """Whether a byte is an answer to DLE EOT: bits 1 and 4 set, bits 0 and 7 clear."""
    return byte & 0x93 == 0x12  # noqa: PLR2004  the manual's own pattern


def read_status(printer: int, offline: int, paper: int) -> Status:
    """The answers to DLE EOT 1, 2 and 4. Raises ``ProtocolError`` for a byte that is none.

    >>> read_status(0x12, 0x12, 0x1E)
    Status(online=True, paper='near_end')
    """
    for byte in (printer, offline, paper):
        if not is_status(byte):
            text = f"no status byte: {bytes([printer, offline, paper]).hex(' ')}"
            raise ProtocolError(text)
    online = not printer & 0x08
    if offline & 0x04:
        return Status(online, "cover_open")
    if paper & 0x60 or offline & 0x20:
        return Status(online, "out")
    if offline & 0x40:
        return Status(online, "error")
    return Status(online, "near_end" if paper & 0x0C else "ok")


class Answers:
    """Sorts what the printer sends: status bytes, words on jobs (37 22 id 00), buffered status (GS r)."""

    def __init__(self) -> None:
        self.statuses: deque[int] = deque(maxlen=64)
        self.jobs: set[bytes] = set()
        self.buffered: deque[int] = deque(maxlen=64)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they come, in pieces of any size."""
        rest = self._rest + data
        while rest:
            if rest[0] == 0x37:  # noqa: PLR2004  first of a word on a job
                if len(rest) < _PROCESS_ANSWER and b"\x37\x22".startswith(rest[:2]):
                    break
                if rest[1] == 0x22 and rest[6] == 0:  # noqa: PLR2004  the same
                    self.jobs.add(rest[2:6])
                    rest = rest[_PROCESS_ANSWER:]
                    continue
            elif is_status(rest[0]):
                self.statuses.append(rest[0])
            elif rest[0] & 0x90 == 0:
                self.buffered.append(rest[0])
            rest = rest[1:]
        self._rest = rest

    def clear(self) -> None:
        """Forget what came before."""
        self.statuses.clear()
        self.jobs.clear()
        self.buffered.clear()
        self._rest = b""


def encode(document: Document, settings: Settings, typesetter: Typesetter) -> bytes:
    """The whole job: ESC @, the code page, every part. Control characters in texts are printed as spaces."""
    start = b"\x1b@\x1bt" + bytes([_CODE_PAGES[settings.code_page]])
    return start + b"".join(_encode_part(part, settings, typesetter) for part in document.parts)


def _encode_part(part: Part, settings: Settings, typesetter: Typesetter) -> bytes:
    match part:
        case TextLine():
            return _text_line(part, settings, typesetter)
        case Rule():
            blank, line = bytes(settings.dots // 8), b"\xff" * (settings.dots // 8)
            above, black, below = _RULE_ROWS
            return _raster([blank] * above + [line] * black + [blank] * below)
        case Feed():
            return b"\n" * part.lines
        case QrCode():
            return _ALIGN["centre"] + _QR_QUIET + _qr(part.data) + _QR_QUIET + _ALIGN["left"]
        case Image():
            return _raster([_centred(row, part.width, settings.dots) for row in part.rows])
        case Cut():
            return _CUT[settings.cut]


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)


def _text_line(part: TextLine, settings: Settings, typesetter: Typesetter) -> bytes:
    left, right = _plain(part.left), _plain(part.right)
    try:
        f"{left}{right}".encode(settings.code_page)
    except UnicodeEncodeError:
        rows = typesetter.rows(left, right, align=part.align, bold=part.bold, double=part.size == 2)  # noqa: PLR2004  double
        return _raster(rows)
    columns = settings.dots // _FONT_A_WIDTH // part.size
    lines = []
    for near, far in fold(left, right, columns, len):
        lines.append(f"{near}{' ' * (columns - len(near) - len(far))}{far}" if far else near)
    look = bytes([0x1B, 0x45, part.bold, 0x1D, 0x21, 0x11 * (part.size - 1)])
    text = "".join(f"{line}\n" for line in lines).encode(settings.code_page)
    return (b"" if right else _ALIGN[part.align]) + look + text + b"\x1bE\x00\x1d!\x00" + _ALIGN["left"]


def _raster(rows: list[bytes]) -> bytes:
    """GS v 0 in strips. Real-time requests (10 04, 10 05, 10 14) must not appear among dots: one dot is given up."""
    out = b""
    for at in range(0, len(rows), _STRIP_ROWS):
        strip = rows[at : at + _STRIP_ROWS]
        data = b"".join(strip)
        for request, harmless in ((b"\x10\x04", b"\x10\x06"), (b"\x10\x05", b"\x10\x07"), (b"\x10\x14", b"\x10\x16")):
            data = data.replace(request, harmless)
        out += b"\x1dv0\x00" + len(strip[0]).to_bytes(2, "little") + len(strip).to_bytes(2, "little") + data
    return out


def _centred(row: bytes, width: int, dots: int) -> bytes:
    room = dots // 8
    used = (min(width, dots) + 7) // 8
    return (bytes((room - used) // 2) + row[:used]).ljust(room, b"\x00")


def _qr(data: str) -> bytes:
    """Model 2, error correction M: select, size, level, store, print (GS ( k functions 65, 67, 69, 80, 81)."""
    content = _plain(data).encode()
    bodies = (b"1A2\x00", b"1C" + bytes([_QR_MODULE]), b"1E1", b"1P0" + content, b"1Q0")
    return b"".join(b"\x1d(k" + len(body).to_bytes(2, "little") + body for body in bodies)


# -- link: python-escpos's connectors, with bounded reads --------------------------------------------------------


class _Link:
    """One connector of python-escpos. Every call blocks, within the settings' times, and raises ``OSError``."""

    def __init__(self, settings: Settings, usb_backend: object | None) -> None:
        self._settings = settings
        self._usb_backend = usb_backend
        self._connector: Any = None

    def open(self) -> None:
        from escpos import exceptions, printer  # noqa: PLC0415  half a second that no start should wait for

        settings, seconds = self._settings, self._settings.connect_timeout_ms / 1000
        if settings.connection == "network":
            connector = printer.Network(settings.host, settings.port, timeout=seconds)
        elif settings.connection == "serial":
            connector = printer.Serial(settings.serial_port, settings.serial_baud, timeout=seconds)
        else:
            connector = self._usb(printer)
        try:
            if settings.connection == "network":  # opened by us: the library leaks the socket of a failed attempt
                connector.device = socket.create_connection((settings.host, settings.port), seconds)
                connector.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # requests of three bytes
            else:
                connector.open()
        except (exceptions.Error, ValueError, OSError) as error:
            text = f"no printer at {settings.where}: {str(error).strip().splitlines()[-1]}"
            raise NoHardwareError(text) from error
        if settings.connection == "serial":
            connector.device.write_timeout = seconds
        self._connector = connector

    def _usb(self, printer: Any) -> Any:  # noqa: ANN401  the library carries no types
        settings = self._settings
        found: dict[str, object] = {"backend": self._usb_backend} if self._usb_backend is not None else {}
        return printer.Usb(
            settings.usb_vendor,
            settings.usb_product,
            usb_args=found,
            timeout=settings.connect_timeout_ms,
            in_ep=settings.usb_in,
            out_ep=settings.usb_out,
        )

    def write(self, data: bytes) -> None:
        self._need_open()
        self._connector._raw(data)  # noqa: SLF001  the library's way to send bytes as they are

    def read(self, timeout_ms: int) -> bytes:
        """What has come, at most 16 bytes; empty when nothing came in time."""
        self._need_open()
        device = self._connector.device
        try:
            if self._settings.connection == "network":
                device.settimeout(timeout_ms / 1000)
                data: bytes = device.recv(16)
                device.settimeout(self._settings.connect_timeout_ms / 1000)
                if not data:
                    text = "the printer hung up"
                    raise ConnectionResetError(text)
                return data
            if self._settings.connection == "serial":
                device.timeout = timeout_ms / 1000
                return bytes(device.read(max(1, device.in_waiting)))
            return bytes(device.read(self._settings.usb_in, 16, timeout_ms))
        except OSError as error:
            if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:  # the second is pyusb's
                return b""
            raise

    def _need_open(self) -> None:
        if self._connector is None:
            text = f"the link to {self._settings.where} was given up"
            raise ConnectionResetError(text)

    def close(self) -> None:
        if self._connector is not None:
            connector, self._connector = self._connector, None
            connector.close()


# -- driver ------------------------------------------------------------------------------------------------------


class Driver(BlockingDevice[Status]):
    """One printer. ``usb_backend`` is pyusb's own choice unless a test gives one."""

    def __init__(self, name: str, settings: Settings, usb_backend: object | None = None) -> None:
        super().__init__(name, poll_ms=settings.poll_ms)
        self._settings = settings
        self._link = _Link(settings, usb_backend)
        self._answers = Answers()
        self._typesetter: Typesetter | None = None
        self._job = 0
        self._told: PaperState = "ok"
        self._status: Status | None = None

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``DeviceError`` when this machine cannot draw what the code page lacks."""
        if self._typesetter is None:
            settings = self._settings
            try:
                regular = find_font(settings.font, "Regular")
                bold = find_font(settings.font_bold or settings.font.replace("-Regular", "-Bold"), "Bold")
                typesetter = Typesetter(regular, bold, settings.font_pixels, settings.dots)
                typesetter.check()
            except RasterError as error:
                text = f"{self.name}: {error}"
                raise DeviceError(text) from error
            self._typesetter = typesetter
        await super().open(sink)

    async def enable(self) -> None:
        """See ``Device.enable``; paper that is not in order is told at once."""
        was_enabled = self.enabled
        await super().enable()
        if not was_enabled:
            self._told = "ok"
            if self._status is not None:
                self.looked(self._status)

    async def close(self) -> None:
        """See ``Device.close``."""
        await super().close()
        self._status, self._told = None, "ok"

    async def check_health(self) -> Health:
        """See ``Device.check_health``: DLE EOT 1, 2 and 4."""
        what = f"ESC/POS printer at {self._settings.where}, {self._settings.dots} dots"
        if not self.linked:
            return Health(ok=False, text=f"{what}: not linked; check cable and power")
        try:
            status = await self.run(self.look)
        except (OSError, DeviceError) as error:
            self.look_soon()
            return Health(ok=False, text=f"{what}: {error}")
        words = status.trouble or ("paper near its end" if status.paper == "near_end" else "ready")
        return Health(ok=not status.trouble, text=f"{what}: {words}")

    async def print_document(self, document: Document) -> PrintOutcome:
        """See ``Printer.print_document``."""
        self.need_enabled()
        typesetter = self._typesetter
        if not self.linked or typesetter is None:
            return PrintOutcome(document.job, "failed", f"no printer at {self._settings.where}")
        outcome = await self.run(lambda: self._print(document, typesetter))
        self.look_soon()
        return outcome

    def link(self) -> None:
        """Open the port."""
        self._answers.clear()
        self._link.open()

    def unlink(self) -> None:
        """Close it, and with it whatever of an answer was still under way."""
        self._link.close()

    def look(self) -> Status:
        """Ask for the status in real time, one byte at a time."""
        while self._read(1):  # an answer nobody waits for any more
            continue
        self._answers.statuses.clear()
        return read_status(*(self._ask_status(number) for number in (1, 2, 4)))

    def looked(self, look: Status) -> None:
        """Tell what changed."""
        self._status = look
        if look.paper != self._told and self.enabled:
            self._told = look.paper
            self.tell(Paper(self.name, look.paper))
            if look.paper != "ok":
                cause = look.trouble or "paper near its end"
                self.tell(StatusChanged(self.name, "warning", cause))

    def _ask_status(self, number: int) -> int:
        self._link.write(bytes([0x10, 0x04, number]))
        end = time.monotonic() + self._settings.answer_timeout_ms / 1000
        while not self._answers.statuses:
            if time.monotonic() > end or self.stopping.is_set():
                text = f"no answer from the printer at {self._settings.where}; switch it off and on"
                raise TimeoutExpiredError(text)
            self._read(50)
        return self._answers.statuses.popleft()

    def _read(self, timeout_ms: int) -> bytes:
        data = self._link.read(timeout_ms)
        self._answers.feed(data)
        return data

    def _print(self, document: Document, typesetter: Typesetter) -> PrintOutcome:
        data = encode(document, self._settings, typesetter)
        try:
            trouble = self.look().trouble
        except (OSError, DeviceError) as error:
            self._link.close()
            return PrintOutcome(document.job, "failed", str(error))
        if trouble:
            return PrintOutcome(document.job, "failed", trouble)
        try:
            for at in range(0, len(data), _CHUNK):
                self._link.write(data[at : at + _CHUNK])
            trouble = self._confirm()
        except (OSError, DeviceError) as error:
            self._link.close()
            return PrintOutcome(document.job, "unknown", str(error))
        return PrintOutcome(document.job, "failed" if trouble else "printed", trouble)

    def _confirm(self) -> str:
        """Wait for the word that all was printed; gives the trouble that stopped it, or nothing.

        Raises ``TimeoutExpiredError`` when the printer says neither.
        """
        self._job = (self._job + 1) % 10_000
        job = f"{self._job:04}".encode()
        self._answers.buffered.clear()
        by_process = self._settings.confirm_by == "process_id"
        self._link.write(b"\x1d(H\x06\x0000" + job if by_process else b"\x1dr1")
        end = time.monotonic() + self._settings.confirm_timeout_ms / 1000
        trouble, answers = "", True
        while time.monotonic() < end and not self.stopping.is_set():
            self._read(self._settings.answer_timeout_ms // 4 + 1)
            if answers and not self._is_confirmed(job):
                try:
                    trouble = self.look().trouble
                except TimeoutExpiredError:  # busy or dead: the word on the job decides, and no status is asked again
                    answers = False
            if self._is_confirmed(job):
                return ""
            if trouble:
                self._link.write(_CLEAR_BUFFERS)
                return trouble
        text = "the printer did not say that the receipt was printed"
        raise TimeoutExpiredError(text)

    def _is_confirmed(self, job: bytes) -> bool:
        return job in self._answers.jobs if self._settings.confirm_by == "process_id" else bool(self._answers.buffered)
