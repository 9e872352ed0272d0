"""Scanner on a serial line, on USB-CDC or behind a terminal server: one code, one line of text.

Fits: nearly every scanner with an RS-232, USB-CDC ("USB serial", "USB-COM") or TCP interface; Honeywell ones can be
triggered, set and asked besides.
Wire: ``[prefix] [AIM identifier] data [suffix]``; 9600 8N1 is usual, Honeywell on USB-CDC 115200 8N1, where the speed
means nothing. FNC1 of a GS1 message arrives as 1D.
Scan from the scanner's programming sheet: USB-CDC or RS-232, "transmit AIM identifier", suffix CR. Without identifiers
(``aim = false``) the tail of a damaged line may look like a shorter code, so leave them on wherever there is a choice.
The line itself has no check sum.

Sample settings: ``model = "serial"``, ``port = "/dev/serial/by-id/usb-Honeywell_Xenon-if00"``,
``commands = "honeywell"``, ``query = "REVINF?."``; behind a terminal server ``port = "192.0.2.20:2001"``.

Honeywell: SYN ``T`` CR triggers, SYN ``U`` CR ends it, SYN ``M`` CR opens a menu command that ends in ``.`` (kept) or
``!`` (until power goes); the scanner says the command back with ACK, ENQ (unknown) or NAK (out of range) before the
last sign ("Serial Programming Commands" in the N86XX and N431X user's guides). Unconfirmed: that SYN BEL CR beeps on a
serial line as it does over HID, and the form of the answer to ``REVINF?``; the answer is shown to staff as it comes.

A scanner is silent until it reads: its port being open is all the proof of life there is, unless ``query`` names what
``check_health`` asks.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from hal.device import ProtocolError, TimeoutExpiredError
from hal.ports.named import port_named
from hal.ports.overheard import Overheard
from hal.ports.port import Port
from hal.ports.serial import Framing
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead, Encoding, code_text, split_identifier
from hal.streaming import StreamDevice, first_to_end, within

__all__ = ["BEEP", "MENU", "TRIGGER", "UNTRIGGER", "Code", "Driver", "Frames", "Refused", "Settings", "Suffix"]

_log = logging.getLogger(__name__)

TRIGGER, UNTRIGGER, BEEP, MENU = b"\x16T\r", b"\x16U\r", b"\x16\x07\r", b"\x16M\r"
Suffix = Literal["cr", "crlf", "tab", "etx", "none"]
_SUFFIXES: Mapping[Suffix, bytes] = {"cr": b"\r", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03", "none": b""}
_TAG = 3
_ANSWERS = {0x06: "", 0x05: "the scanner does not know the command", 0x15: "the scanner refuses the value"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where it is, and how it was set by its programming sheet.

    ``port``: a device file, best ``/dev/serial/by-id/…``, or ``host:port`` of a terminal server. ``prefix``: text
    before the identifier, control characters included. ``suffix`` ``none``: a code ends with ``gap_ms`` of silence;
    else such a silence inside a code spoils it. ``trigger``: the host starts each reading (set the scanner's trigger
    time-out to none); else the scanner reads by itself. ``menu``: a menu command sent each time the port opens.
    ``query``: a menu command that ``check_health`` sends.
    """

    port: str
    baud: int = 9_600
    framing: Framing = "8N1"
    prefix: str = ""
    suffix: Suffix = "cr"
    aim: bool = True
    encoding: Encoding = "utf-8"
    gap_ms: int = 100
    commands: Literal["none", "honeywell"] = "none"
    trigger: bool = False
    menu: str = ""
    query: str = ""
    answer_ms: int = 1_000
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what no scanner is."""
        self.line()
        if min(self.gap_ms, self.answer_ms, self.retry_ms, self.baud) < 1:
            text = "gap_ms, answer_ms, retry_ms and baud are above 0"
            raise ValueError(text)
        if self.commands == "none" and (self.trigger or self.menu or self.query):
            text = 'trigger, menu and query need commands = "honeywell"'
            raise ValueError(text)
        if any(len(each) <= _TAG or each[-1] not in ".!" for each in (self.menu, self.query) if each):
            text = "a menu command is a tag of three signs or more, and ends in . or !"
            raise ValueError(text)

    def line(self) -> Port:
        """The port, made anew."""
        return port_named(self.port, baud=self.baud, framing=self.framing)


@dataclass(frozen=True, slots=True)
class Code:
    """One frame that is a code."""

    data: str
    symbology: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One that is none, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The scanner's answer to a menu command: its words, and what is wrong, if anything."""

    words: str
    wrong: str


