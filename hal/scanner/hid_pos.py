"""Scanner on USB in HID POS mode: codes with their symbology, no keyboard layout in between.

Fits: scanners set to "USB HID POS" / "HID bar code scanner" (Honeywell and Metrologic 0C2E, Youjie 23D0, Zebra 05E0,
Datalogic 05F9, Opticon 065A, Newland, Access-IS), usage page 8C, usage 02.
Sources: HID Point of Sale Usage Tables 1.02, section 5; Hand Held Products 2020-5B USB guide, page 15; Access-IS LSR118
manual, page 68. What a report holds and where is read from the device's own descriptor.

Sample settings: ``model = "hid_pos"``, ``usb_vendor = 0x0c2e``, ``usb_product = 0x0b61``; of two alike also
``usb_path = "1-1.4"`` or ``usb_serial = "..."``.

| usage | |
|---|---|
| 8C FB, FC, FD | AIM identifier (ISO/IEC 15424) |
| 8C FE | decoded data, 56 bytes in the usual 64-byte report 2 |
| 8C FF | one bit: more of this code follows in the next report |
| 01 3B | bytes that count in this report; without it the data ends at its trailing NULs |
| 8C 5F, 60 | output: prevent reading, read now |
| 8C 85, 86, 87 | output: error, good-read and not-on-file beep |

Honeywell besides: feature report FE = 01 leaves keyboard mode; output report FD carries serial commands: SYN ``T`` CR
triggers, SYN ``U`` CR ends it, SYN BEL CR beeps, SYN ``M`` CR opens a menu command, ended by ``.`` (kept) or ``!``
(until power goes). Its answer comes as codes: ``]X0`` with data, then ``]Z6`` with the command said back and ACK, ENQ
(unknown) or NAK (refused).

Unconfirmed: the vendor ids of Zebra, Datalogic and Opticon; that the byte after FD counts the command (in a published
capture of a menu command it is 0F for ten bytes, of the others it is their number); that every Honeywell has FD and FE
in its descriptor (each is used only where it stands there); that 5F holds until it is taken back on every scanner that
has it.

A cable's error does not pass USB's own check sum, but a piece can be lost when a host is late: what cannot be whole is
refused, never glued.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError, ProtocolError, TimeoutExpiredError
from hal.hid import Descriptor, Field, usage
from hal.ports.usb_finder import UsbAddress
from hal.ports.usb_hid import UsbHidPort
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead, Encoding, code_text, split_identifier
from hal.streaming import StreamDevice, first_to_end

__all__ = ["Assembly", "Driver", "Layout", "Piece", "Refused", "Settings", "Whole", "command", "layout", "piece"]

_log = logging.getLogger(__name__)

PAGE: Final = 0x8C
_AIM: Final = tuple(usage(PAGE, each) for each in (0xFB, 0xFC, 0xFD))
_DATA, _CONTINUED = usage(PAGE, 0xFE), usage(PAGE, 0xFF)
_PREVENT_READ, _INITIATE_READ = usage(PAGE, 0x5F), usage(PAGE, 0x60)
_ERROR_BEEP, _GOOD_BEEP, _NOT_ON_FILE_BEEP = (usage(PAGE, each) for each in (0x85, 0x86, 0x87))
_BYTE_COUNT: Final = usage(0x01, 0x3B)

_KEYBOARD_MODE, _COMMAND = 0xFE, 0xFD
_LEAVE_KEYBOARD_MODE: Final = 0x01
_MAKERS_WITH_COMMANDS: Final = frozenset({0x0C2E, 0x23D0})
TRIGGER, UNTRIGGER, BEEP, MENU = b"\x16T\r", b"\x16U\r", b"\x16\x07\r", b"\x16M\r"
_MENU_DATA, _MENU_ECHO = b"]X0", b"]Z6"
_VERDICTS: Final[Mapping[int, str]] = {
    0x06: "",
    0x05: "the scanner does not know the command",
    0x15: "the scanner refuses the value",
}
_TAG: Final = 3
_IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_SUFFIXES: Final = (b"\r\n", b"\r", b"\n")
_BAD_REPORTS: Final = 3
"""So many in a row that make no sense, and the scanner is lost."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which scanner, and how it was set.

    ``usb_path`` (as ``lsusb -t`` and the kernel name it, ``1-1.4``) and ``usb_serial`` tell two alike apart.
    ``encoding``: of letters. ``piece_ms``: the longest pause within a code of several reports. ``trigger``: the host
    starts each reading. ``menu``: a Honeywell menu command sent each time the port opens; ``query``: one that
    ``check_health`` sends.
    """

    usb_vendor: int
    usb_product: int
    usb_path: str = ""
    usb_serial: str = ""
    encoding: Encoding = "utf-8"
    piece_ms: int = 500
    trigger: bool = False
    menu: str = ""
    query: str = ""
    answer_ms: int = 1_000
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what no scanner is."""
        self.address()
        if min(self.piece_ms, self.answer_ms, self.retry_ms) < 1:
            text = "piece_ms, answer_ms and retry_ms are above 0"
            raise ValueError(text)
        if any(len(each) <= _TAG or each[-1] not in ".!" for each in (self.menu, self.query) if each):
            text = "a menu command is a tag of three signs or more, and ends in . or !"
            raise ValueError(text)

    def address(self) -> UsbAddress:
        """Where it is."""
        return UsbAddress(self.usb_vendor, self.usb_product, self.usb_path, self.usb_serial)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a scanner's report has what."""

    report: int
    size: int
    identifier: tuple[Field, ...]
    length: Field | None
    data: Field
    continued: Field | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One report: a code, or some of one."""

    identifier: bytes
    data: bytes
    more: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """All that one reading brought, without its suffix."""

    identifier: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """What cannot be one code, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A scanner's answer to a menu command: its words, and what is wrong, if anything."""

    words: str
    wrong: str


