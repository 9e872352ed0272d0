"""Random baskets with offers that compete, and the best combination by trying every one of them.

The trying knows nothing of the engine: what a group saves is told here a second time, from each offer's own words.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations

from kiosk.retail import clusters, competing, goods, parts, rivals
from kiosk.retail.offer import (
    AmountOffEach,
    BuyGet,
    DistinctSet,
    Effect,
    NAmountOff,
    NForM,
    NForPrice,
    NPercentOff,
    Offer,
    Part,
    PercentOffEach,
    PriceEach,
    Scope,
    SetForPrice,
)
from kiosk.retail.units import Unit

__all__ = ["MEMORIES", "exhaustive", "forget", "random_basket", "random_offers"]

MEMORIES = (
    goods._good,
    goods.deal,
    goods.gains,
    goods.bid,
    goods.done_alone,
    competing._searched,
    parts.settled_part,
    clusters._cluster,
)
"""What the engine remembers from one scan to the next."""

ITEMS = tuple(f"item-{letter}" for letter in "abcdefgh")


def forget() -> None:
    """As in a process that has settled nothing yet."""
    for remembered in MEMORIES:
        remembered.cache_clear()
    rivals.rival.forget()
    goods._listed.forget()


def random_basket(rng: random.Random, count: int, items: Sequence[str] = ITEMS) -> list[Unit]:
    """``count`` units of random items; an item has one price in the basket."""
    price = {item: rng.choice((5, 10, 25, 50)) * rng.randint(1, 40) for item in items}
    chosen = [rng.choice(items) for _ in range(count)]
    return [Unit(1 + items.index(item), item, price[item]) for item in chosen]


def random_offers(rng: random.Random, count: int, items: Sequence[str] = ITEMS) -> list[Offer]:
    """``count`` offers of every kind that competes for units, each on some of the items."""
    return [
        Offer(
            f"offer-{number:02}",
            _scope(rng, items),
            _effect(rng, items),
            {},
            max_applications=rng.choice((0, 0, 0, 1, 2)),
            max_saving=rng.choice((0, 0, 0, 0, 150, 400)),
            priority=rng.randint(0, 3),
        )
        for number in range(count)
    ]


def _scope(rng: random.Random, items: Sequence[str]) -> Scope:
    return Scope(tuple(sorted(rng.sample(items, rng.randint(1, len(items))))))


def _effect(rng: random.Random, items: Sequence[str]) -> Effect:
    size, minor = rng.randint(2, 4), rng.randint(1, 30) * 25
    makers: tuple[Callable[[], Effect], ...] = (
        lambda: PercentOffEach(rng.choice((500, 1000, 1500, 3333))),
        lambda: AmountOffEach(rng.choice((10, 55, 120))),
        lambda: PriceEach(minor),
        lambda: NForM(size, rng.randint(1, size - 1)),
        lambda: NForPrice(size, minor * 2),
        lambda: NAmountOff(size, minor),
        lambda: NPercentOff(size, rng.choice((1500, 2000, 5000))),
        lambda: BuyGet(rng.randint(1, 2), _scope(rng, items), 1, rng.choice((5000, 10_000))),
        lambda: SetForPrice(tuple(Part(_scope(rng, items)) for _ in range(rng.randint(2, 3))), minor * 2),
        lambda: DistinctSet(((2, 500), (3, 1000), (4, 2000))),
    )
    return rng.choice(makers)()


def exhaustive(units: Sequence[Unit], offers: Sequence[Offer]) -> int:
    """The most that can be saved when each unit serves at most one offer: every combination is tried."""
    groups = [(number, *group) for number, offer in enumerate(offers) for group in _groups(units, offer)]
    by_first: dict[int, list[tuple[int, int, int]]] = {}
    for number, mask, saving in groups:
        by_first.setdefault((mask & -mask).bit_length() - 1, []).append((number, mask, saving))
    limits = tuple(
        offer.max_applications if offer.max_applications and _is_group(offer.effect) else len(units) for offer in offers
    )

    @cache
    def best(free: int, left: tuple[int, ...], caps: tuple[int, ...]) -> int:
        if not free:
            return 0
        first = free & -free
        found = best(free ^ first, left, caps)
        for number, mask, saving in by_first.get(first.bit_length() - 1, ()):
            if mask & free == mask and left[number]:
                after = left if left[number] == len(units) else _less(left, number, 1)
                given = min(saving, caps[number]) if offers[number].max_saving else saving
                capped = _less(caps, number, given) if offers[number].max_saving else caps
                found = max(found, given + best(free ^ mask, after, capped))
        return found

    return best((1 << len(units)) - 1, limits, tuple(offer.max_saving for offer in offers))


def _less(of: tuple[int, ...], number: int, by: int) -> tuple[int, ...]:
    return (*of[:number], of[number] - by, *of[number + 1 :])


def _is_group(effect: Effect) -> bool:
    return not isinstance(effect, PercentOffEach | AmountOffEach | PriceEach)


def _groups(units: Sequence[Unit], offer: Offer) -> Iterator[tuple[int, int]]:
    """(units as bits, saving) of everything the offer can be applied to."""
    for size in _sizes(offer.effect):
        for chosen in combinations(range(len(units)), size):
            saving = _saving([units[n] for n in chosen], offer)
            if saving > 0:
                yield sum(1 << n for n in chosen), saving


def _sizes(effect: Effect) -> Sequence[int]:
    match effect:
        case NForM(n=n) | NForPrice(n=n) | NAmountOff(n=n) | NPercentOff(n=n):
            return (n,)
        case BuyGet(buy_units=bought, get_units=got):
            return (bought + got,)
        case SetForPrice(parts=parts):
            return (sum(part.units for part in parts),)
        case DistinctSet(steps=steps):
            return range(2, max(size for size, _ in steps) + 1)
        case _:
            return (1,)


def _half_up(amount: int, basis_points: int) -> int:
    return (2 * amount * basis_points + 10_000) // 20_000


def _saving(chosen: Sequence[Unit], offer: Offer) -> int:
    prices = sorted(unit.price for unit in chosen)
    if not isinstance(offer.effect, BuyGet | SetForPrice) and not all(offer.scope.names(u.item_id) for u in chosen):
        return 0
    match offer.effect:
        case PercentOffEach(basis_points=basis) | NPercentOff(basis_points=basis):
            return sum(_half_up(price, basis) for price in prices)
        case AmountOffEach(minor=minor) | NAmountOff(minor=minor):
            return min(sum(prices), minor)
        case PriceEach(minor=minor) | NForPrice(minor=minor):
            return sum(prices) - minor
        case NForM(n=n, m=m):
            return sum(prices[: n - m])
        case DistinctSet(steps=steps):
            different = len({unit.item_id for unit in chosen}) == len(chosen)
            return sum(_half_up(price, dict(steps)[len(prices)]) for price in prices) if different else 0
        case SetForPrice(parts=parts, minor=minor):
            return (
                sum(prices) - minor if _fits(chosen, [part.scope for part in parts for _ in range(part.units)]) else 0
            )
        case BuyGet() as bargain:
            return _bargain(chosen, offer.scope, bargain)
        case _:
            raise AssertionError(offer)


def _fits(chosen: Sequence[Unit], scopes: Sequence[Scope]) -> bool:
    """Whether the units can fill the scopes, one each."""
    if not scopes:
        return True
    return any(
        scopes[0].names(unit.item_id) and _fits([*chosen[:n], *chosen[n + 1 :]], scopes[1:])
        for n, unit in enumerate(chosen)
    )


def _bargain(chosen: Sequence[Unit], bought: Scope, bargain: BuyGet) -> int:
    """The most that one buy-and-get saves over all ways to say which unit is got."""
    if bargain.get == bought:
        if not all(bought.names(unit.item_id) for unit in chosen):
            return 0
        cheapest = sorted(unit.price for unit in chosen)[: bargain.get_units]
        return sum(_half_up(price, bargain.basis_points) for price in cheapest)
    found = 0
    for got in combinations(range(len(chosen)), bargain.get_units):
        rest = [unit for n, unit in enumerate(chosen) if n not in got]
        if all(bargain.get.names(chosen[n].item_id) for n in got) and all(bought.names(u.item_id) for u in rest):
            found = max(found, sum(_half_up(chosen[n].price, bargain.basis_points) for n in got))
    return found
