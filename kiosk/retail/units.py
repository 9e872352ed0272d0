"""The units of a basket as offers see them, and what an effect may do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from kiosk.retail import offer as o
from kiosk.retail.deals import Deal, Row, Shape

__all__ = [
    "Priced",
    "Take",
    "Unit",
    "deal_of",
    "gains_of",
    "gifts_earned",
    "least_units",
    "means",
    "percent_of",
    "reached",
]


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece, or one weighed line. ``price`` is its list price, ``floor`` what it is never sold below.

    ``pieces``: how many were rung up alike is told by as many units. ``counted`` is false for what is sold by weight:
    it serves no group. ``touched``: an earlier layer has taken something off it. ``days_left``: whole days from the
    business day to the date that its code tells; ``None`` for what tells none. ``towards``: thresholds count it.
    """

    line: int
    item_id: str
    price: int
    floor: int = 0
    department: str = ""
    counted: bool = True
    touched: bool = False
    days_left: int | None = None
    towards: bool = True

    @property
    def age(self) -> tuple[bool, int]:
        """What units that are otherwise alike are ordered by: the nearest date first, undated ones last."""
        return self.days_left is None, self.days_left or 0


class Take(NamedTuple):
    """What an offer takes off a unit, in minor units."""

    offer_id: str
    unit: int
    amount: int


@dataclass(frozen=True)
class Priced:
    """Units and what is left of the price of each."""

    units: Sequence[Unit]
    left: Sequence[int]

    def room(self, n: int) -> int:
        """How much may still come off the unit."""
        return max(0, self.left[n] - self.units[n].floor)

    def after(self, takes: Iterable[Take]) -> Priced:
        """The same units with less left."""
        left = list(self.left)
        for take in takes:
            left[take.unit] -= take.amount
        if left == self.left:
            return self
        found = Priced(self.units, left)
        if "_places" in self.__dict__:
            found.__dict__["_places"] = self._places
        return found

    def picked(self, order: Sequence[int]) -> Priced:
        """Some of the units, in that order."""
        return Priced([self.units[n] for n in order], [self.left[n] for n in order])

    def meant(self, scope: o.Scope, *, groups: bool = False) -> list[int]:
        """The units that a scope means; for ``groups`` only counted ones."""
        units = self.units
        found: Iterable[int] = range(len(units))
        if not scope.everything:
            found = self.named(scope.item_ids, scope.departments)
        if scope.is_plain and not (groups and self._places.weighed):
            return list(found)
        return [n for n in found if (units[n].counted or not groups) and means(scope, units[n])]

    def named(self, item_ids: Sequence[str], departments: Sequence[str]) -> Sequence[int]:
        """The units of these items and departments, in order."""
        items, places = self._places.items, self._places.departments
        lists = [items[name] for name in item_ids if name in items]
        if departments:
            lists += [places[name] for name in departments if name in places]
        return lists[0] if len(lists) == 1 else sorted({n for one in lists for n in one})

    def towards(self, scope: o.Scope) -> list[int]:
        """The units that a scope means, if they count towards thresholds."""
        meant = self.meant(scope)
        return [n for n in meant if self.units[n].towards] if self.any_aside else meant

    @cached_property
    def rooms(self) -> list[int]:
        """How much may still come off each unit."""
        return [
            left - unit.floor if left > unit.floor else 0  # no call: it is asked for each unit
            for unit, left in zip(self.units, self.left, strict=True)
        ]

    @cached_property
    def any_aside(self) -> bool:
        """Whether any unit counts towards no threshold."""
        return not all(unit.towards for unit in self.units)

    @cached_property
    def listed(self) -> int:
        """What all units cost at list price."""
        return sum(unit.price for unit in self.units)

    @cached_property
    def _places(self) -> _Places:
        """Where what lies: a scope is looked up, not searched for."""
        places = _Places({}, {}, any(not unit.counted for unit in self.units))
        for n, unit in enumerate(self.units):
            places.items.setdefault(unit.item_id, []).append(n)
            if unit.department:
                places.departments.setdefault(unit.department, []).append(n)
        return places


@dataclass(frozen=True, slots=True)
class _Places:
    """Units by item and by department, and whether any is sold by weight."""

    items: dict[str, list[int]]
    departments: dict[str, list[int]]
    weighed: bool


