"""ZVT's bytes: application packets, their two ways over a wire, and the fields of what a terminal tells.

Source: the ZVT protocol, PA00P015 (www.terminalhersteller.de, revision 13.08 and later); vectors as in the tests of the
free implementations Portalum.Zvt and ecrterm. Tolerant where that costs nothing: an unknown field ends the reading of
a message, and what was read stands. What came is in no exception's text: it may hold a card's number.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from hal.card_reader.contract import Entry
from hal.device import ProtocolError

__all__ = [
    "ABORTED",
    "ACKNOWLEDGED",
    "COMPLETED",
    "INTERMEDIATE",
    "NAK",
    "PRINT_LINE",
    "PRINT_TEXT",
    "STATUS_INFORMATION",
    "Frames",
    "Receipt",
    "SerialFrames",
    "Status",
    "TcpFrames",
    "Totals",
    "amount_field",
    "bcd",
    "crc",
    "data_of",
    "packet",
    "read_line",
    "read_status",
    "read_text",
]

_DLE, _STX, _ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15
_CLASSES = frozenset({0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, 0x84})
_LONG = 0xFF
_LONGEST = 8192
ACKNOWLEDGED = bytes.fromhex("800000")
INTERMEDIATE, STATUS_INFORMATION, COMPLETED, ABORTED = b"\x04\xff", b"\x04\x0f", b"\x06\x0f", b"\x06\x1e"
PRINT_LINE, PRINT_TEXT = b"\x06\xd1", b"\x06\xd3"

_FIXED = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA), 1),
    **dict.fromkeys((0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0x72, 0x73, 0x74, 0x75), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    **dict.fromkeys((0x29, 0x70, 0x71), 4),
    0x04: 6,
    0xBA: 5,
    0x2A: 15,
    0x3B: 8,
    0xEB: 8,
}
"""Bitmaps of a fixed length, in bytes."""
_LL = frozenset({0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)})
_LLL = frozenset({0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF})
_TLV = 0x06
_ENTRIES: dict[int, Entry] = {0: "swiped", 1: "chip", 2: "contactless"}
_SIGNED = frozenset({0x01, 0x05, 0x06, 0x07})
"""Tag 1F10, how the cardholder was verified: by signature, alone or beside a PIN."""
_CHIP, _VERIFIED, _KIND, _LINE = "1f12", "1f10", "1f07", "07"
_CONSTRUCTED, _LONG_TAG = 0x20, 0x1F
_TOTALS = 0x60
_GROUPS = ("girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other cards")
"""What a terminal keeps its totals by, in the order of bitmap 60."""
_RANGE, _GROUP = 4, 7


# -- packets and frames ------------------------------------------------------------------------------------------


def packet(command: bytes, data: bytes = b"") -> bytes:
    """Class, instruction, length (``FF`` and two bytes, low first, from 255 on), data.

    >>> packet(bytes.fromhex("0601"), amount_field(1000)).hex(" ")
    '06 01 07 04 00 00 00 00 10 00'
    """
    size = len(data)
    return command + (bytes([size]) if size < _LONG else bytes([_LONG]) + size.to_bytes(2, "little")) + data


def data_of(whole: bytes) -> bytes:
    """What a whole packet holds after its length."""
    return whole[5:] if whole[2] == _LONG else whole[3:]


def bcd(number: int, size: int) -> bytes:
    """``size`` bytes of packed digits. Raises ``OverflowError`` when the number has more."""
    digits = f"{number:0{2 * size}}"
    if len(digits) > 2 * size:
        text = f"{number} has more than {2 * size} digits"
        raise OverflowError(text)
    return bytes.fromhex(digits)


def amount_field(minor: int) -> bytes:
    """Bitmap 04: an amount in minor units."""
    return b"\x04" + bcd(minor, 6)


def crc(data: bytes) -> bytes:
    """CRC-16, reflected polynomial 8408, over the packet and the final ETX; low byte first.

    >>> crc(bytes.fromhex("060f0bf0f0f7322e31342e313500")).hex()
    'b111'
    """
    value = 0
    for byte in (*data, _ETX):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


class Frames(ABC):
    """Cuts a stream into packets. ``feed`` gives what has become whole: packets, and words of the link itself."""

    linked = False
    """Whether each frame is answered by the link with ACK or NAK."""

    def __init__(self) -> None:
        self.rest = bytearray()

    @abstractmethod
    def feed(self, data: bytes) -> Iterator[bytes | Literal["ack", "nak", "bad"]]:
        """Take bytes, cut anywhere. Raises ``ProtocolError`` for what is no ZVT."""

    @abstractmethod
    def wrap(self, whole: bytes) -> bytes:
        """A packet as it goes over this wire."""


class TcpFrames(Frames):
    """Bare packets, one after the other."""

    def feed(self, data: bytes) -> Iterator[bytes | Literal["ack", "nak", "bad"]]:
        """See ``Frames.feed``."""
        self.rest += data
        while self.rest:
            if self.rest[0] not in _CLASSES:
                _refuse("no packet of ZVT")
            size = _size(self.rest)
            if size > _LONGEST:
                _refuse("a packet longer than any")
            if not size or len(self.rest) < size:
                return
            whole = bytes(self.rest[:size])
            del self.rest[:size]
            yield whole

    def wrap(self, whole: bytes) -> bytes:
        """See ``Frames.wrap``."""
        return whole


class SerialFrames(Frames):
    """``DLE STX packet DLE ETX crc``, each DLE of the packet doubled; the receiver says ACK or NAK."""

    linked = True

    def feed(self, data: bytes) -> Iterator[bytes | Literal["ack", "nak", "bad"]]:
        """See ``Frames.feed``; ``bad`` stands for a frame whose check or length is wrong."""
        self.rest += data
        while self.rest:
            if self.rest[0] in {ACK, NAK}:
                yield "ack" if self.rest.pop(0) == ACK else "nak"
            elif self.rest[0] != _DLE or (len(self.rest) > 1 and self.rest[1] != _STX):
                del self.rest[0]  # between frames only noise
            else:
                end = _frame_end(self.rest)
                if end < 0 and len(self.rest) <= 2 * _LONGEST:
                    return
                frame = bytes(self.rest[: end if end > 0 else None])
                del self.rest[: len(frame)]
                yield _unstuffed(frame)

    def wrap(self, whole: bytes) -> bytes:
        """See ``Frames.wrap``."""
        return b"\x10\x02" + whole.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + crc(whole)


def _size(data: bytes | bytearray) -> int:
    """How long the packet is that these bytes begin; 0 while that cannot be known."""
    if len(data) < 3:  # noqa: PLR2004  class, instruction, length
        return 0
    if data[2] != _LONG:
        return 3 + data[2]
    return 5 + int.from_bytes(data[3:5], "little") if len(data) >= 5 else 0  # noqa: PLR2004  and two bytes of length


def _frame_end(data: bytearray) -> int:
    """Where the frame ends that begins here, its two check bytes included; -1 while it has not come."""
    at = 2
    while at + 1 < len(data):
        if data[at] != _DLE:
            at += 1
        elif data[at + 1] == _ETX:
            return at + 4 if len(data) >= at + 4 else -1
        else:
            at += 2
    return -1


def _unstuffed(frame: bytes) -> bytes | Literal["bad"]:
    whole, check = frame[2:-4].replace(b"\x10\x10", b"\x10"), frame[-2:]
    return whole if check == crc(whole) and _size(whole) == len(whole) else "bad"


def _refuse(what: str) -> None:
    text = f"the terminal's message is not to be believed: {what}"
    raise ProtocolError(text) from None


# -- what is told ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """Bitmap 60: each group of cards with its count and amount. ``first``, ``last``: receipts, as digits."""

    first: str
    last: str
    groups: tuple[tuple[str, int, int], ...]

    @property
    def count(self) -> int:
        """Of all groups."""
        return sum(count for _, count, _ in self.groups)

    @property
    def amount_minor(self) -> int:
        """Of all groups."""
        return sum(amount for _, _, amount in self.groups)


@dataclass(frozen=True, slots=True)
class Status:
    """Status information (04 0F). ``result`` is ``None`` where none was told; numbers are their digits, or empty.

    ``totals``: at the end of a day, from a terminal that tells them as PA00P015 has them; else ``None``.
    """

    result: int | None = None
    amount_minor: int | None = None
    currency: str = ""
    receipt: str = ""
    trace: str = ""
    terminal_id: str = ""
    contract: str = ""
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    entry: Entry = ""
    signature: bool = False
    totals: Totals | None = None


@dataclass(slots=True)
class Receipt:
    """Lines the till is to print; ``kind``: 1 the merchant's, 2 the cardholder's, 3 the administration's, 0 unsaid."""

    kind: int = 0
    lines: list[str] = field(default_factory=list)


