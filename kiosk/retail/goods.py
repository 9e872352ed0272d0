"""Goods: what offers see of a unit, whatever its line, and what each offer makes of some goods.

What an offer bids for goods, gives on each or does alone with them are pure functions, and remembered by the offer and
by the goods as objects: all units that are alike are one good. An offer is kept alive by what is remembered of it, but
never its book.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from kiosk.retail.competing import ALONE, Contest, search, worth_of
from kiosk.retail.deals import Deal
from kiosk.retail.remembered import Remembered
from kiosk.retail.rivals import Rival
from kiosk.retail.shares import share_within
from kiosk.retail.units import Priced, Unit, deal_of, gains_of

__all__ = ["Bid", "Good", "Goods", "bid", "deal", "done_alone", "gains", "goods_of", "shared"]

_REMEMBERED = 4_096


class Good:
    """A unit without its line, and what is left of its price: one object for all that are alike (while remembered)."""

    __slots__ = ("left", "room", "unit")

    def __init__(self, unit: Unit, left: int) -> None:
        self.unit, self.left, self.room = unit, left, max(0, left - unit.floor)


Goods = tuple[Good, ...]

_Key = tuple[str, int, int, str, bool, bool, int | None, bool]
"""The fields of a unit, its line left out."""


@lru_cache(maxsize=_REMEMBERED)
def _good(key: _Key, left: int) -> Good:
    return Good(Unit(0, *key), left)


def _at_list_price(unit: Unit) -> Good:
    return _good(_key(unit), unit.price)


_listed: Remembered[Unit, Good] = Remembered(_at_list_price, most=_REMEMBERED)


def _key(unit: Unit) -> _Key:
    told = (unit.item_id, unit.price, unit.floor, unit.department, unit.counted, unit.touched)
    return *told, unit.days_left, unit.towards


def goods_of(priced: Priced) -> list[Good]:
    """Of each unit what it is as a good."""
    return [
        _listed(unit) if left == unit.price else _good(_key(unit), left)
        for unit, left in zip(priced.units, priced.left, strict=True)
    ]


def _priced(goods: Goods) -> Priced:
    return Priced([good.unit for good in goods], [good.left for good in goods])


class Bid:
    """A deal that is worth more than what its units gain by themselves. ``worth``: by how much a group at best is.

    ``wanted``: which of the goods it was made for it wants.
    """

    __slots__ = ("deal", "most", "rival", "wanted", "worth")

    def __init__(self, of: Rival, made: Deal, worth: int) -> None:
        self.rival, self.deal, self.worth = of, made, worth
        self.wanted = tuple(sorted(made.wants()))
        self.most = made.at_most()


@lru_cache(maxsize=_REMEMBERED)
def deal(of: Rival, goods: Goods) -> Deal | None:
    """The groups that the offer may form of them; ``None`` for one on single units, or on the scope as a whole."""
    return deal_of(of.offer, _priced(goods))


@lru_cache(maxsize=_REMEMBERED)
def gains(of: Rival, goods: Goods) -> tuple[int, ...] | None:
    """What each gains by itself; ``None`` for an offer that forms groups of them."""
    if deal(of, goods) is not None:
        return None
    found = gains_of(of.offer, _priced(goods)) or {}
    return tuple(found.get(n, 0) for n in range(len(goods)))


@lru_cache(maxsize=_REMEMBERED)
def bid(of: Rival, goods: Goods, base: tuple[int, ...]) -> Bid | None:
    """What the offer bids; ``None`` where no group of it is worth the bases of its units."""
    made = deal(of, goods)
    if made is None:
        return None
    worth = worth_of(made, base)
    return Bid(of, made, worth) if worth is not None else None


@lru_cache(maxsize=_REMEMBERED)
def done_alone(of: Rival, goods: Goods, blocked: tuple[int, ...]) -> tuple[tuple[tuple[int, int], ...], bool]:
    """(good, amount) of what the offer does best with the goods that are not ``blocked``; whether it forms groups."""
    made, each = deal(of, goods), gains(of, goods)
    if made is None or each is not None:
        return tuple((n, gain) for n, gain in enumerate(each or ()) if gain and n not in blocked), False
    best = search(Contest((0,) * len(goods), (made.without(blocked),)), ALONE)
    return tuple(share for group in best.groups for share in shared(group.saving, group.units, goods)), True


def shared(saving: int, units: Sequence[int], goods: Sequence[Good]) -> Iterable[tuple[int, int]]:
    """(unit, amount): what a group saves, shared over its units by price, none pushed below its floor."""
    left = [goods[n].left for n in units]
    return zip(units, share_within(saving, left, [goods[n].room for n in units]), strict=True)