def means(scope: o.Scope, unit: Unit) -> bool:
    """Whether the scope means this unit."""
    return (
        scope.names(unit.item_id, unit.department)
        and unit.price >= scope.price_min
        and (not scope.price_max or unit.price <= scope.price_max)
        and not (scope.undiscounted and unit.touched)
        and _dated(scope, unit)
    )


def _dated(scope: o.Scope, unit: Unit) -> bool:
    """Whether the unit's date is as near as the scope asks."""
    within = scope.expires_within_days
    return within is None or (unit.days_left is not None and unit.days_left <= within)


def percent_of(amount: int, basis_points: int) -> int:
    """Rounded half up.

    >>> percent_of(319, 9_000), percent_of(1050, 1_500)
    (287, 158)
    """
    return (amount * basis_points + 5_000) // 10_000


def reached(effect: o.TieredPercent | o.TieredAmount, units: int, spend: int) -> int:
    """What the highest tier reached gives; 0 below the first."""
    measure = spend if effect.by == "spend" else units
    return max(((at, gives) for at, gives in effect.steps if at <= measure), default=(0, 0))[1]


# --- what a unit gains by itself --------------------------------------------------------------------------------------


def gains_of(offer: o.Offer, priced: Priced) -> dict[int, int] | None:
    """What each unit gains by itself; ``None`` for an offer on groups or on the scope as a whole."""
    gain = _each(offer, priced)
    if gain is None:
        return None
    found = {n: min(gain(n), priced.room(n)) for n in _chosen(offer, priced)}
    return {n: saved for n, saved in found.items() if saved > 0}


def _each(offer: o.Offer, priced: Priced) -> Callable[[int], int] | None:
    left = priced.left
    match offer.effect:
        case o.PercentOffEach(basis_points=basis):
            return lambda n: percent_of(left[n], basis)
        case o.AmountOffEach(minor=minor):
            return lambda n: minor if priced.units[n].counted else 0
        case o.PriceEach(minor=minor):
            return lambda n: left[n] - minor if priced.units[n].counted else 0
        case o.TieredPercent() as tiers:
            meant = priced.towards(offer.scope)
            basis = reached(tiers, len(meant), sum(priced.units[n].price for n in meant))
            return lambda n: percent_of(left[n], basis)
        case o.CheapestFree() | o.Gift():
            return lambda n: left[n]
        case _:
            return None


def _chosen(offer: o.Offer, priced: Priced) -> list[int]:
    """The units that gain: all in scope, or those at one end by price."""
    match offer.effect:
        case o.PercentOffEach(units=most, takes=takes) | o.AmountOffEach(units=most, takes=takes):
            meant = priced.meant(offer.scope)
            return _end(priced, meant, most, takes) if most and takes != "any" else meant
        case o.CheapestFree(group=group, free=free):
            meant = priced.meant(offer.scope, groups=True)
            times = len(meant) // group if group else 1
            times = min(times, offer.max_applications) if offer.max_applications else times
            return _end(priced, meant, times * free, "cheapest")
        case o.Gift(item_id=gift):
            if offer.scope.names(gift):
                return []
            earned = gifts_earned(offer, priced)
            return _end(priced, priced.meant(o.Scope((gift,)), groups=True), earned, "dearest")
        case _:
            return priced.meant(offer.scope)


def gifts_earned(offer: o.Offer, priced: Priced) -> int:
    """How many pieces of its gift an offer gives on these units; 0 for an offer of another kind."""
    if not isinstance(offer.effect, o.Gift):
        return 0
    times = len(priced.meant(offer.scope, groups=True)) // offer.effect.every
    return (min(times, offer.max_applications) if offer.max_applications else times) * offer.effect.units


def _end(priced: Priced, meant: list[int], count: int, takes: o.Takes) -> list[int]:
    sign = -1 if takes == "dearest" else 1
    return sorted(meant, key=lambda n: (sign * priced.left[n], priced.units[n].item_id))[:count]


# --- what units gain together -----------------------------------------------------------------------------------------


def least_units(effect: o.Effect) -> int:
    """How many units a group of the effect has at least; 0 for one on single units, or on the scope as a whole."""
    match effect:
        case o.NForM(n=size) | o.NPercentOff(n=size) | o.NForPrice(n=size) | o.NAmountOff(n=size):
            return size
        case o.BuyGet(buy_units=bought, get_units=got):
            return bought + got
        case o.SetForPrice(parts=parts):
            return sum(part.units for part in parts)
        case o.DistinctSet():
            return 2
        case _:
            return 0