Told = Code | Refused | Answer


class Frames:
    """Bytes as they come into codes. What it cannot be sure of it refuses; the rest of a spoilt line is no code.

    >>> Frames(Settings("/dev/ttyS0")).feed(b"]E05901234123457" + bytes([13]))
    [Code(data='5901234123457', symbology=']E0')]
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._prefix = settings.prefix.encode("iso-8859-1", "replace")
        self._suffix = _SUFFIXES[settings.suffix]
        self._longest = len(self._prefix) + 3 + MAXIMUM_CODE_LENGTH + len(self._suffix)
        self._buffer = b""
        self._spoilt = False
        self._answer: re.Pattern[bytes] | None = None
        self._tag = b""

    @property
    def pending(self) -> bool:
        """Whether something has begun that has not ended."""
        return bool(self._buffer) or self._spoilt

    def expect(self, command: str) -> None:
        """An answer to this menu command is on its way; an empty one: no longer."""
        self._tag = command[:_TAG].encode("iso-8859-1", "replace")
        pattern = re.escape(self._tag) + rb"([^\x05\x06\x15]*)([\x05\x06\x15])[.!]"
        self._answer = re.compile(pattern, re.IGNORECASE) if command else None

    def feed(self, data: bytes) -> list[Told]:
        """What these bytes complete."""
        self._buffer += data
        told: list[Told] = []
        if self._answer is not None and (found := self._answer.search(self._buffer)):
            words = (self._tag + found[1]).decode("iso-8859-1")
            told.append(Answer(" ".join(words.split()), _ANSWERS[found[2][0]]))
            self._buffer = self._buffer[: found.start()] + self._buffer[found.end() :]
            self.expect("")
        while self._suffix and (frame := self._cut()) is not None:
            if self._spoilt:
                self._spoilt = False
            elif frame:
                told.append(self._judge(frame))
        if len(self._buffer) > self._longest:
            self._buffer = b""
            told += [] if self._spoilt else [Refused(f"more than {MAXIMUM_CODE_LENGTH} bytes without an end")]
            self._spoilt = True
        return told

    def silence(self) -> list[Told]:
        """What the end of transmission means for what has begun."""
        frame, self._buffer = self._buffer, b""
        spoilt, self._spoilt = self._spoilt, False
        if spoilt or not frame:
            return []
        if not self._suffix:
            return [self._judge(frame)]
        return [Refused(f"{len(frame)} bytes of a code whose end did not come")]

    def _cut(self) -> bytes | None:
        held = len(self._buffer)
        if self._answer is not None:  # the answer may hold line ends; what stands before it is a code's
            begins = self._buffer.upper().find(self._tag.upper())
            held = held if begins < 0 else begins
        frame, found, rest = self._buffer[:held].partition(self._suffix)
        if not found:
            return None
        self._buffer = rest + self._buffer[held:]
        return frame.removeprefix(b"\n") if self._settings.suffix == "cr" else frame  # set to CR LF after all

    def _judge(self, frame: bytes) -> Told:
        if not frame.startswith(self._prefix):
            return Refused(f"{len(frame)} bytes without the prefix")
        try:
            data, symbology = frame[len(self._prefix) :], ""
            if self._settings.aim:
                symbology, data = split_identifier(data)
            return Code(code_text(data, self._settings.encoding), symbology)
        except ProtocolError as error:
            return Refused(str(error))


class Driver(StreamDevice):
    """See the module."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings.line(), retry_ms=settings.retry_ms)
        self._settings = settings
        self.capabilities = frozenset({"beep", "trigger"} if settings.commands == "honeywell" else ())
        self._frames = Frames(settings)
        self._answered: asyncio.Future[Answer] | None = None
        self._overheard = Overheard()
        self._warned = False

    async def enable(self) -> None:
        """See ``Device.enable``."""
        was_enabled = self.enabled
        await super().enable()
        if not was_enabled and self._settings.trigger:
            await self._send(TRIGGER)

    async def disable(self) -> None:
        """See ``Device.disable``."""
        if self.enabled and self._settings.trigger:
            await self._send(UNTRIGGER)
        await super().disable()

    async def close(self) -> None:
        """See ``Device.close``; a triggered scanner is told to stop."""
        await self.disable()
        await super().close()

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``: once for good, three times for bad."""
        self.need_enabled()
        if "beep" in self.capabilities:
            await self._send(BEEP if sound == "good" else BEEP * 3)

    async def trigger(self) -> None:
        """Read now. Raises ``NotEnabledError``."""
        self.need_enabled()
        await self._send(TRIGGER)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: the answer to ``query``, where there is one."""
        if not self._settings.query:
            return await super().probe()
        answer = await self._ask(self._settings.query)
        if answer.wrong:
            raise ProtocolError(answer.wrong)
        return answer.words

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        self._frames, self._warned, self._overheard = Frames(self._settings), False, Overheard()
        await first_to_end(self._hear(), self._begin())

    async def _begin(self) -> None:
        if self._settings.menu:
            try:
                answer = await self._ask(self._settings.menu)
            except TimeoutExpiredError as error:
                self._warn(f"no answer to its menu command: {error}")
            else:
                if answer.wrong:
                    self._warn(f"menu command: {answer.wrong}")
        if self._settings.trigger and self.enabled:
            await self._send(TRIGGER)
        self.answered()
        await asyncio.Event().wait()

    async def _hear(self) -> None:
        frames = self._frames
        while True:
            if not frames.pending:
                told = frames.feed(await self._read())
            else:
                try:
                    told = frames.feed(await self._read(self._settings.gap_ms))
                except TimeoutExpiredError:
                    told = frames.silence()
            for each in told:
                await self._take(each)

    async def _read(self, within_ms: int = 0) -> bytes:
        data = await (self.read_within(within_ms) if within_ms else self.port.read())
        self._overheard.add(data)
        return data

    async def _take(self, told: Told) -> None:
        match told:
            case Code():
                self._warned = False
                self.tell(CodeRead(self.name, told.data, told.symbology))
                if self._settings.trigger and self.enabled:
                    await self._send(TRIGGER)
            case Refused():
                self._warn(self._overheard.words() or told.reason)
            case Answer():
                if self._answered is not None and not self._answered.done():
                    self._answered.set_result(told)

    async def _ask(self, command: str) -> Answer:
        """Send a menu command and wait for its answer. Raises ``TimeoutExpiredError``."""
        async with self.turn:
            self._answered = asyncio.get_running_loop().create_future()
            self._frames.expect(command)
            try:
                await self.port.write(MENU + command.encode("ascii", "replace"))
                return await within(self._answered, self._settings.answer_ms)
            except TimeoutError as error:
                text = f"no answer in {self._settings.answer_ms} ms; is it a Honeywell?"
                raise TimeoutExpiredError(text) from error
            finally:
                self._frames.expect("")

    async def _send(self, command: bytes) -> None:
        with suppress(OSError):  # who listens on the port finds out and tells
            await self.port.write(command)

    def _warn(self, reason: str) -> None:
        _log.warning("%s: refused %s", self.name, reason)
        if not self._warned:
            self._warned = True
            self.warn(f"refused {reason}")
