"""Zebra, Symbol and Motorola scanners in SSI, their Simple Serial Interface: packets with a check sum, acknowledged.

Fits: DS457, DS9208, DS9308, MP7000 and other Zebra scanners and scan engines (SE923, SE955, SE4xxx) whose host is set
to "SSI over RS-232" or "SSI over USB CDC". USB vendor 05E0.
Manuals: Symbol SE923 and SE955 Integration Guides, chapter "Simple Serial Interface" (packet, acknowledgement,
resending, DECODE_DATA); docs.zebra.com, SSI command structure; the public libraries clocklimited/motorola-ssi-scanner
(opcodes, a captured packet) and enioka/enioka_scan (bar code types).

Sample settings: ``model = "zebra_ssi"``, ``port = "/dev/serial/by-id/usb-Symbol_..."``, ``baud = 9600``; behind a
terminal server ``port = "192.0.2.20:2001"``.

| byte | |
|---|---|
| 0 | length of all but the check sum |
| 1 | opcode: D0 ACK, D1 NAK, F3 DECODE_DATA, E4/E5 start/stop session, E9/EA scan enable/disable, E6 beep, |
| | C6 PARAM_SEND, A3/A4 revision asked/told |
| 2 | source: 00 scanner, 04 host |
| 3 | status: bit 0 sent again, bit 1 more of the same code follows, bit 3 (host's) a change is kept without power |
| 4.. | data; of F3: bar code type, then text |
| last 2 | two's complement of the 16-bit sum of all before, high byte first |

Each F3 must be answered by D0, or the scanner sends it again (bit 0) twice and then beeps an error: a packet that is
sent again is not a second scan. When the port opens the scanner is told to send packets (C6, parameter EE = 1, for now
only), because its factory setting is plain text.

Unconfirmed: bit 1 as continuation (SE955's guide calls it unused; public drivers use it); bit 3, which is never set
here; types C1 and C2 as GS1 Data Matrix and GS1 QR; the beep codes (0 one short high, 15 one long low tone); type 01
with ``NR`` as "nothing read". A type that is not in the table is told without a symbology. When the scanner is set to
send AIM identifiers, they are believed before the table.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.ports.named import port_named
from hal.ports.port import Port
from hal.ports.serial import Framing
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead, Encoding, code_text, split_identifier
from hal.streaming import StreamDevice, first_to_end, within

__all__ = ["AIM", "Code", "Driver", "Packet", "Packets", "Refused", "Scans", "Settings", "encode"]

_log = logging.getLogger(__name__)

ACK, NAK, DECODE_DATA, EVENT = 0xD0, 0xD1, 0xF3, 0xF6
START_SESSION, STOP_SESSION, BEEP, SCAN_ENABLE, SCAN_DISABLE = 0xE4, 0xE5, 0xE6, 0xE9, 0xEA
PARAM_SEND, REQUEST_REVISION, REPLY_REVISION = 0xC6, 0xA3, 0xA4
_FROM_SCANNER: Final = frozenset({ACK, NAK, DECODE_DATA, EVENT, REPLY_REVISION})
_SCANNER, _HOST = 0x00, 0x04
_AGAIN, _MORE = 0x01, 0x02
_KNOWN_STATUS: Final = 0x0B
_HEAD, _CHECK = 4, 2
_RESEND: Final = b"\x01"
_SEND_PACKETS: Final = b"\xff\xee\x01"
"""No beep; parameter EE, decode data packet format; packets."""
_NOTHING_READ: Final = b"\x01NR"
_ATTEMPTS: Final = 3

AIM: Final[Mapping[int, str]] = {
    0x01: "]A0", 0x02: "]F0", 0x03: "]C0", 0x04: "]S0", 0x06: "]I0", 0x07: "]G0", 0x08: "]E0", 0x09: "]E0",
    0x0A: "]E4", 0x0B: "]E0", 0x0F: "]C1", 0x11: "]L0", 0x13: "]A4", 0x16: "]X0", 0x1B: "]d1", 0x1C: "]Q1",
    0x2D: "]z0", 0x30: "]e0", 0x31: "]e0", 0x32: "]e0", 0x48: "]E3", 0x4B: "]E3", 0x88: "]E3", 0x8B: "]E3",
    0xC1: "]d2", 0xC2: "]Q3",
}  # fmt: skip
"""Bar code type to AIM identifier: Code 39, Codabar, Code 128, 2 of 5 (discrete, interleaved), Code 93, UPC-A, UPC-E,
EAN-8, EAN-13, GS1-128, PDF417, Code 39 full ASCII, Bookland, Data Matrix, QR, Aztec, DataBar (omnidirectional, limited,
expanded), UPC-A and EAN-13 with two digits more, with five, GS1 Data Matrix, GS1 QR."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``gap_ms``: a silence inside a packet that spoils it. ``host_trigger``: the host starts each reading.

    ``alive_ms``: how often the scanner is asked for its revision, its proof of life. ``response_ms``: the scanner's own
    "serial response time-out", after which it sends a packet again. ``good_beep``, ``bad_beep``: codes of its beeper.
    """

    port: str
    baud: int = 9_600
    framing: Framing = "8N1"
    encoding: Encoding = "utf-8"
    host_trigger: bool = False
    gap_ms: int = 100
    answer_ms: int = 1_000
    alive_ms: int = 5_000
    response_ms: int = 2_000
    good_beep: int = 0
    bad_beep: int = 15
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what no line is."""
        self.line()
        if min(self.baud, self.gap_ms, self.answer_ms, self.alive_ms, self.response_ms, self.retry_ms) < 1:
            text = "baud, gap_ms, answer_ms, alive_ms, response_ms and retry_ms are above 0"
            raise ValueError(text)
        if not all(0 <= code < 1 << 8 for code in (self.good_beep, self.bad_beep)):
            text = "a beep code is 0 to 255"
            raise ValueError(text)

    def line(self) -> Port:
        """The port, made anew."""
        return port_named(self.port, baud=self.baud, framing=self.framing)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the scanner's whose check sum is right."""

    opcode: int
    status: int = 0
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, whole."""

    data: str
    symbology: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A packet that is no code, and why."""

    reason: str