def layout(descriptor: Descriptor) -> Layout:
    """Where this scanner has what. Raises ``ProtocolError`` for a device that reads no bar codes."""
    data = descriptor.find(_DATA, "input")
    if data is None or data.size != 8 or data.is_array:  # noqa: PLR2004  bits in a byte
        text = "its descriptor has no decoded data (usage 8C FE): it is no HID POS scanner"
        raise ProtocolError(text)
    found = {each: descriptor.find(each, "input", data.report) for each in (*_AIM, _BYTE_COUNT, _CONTINUED)}
    return Layout(
        report=data.report,
        size=descriptor.size("input", data.report),
        identifier=tuple(each for aim in _AIM if (each := found[aim]) is not None),
        length=found[_BYTE_COUNT],
        data=data,
        continued=found[_CONTINUED],
    )


def piece(where: Layout, report: bytes) -> Piece:
    """What one whole report says. Raises ``ProtocolError``, without the content, for one that says nothing."""
    if len(report) != where.size:
        text = f"a report of {len(report)} bytes, not {where.size}"
        raise ProtocolError(text)
    identifier = b"".join(each.octets(report) for each in where.identifier).strip(b"\0 ")
    if identifier and not _IDENTIFIER.fullmatch(identifier):
        text = "a report without an AIM identifier in its place"
        raise ProtocolError(text)
    data = where.data.octets(report)
    if where.length is None:
        data = data.rstrip(b"\0")
    else:
        (count,) = where.length.numbers(report)[:1]
        if not 0 <= count <= len(data):
            text = f"a report that counts {count} bytes of {len(data)}"
            raise ProtocolError(text)
        data = data[:count]
    more = where.continued is not None and where.continued.numbers(report)[0] != 0
    return Piece(identifier, data, more)


def command(descriptor: Descriptor, text: bytes) -> bytes:
    """A Honeywell serial command as output report FD. Raises ``ProtocolError`` where there is none, or it is long.

    >>> from hal.hid import parse
    >>> made = parse(bytes.fromhex("058c0902a101 85fd 0666ff 0901 150026ff00 7508 9507 9102 c0"))
    >>> command(made, TRIGGER).hex(" ")
    'fd 03 16 54 0d 00 00 00'
    """
    report = descriptor.blank("output", _COMMAND)
    if len(text) + 2 > len(report):
        wrong = f"a command of {len(text)} bytes does not fit the scanner's report of {len(report)}"
        raise ProtocolError(wrong)
    report[1 : 2 + len(text)] = bytes([len(text)]) + text
    return bytes(report)


