"""Scale half of a Datalogic Magellan scanner-scale on one cable ("RS-232 Single Cable").

Fits: Magellan 8200 to 8500Xt, 9400i, 9800i with the interface "Single Cable RS-232" (PSC's before Datalogic's). The
scanner half is ``datalogic_single_cable`` of the scanners; either half works without the other.
Sources: Magellan 8200, 8500Xt and 9300i/9400i Product Reference Guides; the public programs CORE-POS
(``SPH_Magellan_Scale``, ``ssd.c``) and brendangooden/datalogic-magellan-dotnet.

Sample settings: ``model = "datalogic_single_cable"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``framing = "7O1"``
(the factory's; ``"8N1"`` on a pseudo-terminal, which has no parity), ``unit = "kg"``, ``certified = true``. The scanner
half has the same ``port``, ``baud``, ``framing`` and ``gap_ms``.

The host asks ``S14`` CR; the scale answers at once, whether it stands still or not:

| answer | |
|---|---|
| ``S144ddddd`` CR | stable, not zero; 5 digits with three decimals (kg), 4 with two (lb) |
| ``S143`` CR | stable at zero |
| ``S141``, ``S142``, ``S145`` CR | in motion, over capacity, under zero |
| ``S140`` CR | not ready, or cannot find its zero |

``S11`` CR, answered by ``S11ddddd`` CR as soon as the scale stands still, is not used: such an answer may come long
after the question. One that comes unasked makes the reading void.

Unconfirmed: whether every model takes four digits as lb and five as kg (``digits`` says otherwise, with the decimals
of the unit). Zeroing is done at the scale: no command for it is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import DeviceError
from hal.ports.port import Port
from hal.ports.serial import Framing
from hal.ports.shared import SharedPort
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, said
from hal.scale.contract import ScaleState

__all__ = ["Driver", "Settings", "decode", "whole"]

_QUESTION: Final = b"S14\r"
_ANSWER: Final = re.compile(rb"S14(?:([01235])|4(\d{4,5}))\r")
_LONGEST: Final = len(b"S14400000\r")
_STATES: Final[dict[bytes, ScaleState]] = {
    b"0": "needs_zero",
    b"1": "motion",
    b"2": "over",
    b"3": "zero",
    b"5": "under",
}
_DECIMALS: Final = {"kg": 3, "lb": 2}
_DIGITS: Final = {"kg": 5, "lb": 4}


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``unit``: what the scale was verified in. ``digits``: of a weight, 4 or 5; 0: as its unit has them.

    ``gap_ms``: a silence inside a line that spoils it.
    """

    framing: Framing = "7O1"
    unit: Literal["kg", "lb"] = "kg"
    digits: Literal[0, 4, 5] = 0
    gap_ms: int = 50

    def line(self) -> Port:
        """The port, made anew: of the whole line the scale's answers only."""
        if self.gap_ms < 1:
            text = "gap_ms is above 0"
            raise ValueError(text)
        return SharedPort(self.port, baud=self.baud, framing=self.framing, gap_ms=self.gap_ms, meant=_meant)


def _meant(line: bytes) -> bool:
    return line.startswith(b"S1")


def whole(heard: bytes) -> int:
    r"""How long the answer is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none.

    >>> whole(b"S14"), whole(b"S141\r"), whole(b"S14400260\r")
    (0, 5, 10)
    """
    end = heard.find(b"\r") + 1
    if (end or len(heard)) > _LONGEST:
        raise said(heard)
    return end


def decode(raw: bytes, unit: Literal["kg", "lb"] = "kg", digits: int = 0) -> Weighing:
    r"""What a whole answer means. Raises ``ProtocolError`` for what is none, and for a weight of other digits.

    >>> decode(b"S14400260\r") == Weighing("stable", 260, -3, "kg"), decode(b"S141\r").state
    (True, 'motion')
    """
    found = _ANSWER.fullmatch(raw)
    if found is None:
        raise said(raw)
    if found[1]:
        return Weighing(_STATES[found[1]], unit=unit)
    value = int(found[2])
    if len(found[2]) != (digits or _DIGITS[unit]) or not value:
        raise said(raw)
    return Weighing("stable", value, -_DECIMALS[unit], unit)


class Driver(PolledScale):
    """Asks ``S14`` and tells what it is told."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._settings = settings

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        raw = await self.ask(_QUESTION, whole, self.answer_ms)
        return decode(raw, self._settings.unit, self._settings.digits), raw

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: one question more."""
        weighing, _raw = await self.do(self.weigh)
        return f"S14 answered: {weighing.state}"

    async def zero(self) -> None:
        """See ``Scale.zero``: not over this cable."""
        self.need_enabled()
        text = f"{self.name} cannot be zeroed over its cable; press zero at the scale"
        raise DeviceError(text)
