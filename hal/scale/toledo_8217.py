"""Scales that speak the Mettler-Toledo 8217 protocol: Ariva, Viva and Diva; Datalogic Magellan's "SASI" dialect.

Manual: Mettler-Toledo, DIVA Service Manual, pages 35 to 66; Datalogic, KA-01089 (its own table of replies).
Line: RS-232 or a USB serial adapter, 9600 baud 7E1 (2400 and 4800 can be set at the scale), no handshake. Questions
are single capital letters without an end; answers begin with STX and end with CR.

Sample settings: ``model = "toledo_8217"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``framing = "7E1"`` (``"8N1"``
on a pseudo-terminal, which has no parity), ``unit = "kg"``, ``certified = true``, ``can_tare = false``.

| asked | answered |
|---|---|
| ``W`` | STX ``WW.WWW`` CR (kg), ``WW.WW`` or ``0WW.WW`` (lb); ``N`` before CR: net; or STX ``?`` s CR |
| ``Z`` | STX ``?`` s CR; zero is set standing still, within the capture range, without a tare |
| ``T`` | STX ``?`` s CR some 150 ms later; silence where tare is switched off |
| ``T12345`` CR, ``C`` | preset tare (in the last decimals of the weight), clear tare; as ``T`` |
| ``E``, ``F`` | echo on (STX ``E`` CR, then every byte comes back), off; ``check_health`` only |

The status byte s: bit 0 motion, 1 over capacity, 2 under zero, 3 outside the zero range, 4 at the centre of zero,
5 net, 6 always set (DIVA's manual; other makers' manuals call it "bad command"), 7 parity. Read without bit 6, motion
under zero outside the range is 0D, a CR: so a status is four bytes, whatever they are. Datalogic's own table gives the
letters A to D other meanings (C under zero, D outside the zero range, where the bits say motion and over, under zero):
no reading of either makes a weight of them, so a status never sells, and its cause is a hint.

Unconfirmed here, not tried on metal: what an 8217 with a broken load cell answers, and whether every firmware answers
``F``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError
from hal.ports.serial import Framing
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, decimal_digits, said
from hal.scale.contract import ScaleState

__all__ = ["Driver", "Settings", "decode", "status_of", "whole"]

_STX: Final = 0x02
_CR: Final = 0x0D
_STATUS_MARK: Final = 0x3F
_STATUS_LENGTH: Final = 4
_LONGEST: Final = 10

_MOTION, _OVER, _UNDER, _OUTSIDE_ZERO, _CENTRE_OF_ZERO, _NET = (1 << bit for bit in range(6))
_FLAGS: Final = 0x3F

_KG: Final = re.compile(rb"\x02(\d{2}\.\d{3})(N?)\r")
_LB: Final = re.compile(rb"\x02(0?\d{2}\.\d{2})(N?)\r")

_HELLO: Final = b"hello"
_ECHO: Final = b"\x02E\r" + _HELLO
_TARE_PAUSE_MS: Final = 150
_HIGHEST_PRESET: Final = 99_999


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``unit``: what the scale was verified in. ``can_tare``: tare is switched on at the scale."""

    framing: Framing = "7E1"
    unit: Literal["kg", "lb"] = "kg"
    can_tare: bool = False


def whole(heard: bytes) -> int:
    r"""How long the answer is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none.

    >>> whole(b"\x0201.2"), whole(b"\x0201.250\r"), whole(b"\x02?\r"), whole(b"\x02?\r\r")
    (0, 8, 0, 4)
    """
    if heard[0] != _STX:
        raise said(heard)
    if len(heard) > 1 and heard[1] == _STATUS_MARK:
        return _STATUS_LENGTH if len(heard) >= _STATUS_LENGTH else 0
    end = heard.find(_CR)
    if end < 0 and len(heard) >= _LONGEST:
        raise said(heard)
    return end + 1


def status_of(raw: bytes) -> int:
    r"""The six flags of a status answer. Raises ``ProtocolError`` for another answer.

    >>> status_of(b"\x02?A\r"), status_of(b"\x02?P\r")
    (1, 16)
    """
    if len(raw) != _STATUS_LENGTH or raw[:2] != b"\x02?" or raw[-1] & 0x7F != _CR:
        raise said(raw)
    return raw[2] & _FLAGS


def decode(raw: bytes, unit: Literal["kg", "lb"]) -> Weighing:
    r"""What a whole answer to ``W`` means. Raises ``ProtocolError`` for what is none, or of the other unit's shape.

    >>> decode(b"\x0201.250N\r", "kg") == Weighing("stable", 1250, -3, "kg", net=True)
    True
    >>> decode(b"\x02?D\r", "kg").state
    'under'
    """
    if raw[1:2] == b"?":
        return Weighing(_state(status_of(raw)), unit=unit)
    matched = (_KG if unit == "kg" else _LB).fullmatch(raw)
    if matched is None:
        raise said(raw)
    value, exponent = decimal_digits(matched[1].decode())
    net = bool(matched[2])
    return Weighing("stable" if value or net else "zero", value, exponent, unit, net=net)


def _state(flags: int) -> ScaleState:
    """Never ``stable``; ``zero`` only for that and nothing else, since it counts as the platter seen empty."""
    if flags & _OVER:
        return "over"
    if flags & _UNDER:
        return "under"
    if flags & _MOTION:
        return "motion"
    if flags == _CENTRE_OF_ZERO:
        return "zero"
    return "needs_zero" if flags & _OUTSIDE_ZERO else "fault"


class Driver(PolledScale):
    """Asks ``W`` and tells what it is told."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.capabilities = frozenset({"zero", "tare"} if settings.can_tare else {"zero"})
        self._unit: Literal["kg", "lb"] = settings.unit

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        raw = await self.ask(b"W", whole, self.answer_ms)
        return decode(raw, self._unit), raw

    async def recover(self) -> None:
        """A scale left in echo mode gives each question back: end it."""
        await self.port.write(b"F")

    async def zero(self) -> None:
        """See ``Scale.zero``."""
        self.need("zero")
        await self.do(lambda: self._command(b"Z", "zero"))

    async def tare(self, preset: int | None = None) -> None:
        """See ``TaringScale.tare``."""
        self.need("tare")
        if preset is not None and not 0 <= preset <= _HIGHEST_PRESET:
            text = f"{self.name}: a preset tare is 0 to {_HIGHEST_PRESET}"
            raise DeviceError(text)
        question = b"T" if preset is None else b"T%05d\r" % preset if preset else b"C"
        await self.do(lambda: self._command(question, "tare"))

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: the echo test."""
        return await self.do(self._echo)

    async def _command(self, question: bytes, what: str) -> None:
        flags = status_of(await self.ask(question, whole, self.answer_ms + _TARE_PAUSE_MS))
        refusing = _MOTION | _OVER | (_OUTSIDE_ZERO | _NET if what == "zero" else _UNDER)
        if flags & refusing:
            text = f"{self.name} refused to {what} ({_state(flags)}): clear the platter, let it stand still, try again"
            raise DeviceError(text)

    async def _echo(self) -> str:
        try:
            heard = await self.ask(b"E" + _HELLO, lambda heard: len(_ECHO) * (len(heard) >= len(_ECHO)), self.answer_ms)
        finally:
            await self.port.write(b"F")
            await self.hush(self.answer_ms // 10 + 1)
        if heard != _ECHO:
            raise said(heard)
        return "8217 protocol; its echo test passed"
