"""Columns: the groups that a deal can form, listed as far as they are worth their rents.

Every unit is charged a rent for being used, in ``SCALE`` parts of a minor unit. A column is a group as a multiset of
kinds of units; its worth is what it saves, less the rents of its units. Places are filled one after the other, and a
filling is given up as soon as the best it can still become is not worth enough. What can still become of it is known
exactly, but where places of different parts want the same units.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, prod

from kiosk.retail.deals import Shape

__all__ = ["NEVER", "SCALE", "Column", "Listing", "Prices", "Steps"]

SCALE = 1 << 16
NEVER = -(1 << 62)
"""The worth of a group that cannot be completed."""

_FEW = 24
"""Ways to fill a shape up to which all its groups are kept at hand."""
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


@dataclass(frozen=True, slots=True)
class _Run:
    """Places that are filled in one go through the same kinds in order: from ``first`` to before ``end``.

    ``gains`` by place, in step with ``kinds``. ``counts``: how often each may be used. ``beyond``: where the filling
    goes on after each.
    """

    first: int
    end: int
    kinds: tuple[int, ...]
    gains: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]
    beyond: tuple[int, ...]

    @property
    def single(self) -> bool:
        """No kind may be used twice."""
        return all(often == 1 for often in self.counts)

    @property
    def entries(self) -> int:
        """What is worked out for the table of what is ahead."""
        length = self.end - self.first
        return length * sum(1 if often >= length else often for often in self.counts)

    @property
    def ways(self) -> int:
        """To fill it, at most."""
        length = self.end - self.first
        return comb(sum(min(often, length) for often in self.counts), length)


def _runs(shape: Shape, counts: Sequence[int]) -> list[_Run]:
    """Slots that go on where the one before stands are one run with it."""
    runs: list[_Run] = []
    for slot in shape.slots:
        gains = (slot.gains,) * slot.count
        if slot.follows:
            last = runs.pop()
            runs.append(
                _Run(last.first, last.end + slot.count, last.kinds, (*last.gains, *gains), last.counts, last.beyond)
            )
            continue
        first = runs[-1].end if runs else 0
        own = tuple([1 if shape.items else counts[kind] for kind in slot.units])
        beyond = shape.beyond() if shape.items else tuple(range(1, len(slot.units) + 1))
        runs.append(_Run(first, first + slot.count, slot.units, gains, own, beyond))
    return runs


class _TwoEnds:
    """A shape of one run, whose first ``paid`` places bring nothing and whose other ``free`` places are alike.

    ``order``: the kinds in the order in which places are filled, each as often as it may be used; ``gains`` in a free
    place. The best group has the units of least rent before some point and those that bring most after it.
    """

    def __init__(self, paid: int, free: int, order: Sequence[int], gains: Sequence[int]) -> None:
        self.paid, self.free, self.order, self.gains = paid, free, order, gains

    @classmethod
    def of(cls, shape: Shape, counts: Sequence[int]) -> _TwoEnds | None:
        """``None`` for a shape of another make."""
        first, last = shape.slots[0], shape.slots[-1]
        alike = len(shape.slots) == 1 or (len(shape.slots) == 2 and last.follows and not any(first.gains))  # noqa: PLR2004
        if not alike or shape.most or shape.items:
            return None
        often = [min(counts[kind], shape.size) for kind in last.units]
        order = [kind for kind, times in zip(last.units, often, strict=True) for _ in range(times)]
        gains = [gain for gain, times in zip(last.gains, often, strict=True) for _ in range(times)]
        return cls(shape.size - last.count, last.count, order, gains)

    def best(self, constant: int, prices: Prices, above: int) -> Column | None:
        """The column worth most, if that is more than ``above``."""
        rents, factor = prices.rents, prices.factor
        costs = [rents[kind] for kind in self.order]
        own = [gain * factor - cost for gain, cost in zip(self.gains, costs, strict=True)]
        after = self._after(own)
        point, worth = self._point(costs, after)
        worth += constant * factor
        if worth <= above:
            return None
        paid = sorted(range(point), key=costs.__getitem__)[: self.paid]
        free = sorted(range(point, len(own)), key=own.__getitem__, reverse=True)[: self.free]
        saving = constant + sum([self.gains[n] for n in free])
        return Column(tuple(sorted([self.order[n] for n in (*paid, *free)])), saving, worth) if saving > 0 else None

    def _after(self, own: Sequence[int]) -> list[int]:
        """By place in the order what the free places bring at most with the units from there on."""
        found, most, total = [NEVER] * (len(own) + 1), list[int](), 0
        for n in range(len(own) - 1, -1, -1):
            value = own[n]
            if len(most) < self.free:
                insort(most, value)
                total += value
            elif value > most[0]:
                total += value - most[0]
                del most[0]
                insort(most, value)
            if len(most) == self.free:
                found[n] = total
        return found

    def _point(self, costs: Sequence[int], after: Sequence[int]) -> tuple[int, int]:
        """Where the free places begin best, and what the group is worth then, its constant aside."""
        if not self.paid:
            return 0, after[0]
        least, total, found = list[int](), 0, (0, NEVER)
        for n in range(len(costs) - self.free):
            cost = costs[n]
            if len(least) < self.paid:
                insort(least, cost)
                total += cost
            elif cost < least[-1]:
                total += cost - least.pop()
                insort(least, cost)
            if len(least) == self.paid and after[n + 1] - total > found[1]:
                found = (n + 1, after[n + 1] - total)
        return found


class Listing:
    """The groups of one shape, of ``counts`` units of each kind."""

    def __init__(self, shape: Shape, counts: Sequence[int]) -> None:
        self.shape, self.counts = shape, counts
        self.kinds = tuple(sorted(shape.units()))
        self.size = shape.size
        self.possible = 0 < self.size <= sum([counts[kind] for kind in self.kinds])
        self.runs = _runs(shape, counts) if self.possible else []
        self.run_of = [run for run in self.runs for _ in range(run.first, run.end)]
        self.cost = 1 + sum([run.entries for run in self.runs]) // _ENTRIES_A_STEP
        self.are_few = self.possible and prod([run.ways for run in self.runs]) <= _FEW
        self.two_ends = _TwoEnds.of(shape, counts) if self.possible else None
        self._asked = False
        self._all: list[tuple[int, tuple[int, ...]]] | None = None

    def columns(self, prices: Prices, above: int, steps: Steps) -> list[Column]:
        """All that save something and are worth more than ``above``; not whole where ``steps`` ran out."""
        known = self._few(steps)
        if known is not None:
            worths = ((kinds, saved, _worth(kinds, saved, prices)) for saved, kinds in known)
            return [Column(*one) for one in worths if one[2] > above]
        filling = self._begun(prices, above, steps)
        if filling is None:
            return []
        filling.fill(0, 0, self.shape.constant * prices.factor, self.shape.constant)
        return list(filling.found.values())

    def best(self, prices: Prices, above: int, steps: Steps) -> Column | None:
        """The one worth most, if that is more than ``above``."""
        known = self._few(steps)
        if known is not None:
            return _best(known, prices, above)
        if self.two_ends is not None:
            steps.left -= 1 + len(self.two_ends.order) // _ENTRIES_A_STEP
            return self.two_ends.best(self.shape.constant, prices, above)
        filling = self._begun(prices, above, steps)
        if filling is None:
            return None
        filling.best = True
        begun = self.shape.constant * prices.factor
        if not self.shape.most:
            filling.above = begun + filling.ahead[0][0] - 1
            filling.fill(0, 0, begun, self.shape.constant)
            filling.above = above
        if not filling.found:
            filling.fill(0, 0, begun, self.shape.constant)
        return next(iter(filling.found.values()), None)

    def _few(self, steps: Steps) -> list[tuple[int, tuple[int, ...]]] | None:
        """(what it saves, kinds) of all there are, where these are few and asked for a second time."""
        if self._all is not None:
            steps.left -= 1
            return self._all
        if not self.are_few or not self._asked:
            self._asked = True
            return None
        filling = self._begun(Prices((0,) * len(self.counts)), 0, steps)
        if filling is None:
            self._all = []
            return self._all
        filling.fill(0, 0, self.shape.constant * SCALE, self.shape.constant)
        if not steps.spent():
            self._all = [(one.saving, one.kinds) for one in filling.found.values()]
        return self._all

    def _begun(self, prices: Prices, above: int, steps: Steps) -> _Filling | None:
        if not self.possible:
            return None
        steps.left -= self.cost
        filling = _Filling(self, prices, above, steps)
        return filling if self.shape.constant * prices.factor + filling.ahead[0][0] > above else None


def _worth(kinds: Sequence[int], saved: int, prices: Prices) -> int:
    rents = prices.rents
    return saved * prices.factor - sum([rents[kind] for kind in kinds])


def _best(known: Sequence[tuple[int, tuple[int, ...]]], prices: Prices, above: int) -> Column | None:
    rents, factor, found = prices.rents, prices.factor, None
    for saved, kinds in known:
        worth = saved * factor
        for kind in kinds:
            worth -= rents[kind]
        if worth > above:
            above, found = worth, (kinds, saved)
    return Column(*found, above) if found is not None else None


def _ahead(runs: Sequence[_Run], own: Sequence[Sequence[int]]) -> list[list[int]]:
    """By place, and by where its filling begins in the order of kinds, the most that it and all later places bring.

    ``own``: by place what a unit of each kind brings in it.
    """
    rows: list[list[int]] = [[] for _ in own]
    later = 0
    for run in reversed(runs):
        if run.single:
            _of_single(run, own, rows, later)
        else:
            _of_several(run, own, rows, later)
        later = rows[run.first][0]
    return rows


def _of_single(run: _Run, own: Sequence[Sequence[int]], rows: list[list[int]], later: int) -> None:
    """The rows of a run that uses each kind once."""
    count, beyond = len(run.kinds), run.beyond
    after = [later] * (count + 1)
    for place in range(run.end - 1, run.first - 1, -1):
        mine, row, best = own[place], [NEVER] * (count + 1), NEVER
        for n in range(count - 1, -1, -1):
            found = mine[n] + after[beyond[n]]
            if found > best:  # noqa: PLR1730 - the innermost loop, where a call costs more
                best = found
            row[n] = best
        rows[place] = after = row


def _of_several(run: _Run, own: Sequence[Sequence[int]], rows: list[list[int]], later: int) -> None:
    """The rows of a run where units of a kind may follow one another, as many as there are."""
    count, length = len(run.kinds), run.end - run.first
    for place in range(run.first, run.end):
        rows[place] = [NEVER] * (count + 1)
    for n in range(count - 1, -1, -1):
        often = run.counts[n]
        for place in range(run.end - 1, run.first - 1, -1):
            best, brings = rows[place][n + 1], 0
            if often >= length:
                best = max(best, own[place][n] + (rows[place + 1][n] if place + 1 < run.end else later))
            else:
                for last in range(place, min(place + often, run.end)):
                    brings += own[last][n]
                    best = max(best, brings + (rows[last + 1][n + 1] if last + 1 < run.end else later))
            rows[place][n] = best


class _Filling:
    """One listing under way: what has been chosen, and what is left to choose from."""

    def __init__(self, listing: Listing, prices: Prices, above: int, steps: Steps) -> None:
        self.size, self.run_of = listing.size, listing.run_of
        self.left = list(listing.counts)
        self.factor, self.above, self.steps, self.best = prices.factor, above, steps, False
        rents, factor = prices.rents, prices.factor
        self.own: list[list[int]] = []
        for run in listing.runs:
            paid = [rents[kind] for kind in run.kinds]
            known: dict[int, list[int]] = {}
            for gains in run.gains:
                if id(gains) not in known:
                    known[id(gains)] = [gain * factor - rent for gain, rent in zip(gains, paid, strict=True)]
                self.own.append(known[id(gains)])
        self.ahead = _ahead(listing.runs, self.own)
        self.most = listing.shape.most
        self.costs: list[list[int]] = []
        if self.most:
            spent = [[-rents[kind] for kind in run.kinds] for run in listing.run_of]
            self.costs = _ahead(listing.runs, spent)
        self.chosen: list[int] = []
        self.found: dict[tuple[int, ...], Column] = {}

    def fill(self, place: int, start: int, worth: int, saved: int) -> None:
        """Every way to fill the places from ``place`` on, beginning with kind ``start`` of its run."""
        run, ahead, left, steps = self.run_of[place], self.ahead[place], self.left, self.steps
        kinds, beyond, counts = run.kinds, run.beyond, run.counts
        for n in range(start, len(kinds)):
            if worth + ahead[n] <= self.above or (self.most and self._capped(place, n, worth, saved) <= self.above):
                return
            kind, more_worth, more_saved = kinds[n], worth, saved
            most = min(left[kind], counts[n], run.end - place)
            for last in range(place, place + most):
                steps.left -= 1
                if steps.left <= 0:
                    left[kind] += last - place
                    del self.chosen[len(self.chosen) - (last - place) :]
                    return
                more_worth += self.own[last][n]
                more_saved += run.gains[last - run.first][n]
                left[kind] -= 1
                self.chosen.append(kind)
                after = last + 1
                if after == self.size:
                    self._keep(more_worth, more_saved)
                    continue
                begin = beyond[n] if after < run.end else 0
                if more_worth + self.ahead[after][begin] > self.above:
                    self.fill(after, begin, more_worth, more_saved)
            if most > 0:
                left[kind] += most
                del self.chosen[-most:]

    def _capped(self, place: int, n: int, worth: int, saved: int) -> int:
        """What it can be worth at most where a group saves ``most`` at most."""
        return self.most * self.factor - (saved * self.factor - worth) + self.costs[place][n]

    def _keep(self, worth: int, saved: int) -> None:
        if self.most and saved > self.most:
            worth -= (saved - self.most) * self.factor
            saved = self.most
        if worth <= self.above or saved <= 0:
            return
        kinds = tuple(sorted(self.chosen))
        if self.best:
            self.above = worth
            self.found.clear()
        elif kinds in self.found and self.found[kinds].saving >= saved:
            return
        self.found[kinds] = Column(kinds, saved, worth)
