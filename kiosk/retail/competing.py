"""Offers that compete for units: the combination that saves the shopper most.

Each unit serves at most one offer. What a unit gains by itself (a percent off each) is its base; group offers are
deals. The search takes unit after unit, dearest first, and keeps of all ways that lead to the same state only the best.
A way is given up when a Lagrangian bound says that it cannot beat the best found: every unit is charged a rent, and
no group may bring more than the rents of its units and its offer's reward. The search is exact within a budget of
nodes; a clock would make the total depend on the machine. Beyond the budget it goes on with the most promising ways
only, and the result, still valid, is marked as not proven.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.retail.deals import NEVER, SCALE, Deal

__all__ = ["BUDGET", "Contest", "Found", "Group", "greedy", "search"]

BUDGET = 20_000
"""Nodes of one search: states met by way of a move."""
_BEAM = 24
"""Ways kept per unit once the budget is spent."""
_PLAIN = 1_500
"""States up to which rents are not worth working out."""
_ROUNDS = 60
"""Rounds of the rents' descent."""
_PATIENCE = 3
"""Vain rounds after which its steps are halved."""
_FINE = 64
"""Parts of a unit in which use is averaged over units that are alike."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Units in the order of the search: what each gains by itself (0 for nothing), and the deals that want them."""

    base: Sequence[int]
    deals: Sequence[Deal]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that serve one deal together, and what that saves in minor units."""

    deal: int
    units: tuple[int, ...]
    saving: int


@dataclass(frozen=True, slots=True)
class Found:
    """``value``: minor units saved, the bases of units in no group included."""

    value: int
    groups: tuple[Group, ...]
    proven: bool


def greedy(contest: Contest) -> Found:
    """The group that saves most goes first, again and again: an answer that others must beat."""
    rents = [base * SCALE for base in contest.base]
    value, groups = sum(contest.base), list[Group]()
    worth = []
    for number, deal in enumerate(contest.deals):
        deal.price(rents)
        worth.append((-deal.reward, number))
    taken: set[int] = set()
    for _, number in sorted(worth):
        times = 0
        deal = contest.deals[number]
        most = 1 if deal.capped else deal.most
        while times < most:
            left = deal.without(taken)
            column = tuple(left.price(rents))
            saving = left.worth(column) if column and len(set(column)) == len(column) else 0
            gained = saving - sum(contest.base[unit] for unit in column)
            if gained <= 0:
                break
            groups.append(Group(number, tuple(sorted(column)), saving))
            value += gained
            taken.update(column)
            times += 1
    return Found(value, tuple(groups), proven=False)


def search(contest: Contest, floor: Found, budget: int = BUDGET) -> Found:
    """The best found; ``floor`` where nothing beats it."""
    rents, rewards = _rents(contest, floor.value)
    first = _Search(contest, floor, rents, rewards, 0).run()
    if first.proven:
        return first
    return _Search(contest, first, rents, rewards, budget).run()


def _rents(contest: Contest, floor: int) -> tuple[list[int], int]:
    """A rent per unit, never below its base, and the rewards that groups may bring beyond rents; both scaled."""
    base = [gain * SCALE for gain in contest.base]
    best = list(base)
    bound, rewards, use = _bound_of(contest, best)
    plain = len(base)
    for deal in contest.deals:
        plain *= deal.states
    if plain <= _PLAIN:
        return best, rewards
    alike = _alike(contest)
    rents, least, idle, halved = list(best), bound, 0, 0
    for _ in range(_ROUNDS):
        for same in alike:
            mean = sum(use[n] for n in same) * _FINE // len(same)
            for n in same:
                use[n] = mean
        pull = sum(n * n for n in use) // _FINE
        over = bound - floor * SCALE
        if pull <= 0 or over < SCALE:
            break
        step = max(1, over >> halved)
        rents = [max(low, rent - step * n // pull) for low, rent, n in zip(base, rents, use, strict=True)]
        bound, _, use = _bound_of(contest, rents)
        if bound < least:
            best, least, idle = list(rents), bound, 0
        else:
            idle += 1
            if idle == _PATIENCE:
                idle, halved, rents = 0, halved + 1, list(best)
                bound, _, use = _bound_of(contest, rents)
    _, rewards, _ = _bound_of(contest, best)
    return best, rewards


def _alike(contest: Contest) -> list[list[int]]:
    """Units that no deal tells apart: one rent does for all of them."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for unit, base in enumerate(contest.base):
        found.setdefault((base, *(deal.sees(unit) for deal in contest.deals)), []).append(unit)
    return list(found.values())


def _bound_of(contest: Contest, rents: list[int]) -> tuple[int, int, list[int]]:
    """The bound under ``rents``, the rewards in it, and per unit by how much its rent is too high for its use."""
    use = [1] * len(rents)
    rewards = 0
    for deal in contest.deals:
        column = deal.price(rents)
        if deal.reward:
            rewards += deal.reward * deal.most
            for unit in column:
                use[unit] -= deal.most
    return sum(rents) + rewards, rewards, use


