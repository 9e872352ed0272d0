"""A list that scrolls under the finger. It builds only the rows in sight: four hundred lines stay quick.

Kivy's own scroll view holds a touch back before it lets a button see it; here the button shows the press at once and
lets go when the finger turns out to drag.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics import Color, SmoothRoundedRectangle
from kivy.uix.stencilview import StencilView

from ui.area import Area
from ui.kit import Kit
from ui.theme import rgba
from ui.widgets.block import Block
from ui.widgets.button import SCROLLED

__all__ = ["Row", "Scroller"]

_DRAG: Final = 14
"""Design pixels a finger may tremble before it drags."""

_FRICTION: Final = 0.90
_STILL: Final = 0.6
_FRAME: Final = 1 / 30


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is (``key``), how tall in pixels, what it shows, and how a widget for it is made."""

    key: Hashable
    height: int
    value: object
    make: Callable[[], Block]
    fill: Callable[[Any, Any], None]
    """Shows ``value`` on a widget made by ``make``."""


class _Window(StencilView):
    """What hides rows beyond the edge."""


class Scroller(Block):
    """Rows top to bottom with ``gap`` design pixels between them."""

    def __init__(self, kit: Kit, *, gap: int = 0) -> None:
        super().__init__(kit)
        self._gap = kit.px(gap) if gap else 0
        self._rows: tuple[Row, ...] = ()
        self._tops: list[int] = []
        self._total = 0
        self.offset = 0.0
        self._speed = 0.0
        self._sought: tuple[Hashable, object] | None = None
        self._follows = False
        self._alive: dict[Hashable, tuple[Block, object]] = {}
        self._window = _Window(size_hint=(None, None))
        self.add_widget(self._window)
        with self.canvas.after:
            self._bar_colour = Color(*rgba(kit.theme.muted, 0.0))
            self._bar = SmoothRoundedRectangle(radius=[kit.px(3)])
        self._glide: Any = None

    @property
    def reach(self) -> float:
        """How far it can scroll."""
        return float(max(0, self._total - self.area.h))

    def show(self, rows: tuple[Row, ...], *, keep_in_sight: Hashable | None = None) -> None:
        """Show these rows; scroll so that one of them is in sight."""
        self._rows = rows
        self._tops, top = [], 0
        for row in rows:
            self._tops.append(top)
            top += row.height + self._gap
        self._total = max(0, top - self._gap)
        sought = next(((row.key, row.value) for row in rows if row.key == keep_in_sight), None)
        if sought != self._sought:
            self._sought = sought
            self._follows = sought is not None
        self._follow()
        self._lay()

    def rewind(self) -> None:
        """Back to the top."""
        self.offset, self._speed = 0.0, 0.0

    def row(self, key: Hashable) -> Block | None:
        """The widget of a row in sight."""
        found = self._alive.get(key)
        return found[0] if found else None

    def _follow(self) -> None:
        """Scroll to the row to keep in sight, until a finger scrolls elsewhere."""
        for row, top in zip(self._rows, self._tops, strict=True):
            if self._follows and self._sought is not None and row.key == self._sought[0]:
                self.offset = min(self.offset, float(top))
                self.offset = max(self.offset, float(top + row.height - self.area.h))

    def arrange(self, area: Area) -> None:
        """The window and the rows in it."""
        self._window.pos, self._window.size = (area.x, area.y), (area.w, area.h)
        self._follow()
        self._lay()

    def _lay(self) -> None:
        self.offset = min(max(0.0, self.offset), self.reach)
        area, seen = self.area, set()
        for row, top in zip(self._rows, self._tops, strict=True):
            y = area.y + area.h - top - row.height + round(self.offset)
            if y < area.y + area.h and y + row.height > area.y:
                seen.add(row.key)
                self._stand(row, Area(area.x, y, area.w, row.height))
        for key in [key for key in self._alive if key not in seen]:
            self._window.remove_widget(self._alive.pop(key)[0])
        self._draw_bar()

    def _stand(self, row: Row, area: Area) -> None:
        widget, shown = self._alive.get(row.key, (None, None))
        if widget is None:
            widget = row.make()
            self._window.add_widget(widget)
            row.fill(widget, row.value)
            widget.place(area)
        elif shown != row.value:
            row.fill(widget, row.value)
            widget.place(area)
        elif widget.area != area:
            widget.place(area)
        self._alive[row.key] = (widget, row.value)

    def _draw_bar(self) -> None:
        reach, area = self.reach, self.area
        self._bar_colour.a = 0.45 if reach else 0.0
        if reach:
            wide = self.kit.px(6)
            tall = max(self.kit.px(40), area.h * area.h // self._total)
            down = round((area.h - tall) * self.offset / reach)
            self._bar.pos, self._bar.size = (area.x + area.w - wide, area.y + area.h - tall - down), (wide, tall)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Let the rows see it, and watch whether it drags."""
        if not self.area.holds(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self._move(self.kit.px(60) * (1 if touch.button == "scrollup" else -1))
            return True
        self._speed = 0.0
        touch.grab(self)
        self._window.on_touch_down(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:  # noqa: ANN401 - as above
        """Scroll once the finger has moved far enough to mean it."""
        if touch.grab_current is not self:
            return False
        if not touch.ud.get(SCROLLED) and self.reach and abs(touch.y - touch.oy) > self.kit.px(_DRAG):
            touch.ud[SCROLLED] = True
        if touch.ud.get(SCROLLED):
            self._speed = touch.dy
            self._move(touch.dy)
        return True

    def on_touch_up(self, touch: Any) -> bool:  # noqa: ANN401 - as above
        """Glide on after a flick."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if touch.ud.get(SCROLLED) and not self.kit.calm and self._glide is None:
            self._glide = Clock.schedule_interval(self._glide_on, _FRAME)
        return True

    def _glide_on(self, _delay: float) -> bool:
        self._speed *= _FRICTION
        if abs(self._speed) < _STILL:
            self._glide = None
            return False
        self._move(self._speed)
        return True

    def _move(self, distance: float) -> None:
        self._follows = False
        self.offset += distance
        self._lay()