def read_status(data: bytes) -> Status:
    """The data of a status information. Raises ``ProtocolError`` for a field that is cut or is no number."""
    found = dict(_bitmaps(data))
    tags = {tag: value for tag, value in _tags(found.get(_TLV, b"")) if value}
    result, amount = found.get(0x27), found.get(0x04)
    technology, verified = tags.get(_CHIP, b"\xff")[0], tags.get(_VERIFIED, b"\xff")[0]
    return Status(
        result=result[0] if result is not None else None,
        amount_minor=int(_digits(amount)) if amount is not None else None,
        currency=_digits(found.get(0x49, b"")),
        receipt=_digits(found.get(0x87, b"")),
        trace=_digits(found.get(0x0B, b"")),
        terminal_id=_digits(found.get(0x29, b"")),
        contract=_words(found.get(0x2A, b"")),
        approval_code=_words(found.get(0x3B, b"")),
        brand=_words(found.get(0x8B, b"")),
        masked_pan=found.get(0x22, b"").hex().replace("e", "*").rstrip("f"),
        entry=_ENTRIES.get(technology, ""),
        signature=verified in _SIGNED,
        totals=_totals(found.get(_TOTALS, b"")),
    )


def _totals(data: bytes) -> Totals | None:
    """Bitmap 60. A day that has ended has ended: what cannot be read here is told as nothing, not as an error."""
    if len(data) != _RANGE + len(_GROUPS) * _GROUP:
        return None
    pieces = [data[at : at + _GROUP] for at in range(_RANGE, len(data), _GROUP)]
    try:
        groups = [(name, each[0], int(_digits(each[1:]))) for name, each in zip(_GROUPS, pieces, strict=True)]
        return Totals(_digits(data[:2]), _digits(data[2:_RANGE]), tuple(groups))
    except ProtocolError:
        return None


