"""One layer of offers after another: what each takes off which unit.

Everything here is pure and works on values: a layer is given what is left of each unit's price and gives what its
offers take. What a unit pays is never below its floor, and never below nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Literal

from kiosk.retail import offer as o
from kiosk.retail.competing import ALONE, STEPS, Contest, Group, search
from kiosk.retail.deals import Deal
from kiosk.retail.shares import share_within
from kiosk.retail.units import Priced, Unit, deal_of, gains_of, gifts_earned, means, percent_of, reached

__all__ = ["Rounding", "Settled", "Take", "holds", "in_turn", "settle_layers"]

Rounding = Literal["unit", "line"]
"""Where a percent off each unit is rounded: unit by unit, or once for the line."""
_ORDERINGS = 5
"""Offers of the order up to which every succession is tried."""


@dataclass(frozen=True, slots=True)
class Take:
    """What an offer takes off a unit, in minor units."""

    offer_id: str
    unit: int
    amount: int


@dataclass(frozen=True, slots=True)
class Settled:
    """All takes of all layers; ``proven`` is false where the search ran out of nodes and a good answer stands in.

    ``owed``: (offer id, pieces) of gifts that are not among the units.
    """

    takes: tuple[Take, ...]
    proven: bool = True
    owed: tuple[tuple[str, int], ...] = ()

    @property
    def saving(self) -> int:
        """What the shopper saves."""
        return sum(take.amount for take in self.takes)


def holds(offer: o.Offer, priced: Priced, present: frozenset[str]) -> bool:
    """Whether the basket meets the offer's conditions. ``present``: all items in it that offers may reach."""
    if not present.issuperset(offer.contains):
        return False
    if offer.min_left and sum(priced.left[n] for n in priced.meant(o.Scope(but=offer.scope.but))) < offer.min_left:
        return False
    if not offer.min_spend and not offer.min_units:
        return True
    meant = [unit for unit in priced.units if means(offer.spend_on or offer.scope, unit)]
    return len(meant) >= offer.min_units and sum(unit.price for unit in meant) >= offer.min_spend


def settle_layers(
    units: Sequence[Unit],
    offers: Sequence[o.Offer],
    policy: o.OfferPolicy,
    present: frozenset[str],
    budget: int = STEPS,
) -> Settled:
    """Catalogue, item and order layer, each under ``policy``. The order of ``units`` and ``offers`` tells nothing."""
    offers = sorted(offers, key=lambda offer: (-offer.priority, offer.offer_id))
    marked = in_turn(units, [one for one in offers if one.at == "catalogue"], present)
    touched = {take.unit for take in marked.takes}
    units = [_touched(unit) if n in touched else unit for n, unit in enumerate(units)]
    priced = _after(Priced(units, [unit.price for unit in units]), marked.takes)
    rest = [one for one in offers if one.at != "catalogue"]
    ways = [[one] for one in rest if one.exclusive and holds(one, priced, present)]
    if ways and policy == "sequential":
        found = _two_layers(priced, ways[0], policy, present, budget)
    elif policy == "best_single":
        found = _best(_alone(priced, one, present) for one in rest)
    else:
        shared = [one for one in rest if not one.exclusive]
        found = _best(_two_layers(priced, way, policy, present, budget) for way in [shared, *ways])
    return replace(found, takes=(*marked.takes, *found.takes))


def _alone(priced: Priced, offer: o.Offer, present: frozenset[str]) -> Settled:
    found = in_turn_from(priced, [offer], present)
    return replace(found, owed=_owed(priced, [offer], present, found.takes))


def _owed(
    priced: Priced, offers: Iterable[o.Offer], present: frozenset[str], takes: Iterable[Take]
) -> tuple[tuple[str, int], ...]:
    """What offers of gifts give beyond the units they made free."""
    giving = [one for one in offers if isinstance(one.effect, o.Gift) and holds(one, priced, present)]
    free = Counter(take.offer_id for take in takes) if giving else Counter()
    owing = ((one.offer_id, gifts_earned(one, priced) - free[one.offer_id]) for one in giving)
    return tuple((offer_id, units) for offer_id, units in owing if units > 0)


def _touched(unit: Unit) -> Unit:
    return replace(unit, touched=True)


def _best(ways: Iterable[Settled]) -> Settled:
    """The first of those that save most."""
    found = list(ways)
    return max(found, key=lambda way: way.saving) if found else Settled(())


