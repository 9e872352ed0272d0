"""Whether an offer of a feed can mean anything: what a slip of the pen makes of one is refused before it is a row.

The engine works with what an offer says: groups of no units, percents beyond the whole and windows of no hours have no
price, and an amount off the order in the layer of the items would be given to nobody and told to nobody. A lane leaves
such a row out of its book and says so; no scan meets it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from kiosk.retail import offer as o
from kiosk.retail.occasion import Hours

__all__ = ["flaw_of"]

_WHOLE: Final = 10_000
"""Basis points: a hundred percent."""
_MOST_UNITS: Final = 10_000
"""No group has more units."""
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LIMITS: Final = (
    "visit",
    "min_spend",
    "min_units",
    "min_left",
    "max_applications",
    "max_saving",
    "member_day",
    "member_life",
)
_ON_THE_WHOLE: Final = (o.PercentOff, o.AmountOff, o.TieredAmount)
_OF_AN_ORDER: Final = (*_ON_THE_WHOLE, o.PercentOffEach, o.AmountOffEach)


def flaw_of(offer: o.Offer) -> str:
    """What is wrong with the offer, in words for a log; empty where nothing is.

    >>> flaw_of(o.Offer("tea", o.Scope(("tea",)), o.NForM(3, 2), {"en": "3 for 2"}))
    ''
    >>> flaw_of(o.Offer("tea", o.Scope(("tea",)), o.NForM(2, 3), {"en": "2 for 3"}))
    'n_for_m: of n units fewer are paid, and none more often than there are'
    """
    effect = f"{offer.effect.kind}: "
    found = next((effect + said for said in _of_effect(offer.effect)), "")
    return found or next(_of_conditions(offer), "") or next(_of_layer(offer), "")


def _units(*counts: int) -> bool:
    return all(1 <= count <= _MOST_UNITS for count in counts)


def _percent(basis: int) -> bool:
    return 0 < basis <= _WHOLE


def _of_effect(effect: o.Effect) -> Iterator[str]:  # noqa: C901, PLR0912 - one short rule for each kind there is
    match effect:
        case o.PercentOffEach(basis_points=basis, units=most):
            yield from _said((_percent(basis), _PERCENT), (most >= 0, _NUMBER))
        case o.AmountOffEach(minor=minor, units=most):
            yield from _said((minor > 0, _AMOUNT), (most >= 0, _NUMBER))
        case o.PriceEach(minor=minor):
            yield from _said((minor >= 0, _AMOUNT))
        case o.PercentOff(basis_points=basis):
            yield from _said((_percent(basis), _PERCENT))
        case o.AmountOff(minor=minor):
            yield from _said((minor > 0, _AMOUNT))
        case o.NForM(n=size, m=paid):
            yield from _said((_units(size) and 0 <= paid < size, _FEWER))
        case o.NForPrice(n=size, minor=minor):
            yield from _said((_units(size), _GROUP), (minor >= 0, _AMOUNT))
        case o.NAmountOff(n=size, minor=minor):
            yield from _said((_units(size), _GROUP), (minor > 0, _AMOUNT))
        case o.NPercentOff(n=size, basis_points=basis):
            yield from _said((_units(size), _GROUP), (_percent(basis), _PERCENT))
        case o.CheapestFree(group=group, free=free):
            yield from _said((0 <= group <= _MOST_UNITS and _units(free), _GROUP), (not group or free < group, _FEWER))
        case o.BuyGet(buy_units=bought, get_units=got, basis_points=basis):
            yield from _said((_units(bought, got), _GROUP), (_percent(basis), _PERCENT))
        case o.SetForPrice(parts=parts, minor=minor):
            named = bool(parts) and _units(*(part.units for part in parts))
            yield from _said((named, _GROUP), (minor >= 0, _AMOUNT))
        case o.DistinctSet(steps=steps):
            yield from _of_steps(steps, _percent, _PERCENT, least=2)
        case o.TieredPercent(steps=steps):
            yield from _of_steps(steps, _percent, _PERCENT)
        case o.TieredAmount(steps=steps):
            yield from _of_steps(steps, lambda minor: minor > 0, _AMOUNT)
        case o.Gift(item_id=item_id, units=units, every=every):
            yield from _said((bool(item_id), _ITEM), (_units(units, every), _GROUP))
        case o.Earn(times=times, each=each, once=once):
            yield from _said((min(times, each, once) >= 0, _NUMBER))


_PERCENT: Final = f"a percent is more than 0 and at most {_WHOLE} basis points"
_AMOUNT: Final = "an amount takes something off, and a price is not below nothing"
_NUMBER: Final = "a number is not below 0"
_GROUP: Final = f"a group has from 1 to {_MOST_UNITS} units in each of its parts"
_FEWER: Final = "of n units fewer are paid, and none more often than there are"
_STEPS: Final = "there are steps, each from another number on"
_ITEM: Final = "a gift is an item"


def _said(*rules: tuple[bool, str]) -> Iterator[str]:
    return (said for holds, said in rules if not holds)


def _of_steps(
    steps: Sequence[tuple[int, int]], right: Callable[[int], bool], said: str, *, least: int = 0
) -> Iterator[str]:
    begins = [begin for begin, _gives in steps]
    named = bool(begins) and len(set(begins)) == len(begins) and min(begins) >= least
    yield from _said((named, _STEPS), (all(right(gives) for _begin, gives in steps), said))


def _of_conditions(offer: o.Offer) -> Iterator[str]:
    if not offer.offer_id:
        yield "offer_id: an offer has one"
    for name in ("valid_from", "valid_until"):
        if not _is_day(getattr(offer, name)):
            yield f"{name}: a date is written YYYY-MM-DD"
    for hours in offer.hours:
        if not _are_hours(hours):
            yield "hours: a window begins and ends HH:MM, on weekdays from 1 to 7"
    for name in _LIMITS:
        if getattr(offer, name) < 0:
            yield f"{name}: {_NUMBER}"
    if offer.serials and not offer.coupon:
        yield "serials: they follow the beginning of a coupon's code"


def _is_day(told: str) -> bool:
    try:
        return not told or date.fromisoformat(told).isoformat() == told
    except ValueError:
        return False


def _are_hours(hours: Hours) -> bool:
    times = _CLOCK.fullmatch(hours.begins) and _CLOCK.fullmatch(hours.ends)
    return bool(times) and _all_weekdays(hours.weekdays)


def _all_weekdays(days: Iterable[int]) -> bool:
    return all(1 <= day <= 7 for day in days)  # noqa: PLR2004 - the week


def _of_layer(offer: o.Offer) -> Iterator[str]:
    """Where an effect would be looked at by nobody."""
    effect, at = offer.effect, offer.at
    if (at == "points") is not isinstance(effect, o.Earn):
        yield f"layer: {effect.kind} is not of the layer {at}"
    elif at == "catalogue" and isinstance(effect, o.Gift):
        yield "layer: a gift marks no price down"
    elif at == "order" and not isinstance(effect, _OF_AN_ORDER):
        yield f"layer: {effect.kind} cannot be taken off the order"
    elif at == "item" and isinstance(effect, _ON_THE_WHOLE) and not offer.stackable:
        yield f"layer: {effect.kind} competes for no units; it is of the order, or stackable"
