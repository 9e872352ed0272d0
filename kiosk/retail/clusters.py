"""Which units offers compete for, cluster by cluster, and what was found for a cluster before.

What a unit gains by itself is its base; a group offer that can bring more than the bases of its units bids for them.
Bids that share units, directly or by way of others, are a cluster: clusters are settled one by one, and one that a
scan has not touched is not settled again. What is remembered are results of pure functions, by offer and by the goods
it was about: whether a result is remembered changes no answer. Offers are told apart by identity, so an offer is kept
alive by what is remembered of it, but never its book.

A cluster of too many kinds of goods is parted first, where bids are weakest; it counts as not proven.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kiosk.retail import offer as o
from kiosk.retail.competing import ALONE, STEPS, Contest, search, worth_of
from kiosk.retail.deals import Deal
from kiosk.retail.shares import share_within
from kiosk.retail.units import Priced, Take, Unit, deal_of, gains_of, least_units

__all__ = ["Alone", "Field", "alone", "compete", "in_succession"]

_WIDE = 16
"""Kinds of goods up to which a cluster is settled as a whole."""
_FEW = 12
"""Units of a cluster up to which the search is given ``_THOROUGH`` times its steps."""
_THOROUGH = 2
_PLAIN = 3
"""Bids up to which a cluster is settled in next to no steps."""
_PART = 2_000
"""Steps of a search in a part of a wider one."""
_ROUNDS = 3
"""How often offers bid at most, in a cluster settled in parts, for what is left."""
_OFFERS_REMEMBERED = 4_096
_CLUSTERS_REMEMBERED = 512


class _Good:
    """A unit without its line, and what is left of its price: one object for all that are alike (while remembered)."""

    __slots__ = ("left", "unit")

    def __init__(self, unit: Unit, left: int) -> None:
        self.unit, self.left = unit, left


class _Rival:
    """An offer as the very object that it is: no other is equal to it."""

    __slots__ = ("offer",)

    def __init__(self, offer: o.Offer) -> None:
        self.offer = offer

    def __hash__(self) -> int:
        return id(self.offer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rival) and other.offer is self.offer


class _Bid:
    """A deal that is worth more than what its units gain by themselves. ``worth``: by how much a group at best is.

    ``wanted``: which of the goods it was made for it wants.
    """

    __slots__ = ("deal", "rival", "wanted", "worth")

    def __init__(self, rival: _Rival, deal: Deal, worth: int) -> None:
        self.rival, self.deal, self.worth = rival, deal, worth
        self.wanted = tuple(sorted(deal.wants()))


_Goods = tuple[_Good, ...]


_Key = tuple[str, int, int, str, bool, bool, int | None, bool]
"""The fields of a unit, its line left out."""


@lru_cache(maxsize=_OFFERS_REMEMBERED)
def _good(key: _Key, left: int) -> _Good:
    return _Good(Unit(0, *key), left)


def _goods_of(priced: Priced) -> list[_Good]:
    known: dict[tuple[int, int], _Good] = {}
    found = []
    for unit, left in zip(priced.units, priced.left, strict=True):
        good = known.get((id(unit), left))
        if good is None:
            known[id(unit), left] = good = _good(_key(unit), left)
        found.append(good)
    return found


def _key(unit: Unit) -> _Key:
    told = (unit.item_id, unit.price, unit.floor, unit.department, unit.counted, unit.touched)
    return *told, unit.days_left, unit.towards


def _priced(goods: _Goods) -> Priced:
    return Priced([good.unit for good in goods], [good.left for good in goods])


@lru_cache(maxsize=_OFFERS_REMEMBERED)
def _deal(rival: _Rival, goods: _Goods) -> Deal | None:
    return deal_of(rival.offer, _priced(goods))


@lru_cache(maxsize=_OFFERS_REMEMBERED)
def _gains(rival: _Rival, goods: _Goods) -> tuple[int, ...]:
    """What each gains by itself."""
    gains = gains_of(rival.offer, _priced(goods)) or {}
    return tuple(gains.get(n, 0) for n in range(len(goods)))


@lru_cache(maxsize=_OFFERS_REMEMBERED)
def _bid(rival: _Rival, goods: _Goods, base: tuple[int, ...]) -> _Bid | None:
    """What the offer bids; ``None`` where no group of it is worth the bases of its units."""
    deal = _deal(rival, goods)
    if deal is None:
        return None
    worth = worth_of(deal, base)
    return _Bid(rival, deal, worth) if worth is not None else None


def _reach(offer: o.Offer, priced: Priced) -> list[int]:
    """The units that any scope of the offer means."""
    scopes = offer.scopes
    if len(scopes) == 1:
        return priced.meant(scopes[0])
    return sorted({n for scope in scopes for n in priced.meant(scope)})


# --- one offer alone --------------------------------------------------------------------------------------------------


def alone(offer: o.Offer, priced: Priced, gone: Iterable[int] = ()) -> Alone:
    """What the offer does best with the units that are not ``gone``."""
    order = _dearest_first(priced, _reach(offer, priced))
    goods, away = tuple(_goods_of(priced.picked(order))), set(gone)
    shares, in_groups = _alone(_Rival(offer), goods, tuple(place for place, n in enumerate(order) if n in away))
    takes = [Take(offer.offer_id, order[unit], amount) for unit, amount in shares if amount]
    return Alone(takes, {order[unit] for unit, _amount in shares}, in_groups)


@dataclass(frozen=True, slots=True)
class Alone:
    """``served``: all units of its groups, also those that nothing is taken off. ``in_groups``: it forms such."""

    takes: list[Take]
    served: set[int]
    in_groups: bool


@lru_cache(maxsize=_OFFERS_REMEMBERED)
def _alone(rival: _Rival, goods: _Goods, blocked: tuple[int, ...]) -> tuple[tuple[tuple[int, int], ...], bool]:
    deal = _deal(rival, goods)
    if deal is None:
        gains = enumerate(_gains(rival, goods))
        return tuple((n, gain) for n, gain in gains if gain and n not in blocked), False
    found = search(Contest((0,) * len(goods), (deal.without(blocked),)), ALONE)
    return tuple(share for group in found.groups for share in _shared(group.saving, group.units, goods)), True


def _shared(saving: int, units: Sequence[int], goods: Sequence[_Good]) -> list[tuple[int, int]]:
    """(unit, amount): what a group saves, shared over its units by price, none pushed below its floor."""
    left = [goods[n].left for n in units]
    rooms = [max(0, goods[n].left - goods[n].unit.floor) for n in units]
    return list(zip(units, share_within(saving, left, rooms), strict=True))


# --- all at once ------------------------------------------------------------------------------------------------------


def _dearest_first(priced: Priced, among: Iterable[int]) -> list[int]:
    units = priced.units
    return sorted(among, key=lambda n: (-priced.left[n], units[n].item_id, *units[n].age, units[n].line))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A bid, which unit each of its goods is, which it wants; of its limits ``groups`` and ``saved`` are gone."""

    bid: _Bid
    units: tuple[int, ...]
    wanted: tuple[int, ...]
    groups: int = 0
    saved: int = 0


