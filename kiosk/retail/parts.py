"""Bids on numbered units: which belong together, the best of those that do, and a cluster too wide for one search.

A wide cluster is parted where bids are weakest, each part is settled within a small budget, and for what no group
serves then the offers bid again, a few times.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kiosk.retail.competing import Contest, search
from kiosk.retail.deals import Deal
from kiosk.retail.goods import Bid, Good, Goods, bid, shared
from kiosk.retail.joined import Joined
from kiosk.retail.values import dataclass

__all__ = ["Found", "Placed", "Shares", "clustered", "in_parts", "settled_part"]

_NARROW = 12
"""Kinds of goods in a part of a wide cluster."""
_PART = 1_000
"""Steps of a search in such a part."""
_IN_ALL = 12_000
"""Steps that the parts of one wide cluster may have; the worthiest come first."""
_POOR = 125
"""Steps of a search in a part when these are gone."""
_ROUNDS = 3
"""How often offers bid at most, in a cluster settled in parts, for what is left."""
_PARTS_REMEMBERED = 2_048

Shares = tuple[tuple[int, int], ...]
"""(unit, amount) of a group, also of units that nothing is taken off."""


class Placed(NamedTuple):
    """A bid, which unit each of its goods is (-1: none), which it wants; ``groups`` and ``saved`` of its limits are
    gone.
    """

    bid: Bid
    units: tuple[int, ...]
    wanted: tuple[int, ...]
    groups: int = 0
    saved: int = 0

    @classmethod
    def of(cls, made: Bid, units: Sequence[int], groups: int = 0, saved: int = 0) -> Placed:
        """Where the bid's goods are these units."""
        return cls(made, tuple(units), tuple([units[n] for n in made.wanted]), groups, saved)

    def among(self, place: Mapping[int, int]) -> Placed:
        """The same with units numbered anew; what has no number is not there."""
        units = tuple([place.get(unit, -1) for unit in self.units])
        return Placed(self.bid, units, tuple([n for n in [place.get(u, -1) for u in self.wanted] if n >= 0]), *self[3:])

    def deal(self) -> Deal:
        """What it may form of these units, and what is left of its limits."""
        places = {n: unit for n, unit in enumerate(self.units) if unit >= 0}
        return self.bid.deal.among(places).less(self.groups, self.saved)

    @property
    def limited(self) -> bool:
        """It has a limit of groups or of what they save."""
        return bool(self.bid.deal.limit or self.bid.deal.cap)


@dataclass(frozen=True, slots=True)
class Found:
    """Per group: the number of its bid, and its units with what is taken off each. ``steps``: what finding it took."""

    groups: tuple[tuple[int, Shares], ...]
    proven: bool
    steps: int = 0


def clustered(bids: Iterable[Placed]) -> list[list[Placed]]:
    """Bids that share a unit, directly or by way of others, belong together."""
    bids = list(bids)
    groups = Joined()
    for one in bids:
        groups.join(one.wanted)
    found: dict[int, list[Placed]] = defaultdict(list)
    for one in bids:
        found[groups.of(one.wanted[0])].append(one)
    return list(found.values())


def _kinds_of(goods: Goods, base: Sequence[int]) -> list[int]:
    """By unit the number of its kind."""
    kinds: dict[tuple[Good, int], int] = {}
    return [kinds.setdefault(one, len(kinds)) for one in zip(goods, base, strict=True)]


@lru_cache(maxsize=_PARTS_REMEMBERED)
def settled_part(bids: tuple[Placed, ...], goods: Goods, base: tuple[int, ...], budget: int) -> Found:
    """The groups that save most, of units numbered from 0, within a budget of steps."""
    found = search(Contest(base, tuple(one.deal() for one in bids)), budget)
    groups = ((group.deal, tuple(shared(group.saving, group.units, goods))) for group in found.groups)
    return Found(tuple(groups), found.proven, found.steps)


# --- in parts ---------------------------------------------------------------------------------------------------------


