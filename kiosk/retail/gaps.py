"""How far a basket is from what an offer asks for: pieces or spend that are missing for it to hold, or hold once more.

A rough reckoning over whole lines, to find the few additions worth trying (``hints``): it may name one that brings
nothing, and pass one over that would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiosk.retail import offer as o
from kiosk.retail.values import dataclass

__all__ = ["Short", "Stand", "shortages"]

_FEW = 2
"""Pieces that may be missing, if at least as many are there."""
_NEAR = 4
"""Of a spend at most one part in so many may be missing."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A line as offers see it: ``price`` of a piece, and what is paid for all ``pieces``, in minor units."""

    item_id: str
    department: str
    price: int
    pieces: int
    counted: bool
    net: int


@dataclass(frozen=True, slots=True)
class Short:
    """What is missing: ``units`` of ``scope`` (of an item that is not there yet: ``new_item``), or a ``spend``.

    ``item_id``: an item of the basket on which the spend counts.
    """

    scope: o.Scope
    units: int = 1
    new_item: bool = False
    spend: int = 0
    item_id: str = ""


def shortages(offer: o.Offer, stands: Sequence[Stand], basket: Sequence[Stand], saved: int) -> Iterator[Short]:
    """What little is missing. ``stands``: of the ``basket`` those that the offer may touch, at least one.

    ``saved``: minor units that it takes off the basket now.
    """
    yield from _of_conditions(offer, stands, basket, saved)
    match offer.effect:
        case o.NForM(n=size) | o.NForPrice(n=size) | o.NAmountOff(n=size) | o.NPercentOff(n=size):
            yield from _to_fill(offer.scope, size, stands)
        case o.CheapestFree(group=group, free=free):
            yield from _to_fill(offer.scope, group or free, stands)
        case o.BuyGet() as deal if deal.get == offer.scope:
            yield from _to_fill(offer.scope, deal.buy_units + deal.get_units, stands)
        case o.BuyGet() as deal:
            parts = (o.Part(offer.scope, deal.buy_units), o.Part(deal.get, deal.get_units))
            yield from _to_complete(parts, stands)
        case o.SetForPrice(parts=parts):
            yield from _to_complete(parts, stands)
        case o.Gift(every=every):
            yield from _to_fill(offer.scope, every, stands)
        case o.DistinctSet(steps=steps):
            yield from _to_vary(offer.scope, steps, stands)
        case o.TieredPercent() | o.TieredAmount() as tiers:
            yield from _to_climb(offer.scope, tiers, stands)
        case _:
            pass  # it is given on each piece, or on the whole: only a condition can be missing


def _meant(scope: o.Scope, stands: Sequence[Stand], *, groups: bool = False) -> list[Stand]:
    return [
        stand
        for stand in stands
        if scope.names(stand.item_id, stand.department)
        and stand.price >= scope.price_min
        and (not scope.price_max or stand.price <= scope.price_max)
        and (stand.counted or not groups)
    ]


def _pieces(scope: o.Scope, stands: Sequence[Stand]) -> int:
    return sum(stand.pieces for stand in _meant(scope, stands, groups=True))


def _few(scope: o.Scope, missing: int, there: int) -> Iterator[Short]:
    if 0 < missing <= min(_FEW, there):
        yield Short(scope, missing)


def _to_fill(scope: o.Scope, size: int, stands: Sequence[Stand]) -> Iterator[Short]:
    """A group of ``size`` that has been begun. Nothing of it need be left over: another offer may hold those pieces."""
    there = _pieces(scope, stands)
    begun = there % size
    yield from _few(scope, size - begun, begun)


def _to_complete(parts: Sequence[o.Part], stands: Sequence[Stand]) -> Iterator[Short]:
    """A set of which all but one part are there."""
    there = [_pieces(part.scope, stands) for part in parts]
    whole = min(have // part.units for have, part in zip(there, parts, strict=True))
    missing = [part.units * (whole + 1) - have for have, part in zip(there, parts, strict=True)]
    short = [place for place, count in enumerate(missing) if count > 0]
    if not any(there) or len(short) > 1:
        return
    for place in short:
        if missing[place] <= _FEW:
            yield Short(parts[place].scope, missing[place])


def _to_vary(scope: o.Scope, steps: Sequence[tuple[int, int]], stands: Sequence[Stand]) -> Iterator[Short]:
    """One more item makes a larger set."""
    kinds = len({stand.item_id for stand in _meant(scope, stands, groups=True)})
    if kinds and any(size == kinds + 1 for size, _ in steps):
        yield Short(scope, new_item=True)


def _to_climb(scope: o.Scope, tiers: o.TieredPercent | o.TieredAmount, stands: Sequence[Stand]) -> Iterator[Short]:
    """The next tier."""
    if tiers.by == "spend":
        spend = _spend(scope, stands)
        above = [at for at, _ in tiers.steps if at > spend]
        yield from _near(scope, min(above, default=0), spend, stands)
        return
    there = sum(stand.pieces for stand in _meant(scope, stands))
    above = [at for at, _ in tiers.steps if at > there]
    if above:
        yield from _few(scope, min(above) - there, there)


def _spend(scope: o.Scope, stands: Sequence[Stand]) -> int:
    return sum(stand.price * stand.pieces for stand in _meant(scope, stands))


def _near(scope: o.Scope, wanted: int, there: int, stands: Sequence[Stand]) -> Iterator[Short]:
    missing = wanted - there
    if 0 < missing * _NEAR <= wanted:
        item_id = min(stand.item_id for stand in _meant(scope, stands))
        yield Short(scope, spend=missing, item_id=item_id)


def _of_conditions(offer: o.Offer, stands: Sequence[Stand], basket: Sequence[Stand], saved: int) -> Iterator[Short]:
    """What keeps an offer from holding at all."""
    on, where = (offer.scope, stands) if offer.spend_on is None else (offer.spend_on, basket)
    there = sum(stand.pieces for stand in _meant(on, where))
    yield from _few(on, offer.min_units - there, there)
    yield from _near(on, offer.min_spend, _spend(on, where), where)
    if offer.min_left:
        whole = o.Scope(but=offer.scope.but)
        left = sum(stand.net for stand in _meant(whole, basket)) + saved
        yield from _near(whole, offer.min_left, left, basket)
    missing = [item_id for item_id in offer.contains if all(stand.item_id != item_id for stand in basket)]
    if len(missing) == 1:
        yield Short(o.Scope((missing[0],)))
