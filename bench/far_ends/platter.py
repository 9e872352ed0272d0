"""What every far end of a scale stands on: a platter with a load on it, and the knobs by which the bench loads it.

The knobs and the state are those of the simulated scale (docs/formats/knobs.md), so that whoever drives one drives all.
After each change the pointer is in motion for a few looks and then stands still, at the scale's own division.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

from bench.far_ends.line import Inside
from bench.knobs import KnobRefusedError

__all__ = ["OPTIONS", "Platter", "Pointer", "ScaleInside"]

OPTIONS: Mapping[str, int | str] = {"capacity_grams": 15_000, "division": "0.001", "unit": "kg", "settle_looks": 3}
"""What a scale's program may be started with; ``division`` is in ``unit``."""

_GRAMS = {
    "kg": Fraction(1000),
    "g": Fraction(1),
    "lb": Fraction("453.59237"),
    "oz": Fraction("28.349523125"),
}
_HEAVIEST_GRAMS = 1_000_000
_ZERO_RANGE_PERCENT = 2

Where = Literal["stable", "motion", "zero", "under", "over", "fault"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a look at the scale finds, in counts of its last decimal. ``gross``: before ``tare``."""

    where: Where
    gross: int
    tare: int

    @property
    def net(self) -> int:
        """What is left after the tare."""
        return self.gross - self.tare


class Platter:
    """A load in grams, a zero, a tare; ``look`` finds the pointer.

    Raises ``ValueError`` for a division or unit that no scale has.
    """

    def __init__(
        self, *, capacity_grams: int = 15_000, division: str = "0.001", unit: str = "kg", settle_looks: int = 3
    ) -> None:
        try:
            sign, digits, exponent = Decimal(division).as_tuple()
        except InvalidOperation as error:
            text = f"no division: {division!r:.20}"
            raise ValueError(text) from error
        if unit not in _GRAMS or sign or not isinstance(exponent, int) or digits not in {(1,), (2,), (5,)}:
            text = f"a division is 1, 2 or 5 of a decimal of {', '.join(_GRAMS)}: {division!r:.20} {unit!r:.20}"
            raise ValueError(text)
        self.unit, self.exponent, self.step = unit, exponent, digits[0]
        self.grams = 0
        self.jitters = self.broken = False
        self.tare = 0
        self._capacity, self._settle = capacity_grams, settle_looks
        self._offset = 0
        self._moving = self._looks = 0
        self._shown = 0

    def place(self, grams: int) -> None:
        """So much lies there now; below 0: it is lifted."""
        self.grams, self._moving = grams, self._settle

    def lean(self, *, on: bool) -> None:
        """Somebody leans on it, or lets go."""
        self.jitters, self._moving = on, self._settle

    def power(self) -> None:
        """Switched on: what lies there within the zero range is its zero, and no tare is known."""
        self._offset = self.grams if abs(self.grams) <= self._range else 0
        self.tare = 0

    def zero(self) -> bool:
        """Make this the zero, where that may be: standing still, within 2 % of capacity, without a tare."""
        if self.look().where not in {"stable", "zero", "under"} or abs(self.grams) > self._range or self.tare:
            return False
        self._offset = self.grams
        return True

    def take_tare(self) -> bool:
        """Take what lies there as tare, where that may be: standing still, above zero."""
        pointer = self.look()
        if pointer.where != "stable" or pointer.gross <= 0:
            return False
        self.tare = pointer.gross
        return True

    @property
    def zeroable(self) -> bool:
        """Whether the load is within the zero range."""
        return abs(self.grams) <= self._range

    def counts(self, grams: int) -> int:
        """Grams in counts of the last decimal, rounded to the division, half away from zero."""
        exact = Fraction(abs(grams)) / _GRAMS[self.unit] / Fraction(10) ** self.exponent / self.step
        rounded = int(exact + Fraction(1, 2)) * self.step
        return -rounded if grams < 0 else rounded

    def look(self) -> Pointer:
        """Where the pointer stands; each look brings it nearer to rest."""
        self._looks += 1
        target = self.grams - self._offset
        if self.broken:
            return Pointer("fault", 0, 0)
        if self.grams > self._capacity:
            return Pointer("over", 0, self.tare)
        if self.jitters:
            return Pointer("motion", self.counts(target + (7 if self._looks % 2 else -5)), self.tare)
        if self._moving:
            self._moving -= 1
            self._shown += (target - self._shown) * 2 // 3
            return Pointer("motion", self.counts(self._shown), self.tare)
        self._shown = target
        gross = self.counts(target)
        where: Where = "under" if gross < 0 else "stable" if gross or self.tare else "zero"
        return Pointer(where, gross, self.tare)

    @property
    def _range(self) -> int:
        return self._capacity * _ZERO_RANGE_PERCENT // 100


class ScaleInside(Inside):
    """A scale behind its plug: the platter and its knobs; a protocol says what it answers."""

    category = "scale"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__()
        self.platter = Platter(**options)

    @abstractmethod
    def receive(self, data: bytes) -> None:
        """Bytes from the host, cut anywhere."""

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self.platter.power()

    async def put(self, *, grams: int) -> dict[str, object]:
        """Put this much more on the platter, in grams."""
        if not 0 < grams <= _HEAVIEST_GRAMS:
            text = f"grams is 1 to {_HEAVIEST_GRAMS}"
            raise KnobRefusedError(text)
        return self._place(max(self.platter.grams, 0) + grams)

    async def remove(self, *, grams: int = 0) -> dict[str, object]:
        """Take this much off the platter, in grams; 0 takes everything."""
        if not 0 <= grams <= max(self.platter.grams, 0):
            text = f"there are {self.platter.grams} g on the platter"
            raise KnobRefusedError(text)
        return self._place(self.platter.grams - grams if grams else 0)

    async def negative(self, *, grams: int = 50) -> dict[str, object]:
        """Lift the platter, so that the scale is this much under zero."""
        if not 0 < grams <= _HEAVIEST_GRAMS:
            text = f"grams is 1 to {_HEAVIEST_GRAMS}"
            raise KnobRefusedError(text)
        return self._place(-grams)

    async def jitter(self, *, on: bool) -> None:
        """Lean on the scale: it never comes to rest."""
        self.platter.lean(on=on)

    async def fault(self, *, on: bool) -> None:
        """Break the load cell, or mend it."""
        self.platter.broken = on

    def knobs(self) -> Sequence[Callable[..., Any]]:
        """See ``Inside.knobs``."""
        return (self.put, self.remove, self.negative, self.jitter, self.fault)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {"grams": self.platter.grams, "jitter": self.platter.jitters, "fault": self.platter.broken}

    def _place(self, grams: int) -> dict[str, object]:
        self.platter.place(grams)
        self.tell("platter", grams=grams)
        return {"grams": grams}