def _place(bid: _Bid, units: tuple[int, ...], groups: int = 0, saved: int = 0) -> _Placed:
    return _Placed(bid, units, tuple(units[n] for n in bid.wanted), groups, saved)


@dataclass(frozen=True, slots=True)
class _Reaching:
    """An offer, and the units that it reaches."""

    rival: _Rival
    units: tuple[int, ...]
    goods: _Goods


class Field:
    """Units, dearest first, as goods, and the offers that reach them, in the order given.

    ``base`` and ``by``: what each unit gains by itself, and from which offer.
    """

    def __init__(self, priced: Priced, offers: Iterable[o.Offer]) -> None:
        self.order = _dearest_first(priced, range(len(priced.units)))
        sub = priced.picked(self.order)
        self.goods = _goods_of(sub)
        self.base, self.by = [0] * len(self.goods), [""] * len(self.goods)
        self.reaching: list[_Reaching] = []
        for offer in offers:
            units = _reach(offer, sub)
            if len(units) >= max(1, least_units(offer.effect)):
                goods = tuple(self.goods[n] for n in units)
                self.reaching.append(_Reaching(_Rival(offer), tuple(units), goods))

    def of(self, units: Iterable[int]) -> tuple[_Goods, tuple[int, ...]]:
        """Goods and bases of some."""
        units = tuple(units)
        return tuple(self.goods[n] for n in units), tuple(self.base[n] for n in units)

    def take(self, offer_id: str, unit: int, amount: int) -> Take:
        """With the number that the unit had before."""
        return Take(offer_id, self.order[unit], amount)


def in_succession(field: Field) -> list[Take]:
    """Each offer does its best with the units that those before it have left."""
    gone, takes = set[int](), list[Take]()
    for one in field.reaching:
        blocked = tuple(place for place, n in enumerate(one.units) if n in gone)
        shares, _in_groups = _alone(one.rival, one.goods, blocked)
        offer_id = one.rival.offer.offer_id
        takes += [field.take(offer_id, one.units[place], amount) for place, amount in shares if amount]
        gone.update(one.units[place] for place, _amount in shares)
    return takes


