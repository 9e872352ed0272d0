r"""ccTalk's frames and what is in them: bytes in, values out.

ccTalk Generic Specification, Crane Payment Solutions (earlier Money Controls), issues 4.4 to 4.7, in the public domain:
part 1 frames, part 2 headers, part 3 codes. A frame: address of who shall hear it, number of data bytes, address of who
speaks (the host is 1), header, data, and what makes the sum of all bytes 0 modulo 256. An answer has header 0; header 5
is a refusal (NAK), 6 means busy. On the one wire of the bus a host hears itself: an adapter may hand that on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hal.device import DeviceError, ProtocolError

__all__ = [
    "HOST",
    "BusyError",
    "Header",
    "HopperStatus",
    "Occurred",
    "RefusedError",
    "answer_of",
    "bill_value",
    "checksum",
    "coin_value",
    "events_since",
    "frame",
    "hopper_status",
    "length_of",
    "level_of",
    "life_count",
]

HOST: Final = 1
_SHORTEST: Final = 5
_ACK, _NAK, _BUSY = 0, 5, 6
_EVENTS: Final = 5
_COUNTERS: Final = 255


class Header:
    """The headers used here, by the names of the specification."""

    SIMPLE_POLL = 254
    REQUEST_EQUIPMENT_CATEGORY = 245
    REQUEST_PRODUCT_CODE = 244
    REQUEST_SERIAL_NUMBER = 242
    PERFORM_SELF_CHECK = 232
    MODIFY_INHIBIT_STATUS = 231
    READ_BUFFERED_CREDIT = 229
    MODIFY_MASTER_INHIBIT = 228
    REQUEST_PAYOUT_HIGH_LOW_STATUS = 217
    REQUEST_COIN_ID = 184
    REQUEST_HOPPER_DISPENSE_COUNT = 168
    DISPENSE_HOPPER_COINS = 167
    REQUEST_HOPPER_STATUS = 166
    ENABLE_HOPPER = 164
    TEST_HOPPER = 163
    READ_BUFFERED_BILL_EVENTS = 159
    REQUEST_BILL_ID = 157
    REQUEST_COUNTRY_SCALING_FACTOR = 156
    ROUTE_BILL = 154
    MODIFY_BILL_OPERATING_MODE = 153


class RefusedError(DeviceError):
    """The device answered NAK."""


class BusyError(DeviceError):
    """The device answered that it is busy."""


def checksum(data: bytes) -> int:
    """What makes the sum of ``data`` and of itself 0 modulo 256.

    >>> hex(checksum(bytes.fromhex("03 00 01 a3"))), hex(checksum(bytes.fromhex("03 01 01 a4 a5")))
    ('0x59', '0xb2')
    """
    return -sum(data) & 0xFF


def frame(address: int, header: int, data: bytes = b"") -> bytes:
    """What the host says to ``address``.

    >>> frame(3, Header.DISPENSE_HOPPER_COINS, bytes.fromhex("df d7 0a 01")).hex(" ")
    '03 04 01 a7 df d7 0a 01 90'
    """
    said = bytes([address, len(data), HOST, header]) + data
    return said + bytes([checksum(said)])


def length_of(heard: bytes, question: bytes) -> int:
    """How long the answer to ``question`` is, its echo included; 0 while its end has not come.

    Raises ``ProtocolError`` where it is none: an answer begins with the host's address, an echo never does.
    """
    echo = len(question) if heard[: len(question)] == question[: len(heard)] else 0
    if len(heard) < echo:
        return 0
    rest = heard[echo:]
    if rest[:1] not in {b"", bytes([HOST])}:
        text = f"no answer for this host: {heard[:40].hex(' ')}"
        raise ProtocolError(text)
    whole = echo + _SHORTEST + rest[1] if len(rest) > 1 else 0
    return whole if 0 < whole <= len(heard) else 0


def answer_of(raw: bytes, question: bytes) -> bytes:
    """The data of an answer; its echo is dropped.

    Raises ``ProtocolError`` for a wrong sum or another's answer, ``RefusedError`` and ``BusyError`` for such answers.

    >>> answer_of(bytes.fromhex("01 03 03 00 4e 46 05 60"), frame(3, Header.REQUEST_SERIAL_NUMBER)).hex(" ")
    '4e 46 05'
    """
    rest = raw.removeprefix(question)
    if len(rest) != _SHORTEST + rest[1] or sum(rest) & 0xFF or rest[2] != question[0]:
        text = f"an answer that fails its check: {raw[:40].hex(' ')}"
        raise ProtocolError(text)
    match rest[3]:
        case 0:
            return rest[4:-1]
        case 5:
            text = f"address {question[0]} refuses header {question[3]}"
            raise RefusedError(text)
        case 6:
            text = f"address {question[0]} is busy"
            raise BusyError(text)
        case header:
            text = f"an answer with header {header}"
            raise ProtocolError(text)


@dataclass(frozen=True, slots=True)
class Occurred:
    """What has happened since: pairs (A, B), oldest first. ``reset``: the device has begun anew meanwhile.

    ``lost``: how many happened that it does not remember any more.
    """

    counter: int
    pairs: tuple[tuple[int, int], ...]
    reset: bool = False
    lost: int = 0


def events_since(data: bytes, before: int | None) -> Occurred:
    """Of a buffer of five events, newest first, those after counter ``before``. Raises ``ProtocolError`` for none.

    The counter is 0 after power-up, and goes from 255 to 1. With ``before`` None nothing in it is new: it was not ours.
    One that stands lower, and more than a buffer further on, has begun anew.

    >>> events_since(bytes.fromhex("03 02 01 01 01 00 00 00 00 00 00"), 1).pairs
    ((1, 1), (2, 1))
    """
    if len(data) != 1 + 2 * _EVENTS:
        text = f"no buffer of events: {data.hex(' ')}"
        raise ProtocolError(text)
    counter, pairs = data[0], tuple(zip(data[1::2], data[2::2], strict=True))
    if before is None:
        return Occurred(counter, ())
    if counter == before:
        return Occurred(counter, ())
    new = (counter - before) % _COUNTERS if before else counter
    reset = not counter or (new > _EVENTS and counter < before)
    if reset:
        new = counter
    kept = min(new, _EVENTS)
    return Occurred(counter, tuple(reversed(pairs[:kept])), reset, new - kept)


@dataclass(frozen=True, slots=True)
class HopperStatus:
    """Header 166. ``counter``: orders to dispense since it was reset; the last two: of the last payout."""

    counter: int
    remaining: int
    paid: int
    unpaid: int


def hopper_status(data: bytes) -> HopperStatus:
    """The four bytes of header 166. Raises ``ProtocolError`` for others."""
    if len(data) != 4:  # noqa: PLR2004  four counters
        text = f"no status of a hopper: {data.hex(' ')}"
        raise ProtocolError(text)
    return HopperStatus(*data)


def life_count(data: bytes) -> int:
    """The three bytes of header 168, lowest first: all coins it ever gave out, modulo 2**24."""
    if len(data) != 3:  # noqa: PLR2004  24 bits
        text = f"no dispense count: {data.hex(' ')}"
        raise ProtocolError(text)
    return int.from_bytes(data, "little")


def level_of(status: int) -> str:
    """Header 217: bits 4 and 5 say which of its sensors it has, bit 0 that it is low, bit 1 that it is full.

    >>> level_of(0x31), level_of(0x32), level_of(0x30), level_of(0x01)
    ('low', 'full', 'ok', 'unknown')
    """
    if status & 0x11 == 0x11:  # noqa: PLR2004  bits of a register
        return "low"
    if status & 0x22 == 0x22:  # noqa: PLR2004  as above
        return "full"
    return "ok" if status & 0x30 else "unknown"


def coin_value(identifier: bytes, country: str) -> int:
    """Minor units of a coin by its six characters: country, value in three digits, issue; 0 for no coin of ours.

    >>> coin_value(b"EU200A", "EU"), coin_value(b"......", "EU"), coin_value(b"GB100A", "EU")
    (200, 0, 0)
    """
    text = identifier.decode("ascii", "replace")
    return int(text[2:5]) if text[:2] == country and text[2:5].isdecimal() else 0


def bill_value(identifier: bytes, country: str, scaling: int) -> int:
    """Minor units of a note by its seven characters, four of them value, times the country's scaling factor.

    >>> bill_value(b"EU0010A", "EU", 100), bill_value(b"       ", "EU", 100)
    (1000, 0)
    """
    text = identifier.decode("ascii", "replace")
    return int(text[2:6]) * scaling if text[:2] == country and text[2:6].isdecimal() else 0
