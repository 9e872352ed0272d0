"""The best combination of groups, by way of the cheapest losses.

Under the rents of the relaxation every group costs at least what it saves. The difference is its loss; a unit left
alone loses its rent beyond its base, a limit or a cap not used up loses its rent too. What a combination saves is what
all rents come to, less its losses: the best combination is the one that loses least. States (what is still free) are
taken up by what was lost on the way to them, so that the first complete one is the best there is.

A state is one whole number: a field of bits for each kind of units, limit and cap, with a spare bit above each that a
subtraction borrows where something was not there.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiosk.retail.columns import SCALE, Column, Steps, columns
from kiosk.retail.rents import Lots, Rents

__all__ = ["Packing", "Placed", "losing_at_most"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A group that may be formed, of which deal, and what is lost by it, in ``SCALE`` parts."""

    deal: int
    column: Column
    loss: int


def losing_at_most(lots: Lots, rents: Rents, loss: int, steps: Steps) -> list[Placed]:
    """All groups that lose no more; of several on the same units for the same deal the one that saves most."""
    found: dict[tuple[int, tuple[int, ...]], Placed] = {}
    for number, deal in enumerate(lots.deals):
        above = rents.groups[number] - loss - 1
        for shape in deal.shapes:
            for column in columns(shape, lots.counts, rents.prices(number), above, steps):
                lost, key = rents.groups[number] - column.worth, (number, column.kinds)
                if key not in found or found[key].loss > lost:
                    found[key] = Placed(number, column, lost)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a count lies in the number."""

    shift: int
    mask: int

    def of(self, state: int) -> int:
        """What the state says."""
        return state >> self.shift & self.mask


_Move = tuple[int, int, int]
"""(loss, bits that go, number of the group)."""


class Packing:
    """The search for the combination of ``placed`` groups that loses least, no more than ``loss``."""

    def __init__(self, lots: Lots, rents: Rents, placed: Sequence[Placed]) -> None:
        self.lots, self.rents, self.placed = lots, rents, placed
        self.left_alone = [rent - base * SCALE for rent, base in zip(rents.kinds, lots.base, strict=True)]
        self.order = _order(len(lots.counts), [frozenset(one.column.kinds) for one in placed])
        self.start = self.guards = self._width = 0
        self.limits = {n: self._field(deal.limit) for n, deal in enumerate(lots.deals) if deal.limit}
        self.caps = {n: self._field(deal.cap) for n, deal in enumerate(lots.deals) if deal.cap}
        self.beside = self._width
        self.kinds = {kind: self._field(lots.counts[kind]) for kind in reversed(self.order)}
        self.by_length: list[int] = [0] * (self._width + 1)
        for kind, field in self.kinds.items():
            for bit in range(field.mask.bit_length()):
                self.by_length[field.shift + bit + 1] = kind
        self.moves: list[list[_Move]] = [[] for _ in lots.counts]
        place = {kind: n for n, kind in enumerate(self.order)}
        for number, one in enumerate(placed):
            first = min(one.column.kinds, key=place.__getitem__)
            self.moves[first].append((one.loss, self._bits(one), number))
        for moves in self.moves:
            moves.sort()

    def _field(self, count: int) -> _Field:
        """A new field above all others, and its spare bit."""
        field = _Field(self._width, (1 << count.bit_length()) - 1)
        self.start |= count << field.shift
        self._width += count.bit_length() + 1
        self.guards |= 1 << (self._width - 1)
        return field

    def _bits(self, one: Placed) -> int:
        bits = sum(1 << self.kinds[kind].shift for kind in one.column.kinds)
        return bits + (1 << self.limits[one.deal].shift) if one.deal in self.limits else bits

    def best(self, loss: int, steps: Steps) -> tuple[int, list[Placed]] | None:
        """(what is lost, the groups) of the best combination; ``None`` if there is none, or ``steps`` ran out first."""
        lost, came = {self.start: 0}, dict[int, tuple[int, int]]()
        heap = [(0, self.start)]
        while heap and not steps.over:
            so_far, state = heapq.heappop(heap)
            if state < 0:
                return so_far, self._groups(came, ~state)
            if so_far > lost[state]:
                continue
            if not state >> self.beside:
                in_all = so_far + self._not_used_up(state)
                if in_all <= loss:
                    heapq.heappush(heap, (in_all, ~state))
                continue
            steps.left -= 1
            for after, loses, number in self._after(state, so_far, loss):
                if loses < lost.get(after, loss + 1):
                    steps.left -= 1
                    lost[after], came[after] = loses, (state, number)
                    heapq.heappush(heap, (loses, after))
        return None

    def _after(self, state: int, so_far: int, loss: int) -> Iterator[_Move]:
        """(state, what is lost, group or -1) after serving the first kind that is free: one group, or all of it alone.

        A group that a cap cuts short loses more than its move says.
        """
        kind, guards = self.by_length[state.bit_length()], self.guards
        guarded = state | guards
        for loses, bits, number in self.moves[kind]:
            if so_far + loses > loss:
                break
            after = guarded - bits
            if after & guards == guards:
                if self.placed[number].deal in self.caps:
                    yield from self._cut_short(after ^ guards, so_far, number)
                else:
                    yield after ^ guards, so_far + loses, number
        field = self.kinds[kind]
        free = state >> field.shift
        yield state - (free << field.shift), so_far + free * self.left_alone[kind], -1

    def _cut_short(self, after: int, so_far: int, number: int) -> Iterator[_Move]:
        one = self.placed[number]
        field = self.caps[one.deal]
        given = min(one.column.saving, field.of(after))
        lacking = (one.column.saving - given) * (SCALE - self.rents.savings[one.deal])
        if given:
            yield after - (given << field.shift), so_far + one.loss + lacking, number

    def _not_used_up(self, state: int) -> int:
        groups, savings = self.rents.groups, self.rents.savings
        return sum(field.of(state) * groups[deal] for deal, field in self.limits.items()) + sum(
            field.of(state) * savings[deal] for deal, field in self.caps.items()
        )

    def _groups(self, came: Mapping[int, tuple[int, int]], state: int) -> list[Placed]:
        found = list[Placed]()
        while state != self.start:
            state, number = came[state]
            if number >= 0:
                found.append(self.placed[number])
        return found[::-1]


def _order(count: int, groups: Sequence[frozenset[int]]) -> list[int]:
    """The kinds in the order in which they are served: those with fewest other kinds beside them first.

    What lies together is served together, so that few half-served neighbourhoods are open at a time.
    """
    beside = [set[int]() for _ in range(count)]
    for kinds in groups:
        for kind in kinds:
            beside[kind] |= kinds
    order, left, opened = list[int](), set(range(count)), set[int]()
    while left:
        kind = min(left, key=lambda n: (len((beside[n] | opened) & left), n))
        order.append(kind)
        left.discard(kind)
        opened |= beside[kind]
    return order
