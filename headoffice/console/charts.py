"""Bar charts as SVG, drawn here: no script, no library, nothing fetched. Colours come from the page's own tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["ChartBar", "bar_chart", "ticks"]

_WIDTH, _HEIGHT = 720, 248
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 8, 12, 30
_STEPS = (1, 2, 5)
_ROUND = 3


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A bar of two parts, one on the other. ``tick`` stands below it (empty: nothing), ``title`` is told on hover."""

    lower: int
    upper: int
    tick: str
    title: str


def ticks(highest: int, most: int = 4) -> list[int]:
    """Round values from 0 up to the first at or above ``highest``, at most ``most`` steps; [0, 1] for nothing.

    >>> ticks(34)
    [0, 10, 20, 30, 40]
    """
    if highest <= 0:
        return [0, 1]
    power = 1
    while True:
        for step in _STEPS:
            size = step * power
            if size * most >= highest:
                return [size * index for index in range(-(-highest // size) + 1)]
        power *= 10


def bar_chart(bars: Sequence[ChartBar], *, label: str, value: Callable[[int], str]) -> Markup:
    """The chart as an ``<svg>`` that fills its card. ``value`` writes an amount for the axis; ``label`` is spoken."""
    scale = ticks(max((bar.lower + bar.upper for bar in bars), default=0))
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDTH, _HEIGHT, label),
        *(_line(tick, scale[-1], value(tick)) for tick in scale),
        *(_bar(index, len(bars), bar, scale[-1]) for index, bar in enumerate(bars)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _y(amount: int, top: int) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - amount / top)


def _line(amount: int, top: int, written: str) -> Markup:
    y = _y(amount, top)
    return Markup(
        '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text class="axis" x="{}" y="{:.1f}">{}</text>'
    ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 8, y + 5, written)


def _bar(index: int, count: int, bar: ChartBar, top: int) -> Markup:
    pitch = (_WIDTH - _LEFT - _RIGHT) / count
    width = max(2.0, min(56.0, pitch * 0.72))
    middle = _LEFT + pitch * (index + 0.5)
    x = middle - width / 2
    base, mid, high = _y(0, top), _y(bar.lower, top), _y(bar.lower + bar.upper, top)
    shape = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}"/>')
    drawn = [Markup("<g><title>{}</title>").format(bar.title)]
    radius = min(_ROUND, width / 4)
    drawn += [
        shape.format(kind, x, high_y, width, low_y - high_y, radius)
        for kind, high_y, low_y in (("upper", high, mid), ("lower", mid, base))
        if low_y > high_y
    ]
    if bar.tick:
        drawn.append(Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(middle, _HEIGHT - 8, bar.tick))
    return Markup("").join([*drawn, Markup("</g>")])
