"""A code seen in one picture: what it says, what kind it is, where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import hypot

__all__ = ["Point", "Sighting"]

_MATRIX = frozenset({"QR Code", "Data Matrix", "PDF417", "Aztec"})

Point = tuple[float, float]
"""x to the right and y downwards, in pixels of the whole frame."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One code in one picture.

    ``data`` is what a scanner would send: 13 digits for UPC-A and UPC-E, GS1 element strings with FNC1 as 1D hex.
    ``symbology`` is the AIM identifier (ISO/IEC 15424); ``kind`` the name of the symbology, which tells apart what
    share an identifier. ``votes``: how many readings of lines across a linear code agree.
    """

    data: str
    symbology: str
    kind: str
    corners: tuple[Point, Point, Point, Point]
    votes: int = 1

    def at(self, corners: Iterable[Point]) -> Sighting:
        """The same code at another place: top left, top right, bottom right, bottom left."""
        first, second, third, fourth = corners
        return replace(self, corners=(first, second, third, fourth))

    @property
    def is_matrix(self) -> bool:
        """Two dimensions, with codewords that correct errors: hardly ever read wrong."""
        return self.kind in _MATRIX

    @property
    def centre(self) -> Point:
        """The middle of the corners."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @property
    def reach(self) -> float:
        """From the centre to the farthest corner, in pixels."""
        centre = self.centre
        return max(hypot(x - centre[0], y - centre[1]) for x, y in self.corners)

    def covers(self, other: Sighting) -> bool:
        """Both stand at the same place: neither's centre lies outside half the other's reach."""
        apart = hypot(self.centre[0] - other.centre[0], self.centre[1] - other.centre[1])
        return apart < max(self.reach, other.reach) / 2
