r"""Scales that speak NCI's SCP-01 protocol: Weigh-Tronix, Brecknell and Salter; Datalogic Magellan as "ECR".

Manual: NCI, Standard Communication Protocol SCP-01. Line: RS-232 or USB, 9600 baud 7E1. Each question ends with CR,
each answer begins with LF and ends with ETX.

Sample settings: ``model = "nci_scp01"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``framing = "7E1"`` (``"8N1"`` on
a pseudo-terminal), ``unit = "kg"``, ``certified = true``.

| asked | answered |
|---|---|
| ``W`` CR | LF weight unit CR LF status CR ETX; in motion, under or over: LF status CR ETX |
| ``Z`` CR | LF status CR ETX; the platter is zero |
| ``S`` CR, ``U`` CR | LF status CR ETX; the other unit: neither is asked here |
| anything else | LF ``?`` CR ETX |

Two status bytes or more, bits 4 and 5 always set, bit 7 parity, bit 6 of the second and of each later one: another
follows. First: bit 0 motion, 1 at zero, 2 and 3 memory faults. Second: 0 under, 1 over capacity, 2 and 3 faults. Third:
0 and 1 the range, 2 net, 3 no zero could be found when it was switched on. Some makers put an ``S`` before them. ``H``
asks for a tenth of the division: it is never asked here, such a weight may not be priced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError
from hal.ports.serial import Framing
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, decimal_digits, said
from hal.scale.contract import ScaleState

__all__ = ["Driver", "Settings", "Status", "decode", "status_of", "whole"]

_LF: Final = 0x0A
_ETX: Final = 0x03
_LONGEST: Final = 28
_MORE: Final = 0x40
_MOTION, _AT_ZERO = 0x01, 0x02
_FAULTS: Final = 0x0C  # of the first and of the second byte
_UNDER, _OVER = 0x01, 0x02
_NET, _NO_ZERO = 0x04, 0x08

_ANSWER: Final = re.compile(
    rb"\n(?:(?P<weight>\d{1,5}\.\d{1,4})(?P<unit>KG|LB)\r\n)?S?(?P<status>[\x30-\x3f\x70-\x7f\xb0-\xbf\xf0-\xff]{2,4})\r\x03"
)


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``unit``: what the scale was verified in; a weight in the other is refused."""

    framing: Framing = "7E1"
    unit: Literal["kg", "lb"] = "kg"


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bytes say."""

    state: ScaleState
    net: bool = False


def whole(heard: bytes) -> int:
    """How long the answer is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none."""
    if heard[0] != _LF:
        raise said(heard)
    end = heard.find(_ETX)
    if end < 0 and len(heard) >= _LONGEST:
        raise said(heard)
    return end + 1


def status_of(status: bytes) -> Status:
    """Two to four status bytes. Raises ``ProtocolError`` when they say that more or fewer should be there.

    >>> status_of(b"00"), status_of(b"10").state, status_of(b"0p4")
    (Status(state='stable', net=False), 'motion', Status(state='stable', net=True))
    """
    first, *others = (byte & 0x7F for byte in status)
    chained = [bool(byte & _MORE) for byte in others]
    if first & _MORE or chained != [True] * (len(others) - 1) + [False]:
        raise said(status)
    second, third = others[0], others[1] if len(others) > 1 else 0
    net = bool(third & _NET)
    state: ScaleState
    if (first | second) & _FAULTS:
        state = "fault"
    elif second & _OVER:
        state = "over"
    elif second & _UNDER:
        state = "under"
    elif first & _MOTION:
        state = "motion"
    elif third & _NO_ZERO:
        state = "needs_zero"
    else:
        state = "zero" if first & _AT_ZERO and not net else "stable"
    return Status(state, net)


def decode(raw: bytes, unit: Literal["kg", "lb"]) -> Weighing:
    r"""What a whole answer to ``W`` means. Raises ``ProtocolError`` for what is none, or of another unit.

    >>> decode(b"\n01.250KG\r\n00\r\x03", "kg") == Weighing("stable", 1250, -3, "kg")
    True
    """
    matched = _ANSWER.fullmatch(raw)
    if matched is None:
        raise said(raw)
    status = status_of(matched["status"])
    if matched["weight"] is None:
        if status.state == "stable":
            raise said(raw)  # it stands still and gives no weight
        return Weighing(status.state, unit=unit, net=status.net)
    value, exponent = decimal_digits(matched["weight"].decode())
    contradicts = matched["unit"] != unit.upper().encode() or (status.state == "zero" and value)
    if contradicts:
        raise said(raw)
    state = "zero" if status.state == "stable" and not value and not status.net else status.state
    return Weighing(state, value, exponent, unit, net=status.net)


class Driver(PolledScale):
    """Asks ``W`` and tells what it is told."""

    capabilities = frozenset({"zero"})

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._unit: Literal["kg", "lb"] = settings.unit

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        raw = await self.ask(b"W\r", whole, self.answer_ms)
        return decode(raw, self._unit), raw

    async def zero(self) -> None:
        """See ``Scale.zero``."""
        self.need("zero")
        await self.do(self._zero)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        return f"SCP-01; it stands at {(await self.do(self.weigh))[0].state}"

    async def _zero(self) -> None:
        state = decode(await self.ask(b"Z\r", whole, self.answer_ms), self._unit).state
        if state != "zero":
            text = f"{self.name} refused to zero ({state}): clear the platter, let it stand still, try again"
            raise DeviceError(text)
