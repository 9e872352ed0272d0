"""What intake makes of a scale's readings: one scale's memory of what it told, and when that grew old."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from hal.scale.contract import Reading, ScaleState
from kiosk.checkout.inputs import WeightProblem, WeightRead
from kiosk.retail import weighing
from kiosk.retail.weight import Weight

__all__ = ["STALE_MS", "ScaleMemory"]

STALE_MS: Final = 1_000
"""A scale that was quiet for so long tells no weight any more."""
_SHORTEST_MS: Final = 100
"""At most ten readings a second are worth a decision; a change of state always is."""
_REPEAT_MS: Final = 400
"""An equal reading is told again after so long, so that a resting weight stays fresh for whoever confirms it."""

_PROBLEMS: dict[ScaleState, WeightProblem] = {
    "stable": "",
    "motion": "motion",
    "zero": "zero",
    "light": "zero",
    "under": "under",
    "over": "over",
    "fault": "fault",
    "needs_zero": "fault",
}


@dataclass(slots=True)
class ScaleMemory:
    """One scale, ``certified`` for trade or not.

    ``take`` gives an input, or ``None`` for a reading that is old, out of order, or says nothing new.
    """

    scale: Literal["produce", "bagging"]
    certified: bool = False
    last_sequence: int = 0
    told: WeightRead | None = None
    told_ms: int = 0
    heard_ms: int = field(default=0)

    def take(self, reading: Reading, now_ms: int) -> WeightRead | None:
        """Judge a reading taken at ``reading.mono_ms``, heard at ``now_ms``."""
        age = now_ms - reading.mono_ms
        if reading.sequence <= self.last_sequence or not 0 <= age <= STALE_MS:
            return None
        self.last_sequence, self.heard_ms = reading.sequence, now_ms
        shows = reading.state in {"stable", "motion", "zero"}
        weight = Weight(reading.value, reading.exponent, reading.unit) if shows else None
        computed = reading.computed
        problem = _PROBLEMS[reading.state]
        read = WeightRead(
            weight if weight is not None else Weight(0, reading.exponent, reading.unit),
            stable=reading.state in {"stable", "zero"},
            sequence=reading.sequence,
            age_ms=age,
            scale=self.scale,
            problem=problem,
            certified=self.certified,
            net=reading.net,
            high_resolution=reading.high_resolution,
            computed=weighing.Computed(computed.unit_price, computed.amount) if computed is not None else None,
        )
        if not self._worth_telling(read, now_ms):
            return None
        self.told, self.told_ms = read, now_ms
        return read

    def stale(self, now_ms: int) -> WeightRead | None:
        """The word that the last weight is no weight any more; ``None`` if it was said, or a reading came since."""
        if self.told is None or self.told.problem == "stale" or now_ms - self.heard_ms < STALE_MS:
            return None
        age = now_ms - self.heard_ms
        nothing = Weight(0, self.told.weight.exponent, self.told.weight.unit)
        self.told = WeightRead(
            nothing,
            stable=False,
            sequence=self.last_sequence,
            age_ms=age,
            scale=self.scale,
            problem="stale",
            certified=self.certified,
        )
        return self.told

    def forget(self) -> None:
        """The scale went away: what it counts may begin anew."""
        self.last_sequence, self.told = 0, None

    def _worth_telling(self, read: WeightRead, now_ms: int) -> bool:
        told, since = self.told, now_ms - self.told_ms
        if told is None or _kind(told) != _kind(read):
            return True
        return since >= (_SHORTEST_MS if told.weight != read.weight else _REPEAT_MS)


def _kind(read: WeightRead) -> tuple[object, ...]:
    return (read.problem, read.stable, read.net, read.high_resolution, read.computed)