def in_parts(bids: Sequence[Placed], goods: Goods, base: Sequence[int]) -> list[tuple[int, Shares]]:
    """Part by part; for what no group serves then the offers bid again, a few times."""
    cluster = _Wide(bids, goods, base)
    left = list(enumerate(bids))
    for _ in range(_ROUNDS):
        more = cluster.settled(left)
        if not more:
            break
        cluster.made += more
        left = cluster.again()
    return cluster.made


class _Wide:
    """A wide cluster under way. Bids go by their number. ``made``: the groups so far."""

    def __init__(self, bids: Sequence[Placed], goods: Goods, base: Sequence[int]) -> None:
        self.bids, self.goods, self.base = bids, goods, base
        self.kinds = _kinds_of(goods, base)
        self.made: list[tuple[int, Shares]] = []
        self.left = _IN_ALL

    def settled(self, left: Sequence[tuple[int, Placed]]) -> list[tuple[int, Shares]]:
        """The groups of all parts."""
        number = {one.bid: n for n, one in left}
        found: list[tuple[int, Shares]] = []
        for cluster in clustered(one for _n, one in left):
            parts = self._parts(cluster)
            for units, bids in zip(parts, _shared_out(cluster, parts), strict=True):
                if not bids:
                    continue
                place = {unit: n for n, unit in enumerate(units)}
                own = tuple([one.among(place) for one in bids])
                goods, base = tuple([self.goods[n] for n in units]), tuple([self.base[n] for n in units])
                part = settled_part(own, goods, base, _PART if self.left > 0 else _POOR)
                self.left -= part.steps
                for which, shares in part.groups:
                    found.append((number[bids[which].bid], tuple([(units[n], amount) for n, amount in shares])))
        return found

    def again(self) -> list[tuple[int, Placed]]:
        """What the offers bid for the units that no group serves, with what is left of their limits."""
        served = {unit for _n, shares in self.made for unit, _amount in shares}
        used, saved = Counter[int](), Counter[int]()
        for n, shares in self.made:
            used[n] += 1
            saved[n] += sum(amount for _unit, amount in shares)
        found: list[tuple[int, Placed]] = []
        for n, one in enumerate(self.bids):
            deal = one.bid.deal
            free = [unit for unit in one.wanted if unit not in served]
            spent = (deal.limit and used[n] >= deal.limit) or (deal.cap and saved[n] >= deal.cap)
            if spent or len(free) < max(1, one.bid.rival.least):
                continue
            goods, base = tuple([self.goods[unit] for unit in free]), tuple([self.base[unit] for unit in free])
            fresh = bid(one.bid.rival, goods, base)
            if fresh is not None:
                found.append((n, Placed.of(fresh, free, used[n], saved[n])))
        return found

    def _parts(self, bids: Sequence[Placed]) -> list[list[int]]:
        """The units in parts of so many kinds at most; what the worthiest bids want stays together."""
        units, of = sorted({unit for one in bids for unit in one.wanted}), self.kinds
        groups, sizes = Joined(), dict.fromkeys((of[unit] for unit in units), 1)
        if len(sizes) <= _NARROW:
            return [units]
        for one in sorted(bids, key=lambda one: (-one.bid.worth, one.bid.rival.offer.offer_id)):
            first, *others = dict.fromkeys([of[unit] for unit in one.wanted])
            here = groups.of(first)
            for other in others:
                there = groups.of(other)
                if here != there and sizes[here] + sizes[there] <= _NARROW:
                    groups.join((here, there))
                    sizes[min(here, there)] = sizes[here] + sizes[there]
                    here = min(here, there)
        found: dict[int, list[int]] = defaultdict(list)
        for unit in units:
            found[groups.of(of[unit])].append(unit)
        return list(found.values())


def _shared_out(bids: Iterable[Placed], parts: Sequence[Sequence[int]]) -> list[list[Placed]]:
    """By part the bids that can form a group there. A limited bid belongs to the part that has most of its units."""
    of = {unit: n for n, part in enumerate(parts) for unit in part}
    found: list[list[Placed]] = [[] for _ in parts]
    for one in bids:
        touched = Counter([of[unit] for unit in one.wanted])
        at = [min(touched, key=lambda n: (-touched[n], n))] if one.limited else touched
        for n in at:
            if touched[n] >= one.bid.rival.least:
                found[n].append(one)
    return found
