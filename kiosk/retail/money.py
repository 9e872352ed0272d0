"""Money: a whole number of a currency's minor units.

There is no float and no implied currency anywhere in the house. ``Money(12350, "BDT")`` is one hundred and
twenty-three taka fifty. The number of minor digits is ISO 4217's.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["MINOR_DIGITS", "CurrencyMismatchError", "Money", "round_half_up"]

MINOR_DIGITS: dict[str, int] = {"BDT": 2, "BRL": 2, "EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
"""Digits behind the point for each currency we trade in (ISO 4217 list one)."""


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum."""


def round_half_up(value: Fraction) -> int:
    """Round to the nearest whole number, a half away from zero (the trade's rule; 0.5 -> 1, -0.5 -> -1)."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of ``currency`` (ISO 4217 letters).

    >>> Money(199, "EUR") + Money(1, "EUR")
    Money(minor=200, currency='EUR')
    """

    minor: int
    currency: str

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} in one sum"
            raise CurrencyMismatchError(message)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def scaled(self, factor: Fraction) -> Money:
        """This amount times an exact factor, rounded half up to the minor unit."""
        return Money(round_half_up(self.minor * factor), self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in ``currency``."""
        return cls(0, currency)
