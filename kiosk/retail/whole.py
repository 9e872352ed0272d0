"""Offers on the order: percent and amounts off what a scope comes to, and the succession that saves most.

One offer takes from what the one before has left, so their succession matters: a percent comes best before an amount,
and of offers that do not stack a unit serves the first that reaches it. Offers that share no unit do not matter to one
another. Where all offers mean the same units and no floor is in the way, a succession is played on the total alone, and
every one that can matter is; otherwise it is played unit by unit, and given up when what is still to come cannot beat
the best. Both are bounded by a count, and what is not played to the end is not proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.retail import offer as o
from kiosk.retail.rivals import rival
from kiosk.retail.shares import share_within
from kiosk.retail.units import Priced, Take, means, percent_of, reached
from kiosk.retail.values import dataclass

__all__ = ["best_succession", "holds", "off_whole", "succession"]

_TOTALS = 3_000
"""Totals met in one search."""
_UNITS = 60_000
"""Units from which something is taken in one search."""


def holds(offer: o.Offer, priced: Priced, present: frozenset[str]) -> bool:
    """Whether the basket meets the offer's conditions. ``present``: all items in it that offers may reach."""
    if not rival(offer).conditional:
        return True
    if not present.issuperset(offer.contains):
        return False
    if offer.min_left and sum(priced.left[n] for n in _basket(offer, priced)) < offer.min_left:
        return False
    if not offer.min_spend and not offer.min_units:
        return True
    scope = offer.spend_on or offer.scope
    if scope.everything and scope.is_plain and not priced.any_aside:
        return len(priced.units) >= offer.min_units and priced.listed >= offer.min_spend
    meant = priced.towards(scope)
    return len(meant) >= offer.min_units and sum(priced.units[n].price for n in meant) >= offer.min_spend


def _basket(offer: o.Offer, priced: Priced) -> list[int]:
    """The units that ``min_left`` looks at."""
    return priced.towards(o.Scope(but=offer.scope.but))


@dataclass(frozen=True, slots=True)
class _Standing:
    """An offer on the units it means: a percent (``basis``) of what is left of them, or an amount (``minor``).

    ``basket``: what ``min_left`` looks at; empty without one.
    """

    offer: o.Offer
    meant: tuple[int, ...]
    basis: int = 0
    minor: int = 0
    basket: tuple[int, ...] = ()

    def gives(self, total: int) -> int:
        """What it takes off that much, at most all of it."""
        amount = percent_of(total, self.basis) if self.basis else self.minor
        return min(amount, self.offer.max_saving or total, total)

    def wants(self, n: int, priced: Priced) -> bool:
        """Whether it takes an amount from this unit in particular."""
        scope = self.offer.scope
        return not self.basis and not scope.everything and means(scope, priced.units[n])


def _standing(offer: o.Offer, priced: Priced) -> _Standing:
    meant = priced.meant(offer.scope)
    basket = tuple(_basket(offer, priced)) if offer.min_left else ()
    match offer.effect:
        case o.PercentOff(basis_points=basis) | o.PercentOffEach(basis_points=basis):
            return _Standing(offer, tuple(meant), basis, 0, basket)
        case o.AmountOff(minor=minor) | o.AmountOffEach(minor=minor):
            return _Standing(offer, tuple(meant), 0, minor, basket)
        case o.TieredAmount() as tiers:
            counted = priced.towards(offer.scope)
            minor = reached(tiers, len(counted), sum(priced.units[n].price for n in counted))
            return _Standing(offer, tuple(meant), 0, minor, basket)
        case _:
            return _Standing(offer, ())


def off_whole(offer: o.Offer, priced: Priced, later: Iterable[o.Offer]) -> list[Take]:
    """Percent or amount off what the scope comes to, shared by price.

    An amount is taken first from units that no later amount can be taken from, so that none is lost.
    """
    return _taken(_standing(offer, priced), priced, frozenset(), [_standing(one, priced) for one in later])


