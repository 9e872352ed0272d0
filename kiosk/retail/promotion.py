"""The offers of the first road: buy N of an offer's items, pay for M of them.

An offer's units are taken dearest first into groups of N, and in each group the N - M cheapest are free: no other
grouping gives the shopper more. Each unit serves at most one offer; where offers compete for units, they are dealt
out so that the whole saving is greatest. What is saved is shared over all units of its group by their price, so
that each carries its part of the tax and of a later refund.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

from kiosk.retail.item import Offer
from kiosk.retail.money import Money
from kiosk.retail.shares import share_out
from kiosk.retail.transaction import LineItem, PriceModifier

__all__ = ["MOST_DEALS", "settle"]

MOST_DEALS = 400
"""Ways to deal contested units out that are all tried; beyond, each offer in turn takes what it saves most on."""


@dataclass(frozen=True, slots=True, order=True)
class _Unit:
    """One piece of a line; sorts dearest first, then as rung."""

    minus_price: int
    line: int
    piece: int

    @property
    def price(self) -> int:
        return -self.minus_price


def settle(
    lines: Sequence[LineItem], offers_for: Callable[[str], tuple[Offer, ...]], day: str
) -> tuple[tuple[int, tuple[PriceModifier, ...]], ...]:
    """What the offers that hold on ``day`` (ISO date) give: (line number, its modifiers) for each line that gains.

    Voided, weighed, non-discountable and free lines take no part. Same lines, same offers, same answer, in line order.
    """
    offers, contenders = _contenders(lines, offers_for, day)
    gains: dict[tuple[int, str], int] = defaultdict(int)
    for together, pools in _apart(contenders):
        dealt = _deal({offer_id: offers[offer_id] for offer_id in sorted(together)}, pools)
        for offer_id, units in dealt.items():
            for line, saved in _shared(offers[offer_id], units):
                gains[line, offer_id] += saved
    currency = {line.line: line.unit_price.currency for line in lines}
    modifiers: dict[int, list[PriceModifier]] = defaultdict(list)
    for (line, offer_id), saved in sorted(gains.items()):
        if saved:
            modifiers[line].append(PriceModifier(offer_id, Money(saved, currency[line]), offers[offer_id].names))
    return tuple((line, tuple(given)) for line, given in modifiers.items())


_Pools = dict[frozenset[str], list[_Unit]]
"""Units by the set of offers that want them."""


def _contenders(
    lines: Sequence[LineItem], offers_for: Callable[[str], tuple[Offer, ...]], day: str
) -> tuple[dict[str, Offer], _Pools]:
    """The offers that hold today, and the units that may serve them."""
    offers: dict[str, Offer] = {}
    pools: _Pools = defaultdict(list)
    for line in lines:
        if line.voided or line.unit != "each" or not line.discountable or line.unit_price.minor <= 0:
            continue
        wanted = {offer.offer_id: offer for offer in offers_for(line.item_id) if _holds(offer, day)}
        if wanted:
            offers |= wanted
            pools[frozenset(wanted)] += [_Unit(-line.unit_price.minor, line.line, n) for n in range(line.quantity)]
    return offers, pools


def _holds(offer: Offer, day: str) -> bool:
    begun = not offer.valid_from or offer.valid_from <= day
    ended = bool(offer.valid_until) and offer.valid_until < day
    return begun and not ended and 0 <= offer.pay < offer.buy


def _apart(pools: _Pools) -> Iterator[tuple[set[str], _Pools]]:
    """The pools in clusters whose offers share no unit: each cluster is settled alone."""
    clusters: list[tuple[set[str], _Pools]] = []
    for wanted, units in pools.items():
        touching = [cluster for cluster in clusters if cluster[0] & wanted]
        together, merged = set(wanted), {wanted: units}
        for other, other_pools in touching:
            together |= other
            merged |= other_pools
        clusters = [cluster for cluster in clusters if cluster not in touching]
        clusters.append((together, merged))
    yield from clusters


def _deal(offers: Mapping[str, Offer], pools: _Pools) -> dict[str, list[_Unit]]:
    """Which offer gets which units."""
    alone: dict[str, list[_Unit]] = {offer_id: [] for offer_id in offers}
    contested: list[tuple[list[str], list[_Unit]]] = []
    for wanted, units in pools.items():
        if len(wanted) == 1:
            alone[next(iter(wanted))] += units
            continue
        by_price: dict[int, list[_Unit]] = defaultdict(list)
        for unit in sorted(units):
            by_price[unit.price].append(unit)
        contested += [(sorted(wanted), same) for same in by_price.values()]
    if not contested:
        return alone
    ways = prod(comb(len(units) + len(wanted) - 1, len(wanted) - 1) for wanted, units in contested)
    if ways > MOST_DEALS:
        return _in_turn(offers, alone, contested)
    deals = product(*(list(_splits(wanted, units)) for wanted, units in contested))
    return max((_merged(alone, deal) for deal in deals), key=lambda dealt: _saving(offers, dealt))


def _splits(wanted: list[str], units: list[_Unit]) -> Iterator[list[tuple[str, list[_Unit]]]]:
    """All ways to split units of one price among the offers that want them."""
    if len(wanted) == 1:
        yield [(wanted[0], units)]
        return
    for taken in range(len(units), -1, -1):
        for rest in _splits(wanted[1:], units[taken:]):
            yield [(wanted[0], units[:taken]), *rest]


def _merged(
    alone: Mapping[str, list[_Unit]], deal: Iterable[Iterable[tuple[str, list[_Unit]]]]
) -> dict[str, list[_Unit]]:
    dealt = {offer_id: list(units) for offer_id, units in alone.items()}
    for split in deal:
        for offer_id, units in split:
            dealt[offer_id] += units
    return dealt


def _in_turn(
    offers: Mapping[str, Offer], alone: dict[str, list[_Unit]], contested: list[tuple[list[str], list[_Unit]]]
) -> dict[str, list[_Unit]]:
    """Too many ways to try: the offer that saves most on what is left takes its groups first."""
    left = {unit: set(wanted) for wanted, units in contested for unit in units}
    left |= {unit: {offer_id} for offer_id, units in alone.items() for unit in units}
    dealt: dict[str, list[_Unit]] = {}
    waiting = sorted(offers)
    while waiting:
        reach = {name: sorted(unit for unit, wanted in left.items() if name in wanted) for name in waiting}
        best = max(waiting, key=lambda name: _saving(offers, {name: reach[name]}))
        dealt[best] = [unit for group in _groups(offers[best], reach[best]) for unit in group]
        for unit in dealt[best]:
            del left[unit]
        waiting.remove(best)
    return dealt


def _groups(offer: Offer, units: Iterable[_Unit]) -> list[list[_Unit]]:
    """Whole groups of ``buy`` units, dearest first."""
    row = sorted(units)
    return [row[at : at + offer.buy] for at in range(0, len(row) - offer.buy + 1, offer.buy)]


def _saving(offers: Mapping[str, Offer], dealt: Mapping[str, list[_Unit]]) -> int:
    return sum(
        sum(unit.price for unit in group[offers[name].pay :])
        for name, units in dealt.items()
        for group in _groups(offers[name], units)
    )


def _shared(offer: Offer, units: list[_Unit]) -> Iterator[tuple[int, int]]:
    """(line, minor units saved) for each unit of each group."""
    for group in _groups(offer, units):
        free = sum(unit.price for unit in group[offer.pay :])
        shares = share_out(Money(free, ""), [unit.price for unit in group])
        yield from ((unit.line, share.minor) for unit, share in zip(group, shares, strict=True))
