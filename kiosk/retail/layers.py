"""One layer of offers after another: what each takes off which unit.

Everything here is pure and works on values: a layer is given what is left of each unit's price and gives what its
offers take. What a unit pays is never below its floor, and never below nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from kiosk.retail import offer as o
from kiosk.retail.clusters import Field, alone, compete, in_succession
from kiosk.retail.competing import STEPS
from kiosk.retail.rivals import Rival, rival
from kiosk.retail.shares import share_within
from kiosk.retail.units import Priced, Take, Unit, gains_of, gifts_earned, least_units, percent_of
from kiosk.retail.values import dataclass, replace
from kiosk.retail.whole import best_succession, holds, off_whole, succession

__all__ = ["Rounding", "Settled", "Take", "holds", "in_turn", "settle_layers"]

Rounding = Literal["unit", "line"]
"""Where a percent off each unit is rounded: unit by unit, or once for the line."""


@dataclass(frozen=True, slots=True)
class Settled:
    """All takes of all layers; ``proven`` is false where the search ran out of steps and a good answer stands in.

    ``owed``: (offer id, pieces) of gifts that are not among the units.
    """

    takes: tuple[Take, ...]
    proven: bool = True
    owed: tuple[tuple[str, int], ...] = ()

    @property
    def saving(self) -> int:
        """What the shopper saves."""
        return sum(take.amount for take in self.takes)


def settle_layers(
    units: Sequence[Unit],
    offers: Sequence[o.Offer],
    policy: o.OfferPolicy,
    present: frozenset[str],
    budget: int = STEPS,
) -> Settled:
    """Catalogue, item and order layer, each under ``policy``. The order of ``units`` and ``offers`` tells nothing."""
    ordered = sorted(map(rival, offers), key=_rank)
    priced = Priced(units, [unit.price for unit in units])
    marking = [one.offer for one in ordered if one.at == "catalogue"]
    marked = in_turn(units, marking, present) if marking else Settled(())
    if marked.takes:
        touched = {take.unit for take in marked.takes}
        units = [_touched(unit) if n in touched else unit for n, unit in enumerate(units)]
        priced = Priced(units, [unit.price for unit in units]).after(marked.takes)
    rest = [one for one in ordered if one.at != "catalogue"] if marking else ordered
    ways = [[one] for one in rest if one.offer.exclusive and _holds(one, priced, present)]
    if ways and policy == "sequential":
        found = _two_layers(priced, ways[0], policy, present, budget)
    elif policy == "best_single":
        found = _best(_alone(priced, one, present) for one in rest)
    else:
        shared = [one for one in rest if not one.offer.exclusive]
        found = _best(_two_layers(priced, way, policy, present, budget) for way in [shared, *ways])
    return replace(found, takes=(*marked.takes, *found.takes)) if marked.takes else found


def _rank(one: Rival) -> tuple[int, str]:
    return one.rank


def _holds(one: Rival, priced: Priced, present: frozenset[str]) -> bool:
    return not one.conditional or holds(one.offer, priced, present)


def _alone(priced: Priced, one: Rival, present: frozenset[str]) -> Settled:
    found = in_turn_from(priced, [one.offer], present)
    return replace(found, owed=_owed(priced, [one], present, found.takes))


def _owed(
    priced: Priced, offers: Iterable[Rival], present: frozenset[str], takes: Iterable[Take]
) -> tuple[tuple[str, int], ...]:
    """What offers of gifts give beyond the units they made free."""
    giving = [one.offer for one in offers if one.gives and _holds(one, priced, present)]
    free = Counter(take.offer_id for take in takes) if giving else Counter()
    owing = ((one.offer_id, gifts_earned(one, priced) - free[one.offer_id]) for one in giving)
    return tuple((offer_id, units) for offer_id, units in owing if units > 0)


def _touched(unit: Unit) -> Unit:
    return replace(unit, touched=True)


def _best(ways: Iterable[Settled]) -> Settled:
    """The first of those that save most; it is proven the best where all of them are proven."""
    found = list(ways)
    if not found:
        return Settled(())
    return replace(max(found, key=lambda way: way.saving), proven=all(way.proven for way in found))


def _two_layers(
    priced: Priced, offers: Sequence[Rival], policy: o.OfferPolicy, present: frozenset[str], budget: int
) -> Settled:
    at_first = priced
    on_items = [one for one in offers if one.at == "item"]
    rivals = [one for one in on_items if not one.offer.stackable and _holds(one, priced, present)]
    on_top = [one.offer for one in on_items if one.offer.stackable]
    if policy == "optimal":
        on_top.sort(key=_on_top)
    items = _one_by_one(priced, rivals) if policy == "sequential" else _compete(priced, rivals, budget)
    priced = priced.after(items.takes)
    stacked = in_turn_from(priced, on_top, present)
    priced = priced.after(stacked.takes)
    whole = _order(priced, [one.offer for one in offers if one.at == "order"], policy, present)
    takes = (*items.takes, *stacked.takes, *whole.takes)
    return Settled(takes, items.proven and whole.proven, _owed(at_first, offers, present, takes))


_PRICES = (o.PriceEach, o.NForPrice, o.SetForPrice)
_AMOUNTS = (o.AmountOffEach, o.NAmountOff, o.AmountOff, o.TieredAmount)


def _on_top(offer: o.Offer) -> int:
    """How offers on top of one another save most: prices first, then percents and free units, amounts last."""
    return 0 if isinstance(offer.effect, _PRICES) else 2 if isinstance(offer.effect, _AMOUNTS) else 1


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
        priced = priced.after(given)
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
        return off_whole(offer, priced, later)
    given = alone(offer, priced, grouped if least_units(offer.effect) else ())
    if given.in_groups:
        grouped |= given.served
        return given.takes
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


def _one_by_one(priced: Priced, offers: Sequence[Rival]) -> Settled:
    """By priority: what an offer has taken serves no later one."""
    return Settled(tuple(in_succession(Field(priced, offers))))


def _compete(priced: Priced, offers: Sequence[Rival], budget: int) -> Settled:
    """The combination that saves most; where that is not proven, not less than one offer after the other saves."""
    field = Field(priced, offers)
    takes, proven = compete(field, budget)
    found = Settled(tuple(takes), proven)
    return found if proven else replace(_best([found, Settled(tuple(in_succession(field)))]), proven=False)


def _order(priced: Priced, offers: Sequence[o.Offer], policy: o.OfferPolicy, present: frozenset[str]) -> Settled:
    if policy == "sequential":
        return Settled(tuple(succession(priced, offers, present)))
    takes, proven = best_succession(priced, offers, present)
    return Settled(tuple(takes), proven)