def _taken(one: _Standing, priced: Priced, served: frozenset[int], later: Iterable[_Standing]) -> list[Take]:
    left, rooms = priced.left, priced.rooms
    meant = [n for n in one.meant if rooms[n] and n not in served]
    amount = one.gives(sum([left[n] for n in meant]))
    ranks = {0: meant}
    if not one.basis:
        rivals = [other for other in later if not other.offer.scope.everything and not other.basis]
        ranks = {} if rivals else ranks
        for n in meant if rivals else ():
            ranks.setdefault(sum(other.wants(n, priced) for other in rivals), []).append(n)
    takes: list[Take] = []
    for _, ranked in sorted(ranks.items()):
        shares = share_within(amount, [left[n] for n in ranked], [rooms[n] for n in ranked])
        takes += [Take(one.offer.offer_id, n, share) for n, share in zip(ranked, shares, strict=True) if share]
        amount -= sum(shares)
    return takes


def succession(priced: Priced, offers: Sequence[o.Offer], present: frozenset[str]) -> list[Take]:
    """One after the other, as given. Of those that do not stack a unit serves the first that reaches it."""
    takes: list[Take] = []
    served: frozenset[int] = frozenset()
    standing = [_standing(offer, priced) for offer in offers]
    for place, one in enumerate(standing):
        if not holds(one.offer, priced, present):
            continue
        free = served if not one.offer.stackable else frozenset[int]()
        given = _taken(one, priced, free, standing[place + 1 :])
        if given and not one.offer.stackable:
            served |= {n for n in one.meant if priced.room(n)}
        takes += given
        priced = priced.after(given)
    return takes


def best_succession(priced: Priced, offers: Sequence[o.Offer], present: frozenset[str]) -> tuple[list[Take], bool]:
    """The succession that saves most, and whether that is proven."""
    standing = [_standing(offer, priced) for offer in offers if holds(offer, priced, present)]
    standing = [one for one in standing if one.basis or one.minor]
    order: list[o.Offer] = []
    proven = True
    for together in _together(standing):
        best, sure = _by_total(together, priced) if _of_one_total(together, priced) else _by_unit(together, priced)
        order += [one.offer for one in best]
        proven = proven and sure
    return succession(priced, order, present), proven


def _together(standing: Sequence[_Standing]) -> list[list[_Standing]]:
    """Offers that share a unit, directly or by way of others; all of them where one looks at the whole basket."""
    if any(one.basket for one in standing):
        return [list(standing)]
    found: list[tuple[list[_Standing], set[int]]] = []
    for one in standing:
        joined, units, apart = [one], set(one.meant), []
        for others, theirs in found:
            if theirs & units:
                joined, units = [*others, *joined], units | theirs
            else:
                apart.append((others, theirs))
        found = [*apart, (joined, units)]
    return [joined for joined, _ in found]


# --- on the total -----------------------------------------------------------------------------------------------------


def _of_one_total(standing: Sequence[_Standing], priced: Priced) -> bool:
    """All mean the same units, none of which has a floor, and all these are in the basket that a condition looks at."""
    meant = standing[0].meant
    return (
        all(one.meant == meant for one in standing)
        and not any(priced.units[n].floor for n in meant)
        and all(set(one.basket).issuperset(meant) for one in standing if one.basket)
    )


def _by_total(standing: Sequence[_Standing], priced: Priced) -> tuple[list[_Standing], bool]:
    totals = _Totals(standing, priced)
    return totals.order(sum(priced.left[n] for n in standing[0].meant)), totals.met <= _TOTALS