class Assembly:
    """Pieces into codes. What may be the tail of something refused is refused with it."""

    def __init__(self) -> None:
        self._identifier = b""
        self._data = b""
        self._begun = False
        self._spoilt = False

    @property
    def pending(self) -> bool:
        """Whether more should follow."""
        return self._begun or self._spoilt

    def take(self, each: Piece) -> list[Whole | Refused]:
        """What this piece completes."""
        if self._spoilt:
            self._spoilt = each.more
            return []
        told: list[Whole | Refused] = []
        if self._begun and each.identifier != self._identifier:
            told += self.silence()
        self._begun, self._identifier = True, each.identifier
        self._data += each.data
        if len(self._data) > MAXIMUM_CODE_LENGTH + len(_SUFFIXES[0]):
            self._drop(spoilt=each.more)
            return [*told, Refused(f"a code of more than {MAXIMUM_CODE_LENGTH} bytes")]
        if not each.more:
            data = self._data
            self._drop(spoilt=False)
            told.append(Whole(each.identifier, _unsuffixed(data)))
        return told

    def disturb(self) -> list[Whole | Refused]:
        """Something came that is no piece: what was begun has lost it."""
        told = self.silence()
        self._spoilt = bool(told)
        return told

    def silence(self) -> list[Whole | Refused]:
        """Nothing followed in time: what was begun stays unfinished."""
        told: list[Whole | Refused] = [Refused(f"{len(self._data)} bytes of a code without its end")]
        told = told if self._begun else []
        self._drop(spoilt=False)
        return told

    def _drop(self, *, spoilt: bool) -> None:
        self._begun, self._identifier, self._data, self._spoilt = False, b"", b"", spoilt


def _unsuffixed(data: bytes) -> bytes:
    return next((data[: -len(each)] for each in _SUFFIXES if data.endswith(each)), data)


def _read(device: str, whole: Whole, encoding: Encoding) -> CodeRead:
    """Raises ``ProtocolError``, without the content, on what is no code."""
    if not whole.identifier:
        return CodeRead(device, code_text(whole.data, encoding))
    symbology, data = split_identifier(whole.identifier + whole.data)
    return CodeRead(device, code_text(data, encoding), symbology)