def _after(priced: Priced, takes: Iterable[Take]) -> Priced:
    left = list(priced.left)
    for take in takes:
        left[take.unit] -= take.amount
    return Priced(priced.units, left)


def _two_layers(
    priced: Priced, offers: Sequence[o.Offer], policy: o.OfferPolicy, present: frozenset[str], budget: int
) -> Settled:
    at_first = priced
    rivals = [one for one in offers if one.at == "item" and not one.stackable and holds(one, priced, present)]
    on_top = [one for one in offers if one.at == "item" and one.stackable]
    items = _sequential(priced, rivals) if policy == "sequential" else _compete(priced, rivals, budget)
    priced = _after(priced, items.takes)
    stacked = in_turn_from(priced, on_top, present)
    priced = _after(priced, stacked.takes)
    whole = _order(priced, [one for one in offers if one.at == "order"], policy, present)
    takes = (*items.takes, *stacked.takes, *whole.takes)
    return Settled(takes, items.proven and whole.proven, _owed(at_first, offers, present, takes))


# --- one after another ------------------------------------------------------------------------------------------------


def in_turn(
    units: Sequence[Unit],
    offers: Sequence[o.Offer],
    present: frozenset[str],
    *,
    rounding: Rounding = "unit",
    of_original: bool = False,
) -> Settled:
    """The offers exactly as given, in their order, each on what the ones before have left.

    A unit serves one group offer at most. ``of_original``: percents are of the price before all offers.
    """
    return in_turn_from(
        Priced(units, [unit.price for unit in units]), offers, present, rounding=rounding, of_original=of_original
    )


def in_turn_from(
    priced: Priced,
    offers: Sequence[o.Offer],
    present: frozenset[str],
    *,
    rounding: Rounding = "unit",
    of_original: bool = False,
) -> Settled:
    """As ``in_turn``, from what earlier layers have left."""
    takes: list[Take] = []
    grouped: set[int] = set()
    for place, offer in enumerate(offers):
        if not holds(offer, priced, present):
            continue
        given = _one(offer, priced, grouped, rounding, offers[place + 1 :], of_original=of_original)
        takes += given
        priced = _after(priced, given)
        if offer.at == "catalogue" and given:
            touched = {take.unit for take in given}
            units = [_touched(unit) if n in touched else unit for n, unit in enumerate(priced.units)]
            priced = Priced(units, priced.left)
    return Settled(tuple(takes))


def _one(
    offer: o.Offer,
    priced: Priced,
    grouped: set[int],
    rounding: Rounding,
    later: Sequence[o.Offer],
    *,
    of_original: bool,
) -> list[Take]:
    """One offer on what is left."""
    if offer.at == "order" or isinstance(offer.effect, o.PercentOff | o.AmountOff | o.TieredAmount):
        return _off_whole(offer, priced, later)
    deal = deal_of(offer, priced)
    if deal is not None:
        free = deal.without(grouped) if not isinstance(offer.effect, o.PercentOffEach | o.AmountOffEach) else deal
        return _grouped(offer, free, priced, grouped)
    gains = gains_of(offer, priced) or {}
    if offer.at == "catalogue":
        gains = _marked_down(offer, priced, gains)
    elif isinstance(offer.effect, o.PercentOffEach):
        gains = _percents(offer.effect.basis_points, priced, gains, rounding, of_original=of_original)
    return [Take(offer.offer_id, n, saved) for n, saved in gains.items() if saved]


def _marked_down(offer: o.Offer, priced: Priced, gains: dict[int, int]) -> dict[int, int]:
    """A marked-down price is itself rounded half up: it is what the shelf shows."""
    if not isinstance(offer.effect, o.PercentOffEach):
        return gains
    keeps = 10_000 - offer.effect.basis_points
    return {n: min(priced.room(n), priced.left[n] - percent_of(priced.left[n], keeps)) for n in gains}


def _percents(
    basis: int, priced: Priced, gains: dict[int, int], rounding: Rounding, *, of_original: bool
) -> dict[int, int]:
    of = [unit.price for unit in priced.units] if of_original else priced.left
    if rounding == "unit":
        return {n: min(priced.room(n), percent_of(of[n], basis)) for n in gains}
    lines: dict[int, list[int]] = {}
    for n in gains:
        lines.setdefault(priced.units[n].line, []).append(n)
    found: dict[int, int] = {}
    for units in lines.values():
        weights = [of[n] for n in units]
        shares = share_within(percent_of(sum(weights), basis), weights, [priced.room(n) for n in units])
        found |= dict(zip(units, shares, strict=True))
    return found


