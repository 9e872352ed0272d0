"""Hints: what they promise is what the shopper gets, whatever was scanned first, and the work is bounded."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import pytest

from kiosk.retail.hints import Hint, hints, may_be_suggested
from kiosk.retail.item import Item, ItemFlags, Recall, Restriction
from kiosk.retail.money import Money
from kiosk.retail.offer import (
    AmountOff,
    BuyGet,
    DistinctSet,
    Gift,
    NForM,
    NForPrice,
    Occasion,
    Offer,
    OfferPolicy,
    Part,
    PercentOff,
    PercentOffEach,
    Scope,
    SetForPrice,
    TieredAmount,
    TieredPercent,
)
from kiosk.retail.promotion import settle
from kiosk.retail.transaction import LineItem
from tests.retail.builders import Shelf, counted_line, weighed_line
from tests.retail.contests import ITEMS, random_offers

PRICES = {"rice": 1000, "oil": 2000, "soap": 500, "tea": 3000}
TODAY = Occasion("2026-11-22")


def line(number: int, item_id: str, quantity: int = 1, price: int = 0) -> LineItem:
    return counted_line(number, price or PRICES[item_id], quantity, item_id=item_id)


def settled(lines: Sequence[LineItem], shelf: Shelf, policy: OfferPolicy = "optimal") -> list[LineItem]:
    found = settle(lines, shelf, TODAY, policy).lines
    return [replace(line, modifiers=found.get(line.line, ())) for line in lines]


def saved(lines: Iterable[LineItem]) -> int:
    return sum(line.discount.minor for line in lines)


def told(
    lines: Sequence[LineItem],
    offers: Sequence[Offer],
    *,
    prices: dict[str, int] | None = None,
    policy: OfferPolicy = "optimal",
    most: int = 1,
) -> tuple[Hint, ...]:
    """The hints where every item of ``prices`` may be suggested."""
    known = PRICES if prices is None else prices
    shelf = Shelf(offers)

    def another(item_id: str, units: int) -> LineItem | None:
        return line(0, item_id, units, known[item_id]) if item_id in known else None

    return hints(settled(lines, shelf, policy), shelf, TODAY, policy, another, most=most)


def brief(found: Iterable[Hint]) -> list[tuple[str, int, str, int, int]]:
    return [(hint.offer_id, hint.units, hint.item_id, hint.price.minor, hint.saving.minor) for hint in found]


# --- each kind of offer -----------------------------------------------------------------------------------------------


def offer(effect: object, items: str = "rice", **conditions: object) -> Offer:
    return Offer("o", Scope(tuple(items.split())), effect, {"en": "Offer"}, **conditions)  # type: ignore[arg-type]


MEAL = SetForPrice((Part(Scope(("rice",))), Part(Scope(("soap", "oil"))), Part(Scope(("tea",)))), 4000)

KINDS = [
    (offer(NForM(3, 2)), {"rice": 2}, (1, "rice", 1000, 1000)),
    (offer(NForM(3, 2)), {"rice": 5}, (1, "rice", 1000, 1000)),
    (offer(NForM(4, 2)), {"rice": 2}, (2, "rice", 2000, 2000)),
    (offer(NForPrice(3, 2400), "rice soap"), {"rice": 2}, (1, "rice", 1000, 600)),
    (offer(BuyGet(1, Scope(("soap",)))), {"rice": 1}, (1, "soap", 500, 500)),
    (offer(MEAL), {"rice": 1, "tea": 1}, (1, "oil", 2000, 2000)),
    (offer(Gift("soap", every=2)), {"rice": 1, "soap": 1}, (1, "rice", 1000, 500)),
    (offer(DistinctSet(((2, 1000), (3, 3000))), "rice oil soap"), {"rice": 1, "oil": 1}, (1, "soap", 500, 750)),
    (offer(TieredPercent("quantity", ((3, 2000),))), {"rice": 2}, (1, "rice", 1000, 600)),
    (offer(PercentOffEach(3000), min_units=4), {"rice": 3}, (1, "rice", 1000, 1200)),
    (offer(PercentOffEach(5000), contains=("soap",)), {"rice": 1}, (1, "soap", 500, 500)),
    (offer(AmountOff(500), "rice soap", min_spend=2000), {"rice": 1, "soap": 1}, (0, "", 500, 500)),
    (offer(PercentOff(5000), min_spend=4000, spend_on=Scope()), {"rice": 3}, (0, "", 1000, 2000)),
    (offer(AmountOff(500), "", min_left=2000), {"rice": 1, "soap": 1}, (0, "", 500, 500)),
    (offer(TieredAmount("spend", ((3000, 300), (6000, 900)))), {"rice": 5}, (0, "", 1000, 600)),
]


@pytest.mark.parametrize(("given", "basket", "advice"), KINDS, ids=[str(kind[0].effect)[:40] for kind in KINDS])
def test_each_kind_of_offer_says_what_little_is_missing(
    given: Offer, basket: dict[str, int], advice: tuple[int, str, int, int]
) -> None:
    lines = [line(n, item_id, many) for n, (item_id, many) in enumerate(basket.items(), 1)]

    assert brief(told(lines, [given]))[:1] == [("o", *advice)]


@pytest.mark.parametrize(
    ("given", "basket"),
    [
        (offer(NForM(3, 2)), {"rice": 1}),
        (offer(NForM(3, 2)), {"rice": 3}),
        (offer(NForM(5, 4)), {"rice": 2}),
        (offer(NForM(3, 2), max_applications=1), {"rice": 5}),
        (offer(MEAL), {"rice": 1}),
        (offer(AmountOff(500), min_spend=2000), {"rice": 1}),
        (offer(NForPrice(3, 2900)), {"rice": 2}),
        (offer(NForM(2, 1), tiers=("gold",)), {"rice": 1}),
        (offer(NForM(2, 1), valid_until="2026-11-21"), {"rice": 1}),
        (offer(NForM(2, 1), "oil"), {"rice": 1}),
    ],
)
def test_nothing_is_said_where_much_is_missing_or_little_is_given(given: Offer, basket: dict[str, int]) -> None:
    lines = [line(n, item_id, many) for n, (item_id, many) in enumerate(basket.items(), 1)]

    assert told(lines, [given]) == ()


def test_what_may_not_be_suggested_is_not() -> None:
    given = offer(NForPrice(3, 2000), "rice oil soap")

    assert [hint.item_id for hint in told([line(1, "rice", 2)], [given], prices={"soap": 500})] == ["soap"]
    assert [hint.item_id for hint in told([line(1, "rice", 2)], [given], prices={"oil": 2000})] == ["oil"]
    assert told([line(1, "rice", 2)], [given], prices={}) == ()


def test_an_empty_basket_gets_no_advice() -> None:
    assert told([], [offer(NForM(2, 1))]) == ()
    assert told([replace(line(1, "rice"), voided=True)], [offer(NForM(2, 1))]) == ()


def test_what_is_sold_by_weight_counts_towards_a_spend_and_to_no_group() -> None:
    fish = weighed_line(1, 80_000, 500, item_id="rice", extended=40_000)

    assert brief(told([fish], [offer(AmountOff(9000), min_spend=50_000)])) == [("o", 0, "", 10_000, 9000)]
    assert told([fish], [offer(NForM(2, 1))]) == ()


def test_the_best_of_several_comes_first_and_no_offer_or_item_twice() -> None:
    offers = [
        replace(offer(NForM(3, 2), "rice soap"), offer_id="free"),
        replace(offer(NForPrice(2, 5000), "tea"), offer_id="pair"),
        replace(offer(NForM(2, 1), "oil"), offer_id="double"),
    ]
    lines = [line(1, "rice", 2), line(2, "tea"), line(3, "oil")]

    assert brief(told(lines, offers, most=9)) == [
        ("double", 1, "oil", 2000, 2000),
        ("free", 1, "rice", 1000, 1000),
        ("pair", 1, "tea", 3000, 1000),
    ]
    assert len(told(lines, offers)) == 1


def test_a_deposit_is_part_of_what_more_is_paid() -> None:
    hint = told([line(1, "rice", 2)], [offer(NForM(3, 2))])[0]

    assert (hint.extra, hint.worth) == (Money(0, "BDT"), Fraction(1))
    assert replace(hint, price=Money(1200, "BDT")).extra == Money(200, "BDT")


# --- any basket -------------------------------------------------------------------------------------------------------


def basket_of(rng: random.Random) -> tuple[list[LineItem], dict[str, int]]:
    prices = {item: rng.choice((5, 10, 25, 50)) * rng.randint(1, 40) for item in ITEMS}
    chosen = rng.sample(ITEMS, rng.randint(1, 5))
    return [line(n, item, rng.randint(1, 4), prices[item]) for n, item in enumerate(chosen, 1)], prices


def thresholds(rng: random.Random) -> list[Offer]:
    """One on all, one on some, one by tiers."""
    some = Scope(tuple(rng.sample(ITEMS, 4)))
    return [
        Offer("all", Scope(), PercentOff(rng.choice((1500, 3000))), {}, min_spend=rng.randint(1, 60) * 100),
        Offer("some", some, AmountOff(rng.randint(1, 9) * 100), {}, min_spend=rng.randint(1, 40) * 100),
        Offer("tiers", some, TieredAmount("spend", ((1000, 200), (3000, 900))), {}, stackable=True),
    ]


@pytest.mark.parametrize("seed", range(70))
def test_who_takes_the_advice_saves_what_was_promised(seed: int) -> None:
    rng = random.Random(seed)
    lines, prices = basket_of(rng)
    offers = random_offers(rng, rng.randint(1, 5)) + (thresholds(rng) if seed % 3 == 0 else [])
    policy = rng.choice(get_args(OfferPolicy))
    shelf = Shelf(offers)
    before = saved(settled(lines, shelf, policy))

    for hint in told(lines, offers, prices=prices, policy=policy, most=3):
        if not hint.item_id:
            continue
        grown = [replace_quantity(one, hint.units) if one.item_id == hint.item_id else one for one in lines]
        if all(one.item_id != hint.item_id for one in lines):
            grown = [*lines, line(len(lines) + 1, hint.item_id, hint.units, prices[hint.item_id])]

        assert saved(settled(grown, shelf, policy)) - before == hint.saving.minor
        assert hint.price.minor == prices[hint.item_id] * hint.units


def replace_quantity(one: LineItem, more: int) -> LineItem:
    return line(one.line, one.item_id, one.quantity + more, one.unit_price.minor)


@pytest.mark.parametrize("seed", range(80))
def test_who_spends_as_advised_saves_at_least_what_was_promised(seed: int) -> None:
    """By any items that the offer means and that cost enough together."""
    rng = random.Random(seed)
    lines, prices = basket_of(rng)
    offers = thresholds(rng) + random_offers(rng, rng.randint(0, 2))
    by_id = {one.offer_id: one for one in offers}
    shelf = Shelf(offers)
    before = saved(settled(lines, shelf))

    for hint in told(lines, offers, prices=prices, most=9):
        if hint.item_id:
            continue
        meant = [item for item in ITEMS if by_id[hint.offer_id].scope.names(item)]
        grown, spent = list(lines), 0
        while spent < hint.price.minor:
            item = rng.choice(meant)
            grown.append(line(len(grown) + 1, item, price=prices[item]))
            spent += prices[item]

        assert saved(settled(grown, shelf)) - before >= hint.saving.minor


def test_the_trials_above_see_hints_of_both_kinds() -> None:
    found: list[Hint] = []
    for seed in range(80):
        rng = random.Random(seed)
        lines, prices = basket_of(rng)
        found += told(lines, thresholds(rng) + random_offers(rng, 2), prices=prices, most=9)

    assert sum(1 for hint in found if hint.item_id) > 30
    assert sum(1 for hint in found if not hint.item_id) > 10
    assert all(hint.saving.minor * 4 >= hint.price.minor for hint in found)


@pytest.mark.parametrize("seed", range(25))
def test_the_order_of_scanning_changes_no_hint(seed: int) -> None:
    rng = random.Random(seed)
    lines, prices = basket_of(rng)
    offers = random_offers(rng, 5) + thresholds(rng)
    first = told(lines, offers, prices=prices, most=2)

    for _ in range(3):
        rng.shuffle(lines)
        rng.shuffle(offers)
        again = [replace(one, line=n) for n, one in enumerate(lines, 1)]
        assert told(again, offers, prices=prices, most=2) == first


class _Counting(Shelf):
    """Counts how often it is asked."""

    asked = 0

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        self.asked += 1
        return super().offers_for(item_id)


def test_a_large_basket_is_tried_a_few_times_only() -> None:
    items = [f"item-{n:03}" for n in range(200)]
    offers = [Offer(f"o-{n:03}", Scope((item, items[n - 1])), NForM(3, 2), {}) for n, item in enumerate(items)]
    lines = [line(n, item, 1, 1000 + n) for n, item in enumerate(items, 1)]
    shelf = _Counting(offers)

    found = hints(lines, shelf, TODAY, "optimal", lambda item_id, units: line(0, item_id, units, 1500))

    assert found
    assert shelf.asked <= 3 * len(items)


# --- which items ------------------------------------------------------------------------------------------------------


def test_a_basket_too_hard_to_be_proven_gets_no_advice_and_is_not_tried_over_and_over() -> None:
    shelf, asked = Shelf([]), list[str]()
    hard = [Offer(f"o{n}", Scope(), NForPrice(2 + n % 3, 1500 + 37 * n), {}) for n in range(12)]
    shelf.offers = (*hard, Offer("tea", Scope(("tea",)), NForM(3, 2), {}))
    basket = [line(1, "tea", 2), *(line(n, f"i{n}", 1, 1000 + n) for n in range(2, 40))]

    def another(item_id: str, units: int) -> LineItem | None:
        asked.append(item_id)
        return line(99, item_id, units, 3000)

    assert not settle(basket, shelf, TODAY).proven
    assert hints(settled(basket, shelf), shelf, TODAY, "optimal", another) == ()
    assert asked == []


def test_nobody_is_advised_to_buy_what_is_restricted_excluded_weighed_or_recalled() -> None:
    plain = Item("tea", {}, "drinks", "standard", Money(1000, "BDT"))

    assert may_be_suggested(plain)
    for change in (
        {"restriction": Restriction(minimum_age=18)},
        {"restriction": Restriction(needs_staff=True)},
        {"flags": ItemFlags(discountable=False)},
        {"flags": ItemFlags(bag=True)},
        {"unit": "kg"},
        {"recall": Recall(lots=("7",))},
    ):
        assert not may_be_suggested(replace(plain, **change))
