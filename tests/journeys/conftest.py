"""One window for all journeys of a process; a shop of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import Plan, Scale, Scanner, Shop, Staff, Terminal, opened
from tests.support.window import the_window


@pytest.fixture(scope="session")
def window() -> object:
    """The one window of the run."""
    return the_window()


@pytest.fixture
def shop(window: object, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The usual shop, or as the journey's ``plan`` mark has it."""
    assert window is not None
    mark = request.node.get_closest_marker("plan")
    with opened(mark.args[0] if mark is not None and mark.args else Plan(**(mark.kwargs if mark else {}))) as built:
        yield built


@pytest.fixture
def shopper(shop: Shop) -> Shopper:
    """Somebody before the glass."""
    return shop.shopper


@pytest.fixture
def staff(shop: Shop) -> Staff:
    """The attendant of the lane."""
    return shop.staff


@pytest.fixture
def scanner(shop: Shop) -> Scanner:
    """The scanner."""
    return shop.scanner


@pytest.fixture
def scale(shop: Shop) -> Scale:
    """The produce scale."""
    return shop.scale


@pytest.fixture
def terminal(shop: Shop) -> Terminal:
    """The card terminal."""
    return shop.terminal
