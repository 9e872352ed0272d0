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
from collections.abc import Sequence

from kiosk.retail.columns import SCALE, Column, Steps
from kiosk.retail.rents import Lots, Rents
from kiosk.retail.values import dataclass

__all__ = ["Packing", "Placed", "losing_at_most"]

_TRIED_A_STEP = 8
"""Groups that are found not to fit, or to lose too much, in about the time of one step."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A group that may be formed, of which deal, and what is lost by it, in ``SCALE`` parts."""

    deal: int
    column: Column
    loss: int


def losing_at_most(lots: Lots, rents: Rents, loss: int, steps: Steps) -> list[Placed]:
    """All groups that lose no more; of several on the same units for the same deal the one that saves most."""
    found: dict[tuple[int, tuple[int, ...]], Placed] = {}
    for number, listing in lots.listings:
        for column in listing.columns(rents.prices(number), rents.groups[number] - loss - 1, steps):
            lost, key = rents.groups[number] - column.worth, (number, column.kinds)
            if key not in found or found[key].column.saving < column.saving:
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
        self.capped = [one.deal in self.caps for one in placed]
        self.moves: list[list[_Move]] = [[] for _ in lots.counts]
        place = {kind: n for n, kind in enumerate(self.order)}
        for number, one in enumerate(placed):
            first = min(one.column.kinds, key=place.__getitem__)
            self.moves[first].append((one.loss, self._bits(one), number))
        for moves in self.moves:
            moves.sort()
        self.lost: dict[int, int] = {}
        self.came: dict[int, tuple[int, int]] = {}
        self.heap: list[tuple[int, int]] = []

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
        self.lost, self.came = {self.start: 0}, {}
        self.heap = [(0, self.start)]
        while self.heap and not steps.spent():
            so_far, state = heapq.heappop(self.heap)
            if state < 0:
                return so_far, self._groups(~state)
            if so_far > self.lost[state]:
                continue
            if state >> self.beside:
                steps.left -= 1 + self._serve(state, so_far, loss)
            elif so_far + self._not_used_up(state) <= loss:
                heapq.heappush(self.heap, (so_far + self._not_used_up(state), ~state))
        return None

    def _serve(self, state: int, so_far: int, loss: int) -> int:
        """Serve the first kind that is free: by one group, or by leaving all of it alone. Gives the steps it took."""
        kind, guards, known, nothing = self.by_length[state.bit_length()], self.guards, self.lost.get, loss + 1
        guarded, most, tried, kept = state | guards, loss - so_far, 0, 0
        for loses, bits, number in self.moves[kind]:
            if loses > most:
                break
            tried += 1
            after = guarded - bits
            if after & guards != guards:
                continue
            after, loses_so_far = after ^ guards, so_far + loses
            if self.capped[number]:
                after, loses_so_far = self._cut_short(after, loses_so_far, number)
            if loses_so_far < known(after, nothing):
                self._keep(after, loses_so_far, state, number)
                kept += 1
        field = self.kinds[kind]
        free = state >> field.shift
        after, loses_so_far = state - (free << field.shift), so_far + free * self.left_alone[kind]
        if loses_so_far < known(after, nothing):
            self._keep(after, loses_so_far, state, -1)
        return kept + tried // _TRIED_A_STEP

    def _keep(self, after: int, lost: int, state: int, number: int) -> None:
        self.lost[after], self.came[after] = lost, (state, number)
        heapq.heappush(self.heap, (lost, after))

    def _cut_short(self, after: int, lost: int, number: int) -> tuple[int, int]:
        """A group of a deal whose cap leaves less than it saves loses more."""
        one = self.placed[number]
        field = self.caps[one.deal]
        given = min(one.column.saving, field.of(after))
        lacking = (one.column.saving - given) * (SCALE - self.rents.savings[one.deal])
        return after - (given << field.shift), lost + lacking

    def _not_used_up(self, state: int) -> int:
        groups, savings = self.rents.groups, self.rents.savings
        return sum(field.of(state) * groups[deal] for deal, field in self.limits.items()) + sum(
            field.of(state) * savings[deal] for deal, field in self.caps.items()
        )

    def _groups(self, state: int) -> list[Placed]:
        found = list[Placed]()
        while state != self.start:
            state, number = self.came[state]
            if number >= 0:
                found.append(self.placed[number])
        return found[::-1]


def _order(count: int, groups: Sequence[frozenset[int]]) -> list[int]:
    """The kinds in the order in which they are served: always the one that fewest groups can still serve."""
    of: list[set[int]] = [set() for _ in range(count)]
    for number, kinds in enumerate(groups):
        for kind in kinds:
            of[kind].add(number)
    order, left = list[int](), set(range(count))
    while left:
        kind = min(left, key=lambda n: (len(of[n]), n))
        order.append(kind)
        left.discard(kind)
        for number in tuple(of[kind]):
            for other in groups[number]:
                of[other].discard(number)
    return order