def _check(body: bytes | bytearray) -> bytes:
    return (-sum(body) & 0xFFFF).to_bytes(2, "big")


def encode(opcode: int, data: bytes = b"", *, again: bool = False) -> bytes:
    """A packet of the host's.

    >>> encode(ACK).hex(" "), encode(SCAN_ENABLE).hex(" ")
    ('04 d0 04 00 ff 28', '04 e9 04 00 ff 0f')
    """
    body = bytes((_HEAD + len(data), opcode, _HOST, _AGAIN if again else 0)) + data
    return body + _check(body)


class Packets:
    r"""Bytes as they come into packets; what is none is passed over and remembered as ``damaged``.

    >>> Packets().feed(bytes.fromhex("07 f3 00 00 01 4e 52 fe 65"))
    [Packet(opcode=243, status=0, data=b'\x01NR')]
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.damaged = self.harmed = False

    @property
    def pending(self) -> bool:
        """Whether a packet has begun that has not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Packet]:
        """The packets these bytes complete."""
        self._buffer += data
        return list(iter(lambda: self._cut(ended=False), None))

    def silence(self) -> list[Packet]:
        """Nothing more comes: the packets that stand behind what never ended."""
        return list(iter(lambda: self._cut(ended=True), None))

    def _cut(self, *, ended: bool) -> Packet | None:
        while held := self._buffer:
            size = held[0]
            if self._may_begin():
                if len(held) >= size + _CHECK and held[size : size + _CHECK] == _check(held[:size]):
                    packet = Packet(held[1], held[3], bytes(held[_HEAD:size]))
                    del held[: size + _CHECK]
                    return packet
                if len(held) < size + _CHECK and not ended:
                    return None
                self.harmed = self.harmed or held[1:3] == bytes((DECODE_DATA, _SCANNER))
            del held[0]
            self.damaged = True
        return None

    def _may_begin(self) -> bool:
        held = self._buffer
        return (
            held[0] >= _HEAD
            and (len(held) < 2 or held[1] in _FROM_SCANNER)  # noqa: PLR2004  offsets as in the table above
            and (len(held) < 3 or held[2] == _SCANNER)  # noqa: PLR2004
            and (len(held) < _HEAD or not held[3] & ~_KNOWN_STATUS)
        )


