"""What must hold of offers at their best on any basket: order tells nothing, more is never dearer, sums are exact."""

from __future__ import annotations

import gc
import random
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from kiosk.retail import competing
from kiosk.retail.columns import SCALE, Steps
from kiosk.retail.deals import Deal, Shape
from kiosk.retail.layers import settle_layers
from kiosk.retail.occasion import Occasion
from kiosk.retail.offer import AmountOff, BuyGet, NForM, NPercentOff, Offer, PercentOff, PercentOffEach, Scope
from kiosk.retail.packing import Packing, losing_at_most
from kiosk.retail.promotion import settle
from kiosk.retail.rents import Lots, rents_of
from kiosk.retail.transaction import LineItem
from kiosk.retail.units import Priced, Unit, deal_of, gains_of
from tests.retail.builders import Shelf, counted_line
from tests.retail.contests import ITEMS, MEMORIES, exhaustive, forget, random_basket, random_offers

NOTHING: frozenset[str] = frozenset()
KINDS = st.integers(0, 10_000).map(random.Random)


def saving(units: Sequence[Unit], offers: Sequence[Offer]) -> int:
    return settle_layers(units, offers, "optimal", NOTHING).saving


@pytest.mark.parametrize("number", range(60))
def test_no_combination_under_limits_and_caps_saves_more(number: int) -> None:
    rng = random.Random(10_000 + number)
    units, offers = random_basket(rng, rng.randint(2, 9)), random_offers(rng, rng.randint(1, 5))

    found = settle_layers(units, offers, "optimal", NOTHING)

    assert found.proven
    assert found.saving == exhaustive(units, offers)


def test_a_cap_is_part_of_the_choice_and_not_taken_off_afterwards() -> None:
    units = [Unit(1, "dear", 1000), Unit(2, "dear", 1000), Unit(3, "cheap", 300), Unit(4, "cheap", 300)]
    capped = Offer("capped", Scope(("dear", "cheap")), NForM(2, 1), {}, max_saving=300)
    plain = Offer("plain", Scope(("dear",)), NForM(2, 1), {})

    found = settle_layers(units, [capped, plain], "optimal", NOTHING)

    assert found.saving == 1300


def test_a_group_saves_what_it_can_also_where_the_cap_leaves_its_savings_without_worth() -> None:
    prices = {"a": 180, "c": 90, "d": 75, "g": 160}
    units = [Unit(n, item, prices[item]) for n, item in enumerate("ggdcag")]
    offers = [Offer("get", Scope(("a", "c", "g")), BuyGet(1, Scope()), {}, max_saving=400)]

    assert saving(units, offers) == 400


@seed(4)
@settings(max_examples=60, deadline=None)
@given(KINDS)
def test_a_piece_more_costs_its_price_at_most(rng: random.Random) -> None:
    units, offers = random_basket(rng, rng.randint(1, 9)), random_offers(rng, rng.randint(1, 5))
    more = [*units, rng.choice(units)]

    assert saving(more, offers) >= saving(units, offers)


@seed(4)
@settings(max_examples=60, deadline=None)
@given(KINDS)
def test_an_offer_more_makes_nothing_dearer(rng: random.Random) -> None:
    units, offers = random_basket(rng, rng.randint(1, 9)), random_offers(rng, rng.randint(2, 5))

    assert saving(units, offers) >= saving(units, offers[1:])


