"""The curve of ``make shoppers``: thefts caught over honest baskets stopped, one point a sureness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Point", "draw"]

_WIDE, _HIGH, _LEFT, _TOP = 640, 400, 70, 30
_INNER_W, _INNER_H = 520, 300
_LEAST_CAUGHT = 0.80
_INK, _QUIET, _BRAND, _GOAL = "#17211c", "#59635e", "#0b6b4f", "#e2f2ea"


@dataclass(frozen=True, slots=True)
class Point:
    """``label``: standard deviations. ``stopped`` of 100 honest baskets; ``caught`` as a share."""

    label: str
    stopped: float
    caught: float


def draw(path: Path, points: Sequence[Point], goal: tuple[float, float]) -> None:
    """Write the picture (SVG). ``goal``: at most so many stopped, at least so many caught, as a shaded corner."""
    widest = max(4.0, *(point.stopped for point in points))

    def x(stopped: float) -> float:
        return _LEFT + _INNER_W * stopped / widest

    def y(caught: float) -> float:
        return _TOP + _INNER_H * (1 - max(0.0, caught - _LEAST_CAUGHT) / (1 - _LEAST_CAUGHT))

    text = f'font-family="Noto Sans, sans-serif" font-size="13" fill="{_QUIET}"'
    ticks = [
        f'<text x="{_LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end" {text}>{share:.0%}</text>'
        f'<line x1="{_LEFT}" x2="{_LEFT + _INNER_W}" y1="{y(share):.1f}" y2="{y(share):.1f}" stroke="#e6e2d9"/>'
        for share in (0.80, 0.85, 0.90, 0.95, 1.0)
    ] + [
        f'<text x="{x(number):.1f}" y="{_TOP + _INNER_H + 20}" text-anchor="middle" {text}>{number}</text>'
        for number in range(int(widest) + 1)
    ]
    dots = [
        f'<circle cx="{x(point.stopped):.1f}" cy="{y(point.caught):.1f}" r="5" fill="{_BRAND}"/>'
        f'<text x="{x(point.stopped) + 9:.1f}" y="{y(point.caught) + 16:.1f}" {text}>{point.label}</text>'
        for point in points
    ]
    line = " ".join(f"{x(point.stopped):.1f},{y(point.caught):.1f}" for point in points)
    wide, high = x(goal[0]) - _LEFT, y(goal[1]) - _TOP
    corner = f'<rect x="{_LEFT}" y="{_TOP}" width="{wide:.1f}" height="{high:.1f}" fill="{_GOAL}"/>'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">'
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#ffffff"/>{corner}{"".join(ticks)}'
        f'<polyline points="{line}" fill="none" stroke="{_BRAND}" stroke-width="2"/>{"".join(dots)}'
        f'<text x="{_LEFT + _INNER_W / 2}" y="{_HIGH - 12}" text-anchor="middle" font-family="Noto Sans, sans-serif"'
        f' font-size="14" fill="{_INK}">of 100 honest baskets, stopped (at the dots: standard deviations)</text>'
        f'<text x="16" y="18" font-family="Noto Sans, sans-serif" font-size="14" fill="{_INK}">thefts caught</text>'
        "</svg>\n",
        encoding="utf-8",
    )
