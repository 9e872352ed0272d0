"""What using a unit costs: the rents under which no group is worth forming, by linear programming in whole numbers.

Groups that compete for units are a packing problem. Its relaxation, where a group may be formed in part, is solved by
column generation: the rents of the groups known so far price all others, those worth more than their rents come in,
and when there are none the rents bound what any combination can save. The simplex keeps its inverse as whole numbers
over one common denominator (Edmonds' integer pivoting), so that nothing is rounded and no machine differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kiosk.retail.columns import SCALE, Column, Listing, Prices, Steps
from kiosk.retail.deals import Deal

__all__ = ["Lots", "Rents", "rents_of"]

_CELLS_A_STEP = 16
"""Cells of the inverse that are worked out in about the time of one step of a listing."""


@dataclass(frozen=True)
class Lots:
    """Kinds of units, dearest first: of each how many there are, what one gains by itself, and the deals on kinds."""

    counts: tuple[int, ...]
    base: tuple[int, ...]
    deals: tuple[Deal, ...]

    @cached_property
    def listings(self) -> tuple[tuple[int, Listing], ...]:
        """Of each shape the number of its deal, and what lists its groups."""
        made = ((n, Listing(shape, self.counts)) for n, deal in enumerate(self.deals) for shape in deal.shapes)
        return tuple((n, listing) for n, listing in made if listing.possible)


@dataclass(frozen=True, slots=True)
class Rents:
    """In ``SCALE`` parts: the rent of a unit by kind (its base included); by deal that of a group of it, and of a minor
    unit saved where a cap binds. ``exact``: no group is worth more than its rents, so that they are a bound.
    """

    kinds: tuple[int, ...]
    groups: tuple[int, ...]
    savings: tuple[int, ...]
    exact: bool

    def prices(self, deal: int) -> Prices:
        """What the units of a deal cost, and what its savings count."""
        return Prices(self.kinds, SCALE - self.savings[deal])

    def worth_most(self, lots: Lots) -> int:
        """What all units, groups and capped savings cost together: no combination of groups is worth more."""
        return (
            sum(rent * count for rent, count in zip(self.kinds, lots.counts, strict=True))
            + sum(rent * deal.limit for rent, deal in zip(self.groups, lots.deals, strict=True))
            + sum(rent * deal.cap for rent, deal in zip(self.savings, lots.deals, strict=True))
        )


def rents_of(lots: Lots, steps: Steps) -> Rents:
    """The rents of the relaxation; not exact where ``steps`` ran out."""
    master, pricing = _Master(lots), _Pricing(lots)
    while True:
        master.drop_what_costs(steps)
        rents = master.rents(exact=not steps.spent())
        if steps.spent():
            return rents
        better = pricing.better(rents, steps)
        if not better and not steps.spent():
            return rents
        for _, number, column in better:
            master.enter(*master.column(number, column), steps)


class _Pricing:
    """Which groups are worth more than their rents. A shape none of whose rents has moved is not asked again."""

    def __init__(self, lots: Lots) -> None:
        self.listings = lots.listings
        self.known: dict[int, tuple[tuple[int, ...], Column | None]] = {}

    def better(self, rents: Rents, steps: Steps) -> list[tuple[int, int, Column]]:
        """Of each shape the group worth most beyond its rents, the best first."""
        found = []
        for place, (number, listing) in enumerate(self.listings):
            paid = (rents.groups[number], rents.savings[number], *[rents.kinds[kind] for kind in listing.kinds])
            if place not in self.known or self.known[place][0] != paid:
                self.known[place] = (paid, listing.best(rents.prices(number), paid[0], steps))
            best = self.known[place][1]
            if best is not None:
                found.append((paid[0] - best.worth, number, best))
        return sorted(found, key=lambda one: (one[0], one[1], one[2].kinds))


_Entries = Sequence[tuple[int, int]]


class _Master:
    """The relaxation over the groups that have come in. Rows: units of a kind, groups of a limited deal, savings of a
    capped one. ``inverse``, ``use`` (of the basic columns) and ``price`` (of the rows) are over ``whole``.
    """

    def __init__(self, lots: Lots) -> None:
        self.base = lots.base
        kinds = len(lots.counts)
        limited = [number for number, deal in enumerate(lots.deals) if deal.limit]
        capped = [number for number, deal in enumerate(lots.deals) if deal.cap]
        self.limit_row = {number: kinds + place for place, number in enumerate(limited)}
        self.cap_row = {number: kinds + len(limited) + place for place, number in enumerate(capped)}
        self.deals = len(lots.deals)
        self.use = [
            *lots.counts,
            *(lots.deals[number].limit for number in limited),
            *(lots.deals[number].cap for number in capped),
        ]
        rows = len(self.use)
        self.cells = rows * rows
        self.whole = 1
        self.price = [0] * rows
        self.inverse = [[int(row == other) for other in range(rows)] for row in range(rows)]

    def rents(self, *, exact: bool) -> Rents:
        """Rounded up: dearer rents bound as well."""
        up = [max(0, -(-price * SCALE // self.whole)) for price in self.price]
        return Rents(
            tuple(gain * SCALE + rent for gain, rent in zip(self.base, up, strict=False)),
            tuple(up[self.limit_row[n]] if n in self.limit_row else 0 for n in range(self.deals)),
            tuple(min(SCALE, up[self.cap_row[n]]) if n in self.cap_row else 0 for n in range(self.deals)),
            exact,
        )

    def column(self, number: int, column: Column) -> tuple[int, _Entries]:
        """What the group brings beyond the bases of its units, and what it takes of each row."""
        entries = [(kind, column.kinds.count(kind)) for kind in dict.fromkeys(column.kinds)]
        if number in self.limit_row:
            entries.append((self.limit_row[number], 1))
        if number in self.cap_row:
            entries.append((self.cap_row[number], column.saving))
        return column.saving - sum(self.base[kind] for kind in column.kinds), entries

    def drop_what_costs(self, steps: Steps) -> None:
        """Units that are better left alone are, and savings beyond a cap are given up, while that brings more."""
        while not steps.spent():
            least = min(self.price, default=0)
            over = [row for row in self.cap_row.values() if self.price[row] > self.whole]
            if least < 0:
                self.enter(0, [(self.price.index(least), 1)], steps)
            elif over:
                self.enter(-1, [(over[0], -1)], steps)
            else:
                return

    def enter(self, brings: int, entries: _Entries, steps: Steps) -> None:
        """Take the column into the basis, unless it is not worth its rents any more."""
        whole = self.whole
        worth = whole * brings - sum(times * self.price[row] for row, times in entries)
        if worth <= 0:
            return
        steps.left -= 1 + self.cells // _CELLS_A_STEP
        takes = [sum(times * row[place] for place, times in entries) for row in self.inverse]
        out = self._leaving(takes)
        pivot, leaving, used = takes[out], self.inverse[out], self.use[out]
        for row, taken in enumerate(takes):
            if row == out:
                continue
            if taken:
                self.inverse[row] = [
                    (pivot * cell - taken * other) // whole
                    for cell, other in zip(self.inverse[row], leaving, strict=True)
                ]
            elif pivot != whole:
                self.inverse[row] = [pivot * cell // whole for cell in self.inverse[row]]
            self.use[row] = (pivot * self.use[row] - taken * used) // whole
        self.price = [
            (pivot * price + worth * other) // whole for price, other in zip(self.price, leaving, strict=True)
        ]
        self.whole = pivot

    def _leaving(self, takes: Sequence[int]) -> int:
        """The basic column that is used up first."""
        out = -1
        for row, taken in enumerate(takes):
            if taken > 0 and (out < 0 or self.use[row] * takes[out] < self.use[out] * taken):
                out = row
        return out