def _grouped(offer: o.Offer, deal: Deal, priced: Priced, grouped: set[int]) -> list[Take]:
    """The best that a group offer can do alone with what is free."""
    order = _dearest_first(priced)
    sub = _picked(priced, order)
    again = deal_of(offer, sub)
    if again is None:
        return []
    wanted = deal.wants()
    blocked = {place for place, n in enumerate(order) if n not in wanted}
    found = search(Contest((0,) * len(order), (again.without(blocked),)), ALONE)
    takes = _takes_of([offer], found.groups, sub)
    grouped.update(order[place] for group in found.groups for place in group.units)
    return [Take(take.offer_id, order[take.unit], take.amount) for take in takes]


def _sequential(priced: Priced, offers: Sequence[o.Offer]) -> Settled:
    """By priority: what an offer has taken serves no later one."""
    takes: list[Take] = []
    gone: set[int] = set()
    for offer in offers:
        deal = deal_of(offer, priced)
        if deal is not None:
            takes += _grouped(offer, deal.without(gone), priced, gone)
            continue
        given = {n: saved for n, saved in (gains_of(offer, priced) or {}).items() if n not in gone}
        takes += [Take(offer.offer_id, n, saved) for n, saved in given.items()]
        gone.update(given)
    return Settled(tuple(takes))


# --- all at once ------------------------------------------------------------------------------------------------------


def _dearest_first(priced: Priced) -> list[int]:
    units = priced.units
    return sorted(range(len(units)), key=lambda n: (-priced.left[n], units[n].item_id, *units[n].age, units[n].line))


def _picked(priced: Priced, order: Sequence[int]) -> Priced:
    return Priced([priced.units[n] for n in order], [priced.left[n] for n in order])


def _compete(priced: Priced, offers: Sequence[o.Offer], budget: int) -> Settled:
    """The combination that saves most: bases where a unit is best alone, a search per cluster of deals."""
    order = _dearest_first(priced)
    sub = _picked(priced, order)
    base, by = [0] * len(order), [""] * len(order)
    deals: list[tuple[o.Offer, Deal]] = []
    for offer in offers:
        deal = deal_of(offer, sub)
        if deal is not None:
            deals.append((offer, deal))
            continue
        for n, saved in (gains_of(offer, sub) or {}).items():
            if saved > base[n]:
                base[n], by[n] = saved, offer.offer_id
    takes: list[Take] = []
    proven, taken = True, set[int]()
    for cluster in _clusters(deals):
        given, sure = _settled(cluster, base, by, sub, budget)
        takes += given
        proven = proven and sure
        taken.update(cluster.units)
    takes += [Take(by[n], n, base[n]) for n in range(len(order)) if n not in taken and base[n]]
    found = Settled(tuple(Take(take.offer_id, order[take.unit], take.amount) for take in takes), proven)
    if proven:
        return found
    others = [_sequential(priced, offers), *(_sequential(priced, [one]) for one in offers)]
    return replace(_best([found, *others]), proven=False)


@dataclass(frozen=True, slots=True)
class _Cluster:
    offers: list[o.Offer]
    units: list[int]


def _clusters(deals: Sequence[tuple[o.Offer, Deal]]) -> list[_Cluster]:
    """Deals that share a unit, directly or by way of others, belong together."""
    clusters: list[tuple[list[o.Offer], set[int]]] = []
    for offer, deal in deals:
        units = deal.wants()
        offers = [offer]
        apart = []
        for other_offers, other_units in clusters:
            if other_units & units:
                offers = [*other_offers, *offers]
                units |= other_units
            else:
                apart.append((other_offers, other_units))
        clusters = [*apart, (offers, units)]
    return [_Cluster(offers, sorted(units)) for offers, units in clusters]