def floored(rng: random.Random, count: int) -> list[Unit]:
    """Units of which some may not be pushed far, or not at all."""
    return [replace(unit, floor=rng.choice((0, unit.price // 2, unit.price))) for unit in random_basket(rng, count)]


@seed(4)
@settings(max_examples=80, deadline=None)
@given(KINDS)
def test_nothing_is_pushed_below_its_floor_and_no_offer_above_its_cap(rng: random.Random) -> None:
    units, offers = floored(rng, rng.randint(1, 14)), random_offers(rng, rng.randint(1, 6))
    offers.append(Offer("order", Scope(), rng.choice((PercentOff(1000), AmountOff(777))), {}))

    found = settle_layers(units, offers, "optimal", NOTHING)

    taken, given = Counter[int](), Counter[str]()
    for take in found.takes:
        assert take.amount > 0
        taken[take.unit] += take.amount
        given[take.offer_id] += take.amount
    assert all(unit.price - taken[n] >= unit.floor for n, unit in enumerate(units))
    assert all(given[one.offer_id] <= one.max_saving for one in offers if one.max_saving)
    assert sum(given.values()) == found.saving


def lines_of(rng: random.Random, count: int) -> list[LineItem]:
    price = {item: 5 * rng.randint(1, 400) for item in ITEMS}
    chosen = [rng.choice(ITEMS) for _ in range(count)]
    return [counted_line(n, price[item], rng.randint(1, 2), item_id=item) for n, item in enumerate(chosen, 1)]


@seed(4)
@settings(max_examples=60, deadline=None)
@given(KINDS)
def test_the_order_of_scanning_changes_neither_total_nor_shares(rng: random.Random) -> None:
    lines, offers = lines_of(rng, rng.randint(1, 8)), random_offers(rng, rng.randint(1, 6))
    merged = list({line.item_id: line for line in lines}.values())  # an item has one line here: shares are told by item
    again = rng.sample(merged, len(merged))
    again = [replace(line, line=n) for n, line in enumerate(again, 1)]

    first = settle(merged, Shelf(offers), Occasion())
    second = settle(again, Shelf(offers[::-1]), Occasion())

    by_item = {line.item_id: first.lines.get(line.line, ()) for line in merged}
    assert by_item == {line.item_id: second.lines.get(line.line, ()) for line in again}


@seed(4)
@settings(max_examples=40, deadline=None)
@given(KINDS)
def test_what_is_remembered_changes_no_answer(rng: random.Random) -> None:
    units, offers = random_basket(rng, 12), random_offers(rng, 8)
    for count in range(1, len(units)):
        settle_layers(units[:count], offers, "optimal", NOTHING)

    warm = settle_layers(units, offers, "optimal", NOTHING)
    forget()

    assert settle_layers(units, offers, "optimal", NOTHING) == warm


def test_a_wide_basket_costs_the_same_whatever_was_scanned_before() -> None:
    rng = random.Random(2)
    names = tuple(f"i{n:02}" for n in range(30))
    basket = [Unit(n, name, 10 * rng.randint(5, 200)) for n, name in enumerate(names) for _ in range(2)]
    offers = random_offers(rng, 6, names[:10]) + [
        Offer(f"own-{n:02}", Scope(tuple(rng.sample(names, 4))), NForM(2, 1), {}, max_applications=n % 3)
        for n in range(24)
    ]
    forget()
    cold = settle_layers(basket, offers, "optimal", NOTHING)
    assert not cold.proven

    forget()
    way = rng.sample(basket, len(basket))
    chain = [settle_layers(way[:count], offers, "optimal", NOTHING) for count in range(len(way) - 3, len(way) + 1)]

    assert chain[-1].saving == cold.saving
    assert settle_layers(basket, offers, "optimal", NOTHING) == cold


def test_alike_offers_of_two_books_are_not_taken_for_one_another() -> None:
    units = [Unit(1, "tea", 1000), Unit(1, "tea", 1000)]
    before, after = (Offer("pair", Scope(("tea",)), NForM(2, paid), {}) for paid in (1, 0))

    assert saving(units, [before]) == 1000
    assert saving(units, [after]) == 2000


def test_a_price_book_is_not_kept_alive_by_what_is_remembered() -> None:
    shelf = Shelf([Offer("pair", Scope(("rice",)), NForM(2, 1), {})])
    settle([counted_line(1, 1000, 2)], shelf, Occasion())
    gone = weakref.ref(shelf)

    del shelf
    gc.collect()

    assert gone() is None


def test_what_is_remembered_is_bounded() -> None:
    assert all(remembered.cache_info().maxsize for remembered in MEMORIES)


# --- the method -------------------------------------------------------------------------------------------------------


def contest(number: int, count: int) -> competing.Contest:
    """A random basket as the search sees it: what each unit gains by itself, and the deals."""
    rng = random.Random(number)
    units = sorted(random_basket(rng, count), key=lambda unit: (-unit.price, unit.item_id))
    priced = Priced(units, [unit.price for unit in units])
    base, deals = [0] * count, list[Deal]()
    for offer in random_offers(rng, 6):
        deal = deal_of(offer, priced)
        if deal is not None:
            deals.append(deal)
            continue
        for unit, gain in (gains_of(offer, priced) or {}).items():
            base[unit] = max(base[unit], gain)
    return competing.Contest(tuple(base), tuple(deals))


@pytest.mark.parametrize("number", range(20))
def test_rents_bound_what_any_search_finds(number: int) -> None:
    asked = contest(number, 12)
    lots, members = competing._lots(asked)
    beside = sum(asked.base) - sum(asked.base[unit] for units in members for unit in units)

    rents = rents_of(lots, Steps(1_000_000))

    assert rents.exact
    assert (competing.search(asked, 1_000_000).value - beside) * SCALE <= rents.worth_most(lots)


@pytest.mark.parametrize("number", range(40))
def test_no_deal_saves_more_than_it_is_said_to_save_at_most(number: int) -> None:
    rng = random.Random(20_000 + number)
    units = random_basket(rng, rng.randint(2, 9))

    for offer in random_offers(rng, 6):
        made = deal_of(offer, Priced(units, [unit.price for unit in units]))
        if made is not None:
            assert exhaustive(units, [offer]) <= made.at_most()


def test_what_a_group_does_not_reduce_counts_for_nothing_in_what_it_saves_at_most() -> None:
    units = [Unit(1, "mug", 1_000)] * 7
    made = deal_of(Offer("o", Scope(), NForM(3, 2), {}), Priced(units, [1_000] * 7))

    assert made is not None
    assert made.at_most() == 2_000


@pytest.mark.parametrize("number", range(20))
def test_a_search_that_is_cut_short_gives_a_valid_answer_no_better_than_the_best(number: int) -> None:
    asked = contest(number, 14)
    best = competing.search(asked, 1_000_000)

    for budget in (1, 30, 300):
        found = competing.search(asked, budget)
        served = [unit for group in found.groups for unit in group.units]
        assert len(served) == len(set(served))
        assert sum(asked.base) <= found.value <= best.value
        assert found.proven <= (found.value == best.value)


@pytest.mark.parametrize("number", range(10))
def test_no_combination_loses_less_than_the_first_that_is_complete(number: int) -> None:
    lots, _ = competing._lots(contest(number, 10))
    rents = rents_of(lots, Steps(1_000_000))
    most = rents.worth_most(lots)

    found = [
        Packing(lots, rents, losing_at_most(lots, rents, loss, Steps(1_000_000))).best(loss, Steps(1_000_000))
        for loss in (most, 2 * most)
    ]

    assert found[0] is not None
    assert found[1] is not None
    assert found[0][0] == found[1][0]


def test_a_group_of_a_thousand_units_is_formed_without_counting_its_ways() -> None:
    units = [Unit(1, "screw", 5)] * 1_100
    offers = [Offer("box", Scope(), NForM(1_050, 50), {}), Offer("third", Scope(), PercentOffEach(500), {})]

    found = settle_layers(units, offers, "optimal", NOTHING)

    assert found.proven
    assert found.saving == 5_000


def two_threes(cola: int, tea: int) -> competing.Contest:
    """Three for two on cola, and on tea beside a percent off two: no unit serves both."""
    units = [Unit(1, "cola", cola)] * 3 + [Unit(2, "tea", tea)] * 4
    priced = Priced(units, [unit.price for unit in units])
    offers = [
        Offer("cola", Scope(("cola",)), NForM(3, 2), {}),
        Offer("tea", Scope(("tea",)), NForM(3, 2), {}),
        Offer("pair", Scope(("tea",)), NPercentOff(2, 3_000), {}),
    ]
    return competing.Contest((0,) * 7, tuple([deal for offer in offers if (deal := deal_of(offer, priced))]))


def test_a_piece_that_has_not_changed_is_not_searched_again() -> None:
    forget()
    competing.search(two_threes(cola=200, tea=150))
    searched = competing._searched.cache_info().misses

    found = competing.search(two_threes(cola=300, tea=150))

    assert searched == 2
    assert competing._searched.cache_info().misses == searched + 1
    assert found.value == 300 + 180


def test_what_can_form_no_group_binds_no_piece_to_another() -> None:
    forget()
    asked = two_threes(cola=200, tea=150)
    too_large = Deal((Shape.run(8, [10] * 7),))

    found = competing.search(replace(asked, deals=(too_large, *asked.deals)))

    assert competing._searched.cache_info().misses == 2
    assert {group.deal for group in found.groups} == {1, 3}
    assert found.value == 200 + 180


def test_an_empty_contest_has_an_answer() -> None:
    assert competing.search(competing.Contest((), ())) == competing.Found(0, (), proven=True)
    assert rents_of(Lots((), (), ()), Steps(10)).exact


@pytest.mark.parametrize("number", range(6))
def test_a_basket_too_wide_for_one_search_is_settled_in_parts_better_than_by_priority(number: int) -> None:
    rng = random.Random(number)
    names = tuple(f"i{n:02}" for n in range(40))
    units = [Unit(n, name, 10 * rng.randint(5, 200)) for n, name in enumerate(names) for _ in range(2)]
    offers = [
        Offer(f"o{n:02}", Scope(tuple(rng.sample(names, 4))), NForM(rng.randint(2, 3), 1), {}, max_applications=n % 3)
        for n in range(60)
    ]

    found = settle_layers(units, offers, "optimal", NOTHING)

    assert not found.proven
    assert found.saving > settle_layers(units, offers, "sequential", NOTHING).saving
    assert found.saving >= settle_layers(units, offers, "best_single", NOTHING).saving


def test_a_small_basket_under_three_caps_is_searched_to_the_end() -> None:
    rng = random.Random(4_214)
    units, offers = random_basket(rng, rng.randint(1, 12)), random_offers(rng, rng.randint(1, 5))

    found = settle_layers(units, offers, "optimal", NOTHING)

    assert found.proven
    assert found.saving == 2_193
