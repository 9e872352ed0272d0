"""Offers: the shopper gets the most, each unit serves once, shares sum."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.retail.layers import settle_layers
from kiosk.retail.offer import (
    AmountOff,
    AmountOffEach,
    DistinctSet,
    NForM,
    NForPrice,
    Occasion,
    Offer,
    OfferPolicy,
    PercentOff,
    PercentOffEach,
    PriceEach,
    Scope,
)
from kiosk.retail.promotion import settle
from kiosk.retail.transaction import LineItem
from kiosk.retail.units import Unit
from tests.retail.builders import Shelf, counted_line, offer, weighed_line
from tests.retail.contests import exhaustive, random_basket, random_offers

DAY = "2026-03-01"
ITEMS = "rice oil soap tea"


def saved(lines: Sequence[LineItem], *offers: Offer, day: str = DAY) -> dict[int, int]:
    found = settle(lines, Shelf(offers), Occasion(day))
    return {line: sum(m.amount.minor for m in given) for line, given in found.lines.items()}


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


@pytest.mark.parametrize("seed", range(120))
def test_no_other_combination_gives_the_shopper_more(seed: int) -> None:
    rng = random.Random(seed)
    units, offers = random_basket(rng, rng.randint(2, 8)), random_offers(rng, rng.randint(1, 5))

    found = settle_layers(units, offers, "optimal", frozenset())

    assert found.proven
    assert found.saving == exhaustive(units, offers)


@pytest.mark.parametrize("seed", range(40))
def test_neither_the_order_of_scanning_nor_that_of_the_offers_changes_what_is_saved(seed: int) -> None:
    rng = random.Random(seed)
    units, offers = random_basket(rng, 10), random_offers(rng, 5)
    policy = rng.choice(get_args(OfferPolicy))

    first = settle_layers(units, offers, policy, frozenset())

    for _ in range(3):
        rng.shuffle(units)
        rng.shuffle(offers)
        assert settle_layers(units, offers, policy, frozenset()).saving == first.saving


@pytest.mark.parametrize("seed", range(40))
def test_a_search_cut_short_is_never_worse_than_one_policy_alone(seed: int) -> None:
    rng = random.Random(seed)
    units, offers = random_basket(rng, 14), random_offers(rng, 6)

    found = settle_layers(units, offers, "optimal", frozenset(), budget=1)

    assert found.saving >= settle_layers(units, offers, "sequential", frozenset()).saving
    assert found.saving >= settle_layers(units, offers, "best_single", frozenset()).saving


def test_the_book_store_s_discount_prefers_two_sets_of_four_to_five_and_three() -> None:
    copies = {"a": 2, "b": 2, "c": 2, "d": 1, "e": 1}
    units = [Unit(1, title, 800) for title, many in copies.items() for _ in range(many)]
    books = Offer("books", Scope(), DistinctSet(((2, 500), (3, 1000), (4, 2000), (5, 2500))), {})

    assert settle_layers(units, [books], "optimal", frozenset()).saving == 8 * 800 * 20 // 100


def test_a_floor_price_holds_and_what_it_refuses_goes_to_the_others() -> None:
    units = [Unit(1, "wine", 5000, floor=4500), Unit(2, "mug", 2000)]

    found = settle_layers(units, [Offer("fifth", Scope(), PercentOff(2000), {})], "optimal", frozenset())

    assert {take.unit: take.amount for take in found.takes} == {0: 500, 1: 900}


def test_layers_follow_one_another_from_the_catalogue_to_the_order() -> None:
    offers = [
        Offer("order", Scope(), PercentOff(1000), {}),
        Offer("item", Scope(), AmountOffEach(100), {}),
        Offer("markdown", Scope(), PercentOffEach(5000), {}, layer="catalogue"),
    ]

    found = settle_layers([Unit(1, "tea", 1000)], offers, "optimal", frozenset())

    assert [(take.offer_id, take.amount) for take in found.takes] == [("markdown", 500), ("item", 100), ("order", 40)]


def test_offers_on_top_of_one_another_follow_as_saves_most_and_by_priority_where_the_shop_says_so() -> None:
    offers = [
        Offer("amount", Scope(), AmountOffEach(500), {}, stackable=True, priority=5),
        Offer("half", Scope(), PercentOffEach(5000), {}, stackable=True),
        Offer("price", Scope(), PriceEach(2000), {}, stackable=True),
    ]
    units = [Unit(1, "mug", 4000)]

    saved = {policy: settle_layers(units, offers, policy, frozenset()).saving for policy in ("optimal", "sequential")}

    assert saved == {"optimal": 2000 + 1000 + 500, "sequential": 500 + 1750}


def test_an_exclusive_offer_that_wins_over_what_was_not_proven_is_not_proven_either() -> None:
    units = [Unit(n, f"item-{n}", 1000 + n) for n in range(40)]
    broad = [Offer(f"o{n}", Scope(), NForPrice(2 + n % 3, 1500 + 37 * n), {}) for n in range(12)]
    alone = Offer("alone", Scope(), PercentOff(9900), {}, exclusive=True)

    found = settle_layers(units, [*broad, alone], "optimal", frozenset())

    assert {take.offer_id for take in found.takes} == {"alone"}
    assert not found.proven
    assert settle_layers(units, [alone], "optimal", frozenset()).proven


def test_an_exclusive_offer_stands_alone_and_wins_only_where_it_saves_more() -> None:
    alone = Offer("alone", Scope(), PercentOff(2000), {}, exclusive=True)
    shared = Offer("shared", Scope(), AmountOff(1500), {}, priority=5)
    units = [Unit(1, "mug", 10_000)]

    assert [take.offer_id for take in settle_layers(units, [alone, shared], "optimal", frozenset()).takes] == ["alone"]
    assert settle_layers([Unit(1, "mug", 1000)], [alone, shared], "optimal", frozenset()).saving == 1000
    assert settle_layers([Unit(1, "mug", 1000)], [alone, shared], "sequential", frozenset()).saving == 200


@pytest.mark.parametrize(
    ("condition", "met", "missed"),
    [
        ({"stores": ("dhk-01",)}, Occasion(store="dhk-01"), Occasion(store="dhk-02")),
        ({"channels": ("kiosk",)}, Occasion(), Occasion(channel="web")),
        ({"tiers": ("gold",)}, Occasion(tier="gold"), Occasion()),
        ({"coupon": "EID10"}, Occasion(coupons=("EID10",)), Occasion()),
        ({"visit": 1}, Occasion(visit=1), Occasion(visit=2)),
        ({"valid_from": "2026-03-01"}, Occasion("2026-03-01"), Occasion("2026-02-28")),
    ],
)
def test_an_offer_holds_where_its_conditions_are_met(
    condition: dict[str, Any], met: Occasion, missed: Occasion
) -> None:
    book = Shelf((Offer("half", Scope(), PercentOffEach(5000), {}, **condition),))
    lines = [counted_line(1, 1000)]

    assert settle(lines, book, met).lines[1][0].amount.minor == 500
    assert settle(lines, book, missed).lines == {}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"min_spend": 2000}, True),
        ({"min_spend": 2001}, False),
        ({"min_units": 2}, True),
        ({"min_units": 3}, False),
        ({"contains": ("rice",)}, True),
        ({"contains": ("tea",)}, False),
        ({"min_left": 2000}, True),
        ({"min_left": 2001}, False),
    ],
)
def test_an_offer_holds_for_baskets_that_reach_it(condition: dict[str, Any], *, met: bool) -> None:
    book = Shelf((Offer("half", Scope(), PercentOffEach(5000), {}, **condition),))

    assert bool(settle([counted_line(1, 1000, 2)], book, Occasion()).lines) is met


def test_a_weighed_line_gets_its_percent_and_serves_no_group() -> None:
    line = weighed_line(1, 1000, 500, extended=505)

    percent = Shelf((Offer("tenth", Scope(), PercentOffEach(1000), {}),))
    pair = Shelf((Offer("pair", Scope(), NForM(2, 1), {}),))

    assert settle([line], percent, Occasion()).lines[1][0].amount.minor == 51
    assert settle([line, replace(line, line=2)], pair, Occasion()).lines == {}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 9), st.sampled_from(ITEMS.split())), max_size=30))
def test_no_line_saves_more_than_it_costs_and_order_of_asking_does_not_matter(
    rows: list[tuple[int, int, str]],
) -> None:
    lines = [counted_line(n, price, many, item_id=item) for n, (price, many, item) in enumerate(rows, start=1)]
    given_offers = (offer("a", "rice oil", 3, 2), offer("b", "oil soap", 2, 1), offer("c", "tea", 4, 2))

    found = settle(lines, Shelf(given_offers), Occasion(DAY)).lines

    assert found == settle(lines[::-1], Shelf(given_offers[::-1]), Occasion(DAY)).lines
    for number, modifiers in found.items():
        line = replace(lines[number - 1], modifiers=modifiers)
        assert 0 < line.discount.minor <= line.extended.minor


def test_a_long_basket_of_contested_items_is_settled_without_trying_every_way() -> None:
    lines = [counted_line(n, 100 + n, 3, item_id=ITEMS.split()[n % 3]) for n in range(1, 201)]

    found = saved(lines, offer("a", "rice oil", 3, 2), offer("b", "oil soap", 3, 2), offer("c", "soap rice", 2, 1))

    assert 600 * 100 / 3 < sum(found.values()) < 600 * 300 / 2


def test_an_item_that_no_offer_may_reach_opens_none_either() -> None:
    with_it = Offer("with", Scope(("rice",)), PercentOffEach(1_000), {"en": "With"}, contains=("formula",))
    rice = counted_line(1, 1_000)
    for discountable, saved in ((True, {1}), (False, set())):
        formula = counted_line(2, 5_000, item_id="formula", discountable=discountable)
        assert set(settle([rice, formula], Shelf([with_it]), Occasion()).lines) == saved


def test_a_line_names_its_offers_as_they_were_applied_whatever_they_are_called() -> None:
    names: dict[str, str] = {}
    of = Scope(("rice",))
    offers = (
        Offer("a-order", Scope(), PercentOff(1000), names),
        Offer("b-on-top", of, AmountOffEach(100), names, stackable=True),
        Offer("c-item", of, PercentOffEach(2000), names),
        Offer("d-markdown", of, PercentOffEach(5000), names, layer="catalogue"),
    )
    line = counted_line(1, 10_000)
    given = settle([line], Shelf(offers), Occasion(DAY)).lines[1]
    assert [(one.offer_id, one.amount.minor) for one in given] == [
        ("d-markdown", 5000),
        ("c-item", 1000),
        ("b-on-top", 100),
        ("a-order", 390),
    ]
    again = settle([replace(line, modifiers=given)], Shelf(offers), Occasion(DAY)).lines[1]
    assert again is given
    turned = replace(line, modifiers=tuple(reversed(given)))
    assert settle([turned], Shelf(offers), Occasion(DAY)).lines[1] == given
