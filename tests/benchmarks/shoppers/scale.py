"""A bagging scale as physics: things are put on and taken off, the plate swings, creeps and is never quite at rest."""

from __future__ import annotations

import math
import random

from tests.benchmarks.shoppers.mix import ScaleMix

__all__ = ["SimulatedScale"]

_GONE_SECONDS = 1.5
"""A swing is over after so long."""


class SimulatedScale:
    """What lies on the plate, and what the display says of it at a moment (``ms`` never goes back)."""

    def __init__(self, mix: ScaleMix, chance: random.Random) -> None:
        self._mix = mix
        self._chance = chance
        self._load = 0.0
        self._swings: list[tuple[int, float]] = []
        self._creep = 0.0
        self._last_ms = 0

    def put(self, ms: int, grams: float) -> None:
        """Put a thing down, or take it off (negative)."""
        self._load += grams
        self._swings.append((ms, grams))

    def shows(self, ms: int) -> int:
        """The reading at ``ms``, in grams."""
        mix = self._mix
        passed = (ms - self._last_ms) / 3_600_000
        self._last_ms = ms
        self._creep += self._chance.gauss(0, mix.creep_an_hour * math.sqrt(max(0.0, passed)))
        self._swings = [(at, grams) for at, grams in self._swings if ms - at < _GONE_SECONDS * 1000]
        swing = sum(self._swing((ms - at) / 1000, grams) for at, grams in self._swings)
        seen = self._load + swing + self._creep + self._chance.gauss(0, mix.sigma)
        return round(seen / mix.division) * mix.division

    def _swing(self, seconds: float, grams: float) -> float:
        fading = math.exp(-seconds / self._mix.ring_seconds)
        return self._mix.ring_share * grams * fading * math.cos(2 * math.pi * 5 * seconds)