def read_line(data: bytes) -> str:
    """The text of a print line (06 D1), after its attribute."""
    return _words(data[1:], strip=False)


def read_text(data: bytes) -> Receipt:
    """A block of text (06 D3). Raises ``ProtocolError``."""
    receipt = Receipt()
    for tag, value in _tags(dict(_bitmaps(data)).get(_TLV, b"")):
        if tag == _KIND and value:
            receipt.kind = value[0]
        elif tag == _LINE:
            receipt.lines.append(_words(value, strip=False))
    return receipt


def _bitmaps(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        name, at = data[at], at + 1
        if name in _FIXED:
            size = _FIXED[name]
        elif name in _LL or name in _LLL:
            width = 2 if name in _LL else 3
            size = _counted(data[at : at + width], width)
            at += width
        elif name == _TLV:
            size, width = _tlv_size(data, at)
            at += width
        else:
            return  # how long it is nobody knows
        if at + size > len(data):
            _refuse("a field is cut")
        yield name, data[at : at + size]
        at += size


def _counted(data: bytes, width: int) -> int:
    """An LLVAR or LLLVAR length: ``Fx Fy [Fz]``."""
    if len(data) < width or any(byte & 0xF0 != 0xF0 or byte & 0x0F > 9 for byte in data):  # noqa: PLR2004  a digit
        _refuse("a length that is none")
    return int("".join(str(byte & 0x0F) for byte in data))


def _tags(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Tag (hex) and value, one after the other, those inside a container too."""
    at = 0
    while at < len(data):
        begin, at = at, at + 1
        if data[begin] & _LONG_TAG == _LONG_TAG:
            while at < len(data) and data[at] & 0x80:
                at += 1
            at += 1
        size, width = _tlv_size(data, at)
        value = data[at + width : at + width + size]
        if len(value) < size:
            _refuse("a tag is cut")
        yield data[begin:at].hex(), value
        at += width + (0 if data[begin] & _CONSTRUCTED else size)


def _tlv_size(data: bytes, at: int) -> tuple[int, int]:
    """(the length that stands at ``at``, how many bytes it takes)."""
    more = data[at] - 0x80 if at < len(data) and data[at] >= 0x80 else 0  # noqa: PLR2004  BER's long form
    if at >= len(data) or more > 2 or at + 1 + more > len(data):  # noqa: PLR2004  64 KiB are enough
        _refuse("a length that is none")
    return (int.from_bytes(data[at + 1 : at + 1 + more], "big") if more else data[at] & 0x7F), 1 + more


def _digits(packed: bytes) -> str:
    digits = packed.hex()
    if digits and not digits.isdecimal():
        _refuse("a number that is none")
    return digits


def _words(data: bytes, *, strip: bool = True) -> str:
    text = data.decode("cp437").replace("\x00", "")
    return text.strip() if strip else text.rstrip()
