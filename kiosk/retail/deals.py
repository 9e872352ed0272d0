"""What a group offer may do with units, one unit after another: the moves of the search in ``competing``.

Units are numbered in the order of the search, dearest first. A deal's state tells how far its open groups are;
``moves`` gives what taking the next unit leads to, and ``bound`` how much more its open groups can bring when every
further unit costs its rent (the Lagrangian price of using it). Rents and bounds are in ``SCALE`` parts of a minor unit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

__all__ = ["NEVER", "SCALE", "Capped", "Deal", "Distinct", "Run", "Sets"]

SCALE = 256
NEVER = -(1 << 60)
"""The bound of a group that cannot be completed any more."""

_State = Any
"""Hashable; its shape is the deal's own."""


class Deal(ABC):
    """A group offer. ``reward`` is what opening one more group may bring at most, rents paid, by the last ``price``."""

    reward: int = 0
    start: _State = None

    @property
    def capped(self) -> bool:
        """Whether what one group saves takes from what another may."""
        return False

    @abstractmethod
    def moves(self, state: _State, unit: int) -> Iterator[tuple[_State, int, int]]:
        """What taking ``unit`` may lead to: (state, minor units gained by it, which way)."""

    def turned(self, state: _State, unit: int) -> _State:
        """The state as it stands when the search comes to ``unit``."""
        del unit
        return state

    @abstractmethod
    def ended(self, state: _State) -> int | None:
        """What the state brings when no unit comes any more; ``None`` where a group stays open."""

    @abstractmethod
    def price(self, rents: Sequence[int]) -> list[int]:
        """Work out ``bound`` and ``reward`` under ``rents``; gives the units of the most rewarding group."""

    @abstractmethod
    def bound(self, unit: int, state: _State) -> int:
        """At most what the open groups bring on top of what was gained, from ``unit`` on; ``NEVER`` if they cannot."""

    @abstractmethod
    def groups(self, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        """(units, what they save) of each group, from the (unit, way) pairs taken in order."""

    @abstractmethod
    def without(self, units: Collection[int]) -> Deal:
        """The same deal where ``units`` do not fit."""

    @property
    @abstractmethod
    def most(self) -> int:
        """At most how many groups the basket can make."""

    @property
    @abstractmethod
    def states(self) -> int:
        """About how many states a search meets."""

    @abstractmethod
    def worth(self, units: Sequence[int]) -> int:
        """What a group of these units, as ``price`` gave them, saves."""

    @abstractmethod
    def sees(self, unit: int) -> object:
        """What the deal knows of the unit; equal for units that it cannot tell apart."""

    @abstractmethod
    def wants(self, unit: int) -> bool:
        """Whether the unit may serve."""


@dataclass(slots=True)
class Run(Deal):
    """``size`` units make a group, filled one after the other; those from position ``gain_from`` on bring their gain.

    ``gains``: by unit, ``None`` where it does not fit. ``constant``: on top for each whole group. ``limit``: groups per
    basket, 0 for any number. ``cap``: all groups together bring no more; 0 for no cap.
    """

    size: int
    gains: Sequence[int | None]
    constant: int = 0
    gain_from: int = 0
    limit: int = 0
    cap: int = 0
    reward: int = 0
    start: _State = (0, 0, 0, 0)
    _ahead: list[list[int]] = field(default_factory=list)

    def moves(self, state: _State, unit: int) -> Iterator[tuple[_State, int, int]]:
        """Take the next place of the open group, or open one."""
        gain = self.gains[unit]
        at, used, carried, spent = state
        if gain is None or (self.limit and used >= self.limit):
            return
        gain = gain if at >= self.gain_from else 0
        if self.cap:
            carried += gain
        if at + 1 < self.size:
            yield (at + 1, used, carried, spent), 0 if self.cap else gain, 0
            return
        brings = (carried if self.cap else gain) + self.constant
        if self.cap:
            brings = min(brings, self.cap - spent)
            spent += brings
        yield (0, used + 1 if self.limit else 0, 0, spent), brings, 0

    def ended(self, state: _State) -> int | None:
        """Whole groups only."""
        return None if state[0] else 0

    def price(self, rents: Sequence[int]) -> list[int]:
        """The best completion from each unit and place, backwards."""
        end = len(self.gains)
        table = [[NEVER] * self.size + [0] for _ in range(end + 1)]
        for unit in range(end - 1, -1, -1):
            later, row, gain = table[unit + 1], table[unit], self.gains[unit]
            if gain is None:
                row[:] = later
                continue
            paid, rewarded = -rents[unit], gain * SCALE - rents[unit]
            for at in range(self.size):
                taken = later[at + 1] + (rewarded if at >= self.gain_from else paid)
                row[at] = max(taken, later[at])
        self._ahead = table
        best = table[0][0] + self.constant * SCALE if table[0][0] > NEVER // 2 else NEVER
        self.reward = max(0, best)
        return self._best() if best > 0 else []

    def _best(self) -> list[int]:
        found, at = [], 0
        for unit in range(len(self.gains)):
            if at < self.size and self._ahead[unit][at] != self._ahead[unit + 1][at]:
                found.append(unit)
                at += 1
        return found

    def bound(self, unit: int, state: _State) -> int:
        """The open group's best completion; for a limited offer less what the groups used up might have brought."""
        at, used, carried, _spent = state
        gone = used * self.reward if self.limit else 0
        if not at:
            return -gone
        ahead = self._ahead[unit][at]
        if ahead < NEVER // 2:
            return NEVER
        held = carried if self.cap else 0
        more: int = ahead + (self.constant + held) * SCALE - gone - (self.reward if self.limit else 0)
        return more

    @property
    def capped(self) -> bool:
        """By ``cap``."""
        return bool(self.cap)

    def groups(self, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        """As they were filled."""
        state, saved, members = self.start, 0, []
        for unit, _way in taken:
            ((state, gain, _),) = self.moves(state, unit)
            saved += gain
            members.append(unit)
            if not state[0]:
                yield tuple(members), saved
                saved, members = 0, []

    def without(self, units: Collection[int]) -> Deal:
        """Their gains taken away."""
        return replace(self, gains=[None if n in units else gain for n, gain in enumerate(self.gains)])

    @property
    def most(self) -> int:
        """By the number of units."""
        whole = sum(gain is not None for gain in self.gains) // self.size
        return min(whole, self.limit) if self.limit else whole

    @property
    def states(self) -> int:
        """Places of the open group, times what is counted beside."""
        return self.size * ((self.limit + 1) if self.limit else 1) * (8 if self.cap else 1)

    def worth(self, units: Sequence[int]) -> int:
        """By the units' gains."""
        order = sorted(units)
        saving = sum(self.gains[unit] or 0 for unit in order[self.gain_from :]) + self.constant
        return min(saving, self.cap) if self.cap else saving

    def sees(self, unit: int) -> object:
        """What it gains."""
        return self.gains[unit]

    def wants(self, unit: int) -> bool:
        """Whether it fits."""
        return self.gains[unit] is not None


@dataclass(slots=True)
class Sets(Deal):
    """A set takes ``counts[s]`` units in each of its parts ``s``; several sets may be open at once.

    ``gains``: by part and unit, ``None`` where it does not fit. ``constant``: on top for each whole set.
    """

    counts: tuple[int, ...]
    gains: Sequence[Sequence[int | None]]
    constant: int = 0
    limit: int = 0
    reward: int = 0
    start: _State = None
    _ahead: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start = (0,) * (len(self.counts) + 1)

    def moves(self, state: _State, unit: int) -> Iterator[tuple[_State, int, int]]:
        """Take the unit into each part that it fits."""
        for part, of_part in enumerate(self.gains):
            gain = of_part[unit]
            if gain is None:
                continue
            filled = list(state)
            filled[part] += 1
            if self.limit and self._open(filled) + filled[-1] > self.limit:
                continue
            if all(have >= need for have, need in zip(filled[:-1], self.counts, strict=True)):
                filled = [have - need for have, need in zip(filled[:-1], self.counts, strict=True)] + filled[-1:]
                filled[-1] += 1 if self.limit else 0
                gain += self.constant
            yield tuple(filled), gain, part

    def _open(self, filled: Sequence[int]) -> int:
        return max(-(-have // need) for have, need in zip(filled[:-1], self.counts, strict=True))

    def ended(self, state: _State) -> int | None:
        """Whole sets only."""
        return None if any(state[:-1]) else 0

    def price(self, rents: Sequence[int]) -> list[int]:
        """Per part the best unit still to come."""
        self._ahead = []
        column: list[int] = []
        best = self.constant * SCALE
        for need, of_part in zip(self.counts, self.gains, strict=True):
            worth = [NEVER if gain is None else gain * SCALE - rents[n] for n, gain in enumerate(of_part)]
            row = [NEVER] * (len(worth) + 1)
            for unit in range(len(worth) - 1, -1, -1):
                row[unit] = max(row[unit + 1], worth[unit])
            self._ahead.append(row)
            order = sorted(range(len(worth)), key=lambda n: -worth[n])[:need]
            column += order
            best += sum(worth[n] for n in order) if len(order) == need else NEVER
        self.reward = max(0, best)
        return column if best > 0 else []

    def bound(self, unit: int, state: _State) -> int:
        """Every open set completed by the best unit of each part."""
        sets = self._open(state)
        total: int = sets * self.constant * SCALE
        if self.limit:
            total -= (sets + state[-1]) * self.reward
        for have, need, row in zip(state[:-1], self.counts, self._ahead, strict=True):
            lacking = sets * need - have
            if lacking:
                if row[unit] <= NEVER // 2:
                    return NEVER
                total += lacking * row[unit]
        return total

    def without(self, units: Collection[int]) -> Deal:
        """Their gains taken away."""
        return replace(
            self, gains=[[None if n in units else gain for n, gain in enumerate(part)] for part in self.gains]
        )

    def groups(self, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        """First come first, part by part."""
        waiting: list[list[int]] = [[unit for unit, way in taken if way == part] for part in range(len(self.counts))]
        for number in range(len(waiting[0]) // self.counts[0]):
            members = [
                (part, unit)
                for part, (need, units) in enumerate(zip(self.counts, waiting, strict=True))
                for unit in units[number * need : (number + 1) * need]
            ]
            saved = self.constant + sum(self.gains[part][unit] or 0 for part, unit in members)
            yield tuple(unit for _part, unit in members), saved

    @property
    def most(self) -> int:
        """By the scarcest part."""
        whole: int = min(
            sum(gain is not None for gain in of_part) // need
            for need, of_part in zip(self.counts, self.gains, strict=True)
        )
        return min(whole, self.limit) if self.limit else whole

    @property
    def states(self) -> int:
        """Several sets may be open."""
        return 1 << (2 * len(self.counts))

    def worth(self, units: Sequence[int]) -> int:
        """By the units' gains."""
        saving, place = self.constant, 0
        for need, gains in zip(self.counts, self.gains, strict=True):
            saving += sum(gains[unit] or 0 for unit in units[place : place + need])
            place += need
        return saving

    def sees(self, unit: int) -> object:
        """What it gains."""
        return tuple(gains[unit] for gains in self.gains)

    def wants(self, unit: int) -> bool:
        """Whether it fits any part."""
        return any(of_part[unit] is not None for of_part in self.gains)


@dataclass(slots=True)
class Capped(Deal):
    """Any ``size`` units bring ``amount`` together, but no more than their ``rooms``: which units meet matters.

    A state is the open groups, each (units, what they have room for up to ``amount``), and how many were completed.
    """

    size: int
    rooms: Sequence[int | None]
    amount: int
    limit: int = 0
    reward: int = 0
    start: _State = ((), 0)
    _ahead: list[tuple[int, int]] = field(default_factory=list)

    def moves(self, state: _State, unit: int) -> Iterator[tuple[_State, int, int]]:
        """Begin a group, or join one."""
        room, (groups, used) = self.rooms[unit], state
        if room is None:
            return
        if not self.limit or len(groups) + used < self.limit:
            yield from self._joined(groups, used, (0, 0), room, -1)
        for place, group in enumerate(groups):
            if not place or groups[place - 1] != group:
                yield from self._joined(groups[:place] + groups[place + 1 :], used, group, room, place)

    def _joined(
        self, rest: tuple[tuple[int, int], ...], used: int, group: tuple[int, int], room: int, way: int
    ) -> Iterator[tuple[_State, int, int]]:
        size, held = group[0] + 1, min(self.amount, group[1] + room)
        if size == self.size:
            yield (rest, used + 1 if self.limit else 0), held, way
        else:
            yield (tuple(sorted((*rest, (size, held)))), used), 0, way

    def ended(self, state: _State) -> int | None:
        """Whole groups only."""
        return None if state[0] else 0

    def price(self, rents: Sequence[int]) -> list[int]:
        """The units cheapest to rent."""
        count, least = 0, -NEVER
        self._ahead = [(count, least)]
        for unit in range(len(self.rooms) - 1, -1, -1):
            if self.rooms[unit] is not None:
                count, least = count + 1, min(least, rents[unit])
            self._ahead.append((count, least))
        self._ahead.reverse()
        order = sorted((n for n in range(len(self.rooms)) if self.wants(n)), key=lambda n: rents[n])[: self.size]
        best = self.amount * SCALE - sum(rents[n] for n in order) if len(order) == self.size else 0
        self.reward = max(0, best)
        return order if best > 0 else []

    def bound(self, unit: int, state: _State) -> int:
        """Every open group completed by the units cheapest to rent."""
        groups, used = state
        count, least = self._ahead[unit]
        lacking = sum(self.size - size for size, _held in groups)
        if lacking > count:
            return NEVER
        more: int = len(groups) * self.amount * SCALE - lacking * least if groups else 0
        return more - (len(groups) + used) * self.reward if self.limit else more

    def without(self, units: Collection[int]) -> Deal:
        """Their rooms taken away."""
        return replace(self, rooms=[None if n in units else room for n, room in enumerate(self.rooms)])

    def groups(self, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        """Played again: the groups as the search formed them."""
        open_groups: list[tuple[tuple[int, int], tuple[int, ...]]] = []
        for unit, way in taken:
            (size, held), members = ((0, 0), ()) if way < 0 else open_groups.pop(way)
            held = min(self.amount, held + (self.rooms[unit] or 0))
            if size + 1 == self.size:
                yield (*members, unit), held
            else:
                open_groups.append(((size + 1, held), (*members, unit)))
                open_groups.sort()

    @property
    def most(self) -> int:
        """By the number of units."""
        whole = sum(room is not None for room in self.rooms) // self.size
        return min(whole, self.limit) if self.limit else whole

    @property
    def states(self) -> int:
        """Several groups may be open."""
        return 50

    def worth(self, units: Sequence[int]) -> int:
        """By the units' gains."""
        return min(self.amount, sum(self.rooms[unit] or 0 for unit in units))

    def sees(self, unit: int) -> object:
        """What it gains."""
        return self.rooms[unit]

    def wants(self, unit: int) -> bool:
        """Whether it fits."""
        return self.rooms[unit] is not None


@dataclass(slots=True)
class Distinct(Deal):
    """Sets of different items; the percent on each unit grows with the size that its set is to have.

    ``gains``: by size and unit, ``None`` where the unit does not fit; ``kinds`` by unit, equal for the same item, and
    the units of one item follow one another. A state is the open sets, each (size to be, units so far, kind of its last
    unit if that may still follow), and how many were completed. ``limit``: sets per basket, 0 for any number.
    """

    gains: Mapping[int, Sequence[int | None]]
    kinds: Sequence[int]
    limit: int = 0
    reward: int = 0
    start: _State = ((), 0)
    _ahead: dict[int, list[list[int]]] = field(default_factory=dict)
    _next: list[int] = field(default_factory=list)

    def moves(self, state: _State, unit: int) -> Iterator[tuple[_State, int, int]]:
        """Begin a set of each size, or join one that has not this item yet."""
        kind, (sets, used) = self.kinds[unit], state
        if not self.limit or len(sets) + used < self.limit:
            for size, gains in self.gains.items():
                if (gain := gains[unit]) is not None:
                    yield (tuple(sorted((*sets, (size, 1, kind)))), used), gain, -size
        for place, (size, filled, last) in enumerate(sets):
            gain = self.gains[size][unit]
            if gain is None or last == kind or (place and sets[place - 1] == sets[place]):
                continue
            rest = sets[:place] + sets[place + 1 :]
            if filled + 1 < size:
                yield (tuple(sorted((*rest, (size, filled + 1, kind)))), used), gain, place
            else:
                yield (rest, used + 1 if self.limit else 0), gain, place

    def turned(self, state: _State, unit: int) -> _State:
        """At another item every set may be joined again."""
        sets, used = state
        if not sets or (unit and self.kinds[unit] == self.kinds[unit - 1]):
            return state
        return tuple(sorted((size, filled, 0) for size, filled, _kind in sets)), used

    def ended(self, state: _State) -> int | None:
        """Whole sets only."""
        return None if state[0] else 0

    def price(self, rents: Sequence[int]) -> list[int]:
        """Per size and number of units lacking, the best different items still to come."""
        self.reward, best = 0, list[int]()
        self._next = self._turns()
        for size, gains in self.gains.items():
            worth = [NEVER if gain is None else gain * SCALE - rents[n] for n, gain in enumerate(gains)]
            self._ahead[size] = self._table(size, worth)
            if self._ahead[size][0][size] > self.reward:
                self.reward = self._ahead[size][0][size]
                of_kind = {self.kinds[n]: n for n in sorted(range(len(worth)), key=lambda n: worth[n])}
                best = sorted(of_kind.values(), key=lambda n: (-worth[n], n))[:size]
        return best

    def _turns(self) -> list[int]:
        """By unit, where the next item begins."""
        turns = [len(self.kinds)] * (len(self.kinds) + 1)
        for unit in range(len(self.kinds) - 2, -1, -1):
            turns[unit] = turns[unit + 1] if self.kinds[unit] == self.kinds[unit + 1] else unit + 1
        return turns

    def _table(self, size: int, worth: Sequence[int]) -> list[list[int]]:
        of_kind: dict[int, int] = {}
        row = [0] + [NEVER] * size
        table = [row]
        for unit in range(len(worth) - 1, -1, -1):
            kind = self.kinds[unit]
            if worth[unit] > of_kind.get(kind, NEVER):
                of_kind[kind] = worth[unit]
                found = sorted(of_kind.values(), reverse=True)[:size]
                sums = [0, *accumulate(found)]
                row = sums + [NEVER] * (size + 1 - len(sums))
            table.append(row)
        table.reverse()
        return table

    def bound(self, unit: int, state: _State) -> int:
        """Every open set filled by the best still to come."""
        sets, used = state
        total: int = 0
        for size, filled, kind in sets:
            at = self._next[unit] if kind and unit < len(self.kinds) and self.kinds[unit] == kind else unit
            ahead = self._ahead[size][at][size - filled]
            if ahead <= NEVER // 2:
                return NEVER
            total += ahead
        if self.limit:
            total -= (len(sets) + used) * self.reward
        return total

    def without(self, units: Collection[int]) -> Deal:
        """Their gains taken away."""
        gains = {size: [None if n in units else gain for n, gain in enumerate(row)] for size, row in self.gains.items()}
        return replace(self, gains=gains, _ahead={}, _next=[])

    def groups(self, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        """Played again: the sets as the search formed them."""
        state: list[tuple[tuple[int, int, int], tuple[int, ...]]] = []
        before = 0
        for unit, way in taken:
            kind = self.kinds[unit]
            if kind != before:
                state = sorted(((size, filled, 0), members) for (size, filled, _kind), members in state)
                before = kind
            (size, filled, _last), members = ((-way, 0, 0), ()) if way < 0 else state.pop(way)
            members = (*members, unit)
            if len(members) == size:
                yield members, sum(self.gains[size][n] or 0 for n in members)
            else:
                state.append(((size, filled + 1, kind), members))
                state.sort()

    @property
    def most(self) -> int:
        """By the number of units in the smallest sets."""
        smallest = min(self.gains)
        whole = sum(gain is not None for gain in self.gains[smallest]) // smallest
        return min(whole, self.limit) if self.limit else whole

    @property
    def states(self) -> int:
        """Several sets of several sizes may be open."""
        return 100

    def worth(self, units: Sequence[int]) -> int:
        """By the units' gains."""
        return sum(self.gains[len(units)][unit] or 0 for unit in units)

    def sees(self, unit: int) -> object:
        """What it gains."""
        return self.kinds[unit], *(gains[unit] for gains in self.gains.values())

    def wants(self, unit: int) -> bool:
        """Whether it fits."""
        return any(gains[unit] is not None for gains in self.gains.values())
