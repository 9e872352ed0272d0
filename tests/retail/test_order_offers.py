"""Offers on the order: the succession that saves most, against trying every one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from kiosk.retail.offer import AmountOff, Offer, PercentOff, Scope, TieredAmount
from kiosk.retail.units import Priced, Unit
from kiosk.retail.whole import best_succession, succession

NOTHING: frozenset[str] = frozenset()
ITEMS = ("a", "b", "c")


def priced(units: Sequence[Unit]) -> Priced:
    return Priced(units, [unit.price for unit in units])


def every_way(basket: Priced, offers: Sequence[Offer]) -> int:
    return max(sum(take.amount for take in succession(basket, way, NOTHING)) for way in permutations(offers))


def order_offers(rng: random.Random, count: int, *, named: bool) -> list[Offer]:
    effects = (
        lambda: PercentOff(rng.choice((333, 500, 1000, 2500))),
        lambda: AmountOff(rng.randint(1, 900)),
        lambda: TieredAmount("spend", ((500, rng.randint(1, 100)), (1500, rng.randint(100, 400)))),
    )
    return [
        Offer(
            f"o{n}",
            Scope(tuple(rng.sample(ITEMS, rng.randint(1, 2)))) if named and rng.random() < 0.6 else Scope(),
            rng.choice(effects)(),
            {},
            stackable=rng.random() < 0.6,
            min_left=rng.choice((0, 0, 0, 900)),
            max_saving=rng.choice((0, 0, 120)),
        )
        for n in range(count)
    ]


def basket(rng: random.Random, *, floors: bool) -> Priced:
    prices = {item: rng.randint(20, 900) for item in ITEMS}
    items = [rng.choice(ITEMS) for _ in range(rng.randint(1, 5))]
    return priced([Unit(1, item, prices[item], rng.choice((0, 10)) if floors else 0) for item in items])


@pytest.mark.parametrize("number", range(80))
def test_no_succession_on_the_whole_order_saves_more(number: int) -> None:
    rng = random.Random(number)
    held, offers = basket(rng, floors=False), order_offers(rng, rng.randint(1, 5), named=False)

    takes, proven = best_succession(held, offers, NOTHING)

    assert proven
    assert sum(take.amount for take in takes) == every_way(held, offers)


@pytest.mark.parametrize("number", range(80))
def test_no_succession_of_offers_on_parts_of_the_order_saves_more(number: int) -> None:
    rng = random.Random(1_000 + number)
    held, offers = basket(rng, floors=number % 2 == 0), order_offers(rng, rng.randint(1, 4), named=True)

    takes, proven = best_succession(held, offers, NOTHING)

    assert proven
    assert sum(take.amount for take in takes) == every_way(held, offers)


def test_twenty_vouchers_and_four_percents_on_one_order_are_proven() -> None:
    vouchers = [Offer(f"v{n:02}", Scope(), AmountOff(10 + n), {}, stackable=True) for n in range(20)]
    percents = [Offer(f"p{n}", Scope(), PercentOff(100 * n + 333), {}, stackable=True) for n in range(4)]
    held = priced([Unit(n, f"i{n}", 199 + n) for n in range(50)])

    takes, proven = best_succession(held, [*vouchers, *percents], NOTHING)

    assert proven
    assert {take.offer_id for take in takes} == {one.offer_id for one in (*vouchers, *percents)}


def test_a_tangle_of_offers_that_cannot_be_played_to_the_end_is_not_called_proven() -> None:
    rng = random.Random(1)
    items = tuple(f"i{n:03}" for n in range(120))
    held = priced([Unit(n, item, rng.randint(100, 900)) for n, item in enumerate(items)])
    offers = [
        Offer(f"o{n:02}", Scope(tuple(rng.sample(items, 60))), PercentOff(rng.randint(100, 900)), {}, stackable=True)
        for n in range(12)
    ]

    takes, proven = best_succession(held, offers, NOTHING)

    assert not proven
    assert sum(take.amount for take in takes) > 0
