"""Something is under way: three dots that swell in turn. Still, but plain to see, where no motion is wanted."""

from __future__ import annotations

from math import sin, tau
from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics import Color, Ellipse

from ui.area import Area
from ui.kit import Kit
from ui.theme import rgba
from ui.widgets.block import Block

__all__ = ["Progress"]

_DOTS: Final = 3
_ROUND: Final = 1.4
"""Seconds a wave takes."""

_FRAME: Final = 1 / 20


class Progress(Block):
    """Runs while ``run(True)``; costs nothing otherwise."""

    def __init__(self, kit: Kit, *, size: int = 20) -> None:
        super().__init__(kit)
        self._side = kit.px(size)
        self._age = 0.0
        self._beat: Any = None
        with self.canvas:
            self._colours = []
            self._dots = []
            for _ in range(_DOTS):
                self._colours.append(Color(*rgba(kit.theme.primary)))
                self._dots.append(Ellipse(size=(self._side, self._side)))

    def run(self, running: bool) -> None:  # noqa: FBT001 - a switch
        """Start or stop."""
        if running and self._beat is None and not self.kit.calm:
            self._beat = Clock.schedule_interval(self._step, _FRAME)
        elif not running and self._beat is not None:
            self._beat.cancel()
            self._beat = None

    def _step(self, delay: float) -> None:
        self._age = (self._age + delay) % _ROUND
        for number, colour in enumerate(self._colours):
            phase = self._age / _ROUND - number / (2 * _DOTS)
            colour.a = 0.35 + 0.65 * (0.5 + 0.5 * sin(tau * phase))

    def arrange(self, area: Area) -> None:
        """A row of dots in the middle."""
        step = self._side * 2
        left = area.x + (area.w - (_DOTS * step - self._side)) / 2
        for number, dot in enumerate(self._dots):
            dot.pos = (round(left + number * step), area.y + (area.h - self._side) // 2)
