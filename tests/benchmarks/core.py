"""How fast the pure checkout decides and renders with a long basket."""

from __future__ import annotations

import time
from collections.abc import Callable

from kiosk.checkout import inputs as i
from kiosk.checkout.decide import decide
from kiosk.checkout.moment import Moment
from kiosk.checkout.render import render
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from tests.benchmarks.size import Size
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop
from tools.report import Report

__all__ = ["measure"]


def _long_basket(lines: int) -> HandLane:
    book = small_shop()
    for number in range(lines):
        item = Item(f"i{number}", {"en": f"Item {number}"}, "x", "standard", Money(100 + number, "BDT"))
        book.items[item.item_id] = item
    lane = open_lane(book)
    return lane.tell(*(i.ItemChosen(f"i{number}") for number in range(lines)))


def _per_second(work: Callable[[int], object], rounds: int) -> float:
    """By the processor's time: nothing is waited for, and others at work beside do not count."""
    began = time.process_time()
    for number in range(rounds):
        work(number)
    return rounds / (time.process_time() - began)


def measure(report: Report, size: Size) -> None:
    """Decisions (each rings one more item up) and whole screens a second."""
    lane = _long_basket(size.lines)
    moment = Moment(lane.now_ms, 0, 1 << 20, lane.day)
    decisions = _per_second(lambda _: decide(lane.state, moment, i.ItemChosen("milk"), lane.book), size.rounds)
    screens = _per_second(lambda _: render(lane.state, lane.book.policy), size.rounds)
    report.figure("decisions_per_second", round(decisions))
    report.speed(f"decisions with {size.lines} lines", decisions, 1_000, "per s", at_most=False)
    report.speed(f"screens with {size.lines} lines", screens, 200, "per s", at_most=False)
