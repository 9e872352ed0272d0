r"""Checkout scales that speak Dialog 06, 04 or 02 (Bizerba, Mettler-Toledo, Dibal, Ohaus) and price by themselves.

Manuals: Ohaus, Aviator 7000, pages 38 to 45 (checkout dialogue); Dibal, DPOS-400, page 52; Cely, PI-100, page 14. Line:
RS-232 or USB, 7O1; 9600 baud is Dialog 06, 4800 is 04, 2400 is 02. The scale answers within some milliseconds and never
begins.

Sample settings: ``model = "dialog06"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``framing = "7O1"`` (``"8N1"`` on
a pseudo-terminal), ``idle_price = 0``, ``checksum_pairs = "1A2B:3C4D"``, ``certified = true``.

| asked | answered |
|---|---|
| EOT STX ``01`` ESC price ESC ETX | ACK, NAK or a challenge |
| EOT STX ``03`` ESC price ESC tare ETX; ``04``: price ESC text; ``05``: price ESC tare ESC text | the same |
| EOT ENQ | STX ``02`` ESC unit ESC weight(5) ESC price(6) ESC amount(6) ETX, or NAK |
| EOT STX ``08`` ETX | STX ``09`` ESC s1 s0 ETX: why it was NAK |
| EOT STX ``10`` ESC CS KW ... ETX | ACK; then EOT ENQ is answered by STX ``11`` ESC ``1`` (right) or ``0`` ETX |

Status: 00 well, 01 fault, 02 parity, 10 to 13 what it was sent is wrong, 20 in motion and 22 not done (ask again), 21
not moved since the last weighing, 30 below the minimum, 31 below zero, 32 overload. Unit ``3`` is kilograms; the
others are forms of pounds and are refused.

**A weighing has a price.** There is no weight without one, and after a weighing the scale wants the goods moved before
it weighs again. So nothing is weighed while there is no price: ``price`` sets the unit price of the item that is to be
weighed, and only ``idle_price`` (in minor units, for shops that price elsewhere) has it weigh without being told one. A
reading carries the scale's own price and amount in ``computed`` while it was asked at a told price.

**Status 21 as an answer.** A weight that stays on the scale is answered by 21. It is the scale's own word, given now,
that what it registered last has not moved, so the reading is told again with a new time; but only while every question
since was answered in good order, and by 21. Anything else in between, and 21 makes no weight: the goods must be moved.

**Challenge.** At power-up, after an error and every 50 weighings the scale answers STX ``11`` ESC ``2`` z1 z0 ETX. It
is answered by pairs of numbers (CS, KW), CS rotated left by z1, KW rotated right by z0; the true pairs come from a
polynomial that the maker gives to approved point-of-sale makers only. ``checksum_pairs`` holds what was given, or a
dummy that only a simulator takes.

Unconfirmed here, not tried on metal: that status is answered at once, that a price of five digits is taken by all, and
that several pairs are written one after the other without a sign between them (public programs write one pair so).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hal.device import DeviceError, ProtocolError
from hal.ports.serial import Framing
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, said
from hal.scale.contract import Computed, ScaleState

__all__ = [
    "Challenge",
    "Driver",
    "Settings",
    "Weighed",
    "answer_to",
    "decode_challenge",
    "decode_status",
    "decode_weighed",
    "order",
    "pairs_of",
    "whole",
]

_STX, _ETX, _EOT, _ENQ, _ACK, _NAK, _ESC = (bytes((code,)) for code in (0x02, 0x03, 0x04, 0x05, 0x06, 0x15, 0x1B))
_FETCH: Final = _EOT + _ENQ
_ASK_STATUS: Final = _EOT + _STX + b"08" + _ETX
_LONGEST: Final = 40
_MOST_PAIRS: Final = 5
_WORD: Final = 16
_HIGHEST_PRICE: Final = 999_999
_HIGHEST_TARE: Final = 9_999
_LONGEST_TEXT: Final = 13
_CHALLENGES_IN_A_ROW: Final = 2

_WEIGHED: Final = re.compile(
    rb"\x0202\x1b(?P<unit>[\x30-\x33])\x1b(?P<weight>\d{5})\x1b(?P<price>\d{6})\x1b(?P<amount>\d{6})\x03"
)
_STATUS: Final = re.compile(rb"\x0209\x1b(?P<status>\d{2})\x03")
_CHALLENGE: Final = re.compile(rb"\x0211\x1b(?:(?P<verdict>[01])|2(?P<z1>[0-9A-F])(?P<z0>[0-9A-F]))\x03")
_PAIR: Final = re.compile(r"[0-9A-F]{4}:[0-9A-F]{4}")

_NOT_DONE: Final = frozenset({"20", "22"})
_UNMOVED: Final = "21"
_STATES: Final[dict[str, ScaleState]] = {
    "00": "motion",
    "01": "fault",
    "20": "motion",
    "21": "motion",
    "22": "motion",
    "30": "light",
    "31": "under",
    "32": "over",
}


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``idle_price``: the unit price it weighs at while none is told, in minor units; 0: it does not weigh then.

    ``price_digits``: 5 or 6, as the scale is set. ``checksum_pairs``: ``CS:KW`` in capital hexadecimal, at most five,
    with commas.
    """

    framing: Framing = "7O1"
    idle_price: int = 0
    price_digits: int = 6
    checksum_pairs: str = ""

    def __post_init__(self) -> None:
        """Refuse what the dialogue cannot say."""
        super(Settings, self).__post_init__()
        pairs_of(self.checksum_pairs)
        if self.price_digits not in {5, 6} or not 0 <= self.idle_price < 10**self.price_digits:
            text = "price_digits is 5 or 6, and idle_price has no more digits"
            raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Record 02: grams, and what the scale priced in minor units."""

    grams: int
    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """Record 11: by how much to rotate, or what became of the answer (``right`` is ``None`` in a challenge)."""

    left: int = 0
    right_by: int = 0
    right: bool | None = None


def pairs_of(written: str) -> tuple[tuple[int, int], ...]:
    """The pairs in the settings. Raises ``ValueError``.

    >>> pairs_of("1A2B:3C4D,0001:0002")
    ((6699, 15437), (1, 2))
    """
    pairs = [pair for pair in written.split(",") if pair]
    if len(pairs) > _MOST_PAIRS or not all(_PAIR.fullmatch(pair) for pair in pairs):
        text = f"checksum_pairs is up to {_MOST_PAIRS} of CS:KW in capital hexadecimal, not {written!r:.60}"
        raise ValueError(text)
    return tuple((int(pair[:4], 16), int(pair[5:], 16)) for pair in pairs)


def order(price: int, digits: int = 6, *, tare: int = 0, text: str = "") -> bytes:
    r"""Records 01, 03, 04 and 05: weigh at this unit price (minor units), with a tare in grams and a text to show.

    An ESC follows the price in all of them, in 01 with nothing behind it.

    >>> order(199), order(199, 5, tare=20, text="Apples")
    (b'\x04\x0201\x1b000199\x1b\x03', b'\x04\x0205\x1b00199\x1b0020\x1bApples\x03')
    """
    if not (0 < price < 10**digits and 0 <= tare <= _HIGHEST_TARE and len(text) <= _LONGEST_TEXT and text.isascii()):
        error = f"a unit price is 1 to {10**digits - 1}, a tare at most {_HIGHEST_TARE} g, a text {_LONGEST_TEXT} ASCII"
        raise DeviceError(error)
    record = {(False, False): b"01", (True, False): b"03", (False, True): b"04", (True, True): b"05"}[
        bool(tare), bool(text)
    ]
    parts = [record, b"%0*d" % (digits, price)]
    parts += [b"%04d" % tare] if tare else []
    parts += [text.encode()] if text or not tare else []
    return _EOT + _STX + _ESC.join(parts) + _ETX


def answer_to(challenge: Challenge, pairs: Sequence[tuple[int, int]]) -> bytes:
    r"""Record 10: the pairs, rotated as asked.

    >>> answer_to(Challenge(4, 8), [(0x1A2B, 0x3C4D)])
    b'\x04\x0210\x1bA2B14D3C\x03'
    """
    rotated = "".join(f"{_rotated(cs, challenge.left):04X}{_rotated(kw, -challenge.right_by):04X}" for cs, kw in pairs)
    return _EOT + _STX + b"10" + _ESC + rotated.encode() + _ETX


def _rotated(word: int, left: int) -> int:
    left %= _WORD
    return ((word << left) | (word >> (_WORD - left))) & 0xFFFF


def whole(heard: bytes) -> int:
    """How long the answer is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none."""
    if heard[:1] in {_ACK, _NAK}:
        return 1
    if heard[:1] != _STX:
        raise said(heard)
    end = heard.find(_ETX)
    if end < 0 and len(heard) >= _LONGEST:
        raise said(heard)
    return end + 1


def decode_weighed(raw: bytes) -> Weighed:
    r"""Record 02. Raises ``ProtocolError`` for another, and for pounds.

    >>> decode_weighed(b"\x0202\x1b3\x1b01250\x1b000199\x1b000249\x03")
    Weighed(grams=1250, unit_price=199, amount=249)
    """
    matched = _WEIGHED.fullmatch(raw)
    if matched is None or matched["unit"] != b"3":
        raise said(raw)
    return Weighed(int(matched["weight"]), int(matched["price"]), int(matched["amount"]))


def decode_status(raw: bytes) -> str:
    r"""Record 09: the two digits. Raises ``ProtocolError`` for another.

    >>> decode_status(b"\x0209\x1b20\x03")
    '20'
    """
    matched = _STATUS.fullmatch(raw)
    if matched is None:
        raise said(raw)
    return matched["status"].decode()


def decode_challenge(raw: bytes) -> Challenge:
    r"""Record 11. Raises ``ProtocolError`` for another.

    >>> decode_challenge(b"\x0211\x1b248\x03"), decode_challenge(b"\x0211\x1b1\x03").right
    (Challenge(left=4, right_by=8, right=None), True)
    """
    matched = _CHALLENGE.fullmatch(raw)
    if matched is None:
        raise said(raw)
    if matched["verdict"] is not None:
        return Challenge(right=matched["verdict"] == b"1")
    return Challenge(int(matched["z1"], 16), int(matched["z0"], 16))


class Driver(PolledScale):
    """Orders a weighing at the price that is set, fetches it, and says why when there is none."""

    capabilities = frozenset({"price"})

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._settings = settings
        self._pairs = pairs_of(settings.checksum_pairs)
        self._price = settings.idle_price
        self._told_price = False
        self._ordered = 0
        self._registered: tuple[Weighing, bytes] | None = None
        self._in_order = False

    async def price(self, unit_price: int) -> None:
        """See ``PricingScale.price``; a weighing under way at another price is let go."""
        highest = min(_HIGHEST_PRICE, 10**self._settings.price_digits - 1)
        if not 0 <= unit_price <= highest:
            text = f"{self.name}: a unit price is 0 to {highest} minor units"
            raise DeviceError(text)
        if (unit_price or self._settings.idle_price, bool(unit_price)) != (self._price, self._told_price):
            self._price, self._told_price = unit_price or self._settings.idle_price, bool(unit_price)
            self._ordered, self._registered = 0, None

    async def zero(self) -> None:
        """See ``Scale.zero``; always refused."""
        self.need("zero")

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        status = await self.do(self._status)
        return f"checkout dialogue; its status is {status}"

    async def weigh(self) -> tuple[Weighing, bytes] | None:
        """See ``PolledScale.weigh``."""
        price = self._price
        if not price or not self._in_order:
            await self._status()  # harmless, so the one to be thrown away after a disturbance
            self._in_order = True
            return None
        if self._ordered != price:
            await self._order(price)
        raw = await self.ask(_FETCH, whole, self.answer_ms) if self._ordered else _NAK
        if raw != _NAK:
            return self._weighed(raw, price)
        return await self._refused()

    def disturbed(self) -> None:
        """See ``PolledScale.disturbed``."""
        self._ordered, self._registered, self._in_order = 0, None, False

    async def _order(self, price: int) -> None:
        """Have it weigh at this price, and answer its challenge first if it asks; ``_ordered`` says whether it does."""
        for _ in range(_CHALLENGES_IN_A_ROW):
            raw = await self.ask(order(price, self._settings.price_digits), whole, self.answer_ms)
            if raw in {_ACK, _NAK}:
                self._ordered = price if raw == _ACK else 0
                return
            await self._prove(decode_challenge(raw))
        text = "it asks for the checksums again and again"
        raise ProtocolError(text)

    async def _prove(self, challenge: Challenge) -> None:
        if challenge.right is None and self._pairs:
            if await self.ask(answer_to(challenge, self._pairs), whole, self.answer_ms) != _ACK:
                text = "it does not take the checksums"
                raise ProtocolError(text)
            if decode_challenge(await self.ask(_FETCH, whole, self.answer_ms)).right:
                return
        text = "its checksum challenge failed; checksum_pairs must be what the scale's maker gave for this kiosk"
        raise DeviceError(text)

    def _weighed(self, raw: bytes, price: int) -> tuple[Weighing, bytes]:
        """A weight, once: the next order is a new one. Another price than asked is another answer."""
        weighed = decode_weighed(raw)
        if weighed.unit_price != price:
            raise said(raw)
        self._ordered = 0
        computed = Computed(weighed.unit_price, weighed.amount) if self._told_price else None
        state: ScaleState = "stable" if weighed.grams else "zero"
        told = Weighing(state, weighed.grams, -3, "kg", computed=computed), raw
        self._registered = told if price == self._price else None
        return told

    async def _refused(self) -> tuple[Weighing, bytes]:
        status = await self._status()
        if status == _UNMOVED and self._registered is not None:
            self._ordered = 0
            return self._registered
        self._registered = None
        if status not in _NOT_DONE:
            self._ordered = 0
        if status not in _STATES:
            text = f"it refused to weigh with status {status}"
            raise ProtocolError(text)
        return Weighing(_STATES[status]), status.encode()

    async def _status(self) -> str:
        return decode_status(await self.ask(_ASK_STATUS, whole, self.answer_ms))