def deal_of(offer: o.Offer, priced: Priced) -> Deal | None:
    """The groups of an offer on groups, or of one on single units that is limited; ``None`` for any other."""
    shapes = _shapes(offer, priced)
    return _limited(offer, priced) if shapes is None else Deal(shapes, offer.max_applications, offer.max_saving)


def _shapes(offer: o.Offer, priced: Priced) -> tuple[Shape, ...] | None:
    """What the groups of an offer look like; ``None`` for an offer on single units, or on the scope as a whole."""
    match offer.effect:
        case o.NForM(n=size, m=paid):
            return (Shape.run(size, _rooms(offer.scope, priced), gain_from=paid),) if 0 <= paid < size else ()
        case o.NPercentOff(n=size, basis_points=basis):
            return (Shape.run(size, _percents(offer.scope, priced, basis)),)
        case o.NForPrice(n=size, minor=minor):
            return (Shape.run(size, _full_prices(offer.scope, priced, minor // size), -minor),)
        case o.NAmountOff(n=size, minor=minor):
            return (Shape.run(size, _rooms(offer.scope, priced), most=minor),)
        case o.BuyGet() as bargain:
            return (_bargain(offer.scope, bargain, priced),)
        case o.SetForPrice(parts=parts, minor=minor):
            each = minor // sum(part.units for part in parts)
            rows = [_full_prices(part.scope, priced, each) for part in parts]
            return (Shape.parts([part.units for part in parts], rows, -minor),)
        case o.DistinctSet(steps=steps):
            return tuple(_distinct(offer.scope, sorted(steps), priced))
        case _:
            return None


def _row(priced: Priced, meant: Sequence[int], gain: Callable[[int], int]) -> list[int | None]:
    row: list[int | None] = [None] * len(priced.units)
    for n in meant:
        row[n] = gain(n)
    return row


def _rooms(scope: o.Scope, priced: Priced) -> Row:
    return _row(priced, priced.meant(scope, groups=True), priced.room)


def _percents(scope: o.Scope, priced: Priced, basis: int) -> Row:
    return _row(priced, priced.meant(scope, groups=True), partial(_percent_within, priced, basis))


def _full_prices(scope: o.Scope, priced: Priced, highest_floor: int) -> Row:
    """Units that a price for the group cannot push below their floor."""
    meant = [n for n in priced.meant(scope, groups=True) if priced.units[n].floor <= highest_floor]
    return _row(priced, meant, lambda n: priced.left[n])


def _bargain(scope: o.Scope, bargain: o.BuyGet, priced: Priced) -> Shape:
    reduced = _percents(bargain.get, priced, bargain.basis_points)
    counts = (bargain.buy_units, bargain.get_units)
    if bargain.get == scope and bargain.takes == "cheapest":
        return Shape.run(sum(counts), reduced, gain_from=bargain.buy_units)
    return Shape.parts(counts, [_row(priced, priced.meant(scope, groups=True), lambda _n: 0), reduced], 0)


def _distinct(scope: o.Scope, steps: Sequence[tuple[int, int]], priced: Priced) -> Iterator[Shape]:
    """A set of each size that the basket has enough items for; one between two steps has the percent of the lower."""
    numbers = {item_id: number for number, item_id in enumerate(sorted({unit.item_id for unit in priced.units}))}
    items = [numbers[unit.item_id] for unit in priced.units]
    kinds = len({priced.units[n].item_id for n in priced.meant(scope, groups=True)})
    percent, basis = dict(steps), 0
    for size in range(2, min(max(percent, default=0), kinds) + 1):
        basis = percent.get(size, basis)
        if basis:
            yield Shape.different(size, _percents(scope, priced, basis), items)


def _percent_within(priced: Priced, basis: int, n: int) -> int:
    return min(percent_of(priced.left[n], basis), priced.room(n))


def _limited(offer: o.Offer, priced: Priced) -> Deal | None:
    """Single units, when only so many or only so much may be given."""
    gains = gains_of(offer, priced)
    if not gains:
        return None
    effect = offer.effect
    of_any = isinstance(effect, o.PercentOffEach | o.AmountOffEach) and effect.takes == "any"
    limit = effect.units if of_any and isinstance(effect, o.PercentOffEach | o.AmountOffEach) else 0
    cap = offer.max_saving if offer.max_saving and sum(gains.values()) > offer.max_saving else 0
    if not cap and (not limit or limit >= len(gains)):
        return None
    row = [gains.get(n) for n in range(len(priced.units))]
    return Deal((Shape.run(1, row),), limit, cap)
