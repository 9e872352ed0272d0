"""Offers: the shopper gets the most, each unit serves once, shares sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.retail.item import Offer
from kiosk.retail.promotion import settle
from kiosk.retail.transaction import LineItem
from tests.retail.builders import counted_line, offer, weighed_line

DAY = "2026-03-01"
ITEMS = "rice oil soap tea"


def by_item(*offers: Offer) -> Callable[[str], tuple[Offer, ...]]:
    return lambda item_id: tuple(o for o in offers if item_id in o.item_ids)


def saved(lines: Sequence[LineItem], *offers: Offer, day: str = DAY) -> dict[int, int]:
    return {line: sum(m.amount.minor for m in given) for line, given in settle(lines, by_item(*offers), day)}


def test_the_third_piece_completes_three_for_two() -> None:
    three = offer("3for2", "rice", 3, 2)

    assert saved([counted_line(1, 1000, 2)], three) == {}
    assert saved([counted_line(1, 1000, 3)], three) == {1: 1000}
    assert saved([counted_line(1, 1000, 7)], three) == {1: 2000}


def test_the_cheapest_of_a_mixed_group_is_free_and_its_saving_is_shared_by_price() -> None:
    lines = [counted_line(1, 6000, item_id="oil"), counted_line(2, 3000, item_id="rice"), counted_line(3, 3000)]

    assert saved(lines, offer("mix", "oil rice", 3, 2)) == {1: 1500, 2: 750, 3: 750}


def test_an_offer_holds_on_its_first_and_last_day_and_on_no_other() -> None:
    spring = offer("spring", "rice", 2, 1, since="2026-03-01", until="2026-03-03")
    lines = [counted_line(1, 1000, 2)]

    held = [day for day in ("2026-02-28", "2026-03-01", "2026-03-03", "2026-03-04") if saved(lines, spring, day=day)]

    assert held == ["2026-03-01", "2026-03-03"]


def test_weighed_voided_and_excluded_lines_serve_no_offer() -> None:
    pair = offer("pair", "rice banana", 2, 1)

    assert saved([weighed_line(1, 1000, 500, extended=500), weighed_line(2, 1000, 500, extended=500)], pair) == {}
    assert saved([counted_line(1, 1000), counted_line(2, 1000, voided=True)], pair) == {}
    assert saved([counted_line(1, 1000), counted_line(2, 1000, discountable=False)], pair) == {}


def test_an_offer_that_gives_nothing_away_is_no_offer() -> None:
    assert saved([counted_line(1, 1000, 4)], offer("odd", "rice", 2, 2), offer("odder", "rice", 2, 3)) == {}


def test_competing_offers_share_the_units_so_that_most_is_saved() -> None:
    lines = [counted_line(1, 1000, 3, item_id="rice"), counted_line(2, 900, 1, item_id="oil")]

    assert sum(saved(lines, offer("a", "rice", 3, 2), offer("b", "rice oil", 2, 1)).values()) == 1900


def best_saving(lines: Sequence[LineItem], offers: Sequence[Offer]) -> int:
    """Brute force: every way to pick groups of pieces, each piece once."""
    pieces = tuple((line.unit_price.minor, line.item_id) for line in lines for _ in range(line.quantity))

    @cache
    def best(left: frozenset[int]) -> int:
        found = 0
        if not left:
            return 0
        first = min(left)
        found = best(left - {first})
        for one in offers:
            fitting = sorted(n for n in left - {first} if pieces[n][1] in one.item_ids)
            if pieces[first][1] not in one.item_ids:
                continue
            for others in combinations(fitting, one.buy - 1):
                group = {first, *others}
                prices = sorted((pieces[n][0] for n in group), reverse=True)
                found = max(found, sum(prices[one.pay :]) + best(left - group))
        return found

    return best(frozenset(range(len(pieces))))


@st.composite
def small_baskets(draw: st.DrawFn) -> list[LineItem]:
    lines: list[LineItem] = []
    room = 7
    for number in range(1, 5):
        quantity = draw(st.integers(0, min(3, room)))
        room -= quantity
        if quantity:
            item = draw(st.sampled_from(ITEMS.split()))
            lines.append(counted_line(number, draw(st.integers(1, 12)) * 50, quantity, item_id=item))
    return lines


def offers(offer_id: str) -> st.SearchStrategy[Offer]:
    return st.builds(
        lambda items, buy, free: offer(offer_id, " ".join(sorted(items)), buy, max(buy - free, 0)),
        st.sets(st.sampled_from(ITEMS.split()), min_size=1),
        st.integers(2, 3),
        st.integers(1, 2),
    )


@settings(max_examples=60, deadline=None)
@given(small_baskets(), offers("a"), offers("b"))
def test_no_other_grouping_gives_the_shopper_more(lines: list[LineItem], first: Offer, second: Offer) -> None:
    assert sum(saved(lines, first).values()) == best_saving(lines, [first])
    assert sum(saved(lines, first, second).values()) == best_saving(lines, [first, second])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 9), st.sampled_from(ITEMS.split())), max_size=30))
def test_no_line_saves_more_than_it_costs_and_order_of_asking_does_not_matter(
    rows: list[tuple[int, int, str]],
) -> None:
    lines = [counted_line(n, price, many, item_id=item) for n, (price, many, item) in enumerate(rows, start=1)]
    given_offers = (offer("a", "rice oil", 3, 2), offer("b", "oil soap", 2, 1), offer("c", "tea", 4, 2))

    found = settle(lines, by_item(*given_offers), DAY)

    assert found == settle(lines, by_item(*reversed(given_offers)), DAY)
    for number, modifiers in found:
        line = replace(lines[number - 1], modifiers=modifiers)
        assert 0 < line.discount.minor <= line.extended.minor


def test_a_long_basket_of_contested_items_is_settled_without_trying_every_way() -> None:
    lines = [counted_line(n, 100 + n, 3, item_id=ITEMS.split()[n % 3]) for n in range(1, 201)]

    found = saved(lines, offer("a", "rice oil", 3, 2), offer("b", "oil soap", 3, 2), offer("c", "soap rice", 2, 1))

    assert 600 * 100 / 3 < sum(found.values()) < 600 * 300 / 2
