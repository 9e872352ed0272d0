"""A trade weight, kept exactly as the scale gave it.

OIML R 76 lets a price be computed only from what the certified scale displayed, so the integer, its decimal
exponent and the unit travel together from the wire to the receipt and are never converted before pricing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Unit", "UnitMismatchError", "Weight"]

Unit = Literal["kg", "g", "lb", "oz"]


class UnitMismatchError(ValueError):
    """A weight in one system of units met a price in another (kilograms and pounds)."""


_IN_FAMILY: dict[str, tuple[str, Fraction]] = {
    "kg": ("metric", Fraction(1)),
    "g": ("metric", Fraction(1, 1000)),
    "lb": ("avoirdupois", Fraction(1)),
    "oz": ("avoirdupois", Fraction(1, 16)),
}
_GRAMS_PER_POUND = Fraction("453.59237")
"""The international avoirdupois pound, exactly."""


@dataclass(frozen=True, slots=True)
class Weight:
    """``value * 10**exponent`` of ``unit``: 1.250 kg is ``Weight(1250, -3, "kg")``."""

    value: int
    exponent: int
    unit: Unit

    def amount(self) -> Fraction:
        """The number of ``unit``, exactly."""
        return Fraction(self.value) * Fraction(10) ** self.exponent

    def in_unit(self, unit: Unit) -> Fraction:
        """The exact number of ``unit``, within one family of units.

        Raises ``UnitMismatchError`` between kilograms and pounds: a shop prices in the unit its scale was verified in.
        """
        family, factor = _IN_FAMILY[self.unit]
        wanted_family, wanted = _IN_FAMILY[unit]
        if family != wanted_family:
            message = f"a weight in {self.unit} cannot be priced per {unit}"
            raise UnitMismatchError(message)
        return self.amount() * factor / wanted

    def less_tare(self, tare: Weight) -> Weight:
        """Net weight in the finer of the two exponents. Both must be in the same unit."""
        if tare.unit != self.unit:
            message = f"tare in {tare.unit}, gross in {self.unit}"
            raise UnitMismatchError(message)
        exponent = min(self.exponent, tare.exponent)
        mine = self.value * 10 ** (self.exponent - exponent)
        theirs = tare.value * 10 ** (tare.exponent - exponent)
        return Weight(mine - theirs, exponent, self.unit)

    def grams(self) -> int:
        """Whole grams, for stock, the security scale and people; never for a price."""
        if self.unit in ("kg", "g"):
            return round(self.in_unit("g"))
        return round(self.in_unit("lb") * _GRAMS_PER_POUND)
