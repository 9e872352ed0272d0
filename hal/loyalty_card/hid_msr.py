"""Magnetic stripe reader on USB HID: MagTek's swipe readers in HID mode, for members' cards.

Fits: MagTek 0801:0002 (SureSwipe, Mini Swipe and other unencrypted readers set to "HID"). Not 0801:0001, which types
like a keyboard, nor encrypting readers' own data.
Sources: MagTek, USB HID Swipe Reader Technical Reference Manual (99875206), section 4 (usages, descriptor, card data);
ISO/IEC 7811-6 (track formats), 7813 (bank cards), 7812 (whose numbers begin how).

Sample settings: ``model = "hid_msr"``, ``usb_vendor = 0x0801``, ``usb_product = 0x0002``, ``prefix = "2990"``,
``length = 13``, ``check_digit = "gs1"``.

One input report of 337 bytes a swipe, without id: the decode status of tracks 1 to 3 (bit 0: error), their lengths, how
the card is encoded, then 110 bytes a track, from its start sentinel (``%``, ``;``, ``;`` or ``+``) to its end sentinel
``?``; what follows in the 110 is not of this swipe and is not looked at. A track that could not be decoded is empty.
Where what lies is read from the device's descriptor (page FF00: status 20-22, length 28-2A, data 30-32).

**Bank cards.** Told is a number that is the whole of its track, undamaged, and begins with the shop's own ``prefix``,
has its ``length`` and its check digit; all else is refused, and nothing of it goes anywhere. A card with a bank's track
beside the shop's is refused too. A prefix under which banks issue cards is no setting.

Unconfirmed: all of it on metal; whether a track 3 that begins with ``+`` occurs on members' cards.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from hal.device import ProtocolError
from hal.hid import Descriptor, Field, usage
from hal.loyalty_card.contract import LONGEST_NUMBER, CardPresented, CardRefused, Refusal
from hal.ports.usb_finder import UsbAddress
from hal.ports.usb_hid import UsbHidPort
from hal.streaming import StreamDevice

__all__ = ["Driver", "Layout", "Member", "Settings", "Track", "judge", "layout", "tracks"]

_log = logging.getLogger(__name__)

PAGE: Final = 0xFF00
_STATUS, _LENGTH, _DATA = 0x20, 0x28, 0x30
_TRACKS: Final = 3
_ERROR: Final = 0x01
_BAD_REPORTS: Final = 3

_OWN_TRACK: Final = {
    1: re.compile(rb"%([0-9A-Z]+)\?"),
    2: re.compile(rb";([0-9]+)\?"),
    3: re.compile(rb"[;+]([0-9]+)\?"),
}
_BANK_TRACKS: Final = (
    re.compile(rb"%[Bb][0-9 ]{13,}"),
    re.compile(rb"[;+]?[0-9]{13,19}[=^D]"),
    re.compile(rb"[;+]59[0-9]{13,}"),
)
"""ISO/IEC 7813 track 1 (format code B) and track 2, ISO/IEC 4909 track 3."""

_SCHEMES: Final = (
    "3", "4", "5", "6", "22", "23", "24", "25", "26", "27", "81", "82", "8600", "9792", "9860",
)  # fmt: skip
"""How the numbers of payment cards begin (ISO/IEC 7812 ranges of the schemes, national ones too)."""
_SHORTEST_PREFIX: Final = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """Which reader, and what a member's number is.

    ``track``: where it is written. ``prefix``: how all the shop's numbers begin. ``length``: of the whole number.
    ``check_digit``: its last digit, by GS1's rule or Luhn's, or none.
    """

    usb_vendor: int
    usb_product: int
    prefix: str
    length: int = 13
    track: Literal[1, 2, 3] = 2
    check_digit: Literal["gs1", "luhn", "none"] = "gs1"
    usb_path: str = ""
    usb_serial: str = ""
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what is no member's number, and what could be a bank card's."""
        self.address()
        digits = self.prefix.isascii() and self.prefix.isdigit()
        if not (digits and _SHORTEST_PREFIX <= len(self.prefix) < self.length <= LONGEST_NUMBER):
            text = f"prefix is {_SHORTEST_PREFIX} digits or more, and length more than that, at most {LONGEST_NUMBER}"
            raise ValueError(text)
        if any(self.prefix.startswith(each) or each.startswith(self.prefix) for each in _SCHEMES):
            text = f"payment cards begin with {self.prefix} too: a loyalty card must not"
            raise ValueError(text)
        if self.retry_ms < 1:
            text = "retry_ms is above 0"
            raise ValueError(text)

    def address(self) -> UsbAddress:
        """Where it is."""
        return UsbAddress(self.usb_vendor, self.usb_product, self.usb_path, self.usb_serial)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the report has what, for each track."""

    report: int
    size: int
    status: tuple[Field, ...]
    length: tuple[Field, ...]
    data: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """One track as read; what it holds is in no ``repr``."""

    damaged: bool
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A member's number; in no ``repr``."""

    number: str = field(repr=False)


