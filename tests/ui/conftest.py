"""One real window without a display, and a shopper before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiosk.checkout.inputs import Touch
from kiosk.checkout.look_up import LookUp
from kiosk.checkout.screen import Screen
from kiosk.i18n.translate import Translator
from tests.support.screens import PaperLookUp
from tests.support.window import SIZE, UnitTestTouch, frames, middle, settle, the_window, within
from ui.capture import capture
from ui.pictures import Pictures
from ui.screens.all import VIEWS
from ui.stage import Stage, Surroundings
from ui.widgets.button import PushButton

__all__ = ["SHOTS", "SIZE", "Shopper", "buttons", "frames", "middle", "settle", "within"]

_Window = Any
ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "ui"


@dataclass
class Shopper:
    """A stage in the window, a finger, and what the finger made the screen submit."""

    size: tuple[int, int] = SIZE
    submitted: list[Touch] = field(default_factory=list)
    lingered: int = 0
    """Fingers that asked for nothing."""
    book: Callable[[], LookUp] = PaperLookUp

    def __post_init__(self) -> None:
        """Set the stage."""
        around = Surroundings(
            submit=self.submitted.append,
            look_up=lambda: self.book(),  # noqa: PLW0108 - a test may set another later
            speaker=Translator,
            views=VIEWS,
            calm=True,
            pictures=Pictures(ROOT / "samples" / "pictures"),
            still_here=self._lingers,
        )
        self.stage = Stage(around, self.size)

    def _lingers(self) -> None:
        self.lingered += 1

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
        image.save(SHOTS / f"{name}.png", compress_level=1)
        return image


@pytest.fixture(scope="session", autouse=True)
def window() -> object:
    """The one window of the run."""
    return the_window()


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
