"""The one real window of a test run, without a display, drawn by the software renderer. Frames are counted.

Whoever imports Kivy's window first makes it, and it must be of this size: so this is imported before all of Kivy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.config import Config

SIZE = (1280, 800)
for name, value in (("width", SIZE[0]), ("height", SIZE[1]), ("multisamples", 0)):
    Config.set("graphics", name, str(value))

# ruff: noqa: E402
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import glFinish
from kivy.tests.common import UnitTestTouch
from kivy.uix.widget import Widget

from ui.area import Area

__all__ = ["SIZE", "UnitTestTouch", "frames", "middle", "settle", "the_window", "within"]


def the_window() -> Any:  # noqa: ANN401 - Kivy's window has no type
    """The window, of its size and as fast as it can be drawn; made by the first who asks."""
    Clock._max_fps = 0
    EventLoop.ensure_window()
    window = EventLoop.window
    window.size = SIZE
    window.bind(on_flip=_finish)
    return window


def _finish(*_: object) -> None:
    """Frames would pile up else."""
    glFinish()


def frames(count: int = 2) -> None:
    """Let ``count`` frames pass."""
    for _ in range(count):
        EventLoop.idle()


def settle() -> None:
    """What a frame does, but for the drawing."""
    Clock.tick()
    Clock.tick_draw()


def middle(area: Area) -> tuple[float, float]:
    """The middle of an area."""
    return area.x + area.w / 2, area.y + area.h / 2


def within(widget: Widget) -> Iterator[Widget]:
    """The widget and everything in it that is on show."""
    yield widget
    for child in widget.children:
        yield from within(child)
