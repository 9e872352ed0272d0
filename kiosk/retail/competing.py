"""Offers that compete for units: the combination that saves the shopper most.

Each unit serves at most one offer. What a unit gains by itself (a percent off each) is its base; group offers are
deals. A contest falls into pieces that share no deal: each is searched by itself, and what was found for it is known
again in any other contest. Units that no deal tells apart are one kind. The relaxation gives the units rents that bound
what can be saved (``rents``); groups are then combined by what they lose against that bound, at first only those that
lose little, then more, until a combination is found (``packing``): no other can be better. All work is counted in
steps; a clock would make the total depend on the machine. Where the steps run out, the least losing groups are settled
and what they leave is searched again; the answer is good and valid, and marked as not proven.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from kiosk.retail.columns import SCALE, Listing, Prices, Steps
from kiosk.retail.deals import Deal
from kiosk.retail.joined import Joined
from kiosk.retail.packing import Packing, Placed, losing_at_most
from kiosk.retail.rents import Lots, Rents, rents_of
from kiosk.retail.values import dataclass

__all__ = ["ALONE", "STEPS", "Contest", "Found", "Group", "search", "worth_of"]

STEPS = 16_000
"""Steps of one search, for each piece of its contest: fillings tried, cells pivoted, states met."""
ALONE = 1_000
"""Steps of a search for one deal alone."""
_LARGE = 4_000
_RELAXED = 2
"""The part of a large budget that the relaxation may have: what needs more of it is never searched to its end."""
_HASTE = 4
"""The part of a budget that goes into listing groups to settle in haste, and again into what they leave."""
_PIECES_REMEMBERED = 2_048
_FINE = 64
"""What may be lost at first: one part in so many of what all rents come to; then twice as much, again and again."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Units, dearest first: what each gains by itself (0 for nothing), and the deals that want them."""

    base: tuple[int, ...]
    deals: tuple[Deal, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that serve one deal together, and what that saves in minor units."""

    deal: int
    units: tuple[int, ...]
    saving: int


@dataclass(frozen=True, slots=True)
class Found:
    """``value``: minor units saved, the bases of units in no group included. ``steps``: what finding it took."""

    value: int
    groups: tuple[Group, ...]
    proven: bool
    steps: int = 0


def search(contest: Contest, budget: int = STEPS) -> Found:
    """The combination that saves most; not proven where ``budget`` steps did not do for one of its pieces."""
    groups, proven, steps = list[Group](), True, 0
    for units, numbers, piece in _pieces(contest):
        found = _searched(piece, budget)
        groups += [Group(numbers[one.deal], tuple([units[n] for n in one.units]), one.saving) for one in found.groups]
        proven, steps = proven and found.proven, steps + found.steps
    return Found(_value(contest, groups), tuple(groups), proven, steps)


def _pieces(contest: Contest) -> Iterator[tuple[Sequence[int], Sequence[int], Contest]]:
    """Units that the same deals may serve, directly or by way of others; those deals; and both in numbers of their own.

    A shape that the units cannot fill binds nothing together.
    """
    deals = [deal.fillable() for deal in contest.deals]
    wanted = [deal.wants() for deal in deals]
    joined = Joined()
    for own in wanted:
        joined.join(own)
    numbers: dict[int, list[int]] = {}
    for number, own in enumerate(wanted):
        if own:
            numbers.setdefault(joined.of(next(iter(own))), []).append(number)
    for some in numbers.values():
        units = sorted(set[int]().union(*[wanted[number] for number in some]))
        place = {unit: n for n, unit in enumerate(units)}
        base = tuple([contest.base[n] for n in units])
        yield units, some, Contest(base, tuple([deals[number].among(place) for number in some]))


@lru_cache(maxsize=_PIECES_REMEMBERED)
def _searched(contest: Contest, budget: int) -> Found:
    """One piece by itself."""
    if len(contest.deals) == 1 and not any(contest.base):
        groups = _in_line(contest.deals[0])
        if groups is not None:
            return Found(sum(group.saving for group in groups), groups, proven=True)
    lots, members = _lots(contest)
    relaxing = Steps(budget // _RELAXED if budget >= _LARGE else budget)
    kept = budget - relaxing.left
    rents = rents_of(lots, relaxing)
    steps = Steps(kept + relaxing.left)
    chosen = _least_lost(lots, rents, steps) if rents.exact else None
    if chosen is not None:
        groups = _groups(contest, members, chosen)
        return Found(_value(contest, groups), groups, proven=True, steps=budget - steps.left)
    return _in_haste(contest, lots, members, rents, budget)


def _in_haste(contest: Contest, lots: Lots, members: Sequence[Sequence[int]], rents: Rents, budget: int) -> Found:
    """The groups that lose least serve half of the units; what they leave is searched again, with less budget."""
    loss = max(SCALE, rents.worth_most(lots) // _FINE)
    listed = losing_at_most(lots, rents, loss, Steps(budget // _HASTE))
    placed = [one for one in listed if one.column.saving > sum(lots.base[kind] for kind in one.column.kinds)]
    placed.sort(key=lambda one: (one.loss, one.deal, one.column.kinds))
    first = _groups(contest, members, _some(lots, placed))
    if not first:
        return Found(sum(contest.base), (), proven=False, steps=budget)
    served = {unit for group in first for unit in group.units}
    rest = search(_left_by(contest, first, served), budget // _HASTE)
    groups = (*first, *rest.groups)
    return Found(_value(contest, groups), groups, proven=False, steps=budget + budget // _HASTE + rest.steps)


def _some(lots: Lots, placed: Iterable[Placed]) -> Iterator[Placed]:
    """From the first on those that fit, until half of the units are served."""
    left, limits = list(lots.counts), [deal.limit for deal in lots.deals]
    caps = [deal.cap for deal in lots.deals]
    most = sum(left) // 2
    for one in placed:
        deal = lots.deals[one.deal]
        while (
            sum(left) > most
            and all(left[kind] >= one.column.kinds.count(kind) for kind in one.column.kinds)
            and (limits[one.deal] or not deal.limit)
            and (caps[one.deal] >= one.column.saving or not deal.cap)
        ):
            for kind in one.column.kinds:
                left[kind] -= 1
            limits[one.deal] -= 1
            caps[one.deal] -= one.column.saving
            yield one


def _left_by(contest: Contest, groups: Iterable[Group], served: Collection[int]) -> Contest:
    """The contest for the units not served yet; what they gain by themselves stays, the others gain nothing more."""
    used, saved = Counter(group.deal for group in groups), Counter[int]()
    for group in groups:
        saved[group.deal] += group.saving
    return Contest(
        tuple(0 if unit in served else gain for unit, gain in enumerate(contest.base)),
        tuple(deal.without(served).less(used[n], saved[n]) for n, deal in enumerate(contest.deals)),
    )


def worth_of(deal: Deal, base: Sequence[int]) -> int | None:
    """What a group of the deal brings at best beyond the bases of its units, in ``SCALE`` parts; ``None``: nothing."""
    prices, steps, ones = Prices([gain * SCALE for gain in base]), Steps(ALONE), (1,) * len(base)
    found = [best.worth for shape in deal.shapes if (best := Listing(shape, ones).best(prices, 0, steps)) is not None]
    return max(found) if found else (0 if steps.spent() else None)


def _in_line(deal: Deal) -> tuple[Group, ...] | None:
    """The groups of a deal that has all units to itself, where it is best to form them dearest first.

    That is so where each place is as good for any unit and a dearer unit brings no less: exchanging two units of such
    groups brings nothing. ``None`` for any other deal.
    """
    if len(deal.shapes) != 1 or deal.cap or deal.shapes[0].most or deal.shapes[0].items:
        return None
    shape = deal.shapes[0]
    units, gains = shape.slots[0].units, shape.slots[-1].gains
    if not all(slot.follows for slot in shape.slots[1:]) or list(gains) != sorted(gains, reverse=True):
        return None
    free = shape.size - shape.slots[-1].count if len(shape.slots) > 1 else 0
    groups = list[Group]()
    for begin in range(0, len(units) - shape.size + 1, shape.size):
        saving = shape.constant + sum(gains[begin + free : begin + shape.size])
        if saving <= 0 or (deal.limit and len(groups) == deal.limit):
            break
        groups.append(Group(0, units[begin : begin + shape.size], saving))
    return tuple(groups)


def _least_lost(lots: Lots, rents: Rents, steps: Steps) -> list[Placed] | None:
    """Groups that lose more than all of the best combination are in no better one."""
    in_all = rents.worth_most(lots) - SCALE * sum(n * gain for n, gain in zip(lots.counts, lots.base, strict=True))
    loss = max(SCALE, in_all // _FINE)
    while not steps.spent():
        placed = losing_at_most(lots, rents, loss, steps)
        if steps.spent():
            break
        found = Packing(lots, rents, placed).best(loss, steps)
        if found is not None:
            return found[1]
        loss *= 2
    return None


def _lots(contest: Contest) -> tuple[Lots, list[list[int]]]:
    """The kinds, and the units of each; those that no deal wants are none."""
    seen = [deal.seen() for deal in contest.deals]
    kinds: dict[tuple[object, ...], int] = {}
    of: dict[int, int] = {}
    members: list[list[int]] = []
    for unit, base in enumerate(contest.base):
        if not any(unit in one for one in seen):
            continue
        kind = kinds.setdefault((base, *(one.get(unit) for one in seen)), len(kinds))
        if kind == len(members):
            members.append([])
        members[kind].append(unit)
        of[unit] = kind
    lots = Lots(
        tuple(map(len, members)),
        tuple(contest.base[units[0]] for units in members),
        tuple(deal.among(of) for deal in contest.deals),
    )
    return lots, members


def _groups(contest: Contest, members: Sequence[Sequence[int]], placed: Iterable[Placed]) -> tuple[Group, ...]:
    """Units for kinds, dearest first, and savings cut short by caps."""
    waiting = [list(reversed(units)) for units in members]
    left = {number: deal.cap for number, deal in enumerate(contest.deals) if deal.cap}
    groups = list[Group]()
    for one in sorted(placed, key=lambda one: (one.deal, one.column.kinds)):
        saving = min(one.column.saving, left.get(one.deal, one.column.saving))
        if one.deal in left:
            left[one.deal] -= saving
        groups.append(Group(one.deal, tuple(waiting[kind].pop() for kind in one.column.kinds), saving))
    return tuple(groups)


def _value(contest: Contest, groups: Iterable[Group]) -> int:
    served = {unit for group in groups for unit in group.units}
    alone = sum(gain for unit, gain in enumerate(contest.base) if unit not in served)
    return alone + sum(group.saving for group in groups)
