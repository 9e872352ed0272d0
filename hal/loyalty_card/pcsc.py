"""Contactless reader behind PC/SC: a member's card or tag by its unique id, or by a number written on it.

Fits: any reader that pcscd drives (ACS ACR122U and ACR1252U, HID Omnikey 5022, Identiv uTrust, and other CCID readers)
with ISO/IEC 14443 cards and tags.
Sources: PC/SC Workgroup, Interoperability Specification part 3, supplemental document for contactless cards (GET DATA
for the unique id, READ BINARY for storage cards, their ATR); NXP NTAG213/215/216 data sheet (Type 2 pages);
EMV Contactless Book B (2PAY.SYS.DDF01); ISO/IEC 14443-3 (random ids begin with 08).
Needs the service: ``apt install pcscd``, and on Debian 13 the polkit rule ``systemd/kiosk-pcscd.rules``.

Sample settings: ``model = "pcsc"``, ``read = "uid"``; or ``read = "type2"``, ``page = 4``, ``length = 13``,
``prefix = "2990"``; with several readers also ``reader = "ACR122"`` (a part of its name).

| asked | answered |
|---|---|
| ``FF CA 00 00 00`` | unique id, ``90 00`` |
| ``FF B0 00 page 10`` | four pages of 4 bytes, ``90 00`` |
| ``00 A4 04 00 0E "2PAY.SYS.DDF01" 00`` | ``90 00`` from a card that pays |

**Bank cards.** A card that is no storage card is asked first whether it pays; if it does, nothing else is asked of it,
and it is refused. The answer is not looked at beyond its status.

A unique id can be copied: it says who somebody claims to be, so it identifies and never pays. A random id (08...)
changes with each tap and is refused. A card is told once, however long it lies there.

Unconfirmed: that every reader gives a storage card the ATR of PC/SC part 3; one that does not costs a question more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, Literal

from hal.blocking import BlockingDevice
from hal.device import NoHardwareError, ProtocolError
from hal.loyalty_card.contract import LONGEST_NUMBER, CardPresented, CardRefused
from hal.ports.winscard import Card, NoCardError, Presence, Winscard

__all__ = ["Driver", "Settings", "number_written", "read_page", "unique_id"]

_log = logging.getLogger(__name__)

GET_UID: Final = bytes.fromhex("FFCA000000")
SELECT_PAYMENT: Final = bytes.fromhex("00A404000E") + b"2PAY.SYS.DDF01" + b"\0"
_STORAGE_ATR: Final = bytes.fromhex("4F0CA000000306")
"""Historical bytes of a storage card: its application identifier tag, and the PC/SC workgroup's number."""
_RANDOM: Final = 0x08
_RANDOM_LENGTH: Final = 4
_UID_LENGTHS: Final = frozenset({4, 7, 8, 10})
_PAGES_BYTES: Final = 16
_PAGE_BYTES: Final = 4
_FIRST_PAGE, _LAST_PAGE = 4, 0xFF
"""What is before page 4 is the maker's."""

