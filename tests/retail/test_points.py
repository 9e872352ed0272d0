"""Points: earned on what offers have left, shared exactly, blind to the order of scanning; burned in whole steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.retail.item import Item, ItemFlags
from kiosk.retail.offer import Earn, NForM, Occasion, Offer, Scope
from kiosk.retail.points import Programme, TierRule, burnable, most_to_burn, reckon, value_of
from kiosk.retail.promotion import settle
from kiosk.retail.transaction import LineItem
from tests.retail.builders import Shelf, counted_line, weighed_line

PLAIN = Programme(earn_points=1, earn_minor=10_000)
ITEMS = {
    "rice": Item("rice", {}, "grain", "standard", None),
    "tea": Item("tea", {}, "drinks", "standard", None),
    "banana": Item("banana", {}, "fruit", "standard", None, unit="kg"),
    "formula": Item("formula", {}, "baby", "standard", None, flags=ItemFlags(earns_points=False)),
    "bag": Item("bag", {}, "bags", "standard", None, flags=ItemFlags(bag=True)),
}
GOLD = Occasion(day="2026-11-22", tier="gold")


def shelf(*offers: Offer) -> Shelf:
    book = Shelf(offers)
    book.items = ITEMS
    return book


def earn(offer_id: str, effect: Earn, scope: Scope = Scope(), **more: object) -> Offer:  # noqa: B008 - frozen
    return replace(Offer(offer_id, scope, effect, {"en": offer_id}), **more)  # type: ignore[arg-type]


def test_points_are_counted_on_what_offers_have_left_and_rounded_once_for_the_basket() -> None:
    lines = [counted_line(1, 15_000, discount=1), counted_line(2, 15_001, item_id="tea")]
    earned = reckon(lines, shelf(), Occasion(), PLAIN)
    assert (earned.total, earned.spent) == (3, 30_000), "each line alone would round to one"
    assert sum(earned.lines.values()) == 3
    by_line = reckon(lines, shelf(), Occasion(), replace(PLAIN, rounded="line"))
    assert (by_line.total, dict(by_line.lines)) == (2, {1: 1, 2: 1})


@pytest.mark.parametrize(("rounding", "points"), [("down", 1), ("half_up", 2), ("up", 2)])
def test_the_programme_says_how_a_part_of_a_point_is_rounded(rounding: str, points: int) -> None:
    programme = replace(PLAIN, rounding=rounding)  # type: ignore[arg-type]
    assert reckon([counted_line(1, 15_000)], shelf(), Occasion(), programme).total == points


def test_what_the_book_marks_bags_deposits_and_voided_lines_earn_and_burn_nothing() -> None:
    lines = [
        counted_line(1, 50_000, item_id="formula"),
        counted_line(2, 50_000, item_id="bag"),
        counted_line(3, 50_000, item_id="unknown"),
        counted_line(4, 50_000, voided=True),
    ]
    assert reckon(lines, shelf(), Occasion(), PLAIN).total == 0
    assert burnable(lines, shelf(), PLAIN) == 0
    scoped = replace(PLAIN, burns_on=Scope(departments=("grain",)))
    assert burnable([counted_line(1, 700), counted_line(2, 800, item_id="tea")], shelf(), scoped) == 700


def test_of_several_multipliers_the_highest_counts_and_stackable_ones_add_what_they_give_above() -> None:
    tripled = earn("tea", Earn(times=30_000), Scope(("tea",)))
    doubled = earn("gold", Earn(times=20_000), tiers=("gold",))
    on_top = earn("day", Earn(times=15_000), valid_from="2026-11-22", valid_until="2026-11-22", stackable=True)
    lines = [counted_line(1, 10_000, item_id="tea"), counted_line(2, 10_000)]
    book = shelf(tripled, doubled, on_top)
    assert dict(reckon(lines, book, GOLD, PLAIN).lines) == {1: 3, 2: 3}, "3.5 and 2.5 come to 6"
    assert reckon(lines, book, Occasion(day="2026-11-23"), PLAIN).total == 4


def test_fixed_points_count_by_the_unit_up_to_a_limit_and_once_from_a_spend_on() -> None:
    each = earn("each", Earn(each=50), Scope(("tea",)), max_applications=2)
    once = earn("once", Earn(once=7), Scope(), min_spend=40_000)
    lines = [counted_line(1, 10_000, 3, item_id="tea"), counted_line(2, 10_000)]
    found = reckon(lines, shelf(each, once), Occasion(), PLAIN)
    assert found.total == 4 + 100 + 7
    assert sum(found.lines.values()) == found.total
    assert reckon(lines[1:], shelf(each, once), Occasion(), PLAIN).total == 1


def test_a_points_offer_takes_nothing_off_any_price() -> None:
    lines = [counted_line(1, 10_000, 3)]
    assert settle(lines, shelf(earn("x", Earn(times=90_000, each=3, once=3))), Occasion()).lines == {}


def test_what_is_paid_with_points_earns_none_unless_the_programme_says_so() -> None:
    lines = [counted_line(1, 20_000), counted_line(2, 20_000, item_id="tea")]
    paid_rice = replace(PLAIN, burns_on=Scope(("rice",)))
    assert dict(reckon(lines, shelf(), Occasion(), paid_rice, 20_000).lines) == {2: 2}
    assert reckon(lines, shelf(), Occasion(), replace(paid_rice, burned_earns=True), 20_000).total == 4


@pytest.mark.parametrize(
    ("available", "worth", "points"),
    [
        (0, 9_000, 0),
        (99, 9_000, 0),
        (299, 9_000, 0),
        (1_250, 9_000, 900),
        (400, 9_000, 400),
        (-5, 9_000, 0),
        (900, -1, 0),
    ],
)
def test_points_are_burned_in_whole_steps_from_the_least_up_to_what_there_is_and_what_it_pays(
    available: int, worth: int, points: int
) -> None:
    programme = Programme(burn_points=100, burn_minor=1_000, burn_least=300)
    assert most_to_burn(programme, available, worth) == points
    assert value_of(programme, points) == points * 10


def test_without_a_value_points_are_only_collected() -> None:
    assert (most_to_burn(Programme(), 1_000, 1_000), value_of(Programme(), 1_000)) == (0, 0)


def test_a_tier_is_the_highest_step_reached_in_whatever_order_the_steps_are_told() -> None:
    rule = TierRule("spend", 365, "basic", ((500, "gold"), (100, "silver")))
    assert [rule.tier(reached) for reached in (0, 99, 100, 499, 500, 9_999)] == [
        "basic", "basic", "silver", "silver", "gold", "gold",
    ]  # fmt: skip


# --- properties -------------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(1, 60_000)
OFFERS = (
    earn("a", Earn(times=20_000), Scope(("tea",))),
    earn("b", Earn(times=13_337), tiers=("gold",), stackable=True),
    earn("c", Earn(each=3), Scope(("rice", "tea")), max_applications=4),
    earn("d", Earn(once=11), min_spend=50_000),
    Offer("e", Scope(("rice",)), NForM(3, 2), {}),
)
PROGRAMMES = st.builds(
    Programme,
    earn_points=st.integers(0, 5),
    earn_minor=st.integers(1, 10_000),
    rounding=st.sampled_from(("down", "half_up", "up")),
    rounded=st.sampled_from(("basket", "line")),
    burned_earns=st.booleans(),
)


@st.composite
def baskets(draw: st.DrawFn) -> list[LineItem]:
    rows = draw(st.lists(st.tuples(st.sampled_from(sorted(ITEMS)), AMOUNTS, st.integers(1, 4)), min_size=1, max_size=8))
    return [
        weighed_line(n, price, 1_000, item_id=name, extended=price)
        if name == "banana"
        else counted_line(n, price, count, item_id=name)
        for n, (name, price, count) in enumerate(rows, start=1)
    ]


def settled(lines: Sequence[LineItem], book: Shelf) -> list[LineItem]:
    given_ = settle(lines, book, GOLD).lines
    return [replace(line, modifiers=given_.get(line.line, ())) for line in lines]


@settings(max_examples=120, deadline=None)
@given(baskets(), PROGRAMMES, st.integers(0, 200_000), st.sets(st.sampled_from(range(len(OFFERS)))), st.integers())
def test_what_a_basket_earns_does_not_hang_on_the_order_of_scanning_and_its_shares_sum(
    lines: list[LineItem], programme: Programme, burned: int, held: set[int], seed: int
) -> None:
    book = shelf(*(OFFERS[n] for n in sorted(held)))
    found = reckon(settled(lines, book), book, GOLD, programme, burned)
    other = list(lines)
    Random(seed).shuffle(other)
    again = reckon(
        settled([replace(k, line=n) for n, k in enumerate(other, start=1)], book), book, GOLD, programme, burned
    )
    assert (again.total, again.spent) == (found.total, found.spent)
    assert sum(found.lines.values()) == found.total
    assert all(points > 0 for points in found.lines.values())
    assert set(found.lines) <= {line.line for line in lines if ITEMS[line.item_id].flags.earns_points}


@settings(max_examples=120, deadline=None)
@given(
    st.integers(-50, 5_000), st.integers(-10, 100_000), st.integers(1, 400), st.integers(1, 9_000), st.integers(0, 999)
)
def test_no_more_is_burned_than_there_is_nor_than_it_pays(
    available: int, worth: int, step: int, minor: int, least: int
) -> None:
    programme = Programme(burn_points=step, burn_minor=minor, burn_least=least)
    points = most_to_burn(programme, available, worth)
    assert points == 0 or (least <= points <= available and value_of(programme, points) <= worth)
    assert points % step == 0
    more = points + step if points else -(-max(least, 1) // step) * step
    assert more > available or value_of(programme, more) > worth