class Driver(StreamDevice):
    """See the module. ``backend``: pyusb's own choice unless a test gives one."""

    def __init__(self, name: str, settings: Settings, backend: object | None = None) -> None:
        self._usb = UsbHidPort(settings.address(), PAGE, backend=backend, control_timeout_ms=settings.answer_ms)
        super().__init__(name, self._usb, retry_ms=settings.retry_ms)
        self._settings = settings
        self._assembly = Assembly()
        self._asking: asyncio.Future[Answer] | None = None
        self._words = b""
        self._warned = False

    async def enable(self) -> None:
        """See ``Device.enable``; a scanner that can be told not to read is told otherwise."""
        was_enabled = self.enabled
        await super().enable()
        if not was_enabled:
            await self._let_read()

    async def disable(self) -> None:
        """See ``Device.disable``; a scanner that can be told not to read is told."""
        was_enabled = self.enabled
        await super().disable()
        if was_enabled:
            await self._let_read()

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``; where there is one tone only, once for good, three times for bad."""
        self.need_enabled()
        if not self.alive or "beep" not in self.capabilities:
            return
        usages = (_GOOD_BEEP,) if sound == "good" else (_ERROR_BEEP, _NOT_ON_FILE_BEEP)
        for each in usages:
            if self._usb.descriptor.find(each, "output") is not None:
                await self._switch(each, on=True)
                return
        for _ in range(1 if sound == "good" else 3):
            await self._order(BEEP)

    async def trigger(self) -> None:
        """Read now. Raises ``NotEnabledError``."""
        self.need_enabled()
        await self._trigger(on=True)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: the answer to ``query``, else that the device answers at all."""
        if not self._settings.query:
            await self._usb.ask_status()
            return "HID POS scanner, answers"
        answer = await self._ask(self._settings.query)
        if answer.wrong:
            raise ProtocolError(answer.wrong)
        return answer.words

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        where = layout(self._usb.descriptor)
        self._assembly, self._warned = Assembly(), False
        self.capabilities = _capabilities(self._usb.descriptor, self._settings)
        await first_to_end(self._hear(where), self._begin())

    async def _begin(self) -> None:
        descriptor, settings = self._usb.descriptor, self._settings
        if settings.usb_vendor in _MAKERS_WITH_COMMANDS and descriptor.size("feature", _KEYBOARD_MODE):
            report = descriptor.blank("feature", _KEYBOARD_MODE)
            report[1] = _LEAVE_KEYBOARD_MODE
            try:
                await self._usb.set_feature(bytes(report))
            except ProtocolError as error:
                self._warn(f"it may still type like a keyboard: {error}")
        await self._let_read()
        self.answered()
        if settings.menu:
            try:
                answer = await self._ask(settings.menu)
            except TimeoutExpiredError as error:
                self._warn(f"its menu command has no answer: {error}")
            else:
                if answer.wrong:
                    self._warn(f"its menu command: {answer.wrong}")
        await asyncio.Event().wait()

    async def _hear(self, where: Layout) -> None:
        known, bad = self._usb.descriptor.reports("input"), 0
        while True:
            try:
                pause = self._settings.piece_ms
                report = await (self.read_within(pause) if self._assembly.pending else self.port.read())
                number = report[0] if self._usb.descriptor.numbered else 0
                if number != where.report and number in known:
                    continue
                told = self._assembly.take(piece(where, report))
                bad = 0
            except TimeoutExpiredError:
                told = self._assembly.silence()
            except ProtocolError as error:
                told, bad = [*self._assembly.disturb(), Refused(str(error))], bad + 1
                if bad >= _BAD_REPORTS:
                    raise
            for each in told:
                await self._take(each)

    async def _take(self, told: Whole | Refused) -> None:
        if isinstance(told, Refused):
            self._warn(told.reason)
            return
        if told.identifier == _MENU_ECHO or (self._asking is not None and told.identifier == _MENU_DATA):
            self._answer(told)
            return
        try:
            self.tell(_read(self.name, told, self._settings.encoding))
        except ProtocolError as error:
            self._warn(str(error))
        else:
            self._warned = False
        if self._settings.trigger and self.enabled:
            await self._trigger(on=True)

    def _answer(self, told: Whole) -> None:
        if told.identifier == _MENU_DATA:
            self._words += told.data
            return
        verdict = next((byte for byte in reversed(told.data) if byte in _VERDICTS), None)
        wrong = "an answer without a verdict" if verdict is None else _VERDICTS[verdict]
        words = (self._words or bytes(byte for byte in told.data if byte not in _VERDICTS)).decode("iso-8859-1")
        if self._asking is not None and not self._asking.done():
            self._asking.set_result(Answer(" ".join(words.split()), wrong))

    async def _ask(self, text: str) -> Answer:
        """Send a menu command and wait for its answer. Raises ``TimeoutExpiredError``, ``ProtocolError``."""
        async with self.turn:
            self._asking, self._words = asyncio.get_running_loop().create_future(), b""
            try:
                await self._usb.write(command(self._usb.descriptor, MENU + text.encode("ascii", "replace")))
                async with asyncio.timeout(self._settings.answer_ms / 1000):
                    return await self._asking
            except TimeoutError as error:
                words = f"no answer in {self._settings.answer_ms} ms; is it a Honeywell?"
                raise TimeoutExpiredError(words) from error
            finally:
                self._asking = None

    async def _let_read(self) -> None:
        """Tell a scanner that can be told whether it may read, and start it where the host does that."""
        with suppress(OSError):  # there is none: it is told when there is
            if self._usb.descriptor.find(_PREVENT_READ, "output") is not None:
                await self._switch(_PREVENT_READ, on=not self.enabled)
            if self._settings.trigger:
                await self._trigger(on=self.enabled)

    async def _trigger(self, *, on: bool) -> None:
        with suppress(OSError):
            if self._usb.descriptor.find(_INITIATE_READ, "output") is not None:
                await self._switch(_INITIATE_READ, on=on)
            else:
                await self._order(TRIGGER if on else UNTRIGGER)

    async def _switch(self, wanted: int, *, on: bool) -> None:
        """Write a one-bit control; of what shares its report only ``5F`` is a state, and is written as it stands."""
        descriptor = self._usb.descriptor
        bit = descriptor.find(wanted, "output")
        if bit is None:
            return
        report = descriptor.blank("output", bit.report)
        prevent = descriptor.find(_PREVENT_READ, "output", bit.report)
        if prevent is not None:
            prevent.put(report, (int(not self.enabled),))
        bit.put(report, (int(on),))
        await self._send(bytes(report))

    async def _order(self, text: bytes) -> None:
        if self._usb.descriptor.size("output", _COMMAND):
            await self._send(command(self._usb.descriptor, text))

    async def _send(self, report: bytes) -> None:
        try:
            await self._usb.write(report)
        except DeviceError as error:
            self._warn(str(error))
        except OSError as error:
            _log.debug("%s: not sent: %s", self.name, error)  # who listens on the port finds out and tells

    def _warn(self, reason: str) -> None:
        _log.warning("%s: %s", self.name, reason)
        if not self._warned:
            self._warned = True
            self.warn(reason)


def _capabilities(descriptor: Descriptor, settings: Settings) -> frozenset[str]:
    orders = settings.usb_vendor in _MAKERS_WITH_COMMANDS and bool(descriptor.size("output", _COMMAND))
    has = {
        "beep": orders or any(descriptor.find(each, "output") for each in (_ERROR_BEEP, _GOOD_BEEP, _NOT_ON_FILE_BEEP)),
        "trigger": orders or descriptor.find(_INITIATE_READ, "output") is not None,
    }
    return frozenset(word for word, held in has.items() if held)
