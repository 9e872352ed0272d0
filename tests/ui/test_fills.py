"""No pixel is filled twice for nothing: where a processor draws the window, that is what a frame costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.core.window import Window
from kivy.graphics import SmoothRoundedRectangle

from kiosk.checkout import inputs as i
from tests.support.lane import open_lane
from tests.ui.conftest import Shopper
from ui.app import KioskApp, _finish_frame
from ui.theme import NORMAL, rgba
from ui.widgets.card import Card
from ui.widgets.field import Field
from ui.widgets.line_row import LineRow

MILK, TEA = "8901234567890", "4006381333931"


def _shapes(widget: Any) -> list[SmoothRoundedRectangle]:  # noqa: ANN401 - Kivy's widgets have no type
    return [part for part in widget.canvas.before.children if isinstance(part, SmoothRoundedRectangle)]


def test_the_window_is_cleared_in_the_ground_of_the_theme_and_not_painted_over(
    enter: Callable[..., Shopper],
) -> None:
    shopper = enter()
    shopper.sees(open_lane().screen)
    assert tuple(Window.clearcolor) == rgba(NORMAL.ground)
    assert not shopper.stage.root.canvas.before.children


def test_a_surface_without_an_outline_is_one_shape_and_one_with_it_is_two(shopper: Shopper) -> None:
    shopper.sees(open_lane().screen)
    assert len(_shapes(Card(shopper.stage.kit))) == 1
    assert len(_shapes(Field(shopper.stage.kit, "", lambda: None))) == 2


def test_only_the_latest_line_of_the_basket_has_a_ground_of_its_own(shopper: Shopper) -> None:
    lane = open_lane()
    lane.tell(i.ShopperArrived("en"))
    view = shopper.sees(lane.scan(MILK, TEA).screen)
    rows = [view.lines.row(line) for line in (1, 2)]
    assert all(isinstance(row, LineRow) for row in rows)
    assert [sum(shape.pos[0] >= 0 for shape in _shapes(row)) for row in rows] == [0, 1]


def test_the_application_finishes_each_frame_before_the_next_begins(window: Any) -> None:  # noqa: ANN401 - as above
    window.unbind(on_flip=_finish_frame)  # of an application that an earlier test built: the window is one for all
    before = len(window.get_property_observers("on_flip"))
    app = KioskApp(calm=True)
    app.build()
    built = len(window.get_property_observers("on_flip"))
    window.unbind(size=app._resized, on_flip=_finish_frame)
    assert built == before + 1