class Scans:
    """DECODE_DATA packets into codes: pieces joined, what is sent again told once."""

    def __init__(self, encoding: Encoding, response_ms: int) -> None:
        self._encoding: Encoding = encoding
        self._again_ms = _ATTEMPTS * response_ms
        """After so long the scanner has given up: what it sends then is new, whatever it says."""
        self._last: tuple[int, bytes] | None = None
        self._last_ms = 0
        self._type, self._pieces = b"", b""

    def harmed(self) -> None:
        """A code's packet came harmed: what is sent again now was not seen before."""
        self._last = None

    def take(self, packet: Packet, now_ms: int) -> Code | Refused | None:
        """What a packet completes; ``None`` when it is sent again, or more follows."""
        seen, age_ms = (packet.status & _MORE, packet.data), now_ms - self._last_ms
        again = packet.status & _AGAIN and self._last == seen and age_ms < self._again_ms
        self._last, self._last_ms = seen, now_ms
        if again or packet.data == _NOTHING_READ:
            return None
        if self._pieces and (packet.data[:1] != self._type or age_ms >= self._again_ms):
            self._pieces = b""
            return self._whole(packet) or Refused("a code whose end did not come")
        return self._whole(packet)

    def _whole(self, packet: Packet) -> Code | Refused | None:
        if not packet.data:
            return Refused("a packet without a type")
        self._type = packet.data[:1]
        self._pieces += packet.data[1:]
        if len(self._pieces) > MAXIMUM_CODE_LENGTH + _HEAD:
            self._pieces = b""
            return Refused(f"more than {MAXIMUM_CODE_LENGTH} bytes")
        if packet.status & _MORE:
            return None
        data, self._pieces = self._pieces.rstrip(b"\r\n"), b""
        try:
            symbology = AIM.get(self._type[0], "")
            if data.startswith(b"]"):
                symbology, data = split_identifier(data)
            return Code(code_text(data, self._encoding), symbology)
        except ProtocolError as error:
            return Refused(str(error))


