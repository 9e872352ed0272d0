"""Marked down by date: the same item at different dates is priced differently, whatever the order of scanning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from kiosk.retail.offer import NForM, Occasion, Offer, PercentOffEach, Scope
from kiosk.retail.promotion import settle
from kiosk.retail.transaction import LineItem
from tests.retail.builders import Shelf, counted_line, weighed_line

DAY = "2026-11-22"
SHORT = Offer(
    "short",
    Scope(("milk",), expires_within_days=2),
    PercentOffEach(3000),
    {"en": "Short date: 30% off"},
    layer="catalogue",
)


def milk(line: int, expires: str = "", quantity: int = 1, *, best_before: str = "") -> LineItem:
    return replace(counted_line(line, 9500, quantity, item_id="milk"), expires=expires, best_before=best_before)


def saved(lines: Sequence[LineItem], *offers: Offer, day: str = DAY) -> dict[int, int]:
    found = settle(lines, Shelf(offers), Occasion(day))
    return {line: sum(m.amount.minor for m in given) for line, given in found.lines.items()}


@pytest.mark.parametrize(
    ("told", "saving"),
    [("2026-11-22", 2850), ("2026-11-24", 2850), ("2026-11-25", 0), ("2027-11-23", 0), ("", 0)],
)
def test_only_a_unit_whose_date_is_near_is_marked_down(told: str, saving: int) -> None:
    assert saved([milk(1, told)], SHORT).get(1, 0) == saving
    assert saved([milk(1, best_before=told)], SHORT).get(1, 0) == saving


def test_an_expiry_date_goes_before_a_best_before_date() -> None:
    assert saved([milk(1, "2026-12-24", best_before="2026-11-22")], SHORT) == {}


def test_the_date_is_counted_from_the_business_day_and_without_one_nothing_is_marked_down() -> None:
    assert saved([milk(1, "2026-11-24")], SHORT, day="2026-11-21") == {}
    assert saved([milk(1, "2026-11-24")], SHORT, day="") == {}


def test_the_same_item_at_two_dates_has_two_prices() -> None:
    assert saved([milk(1, "2026-11-23", 2), milk(2, "2026-12-23", 3), milk(3)], SHORT) == {1: 5700}


def test_a_weighed_pack_is_marked_down_by_its_date_too() -> None:
    fish = replace(weighed_line(1, 80_000, 500, item_id="fish", extended=40_000), expires="2026-11-22")
    short = replace(SHORT, scope=Scope(("fish",), expires_within_days=0), effect=PercentOffEach(5000))

    assert saved([fish], short) == {1: 20_000}


def test_offers_on_undated_units_may_leave_marked_down_ones_out() -> None:
    three = Offer("three", Scope(("milk",), undiscounted=True), NForM(3, 2), {})

    assert saved([milk(1, "2026-11-23"), milk(2, quantity=3)], SHORT, three) == {1: 2850, 2: 9500}


def test_no_order_of_scanning_changes_what_a_pack_of_some_date_costs() -> None:
    pair = Offer("pair", Scope(("milk",)), NForM(2, 1), {})
    packs = [("2026-11-23", 1), ("2026-11-24", 1), ("2026-12-01", 1), ("", 1)]
    offers = (replace(SHORT, layer="item"), pair)

    found = set()
    for order in permutations(packs):
        given = saved([milk(n, told, quantity) for n, (told, quantity) in enumerate(order, 1)], *offers)
        found.add(tuple(sorted((order[line - 1][0], amount) for line, amount in given.items())))

    assert len(found) == 1