def _settled(
    cluster: _Cluster, base: Sequence[int], by: Sequence[str], whole: Priced, budget: int
) -> tuple[list[Take], bool]:
    units = cluster.units
    sub = _picked(whole, units)
    offers = sorted(cluster.offers, key=lambda offer: (-offer.priority, offer.offer_id))
    deals = [deal for offer in offers if (deal := deal_of(offer, sub)) is not None]
    found = search(Contest(tuple(base[n] for n in units), tuple(deals)), budget)
    takes = _takes_of(offers, found.groups, sub)
    served = {place for group in found.groups for place in group.units}
    takes += [Take(by[n], place, base[n]) for place, n in enumerate(units) if place not in served and base[n]]
    return [Take(take.offer_id, units[take.unit], take.amount) for take in takes], found.proven


def _takes_of(offers: Sequence[o.Offer], groups: Iterable[Group], priced: Priced) -> list[Take]:
    """What each group saves, shared over its units by price, none pushed below its floor."""
    takes: list[Take] = []
    for group in groups:
        offer, members = offers[group.deal], group.units
        shares = share_within(group.saving, [priced.left[n] for n in members], [priced.room(n) for n in members])
        takes += [Take(offer.offer_id, n, share) for n, share in zip(members, shares, strict=True) if share]
    return takes


# --- the order as a whole ---------------------------------------------------------------------------------------------


def _off_whole(offer: o.Offer, priced: Priced, later: Sequence[o.Offer]) -> list[Take]:
    """Percent or amount off what the scope comes to, shared by price.

    An amount is taken first from units that no later amount can be taken from, so that none is lost.
    """
    meant = [n for n in priced.meant(offer.scope) if priced.room(n)]
    total = sum(priced.left[n] for n in meant)
    match offer.effect:
        case o.PercentOff(basis_points=basis) | o.PercentOffEach(basis_points=basis):
            amount = percent_of(total, basis)
        case o.AmountOff(minor=minor) | o.AmountOffEach(minor=minor):
            amount = minor
        case o.TieredAmount() as tiers:
            at_list = priced.meant(offer.scope)
            amount = reached(tiers, len(at_list), sum(priced.units[n].price for n in at_list))
        case _:
            return []
    amount = min(amount, offer.max_saving) if offer.max_saving else amount
    wanted = {n: sum(_wants_amount(one, priced.units[n]) for one in later) for n in meant}
    if isinstance(offer.effect, o.PercentOff | o.PercentOffEach):
        wanted = dict.fromkeys(meant, 0)
    takes: list[Take] = []
    for rank in sorted(set(wanted.values())):
        ranked = [n for n in meant if wanted[n] == rank]
        shares = share_within(amount, [priced.left[n] for n in ranked], [priced.room(n) for n in ranked])
        takes += [Take(offer.offer_id, n, share) for n, share in zip(ranked, shares, strict=True) if share]
        amount -= sum(shares)
    return takes


def _wants_amount(offer: o.Offer, unit: Unit) -> bool:
    of_amount = isinstance(offer.effect, o.AmountOff | o.TieredAmount)
    return of_amount and not offer.scope.everything and means(offer.scope, unit)


def _order(priced: Priced, offers: Sequence[o.Offer], policy: o.OfferPolicy, present: frozenset[str]) -> Settled:
    """Of offers that do not stack, a unit serves the first that reaches it; the best succession wins."""
    if policy == "sequential":
        return _succession(priced, offers, present)
    if len(offers) <= _ORDERINGS:
        return _best(_succession(priced, way, present) for way in permutations(offers))
    worth: Callable[[o.Offer], int] = lambda offer: _succession(priced, [offer], present).saving  # noqa: E731 - a key
    by_worth = sorted(offers, key=lambda offer: (-worth(offer), offer.offer_id))
    percents_first = sorted(by_worth, key=lambda offer: not isinstance(offer.effect, o.PercentOff))
    found = _best(_succession(priced, way, present) for way in (by_worth, percents_first, offers))
    return Settled(found.takes, proven=False)


def _succession(priced: Priced, offers: Sequence[o.Offer], present: frozenset[str]) -> Settled:
    takes: list[Take] = []
    served: set[int] = set()
    for place, offer in enumerate(offers):
        if not holds(offer, priced, present):
            continue
        left = [0 if n in served and not offer.stackable else amount for n, amount in enumerate(priced.left)]
        given = _off_whole(offer, Priced(priced.units, left), offers[place + 1 :])
        takes += given
        priced = _after(priced, given)
        if not offer.stackable:
            served.update(take.unit for take in given)
    return Settled(tuple(takes))
