"""Shapes written as paths, drawn by Pillow at the very size they are shown: for icons and pictures of our own.

A shape is a line of text on a 24 x 24 grid, the origin at the top left: a verb (``fill``, ``erase``, or ``stroke`` with
its width), then ``M x y``, ``L x y``, ``C x1 y1 x2 y2 x y`` and ``Z`` as in SVG, and ``O x y radius`` for a circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw

__all__ = ["GRID", "mask", "paint"]

GRID: Final = 24
_FINER: Final = 6
_STEPS: Final = 20
_CIRCLE: Final = 0.5523
"""How far a Bézier's handles lie out, as a share of the radius, to draw a quarter of a circle."""

Point = tuple[float, float]


def _bend(start: Point, one: Point, two: Point, end: Point) -> Iterator[Point]:
    for step in range(1, _STEPS + 1):
        t = step / _STEPS
        s = 1 - t
        weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
        corners = (start, one, two, end)
        yield (
            sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
            sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
        )


def _circle(x: float, y: float, radius: float) -> list[Point]:
    k = radius * _CIRCLE
    quarters = [
        ((x + radius, y), (x + radius, y + k), (x + k, y + radius), (x, y + radius)),
        ((x, y + radius), (x - k, y + radius), (x - radius, y + k), (x - radius, y)),
        ((x - radius, y), (x - radius, y - k), (x - k, y - radius), (x, y - radius)),
        ((x, y - radius), (x + k, y - radius), (x + radius, y - k), (x + radius, y)),
    ]
    points = [quarters[0][0]]
    for quarter in quarters:
        points.extend(_bend(*quarter))
    return points


def _outlines(path: str) -> list[list[Point]]:
    """The path as lists of points, one for each ``M`` or ``O``."""
    words = path.split()
    outlines: list[list[Point]] = []
    at = 0
    while at < len(words):
        verb = words[at]
        count = {"M": 2, "L": 2, "C": 6, "Z": 0, "O": 3}[verb]
        numbers = [float(word) for word in words[at + 1 : at + 1 + count]]
        at += 1 + count
        if verb == "M":
            outlines.append([(numbers[0], numbers[1])])
        elif verb == "L":
            outlines[-1].append((numbers[0], numbers[1]))
        elif verb == "C":
            one, two, end = zip(numbers[::2], numbers[1::2], strict=True)
            outlines[-1].extend(_bend(outlines[-1][-1], one, two, end))
        elif verb == "O":
            outlines.append(_circle(*numbers))
        else:
            outlines[-1].append(outlines[-1][0])
    return outlines


def _stroke(draw: ImageDraw.ImageDraw, points: list[Point], width: float) -> None:
    """A line with round ends and joins."""
    for one, two in pairwise(points):
        draw.line([one, two], fill=255, width=max(1, round(width)))
    for x, y in points:
        draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)


def _shape(draw: ImageDraw.ImageDraw, shape: str, scale: float) -> None:
    verb, _, path = shape.partition(" ")
    width = 0.0
    if verb == "stroke":
        number, _, path = path.partition(" ")
        width = float(number) * scale
    for outline in _outlines(path):
        points = [(x * scale, y * scale) for x, y in outline]
        if verb == "stroke":
            _stroke(draw, points, width)
        else:
            draw.polygon(points, fill=255 if verb == "fill" else 0)


def mask(shapes: tuple[str, ...], size: int) -> Image.Image:
    """The shapes as a grey-scale picture of ``size`` by ``size`` pixels: 255 where they cover."""
    image = Image.new("L", (size * _FINER, size * _FINER), 0)
    draw = ImageDraw.Draw(image)
    for shape in shapes:
        _shape(draw, shape, size * _FINER / GRID)
    return image.resize((size, size), Image.Resampling.BOX)


def paint(image: Image.Image, shape: str, colour: str, *, x: float, y: float, scale: float) -> None:
    """One ``fill`` or ``stroke`` in a colour (``RRGGBB``) onto a picture, moved to ``x``, ``y`` and scaled."""
    layer = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(layer)
    verb, _, path = shape.partition(" ")
    number, _, rest = path.partition(" ") if verb == "stroke" else ("0", "", path)
    for outline in _outlines(rest):
        points = [(x + px * scale, y + py * scale) for px, py in outline]
        if verb == "stroke":
            _stroke(draw, points, float(number) * scale)
        else:
            draw.polygon(points, fill=255)
    image.paste(Image.new("RGB", image.size, f"#{colour}"), mask=layer)
