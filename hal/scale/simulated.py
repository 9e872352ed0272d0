"""Simulated scale: the bench puts things on it and takes them off. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``certified = true``, ``unit = "kg"``, ``exponent = -3``,
``capacity_grams = 15000``, ``knob_socket = "run/produce_scale.knobs"``.

Like a real platter it is in motion for a moment after every change and then stands still; it never smooths, and a
reading is rounded to the scale's own division, half away from zero.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hal.device import DeviceError
from hal.knobs import KnobError, Turn
from hal.scale.contract import Reading, ScaleState, ScaleUnit
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings", "counts"]

_GRAMS: Mapping[ScaleUnit, Fraction] = {
    "kg": Fraction(1000),
    "g": Fraction(1),
    "lb": Fraction("453.59237"),
    "oz": Fraction("28.349523125"),
}
_HEAVIEST_GRAMS = 1_000_000
_FINEST, _COARSEST = -6, 3
_ZERO_RANGE_PERCENT = 2  # of capacity, as OIML R 76 allows for re-zeroing


@dataclass(frozen=True, slots=True)
class Settings:
    """How it weighs. ``exponent`` is the division as a power of ten of ``unit``: -3 with kg is one gram.

    ``settle_readings``: how many readings are in motion after a change.
    """

    certified: bool = False
    unit: ScaleUnit = "kg"
    exponent: int = -3
    capacity_grams: int = 15_000
    period_ms: int = 200
    settle_readings: int = 3
    knob_socket: str = ""

    def __post_init__(self) -> None:
        """Refuse what no scale is."""
        if not (_FINEST <= self.exponent <= _COARSEST and self.capacity_grams > 0 and self.period_ms > 0):
            text = f"exponent is {_FINEST} to {_COARSEST}, capacity_grams and period_ms are above 0"
            raise ValueError(text)


def counts(grams: int, unit: ScaleUnit, exponent: int) -> int:
    """Grams as a scale of this unit and division shows them.

    >>> counts(1250, "kg", -3), counts(1255, "kg", -2), counts(-3, "g", 0), counts(454, "lb", -2)
    (1250, 126, -3, 100)
    """
    exact = Fraction(abs(grams)) / _GRAMS[unit] / Fraction(10) ** exponent
    rounded = int(exact + Fraction(1, 2))
    return -rounded if grams < 0 else rounded


class Driver(SimulatedDevice):
    """A platter with a number."""

    category = "scale"

    def __init__(self, name: str, settings: Settings) -> None:
        self.certified = settings.certified
        self._settings = settings
        self._load = 0  # what lies on the platter
        self._shown = 0  # where the pointer is
        self._offset = 0  # what ``zero`` took away
        self._moving = 0  # readings still in motion
        self._jitter = False
        self._fault = False
        self._sequence = 0
        self._ticking: asyncio.Task[None] | None = None
        super().__init__(name, settings.knob_socket)

    async def zero(self) -> None:
        """See ``Scale.zero``; two percent of capacity can be zeroed, and only standing still."""
        self.need_enabled()
        limit = self._settings.capacity_grams * _ZERO_RANGE_PERCENT // 100
        if self._jitter or self._moving or abs(self._load) > limit:
            text = f"{self.name}: cannot zero in motion or with more than {limit} g; clear the platter"
            raise DeviceError(text)
        self._offset = self._load

    async def put(self, *, grams: int) -> dict[str, object]:
        """Put this much more on the platter, in grams."""
        if not 0 < grams <= _HEAVIEST_GRAMS:
            text = f"grams is 1 to {_HEAVIEST_GRAMS}"
            raise KnobError(text)
        return self._place(max(self._load, 0) + grams)

    async def remove(self, *, grams: int = 0) -> dict[str, object]:
        """Take this much off the platter, in grams; 0 takes everything."""
        if not 0 <= grams <= max(self._load, 0):
            text = f"there are {self._load} g on the platter"
            raise KnobError(text)
        return self._place(self._load - grams if grams else 0)

    async def negative(self, *, grams: int = 50) -> dict[str, object]:
        """Lift the platter, so that the scale is this much under zero."""
        if not 0 < grams <= _HEAVIEST_GRAMS:
            text = f"grams is 1 to {_HEAVIEST_GRAMS}"
            raise KnobError(text)
        return self._place(-grams)

    async def jitter(self, *, on: bool) -> None:
        """Lean on the scale: it never comes to rest."""
        self._jitter = on
        self._moving = self._settings.settle_readings

    async def fault(self, *, on: bool) -> None:
        """Break the load cell, or mend it."""
        self._fault = on

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.put, self.remove, self.negative, self.jitter, self.fault)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {"grams": self._load, "jitter": self._jitter, "fault": self._fault}

    def started(self) -> None:
        """Readings flow."""
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    def stopped(self) -> None:
        """Readings end."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def _place(self, grams: int) -> dict[str, object]:
        self._load = grams
        self._moving = self._settings.settle_readings
        self.tell_watchers("platter", grams=grams)
        return {"grams": grams}

    async def _tick(self) -> None:
        while True:
            self.tell(self._reading())
            await asyncio.sleep(self._settings.period_ms / 1000)

    def _reading(self) -> Reading:
        self._sequence += 1
        grams, state = self._weigh()
        value = counts(grams, self._settings.unit, self._settings.exponent)
        if state == "stable" and value == 0:
            state = "zero"
        now = time.monotonic_ns() // 1_000_000
        raw = f"{state} {value}e{self._settings.exponent}{self._settings.unit}".encode()
        return Reading(
            device=self.name,
            value=value,
            exponent=self._settings.exponent,
            unit=self._settings.unit,
            state=state,
            sequence=self._sequence,
            mono_ms=now,
            raw=raw,
        )

    def _weigh(self) -> tuple[int, ScaleState]:
        if self._fault:
            return 0, "fault"
        if self._load > self._settings.capacity_grams:
            return 0, "over"
        target = self._load - self._offset
        if self._jitter:
            return target + (7 if self._sequence % 2 else -5), "motion"
        if self._moving:
            self._moving -= 1
            self._shown += (target - self._shown) * 2 // 3
            return self._shown, "motion"
        self._shown = target
        return target, "under" if target < 0 else "stable"
