r"""Scales that speak the Scale Manufacturers Association's protocol SCP-0499, level 1 (Brecknell, Cardinal, Ohaus).

Manual: SMA, Scale Serial Communication Protocol, SCP-0499. Line: RS-232 or USB, 9600 baud 8N1 unless the scale is set
otherwise. Questions and answers stand between LF and CR; an ESC ends a question that has begun.

Sample settings: ``model = "sma_scp0499"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``unit = "kg"``,
``certified = true``.

``LF W CR`` is answered by 20 bytes: LF, status, range, kind, motion, one that is kept for later, ten of weight, three
of unit, CR. Status: ``Z`` at zero, ``O`` over, ``U`` under, ``E`` zero error, ``I`` no zero when switched on, ``T``
tare error, else a space. Kind: ``G`` gross, ``N`` net, ``T`` the tare itself; a small letter: finer than the verified
division, which is never a trade weight. Motion: ``M`` or a space. A question it does not know: LF ``?`` CR.

Unconfirmed here: that ``Z`` is answered like ``W`` by every maker. The standard writes its units ``kg_``, and it is not
plain whether the last sign is sent or stands for a space: both are taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, decimal_digits, said
from hal.scale.contract import ScaleState, ScaleUnit

__all__ = ["Driver", "Settings", "decode", "whole"]

_LF: Final = 0x0A
_CR: Final = 0x0D
_LENGTH: Final = 20
_ESC: Final = b"\x1b"

_ANSWER: Final = re.compile(
    rb"\n(?P<status>[ZOUEIT ])[1-9](?P<kind>[GNTgnt])(?P<motion>[M ])[ -~](?P<weight>[ -~]{10})(?P<unit>[ -~]{3})\r"
)
_STATES: Final[dict[bytes, ScaleState]] = {
    b"O": "over",
    b"U": "under",
    b"E": "needs_zero",
    b"I": "needs_zero",
    b"T": "fault",
}


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``unit``: what the scale was verified in; a weight in another is refused."""

    unit: Literal["kg", "g", "lb", "oz"] = "kg"


def whole(heard: bytes) -> int:
    """How long the answer is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none."""
    if heard[0] != _LF:
        raise said(heard)
    end = heard.find(_CR)
    if end < 0 and len(heard) >= _LENGTH:
        raise said(heard)
    return end + 1


def decode(raw: bytes, unit: ScaleUnit) -> Weighing:
    r"""What a whole answer to ``W`` means. Raises ``ProtocolError`` for what is none, or of another unit.

    >>> decode(b"\n 1G       1.250kg \r", "kg") == Weighing("stable", 1250, -3, "kg")
    True
    """
    matched = _ANSWER.fullmatch(raw)
    if matched is None or matched["kind"] in b"Tt":
        raise said(raw)
    net = matched["kind"] in b"Nn"
    fine = matched["kind"].islower()
    state = _STATES.get(matched["status"])
    if state is not None:
        return Weighing(state, unit=unit, net=net, high_resolution=fine)
    if matched["unit"].strip(b" _").lower() != unit.encode():
        raise said(raw)
    value, exponent = decimal_digits(matched["weight"].decode().lstrip(" "))
    empty = not value and not net
    if matched["status"] == b"Z" and value:
        raise said(raw)
    state = "motion" if matched["motion"] == b"M" else "under" if value < 0 else "zero" if empty else "stable"
    return Weighing(state, value, exponent, unit, net=net, high_resolution=fine)


class Driver(PolledScale):
    """Asks ``W`` and tells what it is told."""

    capabilities = frozenset({"zero", "tare"})

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._unit: ScaleUnit = settings.unit

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        return await self._asked(b"W")

    async def recover(self) -> None:
        """End a question that the scale may still think it is being asked."""
        await self.port.write(_ESC)

    async def zero(self) -> None:
        """See ``Scale.zero``."""
        self.need("zero")
        await self.do(lambda: self._told(b"Z", "zero"))

    async def tare(self, preset: int | None = None) -> None:
        """See ``TaringScale.tare``; level 1 takes what lies there or clears, it knows no preset."""
        self.need("tare")
        if preset:
            text = f"{self.name} takes no preset tare; put the packing on it"
            raise DeviceError(text)
        await self.do(lambda: self._told(b"T" if preset is None else b"C", "tare"))

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        return f"SCP-0499; it stands at {(await self.do(self.weigh))[0].state}"

    async def _asked(self, question: bytes) -> tuple[Weighing, bytes]:
        raw = await self.ask(b"\n%s\r" % question, whole, self.answer_ms)
        return decode(raw, self._unit), raw

    async def _told(self, question: bytes, what: str) -> None:
        weighing, _ = await self._asked(question)
        if weighing.state not in ({"zero"} if what == "zero" else {"zero", "stable"}):
            text = f"{self.name} refused to {what} ({weighing.state}): let it stand still and try again"
            raise DeviceError(text)
