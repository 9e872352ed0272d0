"""A small drawing board for flat-colour tiles: drawn four times too large with Pillow, then scaled down smooth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

__all__ = ["SIZE", "Board", "Colour", "hexadecimal", "mixed"]

SIZE = 320
"""Pixels a side of a finished picture; coordinates on the board are in these pixels too."""

_SCALE = 4
_COLOURS = 64

Colour = tuple[int, int, int]
Point = tuple[float, float]


def hexadecimal(text: str) -> Colour:
    """``#rrggbb`` as three numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mixed(one: Colour, other: Colour, share: int) -> Colour:
    """``share`` per cent of ``other`` in ``one``."""
    red, green, blue = ((a * (100 - share) + b * share) // 100 for a, b in zip(one, other, strict=True))
    return red, green, blue


class Board:
    """A square of ``SIZE`` on which shapes are laid one over the other."""

    def __init__(self, ground: Colour) -> None:
        """An empty board, all in ``ground``."""
        self._image = Image.new("RGB", (SIZE * _SCALE, SIZE * _SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def oval(self, centre: Point, radii: Point, colour: Colour, turn: int = 0) -> None:
        """An ellipse, turned by ``turn`` degrees clockwise."""
        angle = math.radians(turn)
        points = []
        for step in range(72):
            t = math.tau * step / 72
            x, y = radii[0] * math.cos(t), radii[1] * math.sin(t)
            turned = (x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))
            points.append((centre[0] + turned[0], centre[1] + turned[1]))
        self.shape(points, colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """A polygon."""
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)

    def smooth(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed shape whose outline runs smoothly through ``points``."""
        count = len(points)
        outline: list[Point] = []
        for i in range(count):
            a, b, c, d = (points[(i + k - 1) % count] for k in range(4))
            outline.extend(_spline(a, b, c, d, step / 12) for step in range(12))
        self.shape(outline, colour)

    def block(self, corner: Point, other: Point, colour: Colour, radius: float = 0) -> None:
        """A rectangle from ``corner`` to ``other`` with rounded corners."""
        box = [corner[0] * _SCALE, corner[1] * _SCALE, other[0] * _SCALE, other[1] * _SCALE]
        self._draw.rounded_rectangle(box, radius=radius * _SCALE, fill=colour)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line with round ends and joints."""
        self._draw.line([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour, width=round(width * _SCALE))
        for x, y in points:
            self.oval((x, y), (width / 2, width / 2), colour)

    def bend(self, start: Point, over: Point, end: Point, colour: Colour, width: float) -> None:
        """A curved line from ``start`` to ``end``, drawn towards ``over``."""
        points = []
        for step in range(25):
            t = step / 24
            x = (1 - t) ** 2 * start[0] + 2 * (1 - t) * t * over[0] + t**2 * end[0]
            y = (1 - t) ** 2 * start[1] + 2 * (1 - t) * t * over[1] + t**2 * end[1]
            points.append((x, y))
        self.stroke(points, colour, width)

    def save(self, path: Path) -> None:
        """Write a small PNG with few colours."""
        small = self._image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        small.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _spline(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    """A Catmull-Rom point between ``b`` and ``c``."""

    def one(p: float, q: float, r: float, s: float) -> float:
        return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)

    return one(a[0], b[0], c[0], d[0]), one(a[1], b[1], c[1], d[1])
