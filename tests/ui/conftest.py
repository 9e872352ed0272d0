"""One real window without a display, drawn by the software renderer. Frames are counted, never waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kivy.config import Config

SIZE = (1280, 800)
# Whichever import comes to the window first makes it, and it must be of this size: so this stands before the others.
for name, value in (("width", SIZE[0]), ("height", SIZE[1]), ("multisamples", 0)):
    Config.set("graphics", name, str(value))

# ruff: noqa: E402
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import glFinish
from kivy.tests.common import UnitTestTouch
from kivy.uix.widget import Widget
from PIL import Image

from kiosk.checkout.inputs import Touch
from kiosk.checkout.screen import Screen
from kiosk.i18n.translate import Translator
from tests.support.screens import PaperLookUp
from ui.area import Area
from ui.capture import capture
from ui.pictures import Pictures
from ui.screens.all import VIEWS
from ui.stage import Stage, Surroundings
from ui.widgets.button import PushButton

_Window = Any
ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "ui"


def frames(count: int = 2) -> None:
    """Let ``count`` frames pass."""
    for _ in range(count):
        EventLoop.idle()


def settle() -> None:
    """What a frame does, but for the drawing."""
    Clock.tick()
    Clock.tick_draw()


@dataclass
class Shopper:
    """A stage in the window, a finger, and what the finger made the screen submit."""

    size: tuple[int, int] = SIZE
    submitted: list[Touch] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set the stage."""
        around = Surroundings(
            submit=self.submitted.append,
            look_up=PaperLookUp,
            speaker=Translator,
            views=VIEWS,
            calm=True,
            pictures=Pictures(ROOT / "samples" / "pictures"),
        )
        self.stage = Stage(around, self.size)

    def sees(self, screen: Screen) -> Any:  # noqa: ANN401 - whichever view it is
        """Show a screen and give its view."""
        self.stage.show(screen)
        settle()
        return self.stage.view

    def touches(self, part: Any) -> None:  # noqa: ANN401 - any widget with an area
        """Press and let go in the middle of a widget."""
        self.touches_at(*middle(part.area))

    def touches_at(self, x: float, y: float) -> None:
        """Press and let go at a point of the window."""
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        frames(1)
        touch.touch_up()
        frames()

    def drags(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, slide in steps, let go."""
        touch = UnitTestTouch(*start)
        touch.touch_down()
        for step in range(1, 6):
            share = step / 5
            touch.touch_move(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            frames(1)
        touch.touch_up()
        frames()

    def shoots(self, name: str) -> Image.Image:
        """A picture of the window, kept under ``build/ui``."""
        image = capture()
        SHOTS.mkdir(parents=True, exist_ok=True)
        image.save(SHOTS / f"{name}.png")
        return image


def middle(area: Area) -> tuple[float, float]:
    """The middle of an area."""
    return area.x + area.w / 2, area.y + area.h / 2


def within(widget: Widget) -> Iterator[Widget]:
    """The widget and everything in it that is on show."""
    yield widget
    for child in widget.children:
        yield from within(child)


@pytest.fixture(scope="session", autouse=True)
def window() -> Iterator[object]:
    """The one window of the run."""
    Clock._max_fps = 0
    EventLoop.ensure_window()
    window = EventLoop.window
    window.size = SIZE
    window.bind(on_flip=lambda *_: glFinish())
    yield window
    window.close()


@pytest.fixture
def enter(window: _Window) -> Iterator[Callable[[tuple[int, int]], Shopper]]:
    """Makes shoppers before a window of some size; takes them away again."""
    there: list[Shopper] = []

    def make(size: tuple[int, int] = SIZE) -> Shopper:
        window.size = size
        shopper = Shopper(size)
        window.add_widget(shopper.stage.root)
        there.append(shopper)
        frames()
        return shopper

    yield make
    for shopper in there:
        window.remove_widget(shopper.stage.root)
    window.size = SIZE


@pytest.fixture
def shopper(enter: Callable[..., Shopper]) -> Shopper:
    """Somebody before the kiosk."""
    return enter()


def buttons(root: Any) -> dict[str, PushButton]:  # noqa: ANN401 - any widget
    """The buttons in it, by their words."""
    return {part.words: part for part in within(root) if isinstance(part, PushButton)}
