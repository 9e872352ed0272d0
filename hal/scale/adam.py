r"""Adam Equipment scales (AZExtra, CBK, GBK and others that answer ``P``).

Manual: Adam Equipment, AZExtra user manual, RS-232. Line: RS-232 or USB, 4800 baud 8N1. Set the print format at the
scale to one line with the unit.

Sample settings: ``model = "adam"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``baud = 4800``,
``always_answers = true``, ``prints_when_stable = true``, ``unit = "kg"``, ``certified = true``.

``P CR LF`` is answered by one line with a number and a unit (``1.250kg``), on some models with ``ST`` or ``US``, ``GS``
or ``NT`` before it. ``Z CR LF`` zeroes; it is not answered.

An AZExtra answers only for a weight that is new and not zero: its silence is an unchanged weight, an empty platter or
a cut cable, and nobody can tell which. So silence is never taken for a weight
(docs/decisions/0190-silence-is-no-weight.md). ``always_answers = false`` says that this scale is such a one: then
silence is not a loss either, nothing is told in it, its last weight grows old like any other, its empty platter is
never seen, and it cannot be ``certified``.

An answer without ``ST`` or ``US`` says nothing of motion: it is a weight only with ``prints_when_stable``, which the
scale's own print setting must make true; else it is told as in motion.

Unconfirmed here: which models put ``ST`` before the number, and whether any answers ``Z``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import TimeoutExpiredError
from hal.scale.common.polled import LineSettings, PolledScale, Weighing, decimal_digits, said
from hal.scale.contract import ScaleState, ScaleUnit

__all__ = ["Driver", "Settings", "decode", "whole"]

_LF: Final = 0x0A
_LONGEST: Final = 40
_ANSWER: Final = re.compile(
    rb"(?:(?P<state>ST|US|OL),?)? *(?:(?P<kind>GS|NT|G|N),?)? *(?P<sign>[+-]?) *(?P<weight>\d{1,6}\.\d{1,4}) *"
    rb"(?P<unit>kg|lb|oz|g) *(?P<after>N?)\r\n"
)


@dataclass(frozen=True, slots=True)
class Settings(LineSettings):
    """``always_answers``, ``prints_when_stable``: see above. ``unit``: what the scale was verified in."""

    baud: int = 4_800
    always_answers: bool = True
    prints_when_stable: bool = False
    unit: Literal["kg", "g", "lb", "oz"] = "kg"

    def __post_init__(self) -> None:
        """Refuse what cannot be believed."""
        super(Settings, self).__post_init__()
        if self.certified and not self.always_answers:
            text = "a scale that is silent about an unchanged weight cannot be certified: set it to answer always"
            raise ValueError(text)


def whole(heard: bytes) -> int:
    """How long the line is that ``heard`` begins; 0 while it has not ended. Raises ``ProtocolError`` for none."""
    end = heard.find(_LF)
    if end < 0 and len(heard) >= _LONGEST:
        raise said(heard)
    return end + 1


def decode(raw: bytes, unit: ScaleUnit, *, prints_when_stable: bool) -> Weighing:
    r"""What a whole line means. Raises ``ProtocolError`` for what is none, or of another unit.

    >>> decode(b"  1.250kg\r\n", "kg", prints_when_stable=True) == Weighing("stable", 1250, -3, "kg")
    True
    >>> decode(b"  1.250kg\r\n", "kg", prints_when_stable=False).state
    'motion'
    """
    matched = _ANSWER.fullmatch(raw)
    if matched is None or matched["unit"] != unit.encode():
        raise said(raw)
    minus = "-" if matched["sign"] == b"-" else ""
    value, exponent = decimal_digits(minus + matched["weight"].decode())
    net = (matched["kind"] or b"").startswith(b"N") or bool(matched["after"])
    still = matched["state"] == b"ST" or (matched["state"] is None and prints_when_stable)
    state: ScaleState
    if matched["state"] == b"OL":
        state = "over"
    elif not still:
        state = "motion"
    elif value < 0:
        state = "under"
    else:
        state = "stable" if value or net else "zero"
    return Weighing(state, value, exponent, unit, net=net)


class Driver(PolledScale):
    """Asks ``P`` and tells what it is told, if anything."""

    capabilities = frozenset({"zero"})

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._settings = settings
        self._unit: ScaleUnit = settings.unit

    async def weigh(self) -> tuple[Weighing, bytes]:
        """See ``PolledScale.weigh``."""
        raw = await self.ask(b"P\r\n", whole, self.answer_ms)
        return decode(raw, self._unit, prints_when_stable=self._settings.prints_when_stable), raw

    async def rounds(self) -> None:
        """See ``AskedDevice.rounds``; a scale whose silence says nothing is there as soon as its port is."""
        if not self._settings.always_answers:
            self.answered()
        await super().rounds()

    def bears(self, error: Exception) -> bool:
        """See ``PolledScale.bears``."""
        return isinstance(error, TimeoutExpiredError) and not self._settings.always_answers

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        if self._settings.always_answers:
            return f"it answers; it stands at {(await self.do(self.weigh))[0].state}"
        return "its port is open; its silence may mean an unchanged weight or a cut cable"

    async def zero(self) -> None:
        """See ``Scale.zero``; the readings that follow show whether it did."""
        self.need("zero")
        await self.do(self._zero)

    async def _zero(self) -> None:
        await self.port.write(b"Z\r\n")
        await self.hush(self.answer_ms)