_Key = tuple[Any, ...]


class _Search:
    """Unit after unit; per state the best value and where it came from."""

    def __init__(self, contest: Contest, floor: Found, rents: list[int], rewards: int, budget: int) -> None:
        self.contest = contest
        self.floor = floor
        self.budget = budget
        self.exact = True
        count = len(contest.base)
        self.ahead = [0] * (count + 1)
        for unit in range(count - 1, -1, -1):
            self.ahead[unit] = self.ahead[unit + 1] + rents[unit]
        self.rewards = rewards
        self.must = floor.value * SCALE
        self.turning = [n for n, deal in enumerate(contest.deals) if type(deal).turned is not Deal.turned]
        self.wanted = [[n for n, deal in enumerate(contest.deals) if deal.wants(unit)] for unit in range(count)]
        self.bounds: list[dict[Any, int]] = [{} for _ in contest.deals]

    def run(self) -> Found:
        """From no unit to all of them."""
        start = tuple(deal.start for deal in self.contest.deals)
        layer: dict[_Key, tuple[int, int]] = {start: (0, 0)}
        trail: list[dict[_Key, tuple[int, _Key, tuple[int, int] | None]]] = []
        for unit in range(len(self.contest.base)):
            reached = self._step(unit, layer)
            if self.budget <= 0 and len(reached) > _BEAM:
                self.exact = False
                reached = self._most_promising(unit + 1, reached)
            trail.append(reached)
            layer = {key: (value, 0) for key, (value, _from, _way) in reached.items()}
        return self._best(layer, trail)

    def _step(self, unit: int, layer: dict[_Key, tuple[int, int]]) -> dict[_Key, Any]:
        reached: dict[_Key, tuple[int, _Key, tuple[int, int] | None]] = {}
        base, deals = self.contest.base[unit], self.contest.deals
        for cache in self.bounds:
            cache.clear()
        met = 0
        for before, (value, _) in layer.items():
            key = before
            for number in self.turning:
                key = (*key[:number], deals[number].turned(key[number], unit), *key[number + 1 :])
            met += 1
            self._keep(unit, reached, key, value + base, before, None)
            for number in self.wanted[unit]:
                for state, gain, way in deals[number].moves(key[number], unit):
                    met += 1
                    after = (*key[:number], state, *key[number + 1 :])
                    self._keep(unit, reached, after, value + gain, before, (number, way))
        self.budget -= met
        return reached

    def _keep(
        self,
        unit: int,
        reached: dict[_Key, Any],
        after: _Key,
        value: int,
        before: _Key,
        way: tuple[int, int] | None,
    ) -> None:
        known = reached.get(after)
        if known is not None:
            if known[0] < value:
                reached[after] = (value, before, way)
        elif self._at_most(unit + 1, after, value) > self.must:
            reached[after] = (value, before, way)

    def _at_most(self, unit: int, key: _Key, value: int) -> int:
        total = value * SCALE + self.ahead[unit] + self.rewards
        for deal, state, cache in zip(self.contest.deals, key, self.bounds, strict=True):
            if state != deal.start:
                more = cache.get(state)
                if more is None:
                    more = cache[state] = deal.bound(unit, state)
                if more <= NEVER // 2:
                    return NEVER
                total += more
        return total

    def _most_promising(self, unit: int, reached: dict[_Key, Any]) -> dict[_Key, Any]:
        for cache in self.bounds:
            cache.clear()
        order = sorted(reached, key=lambda key: self._at_most(unit, key, reached[key][0]), reverse=True)
        return {key: reached[key] for key in order[:_BEAM]}

    def _best(self, layer: dict[_Key, tuple[int, int]], trail: list[dict[_Key, Any]]) -> Found:
        best, value = None, self.floor.value
        for key, (gained, _) in layer.items():
            ends = [deal.ended(state) for deal, state in zip(self.contest.deals, key, strict=True)]
            if None in ends:
                continue
            total = gained + sum(end for end in ends if end is not None)
            if total > value:
                best, value = key, total
        if best is None:
            return Found(self.floor.value, self.floor.groups, self.exact)
        ways: list[tuple[int, int] | None] = []
        for reached in reversed(trail):
            _, best, way = reached[best]
            ways.append(way)
        return Found(value, tuple(self._groups(ways[::-1])), self.exact)

    def _groups(self, ways: Sequence[tuple[int, int] | None]) -> Iterator[Group]:
        for number, deal in enumerate(self.contest.deals):
            taken = [(unit, way[1]) for unit, way in enumerate(ways) if way is not None and way[0] == number]
            for units, saving in deal.groups(taken):
                yield Group(number, units, saving)
