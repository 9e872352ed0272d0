"""Which units offers compete for, cluster by cluster, and what was found for a cluster before.

What a unit gains by itself is its base; a group offer that can bring more than the bases of its units bids for them.
Bids that share units, directly or by way of others, are a cluster: clusters are settled one by one, each in numbers of
its own, and one that a scan has not touched is not settled again. What is remembered are results of pure functions, by
offer and by the goods it was about: whether a result is remembered changes no answer.

A cluster of too many kinds of goods is settled in parts (``parts``); it counts as not proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from kiosk.retail import offer as o
from kiosk.retail.competing import ALONE, STEPS, Contest, search
from kiosk.retail.goods import Goods, bid, done_alone, gains, goods_of, shared
from kiosk.retail.parts import Found, Placed, Shares, clustered, in_parts, settled_part
from kiosk.retail.remembered import Remembered
from kiosk.retail.rivals import Rival, rival
from kiosk.retail.units import Priced, Take, Unit
from kiosk.retail.values import dataclass

__all__ = ["Alone", "Field", "alone", "compete", "in_succession"]

_WIDE = 16
"""Kinds of goods up to which a cluster is settled as a whole."""
_FEW = 12
"""Units of a cluster up to which the search is given ``_THOROUGH`` times its steps."""
_THOROUGH = 2
_PLAIN = 3
"""Bids up to which a cluster is settled in next to no steps."""
_CLUSTERS_REMEMBERED = 512
_UNITS_REMEMBERED = 4_096


# --- one offer alone --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alone:
    """``served``: all units of its groups, also those that nothing is taken off. ``in_groups``: it forms such."""

    takes: list[Take]
    served: set[int]
    in_groups: bool


def alone(offer: o.Offer, priced: Priced, gone: Iterable[int] = ()) -> Alone:
    """What the offer does best with the units that are not ``gone``."""
    one = rival(offer)
    order = _dearest_first(priced, one.reach(priced))
    goods, away = tuple(goods_of(priced.picked(order))), set(gone)
    shares, in_groups = done_alone(one, goods, tuple(place for place, n in enumerate(order) if n in away))
    takes = [Take(offer.offer_id, order[unit], amount) for unit, amount in shares if amount]
    return Alone(takes, {order[unit] for unit, _amount in shares}, in_groups)


# --- all at once ------------------------------------------------------------------------------------------------------


def _dearest_first(priced: Priced, among: Iterable[int]) -> list[int]:
    units, left = priced.units, priced.left
    keys = {n: _listed_key(units[n]) if left[n] == units[n].price else _key(units[n], left[n]) for n in among}
    return sorted(keys, key=keys.__getitem__)


def _key(unit: Unit, left: int) -> tuple[int, str, bool, int, int]:
    return -left, unit.item_id, *unit.age, unit.line


def _key_at_list_price(unit: Unit) -> tuple[int, str, bool, int, int]:
    return _key(unit, unit.price)


_listed_key = Remembered(_key_at_list_price, most=_UNITS_REMEMBERED)


@dataclass(frozen=True, slots=True)
class _Reaching:
    """An offer, and the units that it reaches."""

    rival: Rival
    units: Sequence[int]
    goods: Goods


class Field:
    """Units, dearest first, as goods, and the offers that reach them, in the order given.

    ``base`` and ``by``: what each unit gains by itself, and from which offer.
    """

    def __init__(self, priced: Priced, offers: Iterable[Rival]) -> None:
        self.order = _dearest_first(priced, range(len(priced.units)))
        sub = priced.picked(self.order)
        self.goods = known = goods_of(sub)
        self.base, self.by = [0] * len(known), [""] * len(known)
        self.reaching: list[_Reaching] = []
        for one in offers:
            units = one.reach(sub)
            if units and len(units) >= one.least:
                self.reaching.append(_Reaching(one, units, tuple([known[n] for n in units])))

    def take(self, offer_id: str, unit: int, amount: int) -> Take:
        """With the number that the unit had before."""
        return Take(offer_id, self.order[unit], amount)


def in_succession(field: Field) -> list[Take]:
    """Each offer does its best with the units that those before it have left."""
    gone, takes = set[int](), list[Take]()
    for one in field.reaching:
        units = one.units
        blocked = () if gone.isdisjoint(units) else tuple([place for place, n in enumerate(units) if n in gone])
        if len(blocked) == len(units):
            continue
        shares, _in_groups = done_alone(one.rival, one.goods, blocked)
        offer_id = one.rival.offer.offer_id
        takes += [field.take(offer_id, units[place], amount) for place, amount in shares if amount]
        gone.update([units[place] for place, _amount in shares])
    return takes


def compete(field: Field, budget: int = STEPS) -> tuple[list[Take], bool]:
    """The combination that saves most, and whether that is proven. Each unit serves one offer at most.

    Contested clusters share the budget, by powers of two: one more of them seldom changes what the others get, so that
    what is remembered of them holds.
    """
    clusters = clustered(_bids(field))
    contested = sum(len(cluster) > _PLAIN for cluster in clusters)
    share = budget >> max(0, contested - 1).bit_length()
    found = [_settle(cluster, field, share) for cluster in clusters]
    served = {unit for one in found for unit, _offer, _amount in one.takes}
    takes = [field.take(offer_id, unit, amount) for one in found for unit, offer_id, amount in one.takes if amount]
    takes += [field.take(field.by[n], n, gain) for n, gain in enumerate(field.base) if gain and n not in served]
    return takes, all(one.proven for one in found)


def _bids(field: Field) -> list[Placed]:
    """Those of offers on groups; the others make the bases of ``field``."""
    base, rivals = field.base, list[_Reaching]()
    for one in field.reaching:
        each = gains(one.rival, one.goods) if not one.rival.least else None
        if each is None:
            rivals.append(one)
            continue
        for n, gain in zip(one.units, each, strict=True):
            if gain > base[n]:
                base[n], field.by[n] = gain, one.rival.offer.offer_id
    made = ((bid(one.rival, one.goods, tuple([base[n] for n in one.units])), one.units) for one in rivals)
    return [Placed.of(found, units) for found, units in made if found is not None]


@dataclass(frozen=True, slots=True)
class _Settled:
    """(unit, offer, amount) of all units that serve a group, also of those that nothing is taken off."""

    takes: tuple[tuple[int, str, int], ...]
    proven: bool


def _settle(bids: Sequence[Placed], field: Field, budget: int) -> _Settled:
    """One cluster, in numbers of its own, so that what was found for it is known again wherever it lies."""
    units = sorted({unit for one in bids for unit in one.wanted})
    place = {unit: n for n, unit in enumerate(units)}
    own = tuple([one.among(place) for one in bids])
    goods, base = tuple([field.goods[n] for n in units]), tuple([field.base[n] for n in units])
    found = _cluster(own, goods, base, budget * _THOROUGH if len(units) <= _FEW else budget)
    takes = [
        (units[n], bids[number].bid.rival.offer.offer_id, amount)
        for number, shares in found.groups
        for n, amount in shares
    ]
    return _Settled(tuple(takes), found.proven)


@lru_cache(maxsize=_CLUSTERS_REMEMBERED)
def _cluster(bids: tuple[Placed, ...], goods: Goods, base: tuple[int, ...], budget: int) -> Found:
    """As a whole or in parts; where it is not proven, not less than one of the offers saves by itself."""
    if len(set(zip(goods, base, strict=True))) <= _WIDE:
        found = settled_part(bids, goods, base, budget)
        if found.proven:
            return found
        groups = found.groups
    else:
        groups = tuple(in_parts(bids, goods, base))
    return Found(_not_less_than_alone(groups, bids, goods, base), proven=False)


def _not_less_than_alone(
    groups: tuple[tuple[int, Shares], ...], bids: Sequence[Placed], goods: Goods, base: Sequence[int]
) -> tuple[tuple[int, Shares], ...]:
    """The groups, or those of one offer alone where it saves more by itself."""
    served = {unit for _number, shares in groups for unit, _amount in shares}
    value = sum(amount for _number, shares in groups for _unit, amount in shares)
    value += sum(gain for unit, gain in enumerate(base) if unit not in served)
    for number, one in enumerate(bids):
        if one.bid.most <= value:
            continue
        found = search(Contest((0,) * len(goods), (one.deal(),)), ALONE)
        if found.value > value:
            value = found.value
            groups = tuple((number, tuple(shared(group.saving, group.units, goods))) for group in found.groups)
    return groups