_Told = CardPresented | CardRefused | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Which reader, and what of a card is its number.

    ``reader``: a part of its name; empty: the only one. ``read``: the ``uid``, or ``type2``: ``length`` characters from
    ``page`` on, which begin with ``prefix``. ``longest_retry_ms``: the longest pause before a reader that is away is
    looked for again.
    """

    reader: str = ""
    read: Literal["uid", "type2"] = "uid"
    page: int = 4
    length: int = 13
    prefix: str = ""
    poll_ms: int = 150
    longest_retry_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse what is on no card."""
        last = self.page + -(-self.length // _PAGES_BYTES) * (_PAGES_BYTES // _PAGE_BYTES) - 1
        on_card = self.page >= _FIRST_PAGE and last <= _LAST_PAGE and 0 < self.length <= LONGEST_NUMBER
        if not (on_card and self.poll_ms > 0):
            text = f"page is 4 or more, length 1 to {LONGEST_NUMBER}, poll_ms above 0"
            raise ValueError(text)


def unique_id(answer: bytes) -> str:
    """The id as it is told: upper-case hex. Raises ``ProtocolError``, without the content, for what is none.

    >>> unique_id(bytes.fromhex("04a1b2c3d4e580"))
    '04A1B2C3D4E580'
    """
    if len(answer) not in _UID_LENGTHS:
        text = f"an id of {len(answer)} bytes"
        raise ProtocolError(text)
    if len(answer) == _RANDOM_LENGTH and answer[0] == _RANDOM:
        text = "an id made up for this tap"
        raise ProtocolError(text)
    return answer.hex().upper()


def read_page(page: int) -> bytes:
    """The command that reads four pages from this one on.

    >>> read_page(4).hex(" ")
    'ff b0 00 04 10'
    """
    return bytes((0xFF, 0xB0, 0x00, page, _PAGES_BYTES))


def number_written(content: bytes, settings: Settings) -> str:
    """The number in what was read. Raises ``ProtocolError``, without the content, where there is none.

    >>> number_written(b"2990000000019" + bytes(3), Settings(read="type2", prefix="2990"))
    '2990000000019'
    """
    written = content[: settings.length]
    ended = not content[settings.length :].strip(b"\0\xfe\xff ")
    if len(written) < settings.length or not written.isalnum() or not ended:
        text = f"no number of {settings.length} characters"
        raise ProtocolError(text)
    number = written.decode("ascii")
    if not number.startswith(settings.prefix):
        text = "a number that begins with another prefix"
        raise ProtocolError(text)
    return number


class Driver(BlockingDevice[_Told]):
    """See the module. ``library``: the system's unless a test gives one."""

    def __init__(self, name: str, settings: Settings, library: object | None = None) -> None:
        super().__init__(name, poll_ms=settings.poll_ms, longest_retry_ms=settings.longest_retry_ms)
        self._settings = settings
        self._service = Winscard(library)
        self._reader = ""
        self._seen: Presence | None = None

    def link(self) -> None:
        """See ``BlockingDevice.link``; a card that lies there already was presented to nobody."""
        self._service.open()
        self._reader = _chosen(self._service.readers(), self._settings.reader)
        self._seen = self._service.look(self._reader)

    def look(self) -> _Told:
        """See ``BlockingDevice.look``: a card's number, its refusal, or nothing new."""
        seen, before = self._service.look(self._reader), self._seen
        if seen == before:
            return None
        self._seen = seen
        if not seen.card or not self.enabled:
            return None
        try:
            with self._service.card(self._reader) as card:
                return self._read(card, seen.atr)
        except NoCardError:
            return CardRefused(self.name, "unreadable")
        except ProtocolError as error:
            _log.info("%s: refused a card: %s", self.name, error)
            return CardRefused(self.name, "foreign")

    def unlink(self) -> None:
        """See ``BlockingDevice.unlink``."""
        self._service.close()
        self._seen = None

    def looked(self, look: _Told) -> None:
        """See ``BlockingDevice.looked``."""
        if look is not None and self.enabled:
            self.tell(look)

    def _read(self, card: Card, atr: bytes) -> _Told:
        if _STORAGE_ATR not in atr and card.ask(SELECT_PAYMENT) is not None:
            return CardRefused(self.name, "bank_card")
        if self._settings.read == "uid":
            answer = card.ask(GET_UID)
            number = "" if answer is None else unique_id(answer)
        else:
            number = self._written(card)
        if not number:
            return CardRefused(self.name, "unreadable")
        return CardPresented(self.name, "contactless", number)

    def _written(self, card: Card) -> str:
        """The number written on a card; empty where the card does not let it be read."""
        content = b""
        while len(content) < self._settings.length:
            piece = card.ask(read_page(self._settings.page + len(content) // _PAGE_BYTES))
            if piece is None:
                return ""
            if len(piece) != _PAGES_BYTES:
                text = f"{len(piece)} bytes of {_PAGES_BYTES}"
                raise ProtocolError(text)
            content += piece
        return number_written(content, self._settings)


def _chosen(readers: tuple[str, ...], wanted: str) -> str:
    """The reader with this in its name. Raises ``NoHardwareError`` for none, and for several."""
    fitting = [each for each in readers if wanted.lower() in each.lower()]
    if len(fitting) == 1:
        return fitting[0]
    there = ", ".join(readers) or "none"
    what = f"{len(fitting)} readers fit" if fitting else "no reader fits"
    text = f"{what} {wanted!r}; there are: {there}. Set reader to a part of one's name"
    raise NoHardwareError(text)