def compete(field: Field, budget: int = STEPS) -> tuple[list[Take], bool]:
    """The combination that saves most, and whether that is proven. Each unit serves one offer at most.

    Contested clusters share the budget, by powers of two: one more of them seldom changes what the others get, so that
    what is remembered of them holds.
    """
    clusters = _clusters(_bids(field))
    contested = sum(len(cluster) > _PLAIN for cluster in clusters)
    share = budget >> max(0, contested - 1).bit_length()
    found = [_settle(cluster, field, share) for cluster in clusters]
    served = {unit for one in found for unit, _offer, _amount in one.takes}
    takes = [field.take(offer_id, unit, amount) for one in found for unit, offer_id, amount in one.takes if amount]
    takes += [field.take(field.by[n], n, gain) for n, gain in enumerate(field.base) if gain and n not in served]
    return takes, all(one.proven for one in found)


def _bids(field: Field) -> list[_Placed]:
    """Those of offers on groups; the others make the bases of ``field``."""
    rivals: list[_Reaching] = []
    for one in field.reaching:
        if least_units(one.rival.offer.effect) or _deal(one.rival, one.goods) is not None:
            rivals.append(one)
            continue
        for n, gain in zip(one.units, _gains(one.rival, one.goods), strict=True):
            if gain > field.base[n]:
                field.base[n], field.by[n] = gain, one.rival.offer.offer_id
    made = ((_bid(one.rival, one.goods, tuple(field.base[n] for n in one.units)), one.units) for one in rivals)
    return [_place(bid, units) for bid, units in made if bid is not None]


def _clusters(bids: Sequence[_Placed]) -> list[list[_Placed]]:
    """Bids that share a unit, directly or by way of others, belong together."""
    groups = _Groups()
    for one in bids:
        groups.join(one.wanted)
    found: dict[int, list[_Placed]] = defaultdict(list)
    for one in bids:
        found[groups.of(one.wanted[0])].append(one)
    return list(found.values())


