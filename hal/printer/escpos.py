"""Receipt printers that speak ESC/POS: Epson's TM series and the many that speak like it; network, USB or serial.

Manual: Epson's ESC/POS command reference, https://download4.epson.biz/sec_pubs/pos/reference_en/escpos/ .

| profile | models | USB, among others | dots | tells changes | confirms by | cutter |
|---|---|---|---|---|---|---|
| ``tm_t88`` | Epson TM-T88V, T88VI, T88VII | 04b8:0202 | 512 | yes | job id | yes |
| ``tm_t20`` | Epson TM-T20II, T20III, T82 | 04b8:0e15 | 576 | yes | job id | yes |
| ``tm_m30`` | Epson TM-m30, m30II, m30III | 04b8:0e1f | 576 | yes | job id | yes |
| ``generic_80`` | 80 mm, other makers | 0416:5011, 0fe6:811e | 576 | no | paper status | yes |
| ``generic_58`` | 58 mm, other makers (POS-58) | 0416:5011, 0483:5743 | 384 | no | paper status | no |

A profile is where to begin; each of its values may be set by itself. What ``lsusb`` shows counts, not this table.

Sample settings: ``connection = "network"``, ``host = "192.0.2.9"``, ``profile = "tm_m30"``; or ``connection = "usb"``,
``usb_vendor = 0x04b8``, ``usb_product = 0x0202``, ``usb_path = "1-1.4"`` (needed only where two alike are plugged in),
``profile = "tm_t88"``, ``drawer = "pin2"``; or ``connection = "serial"``, ``profile = "generic_58"``,
``serial_port = "/dev/serial/by-id/usb-1a86_USB2.0-Serial-if00-port0"``, ``serial_baud = 9600``. With each
``font = "fonts/NotoSansBengali-Regular.ttf"`` (the bold one is looked for beside it).

Printed means confirmed: after the cut the printer is asked for a word that it gives only when everything before it has
been done. Silence is no state, and noise is none: the state is what the printer answers when asked (DLE EOT). Status
told unasked (GS a) only hastens the asking.

Unconfirmed, for want of the machines: that each Epson model above gives a word on jobs (GS ( H, function 48: told
when the printing is completed, says the manual); that GS r of other makers waits for what stands before it; that a
closed cover and DLE ENQ 2 free a stuck cutter; which models feel the paper's near end; the USB ids but the first two.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from hal.device import DeviceError, Health, NoHardwareError, Sink, StatusChanged
from hal.ports.port import Port
from hal.ports.serial import Flow, Framing, SerialLine, SerialPort
from hal.ports.tcp import TcpPort
from hal.ports.usb import UsbPort
from hal.ports.usb_finder import UsbAddress
from hal.printer.contract import Document, DrawerMoved, PrinterCondition, PrinterState, PrintOutcome
from hal.printer.protocol.dialogue import TELL_CHANGES, Dialogue, Patience, StoppedError
from hal.printer.protocol.job import CodePage, Layout, encode
from hal.printer.protocol.status import Status
from hal.raster import RasterError, Typesetter, find_font
from hal.streaming import StreamDevice

__all__ = ["Driver", "Settings"]

ConfirmBy = Literal["process_id", "paper_status"]


@dataclass(frozen=True, slots=True)
class _Profile:
    dots: int
    code_page: CodePage
    cut: Literal["full", "partial", "none"]
    confirm_by: ConfirmBy
    automatic_status: bool
    near_end: bool
    clears: bool
    paced: bool
    strip_rows: int


_TM = _Profile(
    576,
    "cp1252",
    "partial",
    "process_id",
    automatic_status=True,
    near_end=True,
    clears=True,
    paced=False,
    strip_rows=128,
)
_GENERIC = _Profile(
    576,
    "ascii",
    "partial",
    "paper_status",
    automatic_status=False,
    near_end=False,
    clears=False,
    paced=True,
    strip_rows=24,
)
_PROFILES: Final[Mapping[str, _Profile]] = {
    "tm_t88": replace(_TM, dots=512),
    "tm_t20": _TM,
    "tm_m30": _TM,
    "generic_80": _GENERIC,
    "generic_58": replace(_GENERIC, dots=384, cut="none"),
}

_DOTS = (384, 512, 576)
_STRIP_ROWS = 128
_PULSE_MS = range(2, 511)
_SPARE_NULS = 64
_PIECE = 8192


@dataclass(frozen=True, slots=True)
class Settings:
    """``profile``: see above; ``dots`` 0 and other empty values are the profile's. ``margin_*``: dots, in eights.

    ``paced``: each strip waits until the one before is done, for small buffers; on a serial line, which does not tell
    that the printer was off for a moment, they always do. ``confirm_by``: a word on the job, or ``paper_status`` (GS r)
    where there is none. ``drawer_open_level``: the sense line's level while the drawer is open; empty where it is not
    connected. ``serial_port``: a link of ``/dev/serial/by-id``, which names the device and not the order in which it
    was found. ``poll_ms``: how often a printer that says nothing is asked.
    """

    connection: Literal["network", "usb", "serial"] = "network"
    profile: Literal["tm_t88", "tm_t20", "tm_m30", "generic_80", "generic_58"] = "tm_t20"
    host: str = ""
    port: int = 9100
    usb_vendor: int = 0
    usb_product: int = 0
    usb_path: str = ""
    serial_port: str = ""
    serial_baud: int = 38_400
    serial_framing: Framing = "8N1"
    serial_flow: Flow = "none"
    dots: int = 0
    margin_left: int = 0
    margin_right: int = 0
    code_page: Literal["", "ascii", "cp437", "cp850", "cp858", "cp1252"] = ""
    cut: Literal["", "full", "partial", "none"] = ""
    confirm_by: Literal["", "process_id", "paper_status"] = ""
    automatic_status: Literal["", "yes", "no"] = ""
    paced: Literal["", "yes", "no"] = ""
    strip_rows: int = 0
    drawer: Literal["none", "pin2", "pin5"] = "none"
    drawer_on_ms: int = 100
    drawer_off_ms: int = 200
    drawer_open_level: Literal["", "high", "low"] = ""
    font: str = ""
    font_bold: str = ""
    font_pixels: int = 26
    connect_timeout_ms: int = 3_000
    answer_timeout_ms: int = 1_000
    write_timeout_ms: int = 5_000
    confirm_timeout_ms: int = 20_000
    poll_ms: int = 2_000
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what leads to no printer, or off the paper."""
        address = {"network": self.host, "usb": self.usb_vendor, "serial": self.serial_port}[self.connection]
        margins = (self.margin_left, self.margin_right)
        dots = self.dots or _PROFILES[self.profile].dots
        pulse = (self.drawer_on_ms, self.drawer_off_ms)
        for wrong, text in (
            (not address, f"connection {self.connection} needs host, usb_vendor and usb_product, or serial_port"),
            (dots not in _DOTS, f"dots is 384, 512 or 576, not {dots}"),
            (any(each % 8 or each < 0 for each in margins), "margins are in dots, a multiple of 8"),
            (dots - sum(margins) < _DOTS[0] // 2, "margins leave no room to print"),
            (not 0 <= self.strip_rows <= _STRIP_ROWS, f"strip_rows is at most {_STRIP_ROWS}"),
            (any(each not in _PULSE_MS for each in pulse), "drawer_on_ms and drawer_off_ms are 2 to 510"),
        ):
            if wrong:
                raise ValueError(text)


def _profile(settings: Settings) -> _Profile:
    """The profile with what the settings say otherwise."""
    known = _PROFILES[settings.profile]
    said = {"yes": True, "no": False}
    on_a_line = settings.connection == "serial"  # which does not tell that its far end was off for a moment
    return replace(
        known,
        dots=settings.dots or known.dots,
        code_page=settings.code_page or known.code_page,
        cut=settings.cut or known.cut,
        confirm_by=settings.confirm_by or known.confirm_by,
        automatic_status=said.get(settings.automatic_status, known.automatic_status),
        paced=said.get(settings.paced, known.paced) or on_a_line,
        strip_rows=settings.strip_rows or known.strip_rows,
    )


def _capabilities(profile: _Profile, settings: Settings) -> frozenset[str]:
    there = {
        "asb": profile.automatic_status,
        "confirm": True,
        "cutter": profile.cut != "none",
        "drawer": settings.drawer != "none",
        "near_end": profile.near_end,
    }
    return frozenset(name for name, so in there.items() if so)


def _gathered(blocks: list[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth sending."""
    piece = b""
    for block in blocks:
        piece += block
        if len(piece) >= _PIECE:
            yield piece
            piece = b""
    yield piece


def _port(settings: Settings) -> Port:
    match settings.connection:
        case "network":
            return TcpPort(settings.host, settings.port, connect_timeout_ms=settings.connect_timeout_ms)
        case "serial":
            line = SerialLine(
                settings.serial_port, settings.serial_baud, settings.serial_framing, flow=settings.serial_flow
            )
            return SerialPort(line)
        case "usb":
            return UsbPort(UsbAddress(settings.usb_vendor, settings.usb_product, settings.usb_path))


class Driver(StreamDevice):
    """One printer. ``port`` is the settings' unless a test gives one."""

    def __init__(self, name: str, settings: Settings, port: Port | None = None) -> None:
        super().__init__(name, port or _port(settings), retry_ms=settings.retry_ms)
        self._profile = _profile(settings)
        self._settings = settings
        self.capabilities = _capabilities(self._profile, settings)
        self._dialogue: Dialogue | None = None
        self._look_now = asyncio.Event()
        self._status: Status | None = None
        self._told: PrinterCondition | None = None
        self._told_drawer = False
        self._clean = False
        """Whether the printer stands where a job may begin: the last one came to its end."""
        self._all_sent = False
        self._typesetter: Typesetter | None = None

    # -- life cycle ----------------------------------------------------------------------------------------------

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``DeviceError`` when this machine cannot draw what the code page lacks."""
        if self._typesetter is None:
            self._typesetter = self._make_typesetter()
        await super().open(sink)

    def _make_typesetter(self) -> Typesetter:
        settings = self._settings
        try:
            regular = find_font(settings.font, "Regular")
            bold = find_font(settings.font_bold or settings.font.replace("-Regular", "-Bold"), "Bold")
            typesetter = Typesetter(regular, bold, settings.font_pixels, self._layout().width)
            typesetter.check()
        except RasterError as error:
            text = f"{self.name}: {error}"
            raise DeviceError(text) from error
        return typesetter

    def _layout(self) -> Layout:
        known, settings = self._profile, self._settings
        return Layout(
            known.dots, known.code_page, known.cut, known.strip_rows, settings.margin_left, settings.margin_right
        )

    async def enable(self) -> None:
        """See ``Device.enable``; the state is told at once."""
        was_enabled = self.enabled
        await super().enable()
        if not was_enabled:
            self._told, self._told_drawer = None, False
            self._tell_status_as_it_is()

    async def check_health(self) -> Health:
        """See ``Device.check_health``: DLE EOT 1, 2 and 4, and 3 where there is an error."""
        if not self.alive:
            return await super().check_health()
        what = f"ESC/POS printer ({self._settings.profile}, {self._profile.dots} dots) at {self.port.where}"
        try:
            status = await self._ask()
        except (OSError, DeviceError) as error:
            self._look_now.set()
            return Health(ok=False, text=f"{what}: {error}")
        words = status.trouble or ("paper near its end" if status.state == "near_end" else "ready")
        return Health(ok=not status.trouble, text=f"{what}: {words}")

    async def converse(self) -> None:
        """See ``StreamDevice.converse``: listen all the time; ask when it told something, and now and then."""
        settings = self._settings
        patience = Patience(settings.answer_timeout_ms, settings.write_timeout_ms, settings.confirm_timeout_ms)
        dialogue = self._dialogue = Dialogue(self.port, patience, self._look_now.set)
        self._told, self._clean = None, False
        both = {asyncio.ensure_future(self._listen(dialogue)), asyncio.ensure_future(self._attend(dialogue))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            dialogue.end(ConnectionResetError(f"the link to {self.port.where} is gone"))
            self._dialogue = self._status = None
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _listen(self, dialogue: Dialogue) -> None:
        while True:
            dialogue.heard(await self.port.read())

    async def _attend(self, dialogue: Dialogue) -> None:
        while True:
            self._look_now.clear()
            if dialogue.broken is not None:
                raise dialogue.broken
            async with self.turn:
                status = await self._look(dialogue)
            self._status = status
            self.answered()
            self._tell_status_as_it_is()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.poll_ms / 1000):
                    await self._look_now.wait()

    async def _look(self, dialogue: Dialogue) -> Status:
        before = self._status
        try:
            status = await dialogue.status()
            known = dialogue.answers.automatic
            unheard = before is None or status not in {before, known}
            if self._profile.automatic_status and unheard and not status.trouble:
                await dialogue.tell_changes()  # the link is new, or the printer forgot: polling saw the change first
            if status.state == "cutter" and before is not None and before.state == "cover_open":
                await dialogue.free_cutter()  # staff had their hands in it, and have closed it again
        except StoppedError as stopped:
            return stopped.status
        return status

    def _tell_status_as_it_is(self) -> None:
        """Tell what changed, and the state anew after each link."""
        status = self._status
        if status is None or not self.enabled:
            return
        if status.state != self._told:
            self._told = status.state
            self.tell(PrinterState(self.name, status.state))
            if status.state != "ok":
                self.tell(StatusChanged(self.name, "warning", status.trouble or "paper near its end"))
        level = self._settings.drawer_open_level
        is_open = bool(level) and status.drawer_high == (level == "high")
        if is_open != self._told_drawer:
            self._told_drawer = is_open
            self.tell(DrawerMoved(self.name, is_open))

    async def _ask(self) -> Status:
        async with self.turn:
            return await self._talking().status()

    def _talking(self) -> Dialogue:
        if self._dialogue is None or not self.alive:
            text = f"no printer at {self.port.where}"
            raise NoHardwareError(text)
        return self._dialogue

    # -- what it is for ------------------------------------------------------------------------------------------

    async def open_drawer(self) -> None:
        """See ``Printer.open_drawer``: ESC p."""
        self.need_enabled()
        settings = self._settings
        if settings.drawer == "none":
            text = f"{self.name}: no drawer in its settings"
            raise DeviceError(text)
        pulse = bytes([settings.drawer_on_ms // 2, settings.drawer_off_ms // 2])
        async with self.turn:
            dialogue = self._talking()
            try:
                status = await dialogue.status()
                if status.trouble:
                    raise StoppedError(status)
                await dialogue.send(b"\x1bp" + (b"\x00" if settings.drawer == "pin2" else b"\x01") + pulse)
            except OSError as error:
                raise NoHardwareError(str(error)) from error
            finally:
                self._look_now.set()

    async def print_document(self, document: Document) -> PrintOutcome:
        """See ``Printer.print_document``."""
        self.need_enabled()
        typesetter = self._typesetter
        if typesetter is None or not self.alive:
            return PrintOutcome(document.job, "failed", f"no printer at {self.port.where}")
        blocks = await asyncio.to_thread(encode, document, self._layout(), typesetter)
        async with self.turn:
            try:
                return await self._print(self._talking(), document.job, blocks)
            except NoHardwareError as error:
                return PrintOutcome(document.job, "failed", str(error))
            finally:
                self._look_now.set()

    async def _print(self, dialogue: Dialogue, job: str, blocks: list[bytes]) -> PrintOutcome:
        try:
            status = await self._readied(dialogue)
        except StoppedError as stopped:
            status = stopped.status
        except (OSError, DeviceError) as error:
            dialogue.end(error)
            return PrintOutcome(job, "failed", str(error))
        if status.trouble:
            return PrintOutcome(job, "failed", status.trouble)
        try:
            await self._send_job(dialogue, blocks)
        except StoppedError as stopped:
            return await self._stopped(dialogue, job, stopped.status)
        except (OSError, DeviceError) as error:
            dialogue.end(error)
            return PrintOutcome(job, "unknown", str(error))
        return PrintOutcome(job, "printed")

    async def _readied(self, dialogue: Dialogue) -> Status:
        """Its state; a stuck cutter is tried once more, and a hot print head is given time."""
        status = await dialogue.status()
        if status.state == "cutter":
            await dialogue.free_cutter()
            status = await dialogue.status()
        end = time.monotonic() + self._settings.confirm_timeout_ms / 1000
        while status.state == "head_hot" and time.monotonic() < end:
            await asyncio.sleep(self._settings.poll_ms / 1000)
            status = await dialogue.status()
        return status

    async def _send_job(self, dialogue: Dialogue, blocks: list[bytes]) -> None:
        """Send all and wait for the word that it was printed. Raises ``StoppedError``, ``OSError``, ``DeviceError``."""
        known = self._profile
        was_clean, self._clean, self._all_sent = self._clean, False, False
        if not was_clean:
            await self._clear(dialogue, max(map(len, blocks)))
        if known.automatic_status:
            blocks[0] += TELL_CHANGES  # ESC @ may have ended it
        *body, end = blocks
        for piece in body if known.paced else _gathered(body):
            await (dialogue.word_on_paper(piece) if known.paced else dialogue.send(piece))
        await self._word(dialogue)  # until here it is known to have failed, whatever comes out later: it is not cut
        self._all_sent = True
        await dialogue.send(end)
        await self._word(dialogue)
        self._clean = True

    async def _word(self, dialogue: Dialogue) -> None:
        """Wait for the printer's word that all is done."""
        if self._profile.confirm_by == "process_id":
            await dialogue.word_on_job()
        else:
            await dialogue.word_on_paper()
            await dialogue.status_at_once()  # a byte alone may be a dying printer's last twitch on the line

    async def _clear(self, dialogue: Dialogue, longest: int) -> None:
        """Bring it where a job may begin: what an earlier one left half said must not swallow this one's start.

        A printer that cannot be cleared is fed NULs, which mean nothing, until the longest command must be over.
        """
        if self._profile.clears:
            await dialogue.clear()
        else:
            await dialogue.send(bytes(longest + _SPARE_NULS))

    async def _stopped(self, dialogue: Dialogue, job: str, status: Status) -> PrintOutcome:
        """Keep the rest of a stopped receipt from coming out of the next roll, where the printer can be told so.

        Before its end was sent it has failed; after, only a stuck cutter says for certain that it was not cut.
        """
        if self._profile.clears:
            with suppress(OSError, DeviceError):
                await dialogue.clear()
        if self._all_sent and dialogue.job_is_done:  # it was quicker than we
            return PrintOutcome(job, "printed")
        failed = not self._all_sent or status.state == "cutter"
        return PrintOutcome(job, "failed" if failed else "unknown", status.trouble)