def layout(descriptor: Descriptor) -> Layout:
    """Where this reader has what. Raises ``ProtocolError`` for a device that reads no stripes so."""
    first = descriptor.find(usage(PAGE, _DATA), "input")
    if first is None:
        text = "its descriptor has no track data (usage FF00 30): it is no MagTek reader in HID mode"
        raise ProtocolError(text)

    def three(begin: int) -> tuple[Field, ...]:
        found = (descriptor.find(usage(PAGE, begin + each), "input", first.report) for each in range(_TRACKS))
        return tuple(each for each in found if each is not None)

    made = Layout(first.report, descriptor.size("input", first.report), three(_STATUS), three(_LENGTH), three(_DATA))
    if not len(made.status) == len(made.length) == len(made.data) == _TRACKS:
        text = "its descriptor lacks the status or length of a track: it is no MagTek reader in HID mode"
        raise ProtocolError(text)
    return made


def tracks(where: Layout, report: bytes) -> tuple[Track, ...]:
    """The three tracks of one swipe. Raises ``ProtocolError``, without the content, for what is no swipe.

    A track that says to be longer than it can is damaged.
    """
    if len(report) != where.size:
        text = f"a report of {len(report)} bytes, not {where.size}"
        raise ProtocolError(text)
    told = []
    for status, length, data in zip(where.status, where.length, where.data, strict=True):
        octets, count = data.octets(report), length.numbers(report)[0]
        damaged = bool(status.numbers(report)[0] & _ERROR) or not 0 <= count <= len(octets)
        told.append(Track(damaged, octets[: max(count, 0)]))
    return tuple(told)


def judge(read: tuple[Track, ...], settings: Settings) -> Member | Refusal | None:
    """Whose card it is; ``None`` where nothing was on it. A bank's track in any form makes it a bank card."""
    if any(pattern.search(track.data) for track in read for pattern in _BANK_TRACKS):
        return "bank_card"
    own = read[settings.track - 1]
    if any(track.damaged for track in read):
        return "unreadable"
    if not any(track.data for track in read):
        return None
    written = _OWN_TRACK[settings.track].fullmatch(own.data)
    number = written[1].decode("ascii") if written else ""
    if number.startswith(settings.prefix) and len(number) == settings.length and _checks(number, settings.check_digit):
        return Member(number)
    return "foreign"


def _checks(number: str, rule: Literal["gs1", "luhn", "none"]) -> bool:
    """Whether the last digit is the one that the rule makes of the others.

    >>> _checks("2990000000019", "gs1"), _checks("2990000000018", "gs1"), _checks("79927398713", "luhn")
    (True, False, True)
    """
    if rule == "none":
        return True
    if not number.isdigit():
        return False
    digits = [int(each) for each in reversed(number)]
    if rule == "gs1":
        return sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0
    return sum(sum(divmod(digit * 2, 10)) if at % 2 else digit for at, digit in enumerate(digits)) % 10 == 0


class Driver(StreamDevice):
    """See the module. ``backend``: pyusb's own choice unless a test gives one."""

    def __init__(self, name: str, settings: Settings, backend: object | None = None) -> None:
        self._usb = UsbHidPort(settings.address(), PAGE, backend=backend)
        super().__init__(name, self._usb, retry_ms=settings.retry_ms)
        self._settings = settings

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        await self._usb.ask_status()
        return "stripe reader, answers"

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        where, bad = layout(self._usb.descriptor), 0
        self.answered()
        while True:
            report = await self.port.read()
            try:
                judged = judge(tracks(where, report), self._settings)
                bad = 0
            except ProtocolError as error:
                judged, bad = "unreadable", bad + 1
                _log.warning("%s: %s", self.name, error)
                if bad >= _BAD_REPORTS:
                    raise
            self._tell(judged)

    def _tell(self, judged: Member | Refusal | None) -> None:
        if isinstance(judged, Member):
            self.tell(CardPresented(self.name, "magnetic", judged.number))
        elif judged is not None:
            _log.info("%s: refused a card: %s", self.name, judged)
            self.tell(CardRefused(self.name, judged))