class _Groups:
    """Numbers that belong together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def of(self, number: int) -> int:
        """The least of those it belongs to."""
        known = self._above
        above = known.setdefault(number, number)
        while above != number:
            known[number] = known[above]
            number, above = above, known[above]
        return number

    def join(self, numbers: Iterable[int]) -> None:
        """They belong together from now on."""
        tops = {self.of(number) for number in numbers}
        least = min(tops)
        for top in tops:
            self._above[top] = least


@dataclass(frozen=True, slots=True)
class _Settled:
    """(unit, offer, amount) of all units that serve a group, also of those that nothing is taken off."""

    takes: tuple[tuple[int, str, int], ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """Per group: the number of its bid, and the units with what is taken off each."""

    groups: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
    proven: bool


_Wanting = tuple[tuple[_Bid, tuple[int, ...], int, int], ...]
"""(bid, unit of each of its goods or -1, groups and minor units of its limits that are used up)."""


@lru_cache(maxsize=_CLUSTERS_REMEMBERED)
def _best(wanting: _Wanting, goods: _Goods, base: tuple[int, ...], budget: int) -> _Found:
    deals = tuple(
        bid.deal.among({n: unit for n, unit in enumerate(units) if unit >= 0}).less(groups, saved)
        for bid, units, groups, saved in wanting
    )
    found = search(Contest(base, deals), budget)
    groups = ((group.deal, tuple(_shared(group.saving, group.units, goods))) for group in found.groups)
    return _Found(tuple(groups), found.proven)


_GroupsMade = list[tuple[_Placed, list[tuple[int, int]]]]


def _settle(bids: Sequence[_Placed], field: Field, budget: int) -> _Settled:
    """One cluster, as a whole or in parts."""
    units = sorted({unit for one in bids for unit in one.wanted})
    parts = _parts(bids, units, field)
    budget = budget * _THOROUGH if len(units) <= _FEW else budget
    groups, proven = _solved(bids, units, field, budget) if len(parts) == 1 else (_in_parts(bids, field), False)
    if not proven:
        groups = _not_less_than_alone(groups, bids, field)
    takes = ((unit, one.bid.rival.offer.offer_id, amount) for one, shares in groups for unit, amount in shares)
    return _Settled(tuple(takes), proven)


def _not_less_than_alone(groups: _GroupsMade, bids: Iterable[_Placed], field: Field) -> _GroupsMade:
    """The groups, or those of one offer alone where it saves more by itself."""
    served = {unit for _one, shares in groups for unit, _amount in shares}
    idle = {unit for one in bids for unit in one.wanted} - served
    value = sum(amount for _one, shares in groups for _unit, amount in shares) + sum(field.base[n] for n in idle)
    for one in bids:
        if one.bid.deal.at_most() <= value:
            continue
        goods, _base = field.of(one.units)
        shares, _in_groups = _alone(one.bid.rival, goods, ())
        alone_saves = sum(amount for _unit, amount in shares)
        if alone_saves > value:
            value, groups = alone_saves, [(one, [(one.units[n], amount) for n, amount in shares])]
    return groups


def _in_parts(bids: Sequence[_Placed], field: Field) -> _GroupsMade:
    """Part by part; for what no group serves then the offers bid again, a few times."""
    made: _GroupsMade = []
    left = list(bids)
    for _ in range(_ROUNDS):
        more: _GroupsMade = []
        for cluster in _clusters(left):
            parts = _parts(cluster, sorted({unit for one in cluster for unit in one.wanted}), field)
            for part, of_part in zip(parts, _shared_out(cluster, parts), strict=True):
                more += _solved(of_part, part, field, _PART)[0]
        if not more:
            break
        made += more
        left = _again(bids, made, field)
    return made


def _again(bids: Sequence[_Placed], made: _GroupsMade, field: Field) -> list[_Placed]:
    """What the offers bid for the units that no group serves, with what is left of their limits."""
    served = {unit for _one, shares in made for unit, _amount in shares}
    used, saved = Counter[_Rival](), Counter[_Rival]()
    for one, shares in made:
        used[one.bid.rival] += 1
        saved[one.bid.rival] += sum(amount for _unit, amount in shares)
    found = []
    for one in bids:
        rival, deal = one.bid.rival, one.bid.deal
        free = tuple(unit for unit in one.units if unit not in served)
        spent = (deal.limit and used[rival] >= deal.limit) or (deal.cap and saved[rival] >= deal.cap)
        if spent or len(free) < max(1, least_units(rival.offer.effect)):
            continue
        bid = _bid(rival, *field.of(free))
        if bid is not None:
            found.append(_place(bid, free, used[rival], saved[rival]))
    return found


def _solved(bids: Sequence[_Placed], units: Sequence[int], field: Field, budget: int) -> tuple[_GroupsMade, bool]:
    """Per group the bid and (unit, amount) of its units, and whether no other groups save more."""
    place = {unit: n for n, unit in enumerate(units)}
    wanting = tuple((one.bid, tuple(place.get(unit, -1) for unit in one.units), one.groups, one.saved) for one in bids)
    found = _best(wanting, *field.of(units), budget)
    groups = [(bids[number], [(units[n], amount) for n, amount in shares]) for number, shares in found.groups]
    return groups, found.proven


def _parts(bids: Sequence[_Placed], units: Sequence[int], field: Field) -> list[list[int]]:
    """The units in parts of so many kinds at most; what the worthiest bids want stays together."""
    kinds: dict[tuple[_Good, int], int] = {}
    of = {unit: kinds.setdefault((field.goods[unit], field.base[unit]), len(kinds)) for unit in units}
    if len(kinds) <= _WIDE:
        return [list(units)]
    groups, sizes = _Groups(), Counter(range(len(kinds)))
    for one in sorted(bids, key=lambda one: (-one.bid.worth, one.bid.rival.offer.offer_id)):
        first, *others = (of[unit] for unit in one.wanted)
        for other in others:
            here, there = groups.of(first), groups.of(other)
            if here != there and sizes[here] + sizes[there] <= _WIDE:
                groups.join((here, there))
                sizes[groups.of(first)] = sizes[here] + sizes[there]
    found: dict[int, list[int]] = defaultdict(list)
    for unit in units:
        found[groups.of(of[unit])].append(unit)
    return list(found.values())


def _shared_out(bids: Iterable[_Placed], parts: Sequence[Sequence[int]]) -> list[list[_Placed]]:
    """By part the bids in it. A limited bid belongs to the part that has most of its units, any other to each."""
    of = {unit: n for n, part in enumerate(parts) for unit in part}
    found: list[list[_Placed]] = [[] for _ in parts]
    for one in bids:
        touched = Counter(of[unit] for unit in one.wanted)
        if one.bid.deal.limit or one.bid.deal.cap:
            found[min(touched, key=lambda n: (-touched[n], n))].append(one)
            continue
        for n in touched:
            found[n].append(one)
    return found
