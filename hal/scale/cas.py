r"""CAS scales (AP-1, PD-II, SW-II) and CAS indicators.

Manual: CAS, AP-1 communication protocol; SW-II manual, page 15. Line: RS-232 or USB, 9600 baud 8N1.

Sample settings: ``model = "cas"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``mode = "asked"``, ``unit = "kg"``,
``certified = true``; an indicator that sends by itself: ``mode = "stream"``.

``asked``: ENQ is answered by ACK, or by NAK while the scale is busy (then ENQ again); DC1 by 15 bytes: SOH STX, ``S``
stable or ``U`` in motion, a space or ``-`` or ``F`` (overflow: there is no weight), six of weight with its point, two
of unit, the exclusive-or of those ten, ETX EOT. The first byte may come as 81.

``stream``: 22 bytes again and again: ``ST``, ``US`` or ``OL``, a comma, ``GS`` or ``NT``, a comma, the device's number,
its lamps, a comma, eight of weight, a space, two of unit, CR LF. Of several that have come, the last is told.

Neither can be told to zero. Unconfirmed here: ``F``, which is in the manual of Ohaus's Aviator 7000 for the same
dialogue (page 36) and in none of CAS's seen here, and the place of the sign within the eight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final, Literal

from hal.scale.common.polled import LineSettings, PolledScale, Weighing, decimal_digits, said
from hal.scale.contract import ScaleState, ScaleUnit

__all__ = ["Driver", "Settings", "decode", "decode_line", "whole_answer", "whole_block", "whole_line"]

_ENQ, _ACK, _DC1, _NAK = b"\x05", b"\x06", b"\x11", b"\x15"
_BLOCK: Final = 15
_LINE: Final = 22
_LF: Final = 0x0A

_ANSWER: Final = re.compile(
    rb"[\x01\x81]\x02(?P<data>[SU](?:[ -][ \d.]{6}|F[ -~]{6})(?:kg|lb))(?P<check>[\x00-\xff])\x03\x04", re.DOTALL
)
_STREAMED: Final = re.compile(
    rb"(?P<state>ST|US|OL),(?P<kind>GS|NT),[\x00-\xff]{2},(?P<weight>[ +\-\d.OL]{8}) (?P<unit>kg|lb| g|g |oz)\r\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``mode``: whether the scale is asked, or an indicator streams. ``unit``: what it was verified in."""

    mode: Literal["asked", "stream"] = "asked"
    unit: Literal["kg", "lb"] = "kg"


def check_of(data: Iterable[int]) -> int:
    """The check byte of the ten data bytes.

    >>> hex(check_of(b"S 01.250kg"))
    '0x67'
    """
    return reduce(xor, data, 0)


def whole_answer(heard: bytes) -> int:
    """ACK and NAK are answers of one byte. Raises ``ProtocolError`` for another."""
    if heard[:1] not in {_ACK, _NAK}:
        raise said(heard)
    return 1


def whole_block(heard: bytes) -> int:
    """A weight is 15 bytes, whatever they are. Raises ``ProtocolError`` for another beginning."""
    if heard[:1] not in {b"\x01", b"\x81"}:
        raise said(heard)
    return _BLOCK if len(heard) >= _BLOCK else 0


def whole_line(heard: bytes) -> int:
    """A streamed weight ends with LF after 22 bytes; what ends elsewhere is told as long as it is, and is none."""
    end = heard.find(_LF)
    if end < 0 and len(heard) > _LINE:
        raise said(heard)
    return end + 1


def decode(raw: bytes, unit: ScaleUnit) -> Weighing:
    r"""What 15 bytes mean. Raises ``ProtocolError`` for a wrong check, no number, or another unit.

    >>> decode(b"\x01\x02S 01.250kg\x67\x03\x04", "kg") == Weighing("stable", 1250, -3, "kg")
    True
    """
    matched = _ANSWER.fullmatch(raw)
    if matched is None or check_of(matched["data"]) != matched["check"][0]:
        raise said(raw)
    data = matched["data"].decode()
    if data[8:] != unit:
        raise said(raw)
    if data[1] == "F":
        return Weighing("over", unit=unit)
    value, exponent = decimal_digits(data[1].strip() + data[2:8].strip())
    return Weighing(_state(value, moving=data[0] == "U", net=False), value, exponent, unit)


def decode_line(raw: bytes, unit: ScaleUnit) -> Weighing:
    r"""What 22 streamed bytes mean. Raises ``ProtocolError`` for no number, or another unit.

    >>> decode_line(b"ST,GS,0@,   1.250 kg\r\n", "kg") == Weighing("stable", 1250, -3, "kg")
    True
    """
    matched = _STREAMED.fullmatch(raw)
    if matched is None or matched["unit"].strip().decode() != unit:
        raise said(raw)
    net = matched["kind"] == b"NT"
    if matched["state"] == b"OL":
        return Weighing("over", unit=unit, net=net)
    value, exponent = decimal_digits(matched["weight"].decode().replace(" ", "").replace("+", "", 1))
    return Weighing(_state(value, moving=matched["state"] == b"US", net=net), value, exponent, unit, net=net)


def _state(value: int, *, moving: bool, net: bool) -> ScaleState:
    if moving:
        return "motion"
    if value < 0:
        return "under"
    return "stable" if value or net else "zero"


class Driver(PolledScale):
    """Asks twice for each weight, or listens."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._unit: ScaleUnit = settings.unit
        self._streams = settings.mode == "stream"

    async def rounds(self) -> None:
        """See ``AskedDevice.rounds``."""
        if self._streams:
            await self.follow(whole_line, self._line)
        else:
            await super().rounds()

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        if await self.ask(_ENQ, whole_answer, self.answer_ms) == _NAK:
            return Weighing("motion", unit=self._unit), _NAK
        raw = await self.ask(_DC1, whole_block, self.answer_ms)
        return decode(raw, self._unit), raw

    async def probe(self) -> str:
        """See ``StreamDevice.probe``; an indicator that streams cannot be asked."""
        if self._streams:
            return await super().probe()
        return f"ENQ and DC1 answered; it stands at {(await self.do(self.weigh))[0].state}"

    async def zero(self) -> None:
        """See ``Scale.zero``; always refused."""
        self.need("zero")

    def _line(self, raw: bytes) -> Weighing:
        return decode_line(raw, self._unit)