class Driver(StreamDevice):
    """See the module."""

    capabilities = frozenset({"beep", "trigger"})

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings.line(), retry_ms=settings.retry_ms)
        self._settings = settings
        self._packets, self._scans = Packets(), Scans(settings.encoding, settings.response_ms)
        self._scanning: bool | None = None
        self._wanted: frozenset[int] = frozenset()
        self._reply: asyncio.Future[Packet] | None = None
        self._settling = asyncio.Lock()
        self._warned = False

    async def enable(self) -> None:
        """See ``Device.enable``."""
        await super().enable()
        await self._settle_if_there()

    async def disable(self) -> None:
        """See ``Device.disable``."""
        await super().disable()
        await self._settle_if_there()

    async def close(self) -> None:
        """See ``Device.close``; a scanner that answers is told to read no more."""
        await self.disable()
        await super().close()

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``. Raises ``DeviceError`` when the scanner does not answer or refuses the code."""
        self.need_enabled()
        code = self._settings.good_beep if sound == "good" else self._settings.bad_beep
        await self._exchange(BEEP, bytes((code,)))

    async def trigger(self) -> None:
        """Read now. Raises ``DeviceError``."""
        self.need_enabled()
        await self._exchange(START_SESSION)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: the scanner's revision."""
        return await self._revision()

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        self._packets, self._scanning = Packets(), None
        self._scans = Scans(self._settings.encoding, self._settings.response_ms)
        await first_to_end(self._hear(), self._speak())

    async def _speak(self) -> None:
        await self._revision(attempts=1)
        await self._exchange(PARAM_SEND, _SEND_PACKETS)
        await self._settle()
        self.answered()
        await self._settle()  # enabled while the line above was under way
        while True:
            await asyncio.sleep(self._settings.alive_ms / 1000)
            await self._revision()

    async def _hear(self) -> None:
        while True:
            packets = self._packets
            try:
                told = packets.feed(
                    await (self.read_within(self._settings.gap_ms) if packets.pending else self.port.read())
                )
            except TimeoutExpiredError:
                told = packets.silence()
            if packets.damaged:
                packets.damaged = False
                if packets.harmed:
                    packets.harmed = False
                    self._scans.harmed()
                if not told and not packets.pending:
                    await self.port.write(encode(NAK, _RESEND))
            for packet in told:
                await self._take(packet)

    async def _take(self, packet: Packet) -> None:
        if packet.opcode == DECODE_DATA:
            await self.port.write(encode(ACK))
            self._tell_scan(self._scans.take(packet, time.monotonic_ns() // 1_000_000))
            if self._settings.host_trigger and self._scanning:
                await self.port.write(encode(START_SESSION))
        elif self._reply is not None and not self._reply.done() and packet.opcode in self._wanted:
            self._reply.set_result(packet)

    def _tell_scan(self, scan: Code | Refused | None) -> None:
        if isinstance(scan, Code):
            self._warned = False
            self.tell(CodeRead(self.name, scan.data, scan.symbology))
        elif isinstance(scan, Refused):
            _log.warning("%s: refused %s", self.name, scan.reason)
            if not self._warned:
                self._warned = True
                self.warn(f"refused {scan.reason}")

    async def _settle_if_there(self) -> None:
        if self.alive:
            try:
                await self._settle()
            except DeviceError as error:  # who speaks to it regularly finds out and tells
                _log.warning("%s: %s", self.name, error)

    async def _settle(self) -> None:
        """Tell the scanner whether to read, if that is not how it was told last. Raises ``DeviceError``."""
        async with self._settling:
            while self._scanning is not self.enabled:
                wanted = self.enabled
                await self._exchange(SCAN_ENABLE if wanted else SCAN_DISABLE)
                if self._settings.host_trigger:
                    await self._exchange(START_SESSION if wanted else STOP_SESSION)
                self._scanning = wanted

    async def _revision(self, attempts: int = _ATTEMPTS) -> str:
        told = await self._exchange(REQUEST_REVISION, wanted=REPLY_REVISION, attempts=attempts)
        words = told.data.decode("ascii", "replace")
        return "revision " + "".join(each if each.isprintable() else " " for each in words).strip()

    async def _exchange(
        self, opcode: int, data: bytes = b"", *, wanted: int = ACK, attempts: int = _ATTEMPTS
    ) -> Packet:
        """Send a command until it is answered.

        Raises ``TimeoutExpiredError``, ``ProtocolError`` when the scanner refuses, ``NoHardwareError``.
        """
        async with self.turn:
            for attempt in range(attempts):
                self._reply = asyncio.get_running_loop().create_future()
                self._wanted = frozenset({wanted, NAK})
                try:
                    await self.port.write(encode(opcode, data, again=attempt > 0))
                    reply = await within(self._reply, self._settings.answer_ms)
                except TimeoutError:
                    continue
                except OSError as error:
                    text = f"{self.port.where} is gone; check cable and power"
                    raise NoHardwareError(text) from error
                finally:
                    self._reply = None
                if reply.opcode == wanted:
                    return reply
                if reply.data != _RESEND:
                    text = f"the scanner refuses {opcode:02X}: {reply.data.hex(' ')}"
                    raise ProtocolError(text)
        text = f"no answer to {opcode:02X} in {attempts} times {self._settings.answer_ms} ms; is its host set to SSI?"
        raise TimeoutExpiredError(text)
