"""How fast the pure checkout decides and renders with a basket of two hundred lines."""

from __future__ import annotations

import time
from collections.abc import Callable

from kiosk.checkout import inputs as i
from kiosk.checkout.decide import decide
from kiosk.checkout.moment import Moment
from kiosk.checkout.render import render
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop
from tools.report import Report

__all__ = ["measure"]

_LINES = 200
_ROUNDS = 300


def _long_basket() -> HandLane:
    book = small_shop()
    for number in range(_LINES):
        item = Item(f"i{number}", {"en": f"Item {number}"}, "x", "standard", Money(100 + number, "BDT"))
        book.items[item.item_id] = item
    lane = open_lane(book)
    return lane.tell(*(i.ItemChosen(f"i{number}") for number in range(_LINES)))


def _per_second(work: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(_ROUNDS):
        work(number)
    return _ROUNDS / (time.perf_counter() - began)


def measure(report: Report) -> None:
    """Decisions (each rings one more item up) and whole screens a second."""
    lane = _long_basket()
    moment = Moment(lane.now_ms, 0, 1 << 20, lane.day)
    decisions = _per_second(lambda _: decide(lane.state, moment, i.ItemChosen("milk"), lane.book))
    screens = _per_second(lambda _: render(lane.state, lane.book.policy))
    report.figure("decisions_per_second", round(decisions))
    report.speed(f"decisions with {_LINES} lines", decisions, 1_000, "per s", at_most=False)
    report.speed(f"screens with {_LINES} lines", screens, 200, "per s", at_most=False)