class _Totals:
    """What successions of offers on one total save; what was found for a total and the offers left is kept."""

    def __init__(self, standing: Sequence[_Standing], priced: Priced) -> None:
        self.standing = standing
        self.beside = [sum(priced.left[n] for n in set(one.basket).difference(one.meant)) for one in standing]
        self.conditional = any(one.basket for one in standing)
        self.known: dict[tuple[int, int, bool], tuple[int, int]] = {}
        self.met = 0

    def order(self, total: int) -> list[_Standing]:
        """The offers as they follow one another best."""
        left, served, order = (1 << len(self.standing)) - 1, False, list[_Standing]()
        while True:
            _, first = self.best(total, left, served=served)
            if first < 0:
                return order
            one = self.standing[first]
            order.append(one)
            total, left, served = total - one.gives(total), left ^ (1 << first), served or not one.offer.stackable

    def best(self, total: int, left: int, *, served: bool) -> tuple[int, int]:
        """(what can still be saved, which offer goes first, -1 for none). ``left``: bits of the offers still to come.

        Beyond the count only the first that may follow is tried.
        """
        key = (total, left, served)
        if key in self.known:
            return self.known[key]
        self.met += 1
        found = (0, -1)
        for n in self._next(total, left, served=served):
            one = self.standing[n]
            given = one.gives(total)
            more, _ = self.best(total - given, left ^ (1 << n), served=served or not one.offer.stackable)
            if given + more > found[0]:
                found = (given + more, n)
            if self.met > _TOTALS:
                break
        self.known[key] = found
        return found

    def _next(self, total: int, left: int, *, served: bool) -> list[int]:
        """The offers that may come next: without conditions on what is left, amounts that stack come last, one way."""
        able = [n for n in range(len(self.standing)) if left >> n & 1 and self._able(n, total, served=served)]
        if self.conditional:
            return able
        early = [n for n in able if self.standing[n].basis or not self.standing[n].offer.stackable]
        percents = [n for n in early if self.standing[n].basis and self.standing[n].offer.stackable]
        if percents:
            early = [n for n in early if self.standing[n].basis]
        return early or able[:1]

    def _able(self, n: int, total: int, *, served: bool) -> bool:
        one = self.standing[n]
        return (
            one.gives(total) > 0
            and (one.offer.stackable or not served)
            and (not one.basket or total + self.beside[n] >= one.offer.min_left)
        )


# --- unit by unit -----------------------------------------------------------------------------------------------------


def _by_unit(standing: Sequence[_Standing], priced: Priced) -> tuple[list[_Standing], bool]:
    successions = _Successions()
    successions.play(priced, frozenset(), list(standing), [], 0)
    return successions.best, successions.left > 0


class _Successions:
    """Every succession that can beat the best one found, as far as the count allows."""

    def __init__(self) -> None:
        self.left = _UNITS
        self.best: list[_Standing] = []
        self.saving = 0

    def play(
        self, priced: Priced, served: frozenset[int], standing: list[_Standing], before: list[_Standing], saved: int
    ) -> None:
        """All that may follow what was played ``before``."""
        if saved > self.saving:
            self.best, self.saving = before, saved
        at_most = {n: self._at_most(one, priced, served) for n, one in enumerate(standing)}
        able = [n for n, amount in at_most.items() if amount]
        for n in sorted(able, key=lambda n: (not standing[n].basis, -at_most[n], standing[n].offer.offer_id)):
            if saved + sum(at_most.values()) <= self.saving or self.left <= 0:
                return
            one, others = standing[n], [other for place, other in enumerate(standing) if place != n]
            free = served if not one.offer.stackable else frozenset[int]()
            given = _taken(one, priced, free, others)
            self.left -= len(given)
            after = served if one.offer.stackable else served | {m for m in one.meant if priced.room(m)}
            more = sum(take.amount for take in given)
            self.play(priced.after(given), after, others, [*before, one], saved + more)

    def _at_most(self, one: _Standing, priced: Priced, served: frozenset[int]) -> int:
        if one.basket and sum(priced.left[n] for n in one.basket) < one.offer.min_left:
            return 0
        free = one.meant if one.offer.stackable else [n for n in one.meant if n not in served]
        rooms = sum(priced.room(n) for n in free)
        self.left -= len(free) // 8
        return min(one.gives(sum(priced.left[n] for n in free)), rooms)
