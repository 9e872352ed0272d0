"""Columns: the groups that a deal can form, listed as far as they are worth their rents.

Every unit is charged a rent for being used, in ``SCALE`` parts of a minor unit. A column is a group as a multiset of
kinds of units; its worth is what it saves, less the rents of its units. Places are filled one after the other, and a
filling is given up as soon as the best it can still become is not worth enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from kiosk.retail.deals import Shape

__all__ = ["NEVER", "SCALE", "Column", "Prices", "Steps", "columns"]

SCALE = 1 << 16
NEVER = -(1 << 62)
"""The worth of a group that cannot be completed."""

_ENTRIES_A_STEP = 4
"""Entries of the table of what is ahead that are worked out in about the time of one step."""


@dataclass(frozen=True, slots=True)
class Column:
    """A group: its kinds, each as often as it has units, ascending, and what it saves in minor units."""

    kinds: tuple[int, ...]
    saving: int
    worth: int


@dataclass(frozen=True, slots=True)
class Prices:
    """``rents`` by kind, and how much of a minor unit saved counts (``SCALE`` where the offer's cap does not bind)."""

    rents: Sequence[int]
    factor: int = SCALE


@dataclass(slots=True)
class Steps:
    """What may still be done, counted in steps of about the same cost: the search's clock."""

    left: int

    def spent(self) -> bool:
        """Nothing is left."""
        return self.left <= 0


def columns(
    shape: Shape, counts: Sequence[int], prices: Prices, above: int, steps: Steps, *, best: bool = False
) -> list[Column]:
    """All columns that save something and are worth more than ``above``, or only a ``best`` one.

    ``counts``: units of each kind. The list is not whole where ``steps`` ran out.
    """
    if not 0 < shape.size <= sum(counts[kind] for kind in shape.units()):
        return []
    steps.left -= 1 + shape.size * len(shape.slots[0].units) // _ENTRIES_A_STEP
    filling = _Filling(shape, counts, prices, above, steps, best=best)
    at_most = shape.constant * prices.factor + filling.ahead[0][0]
    if at_most <= above:
        return []
    if best and not shape.most:
        filling.above = at_most - 1
        filling.fill(0, 0, 0, shape.constant, 0)
        filling.above = above
    if not filling.found:
        filling.fill(0, 0, 0, shape.constant, 0)
    return list(filling.found.values())


def _ahead(shape: Shape, counts: Sequence[int], beyond: Sequence[int], prices: Prices, factor: int) -> list[list[int]]:
    """By place, and by where its filling begins in the order of units, the most that it and all later places bring.

    A unit of which there are several may be counted more often than there are of it.
    """
    rows: list[list[int]] = []
    later, goes_on = [0] * (len(beyond) + 1), False
    for slot in reversed(shape.slots):
        own = [gain * factor - prices.rents[unit] for unit, gain in zip(slot.units, slot.gains, strict=True)]
        same = [beyond[n] if shape.items or counts[unit] == 1 else n for n, unit in enumerate(slot.units)]
        for _ in range(slot.count):
            row, best = [NEVER] * (len(own) + 1), NEVER
            for n in range(len(own) - 1, -1, -1):
                best = max(best, own[n] + later[same[n] if goes_on else 0])
                row[n] = best
            rows.append(row)
            later, goes_on = row, True
        goes_on = slot.follows
    rows.reverse()
    return rows


class _Filling:
    """One listing under way: what has been chosen, and what is left to choose from."""

    def __init__(
        self, shape: Shape, counts: Sequence[int], prices: Prices, above: int, steps: Steps, *, best: bool
    ) -> None:
        self.shape, self.size = shape, shape.size
        self.left = list(counts)
        self.rents, self.factor = prices.rents, prices.factor
        self.above, self.steps, self.best = above, steps, best
        self.beyond = shape.beyond()
        self.ahead = _ahead(shape, counts, self.beyond, prices, prices.factor)
        self.costs = _ahead(shape, counts, self.beyond, prices, 0) if shape.most else self.ahead
        self.ends = list(accumulate(slot.count for slot in shape.slots))
        self.chosen: list[int] = []
        self.found: dict[tuple[int, ...], Column] = {}

    def fill(self, number: int, place: int, start: int, saved: int, paid: int) -> None:
        """Every way to fill the slots from ``number`` on, ``place`` first, with units from ``start`` on."""
        slot, ahead, costs, left = self.shape.slots[number], self.ahead[place], self.costs[place], self.left
        ends = self.ends[number]
        worth = saved * self.factor - paid
        best_cost = self.shape.most * self.factor - paid if self.shape.most else -NEVER
        for n in range(start, len(slot.units)):
            if worth + ahead[n] <= self.above or best_cost + costs[n] <= self.above:
                return
            kind = slot.units[n]
            most = min(left[kind], 1 if self.shape.items else ends - place)
            for times in range(1, most + 1):
                self.steps.left -= 1
                if self.steps.left <= 0:
                    return
                left[kind] -= times
                self.chosen += [kind] * times
                self._go_on(
                    number, place + times, n, ends, saved + times * slot.gains[n], paid + times * self.rents[kind]
                )
                del self.chosen[-times:]
                left[kind] += times

    def _go_on(self, number: int, place: int, n: int, ends: int, saved: int, paid: int) -> None:
        if place == self.size:
            self._keep(saved, paid)
            return
        if place < ends:
            start = self.beyond[n]
        else:
            number += 1
            start = n if self.shape.slots[number].follows else 0
        if saved * self.factor - paid + self.ahead[place][start] > self.above:
            self.fill(number, place, start, saved, paid)

    def _keep(self, saved: int, paid: int) -> None:
        if self.shape.most:
            saved = min(saved, self.shape.most)
        worth = saved * self.factor - paid
        if worth <= self.above or saved <= 0:
            return
        kinds = tuple(sorted(self.chosen))
        if self.best:
            self.above = worth
            self.found.clear()
        elif kinds in self.found and self.found[kinds].saving >= saved:
            return
        self.found[kinds] = Column(kinds, saved, worth)
