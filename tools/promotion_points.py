"""The points of promotion cases: ``points_earn`` as ``Earn`` offers, ``points_burn`` as a programme's steps.

A kiosk takes burned points as a tender, and counts what a basket earns once it is complete. The peers that cases come
from take them off the price at once, and let a basket burn what it earns: so here the points that the basket earns
count as the member's, and what is burned is told as discount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.retail import offer as o
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.points import Programme, burnable, most_to_burn, reckon, value_of
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem, PriceModifier
from kiosk.retail.units import Unit
from tools.case_numbers import CURRENCY, fraction, money
from tools.case_verdict import NotApplicableError, Reason
from tools.promotion_offers import Catalogue

__all__ = ["Points", "is_points", "points_of"]

_Words = Mapping[str, Any]
_EARN = {"id", "type", "scope", "scope_tags", "min_spend", "min_qty", "points_per_unit", "points_per_order",
         "points_per_currency"}  # fmt: skip
_BURN = {"id", "type", "scope", "points_per_block", "amount_per_point", "points", "reward"}
_NO_TAX = TaxRate("", 0)


@dataclass(frozen=True, slots=True)
class Points:
    """What a case's basket earns and spends, and what the spent points are worth in minor units."""

    earned: int = 0
    spent: int = 0
    worth: int = 0


def is_points(promotion: _Words) -> bool:
    """Whether a promotion is about points."""
    return str(promotion["type"]).startswith("points_")


def points_of(
    promotions: Sequence[_Words], context: _Words, units: Sequence[Unit], saved: Sequence[int], catalogue: Catalogue
) -> Points:
    """The points of a basket. ``saved``: what offers have taken off each unit. Nobody but a member has any."""
    told = [one for one in promotions if is_points(one)]
    if not told or not context.get("member"):
        return Points()
    lines = [_line(n, unit, off) for n, (unit, off) in enumerate(zip(units, saved, strict=True), start=1)]
    earning = [_earn(one, n, catalogue) for n, one in enumerate(told) if one["type"] == "points_earn"]
    book = _Book(earning)
    plain = _plain(told)
    earned = reckon(lines, book, o.Occasion(), plain).total
    available = int(context.get("points_balance", 0)) + earned
    spent = worth = 0
    for one in (one for one in told if one["type"] == "points_burn"):
        programme = _programme(one, catalogue)
        burned = most_to_burn(programme, available - spent, burnable(lines, book, programme))
        spent, worth = spent + burned, worth + value_of(programme, burned)
    return Points(earned, spent, worth)


class _Book:
    """The case's items, none of them left out of earning."""

    def __init__(self, offers: Sequence[o.Offer]) -> None:
        self._offers = tuple(offers)

    def item(self, item_id: str) -> Item | None:
        return Item(item_id, {}, "", "", None)

    def offers_for(self, item_id: str) -> tuple[o.Offer, ...]:
        return tuple(one for one in self._offers if one.scope.names(item_id))


def _line(number: int, unit: Unit, saved: int) -> LineItem:
    price = Money(unit.price, CURRENCY)
    off = (PriceModifier("", Money(saved, CURRENCY), {}),) if saved else ()
    return LineItem(number, unit.item_id, {}, "each", 1, price, price, _NO_TAX, "scanned", modifiers=off)


def _known(words: _Words, known: set[str]) -> None:
    if unread := words.keys() - known:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))


def _plain(told: Sequence[_Words]) -> Programme:
    """The plain rate: what one promotion gives on each unit of money, whole points once for the basket."""
    rates = [fraction(one["points_per_currency"]) for one in told if "points_per_currency" in one]
    if not rates:
        return Programme(earn_points=0)
    if len(rates) > 1 or any("scope" in one for one in told if "points_per_currency" in one):
        raise NotApplicableError(Reason.UNKNOWN_INPUT, "several rates, or one for some items")
    return Programme(earn_points=rates[0].numerator, earn_minor=rates[0].denominator * 100)


def _earn(words: _Words, place: int, catalogue: Catalogue) -> o.Offer:
    _known(words, _EARN)
    named = catalogue.scope({key: words[key] for key in ("scope", "scope_tags") if key in words})
    return o.Offer(
        offer_id=f"earn-{place:03}",
        scope=named,
        effect=o.Earn(each=int(words.get("points_per_unit", 0)), once=int(words.get("points_per_order", 0))),
        names={},
        min_spend=money(words["min_spend"]).minor if "min_spend" in words else 0,
        min_units=int(words.get("min_qty", 0)),
    )


def _programme(words: _Words, catalogue: Catalogue) -> Programme:
    """Steps worth an amount a point, an amount, or one unit of an item."""
    _known(words, _BURN)
    if "reward" not in words:
        block = int(words.get("points_per_block", 1))
        worth = fraction(words["amount_per_point"]) * block * 100
        if worth.denominator != 1:
            raise NotApplicableError(Reason.FINER_PRICE, str(words["amount_per_point"]))
        return Programme(burn_points=block, burn_minor=worth.numerator, burns_on=catalogue.scope(words.get("scope")))
    reward = words["reward"]
    _known(reward, {"free_unit", "amount"})
    if "free_unit" in reward:
        sku = str(reward["free_unit"])
        return Programme(burn_points=int(words["points"]), burn_minor=catalogue.price(sku), burns_on=o.Scope((sku,)))
    return Programme(burn_points=int(words["points"]), burn_minor=money(reward["amount"]).minor)
