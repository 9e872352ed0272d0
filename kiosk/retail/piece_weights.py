"""What a piece of an item weighs, learned from pieces that were bagged alone, and bounded against being taught wrong.

The retailer's nominal weight is a prior worth ``PRIOR`` pieces. What is learned lies within ``_FARTHEST`` of it and its
spread never below a sane floor, so that nobody can teach a lane, sale by sale, that a bottle weighs as much as two.
Sums of whole grams and square grams: shops' sums can be added up at head office, in any order.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Final

from kiosk.retail.values import dataclass

__all__ = ["MOST", "PRIOR", "Learned", "Seen", "learned"]

PRIOR: Final = 4
"""How many pieces the nominal weight is worth."""
MOST: Final = 400
"""More pieces than these teach nothing: an item whose make has changed needs a new nominal weight."""
_PRIOR_SPREAD: Final = Fraction(4, 100)
_LEAST_SPREAD: Final = Fraction(1, 100)
_LEAST_GRAMS: Final = 2
_FARTHEST: Final = Fraction(12, 100)
_FARTHEST_GRAMS: Final = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """Pieces of an item that were bagged alone: how many, and the sums of their weights and of the squares."""

    count: int = 0
    grams: int = 0
    squares: int = 0

    def __add__(self, other: Seen) -> Seen:
        """What two lanes, or two days, have seen."""
        return Seen(self.count + other.count, self.grams + other.grams, self.squares + other.squares)

    def with_piece(self, grams: int) -> Seen:
        """One more piece; past ``MOST`` nothing is added."""
        return self if self.count >= MOST else self + Seen(1, grams, grams * grams)


@dataclass(frozen=True, slots=True)
class Learned:
    """The weight of a piece and the standard deviation of it, in whole grams."""

    grams: int
    spread: int


def learned(nominal: int, spread: int, seen: Seen) -> Learned:
    """What a piece should weigh. ``nominal`` grams; ``spread``: the retailer's own word on it, 0 for none.

    >>> learned(500, 0, Seen())
    Learned(grams=500, spread=20)
    >>> learned(500, 0, Seen(40, 40 * 510, 40 * 510 * 510 + 40 * 64))
    Learned(grams=509, spread=10)
    >>> learned(500, 0, Seen(400, 400 * 900, 400 * 900 * 900)).grams
    560
    """
    prior = max(spread, _least(nominal), round(nominal * _PRIOR_SPREAD))
    farthest = max(_FARTHEST_GRAMS, int(nominal * _FARTHEST))
    mean = Fraction(PRIOR * nominal + seen.grams, PRIOR + seen.count)
    bounded = min(max(mean, Fraction(nominal - farthest)), Fraction(nominal + farthest))
    about_nominal = seen.squares - 2 * nominal * seen.grams + seen.count * nominal * nominal
    square = (PRIOR * prior * prior + about_nominal) / Fraction(PRIOR + seen.count) - (mean - nominal) ** 2
    deviation = isqrt(max(0, round(square)))
    return Learned(round(bounded), min(max(deviation, _least(nominal)), 2 * prior))


def _least(nominal: int) -> int:
    return max(_LEAST_GRAMS, round(nominal * _LEAST_SPREAD))
