"""Loyalty points: what a basket earns, what points are worth, and how many may be burned.

A retailer's programme is data of the shop's policy; what gives more than the plain rate (twice the points for gold
members, fifty points on a new coffee, a hundred from a spend on) are offers with the effect ``Earn``. Points come last:
they are counted on what the offers before have left of each price, so that no offer sees them.

Never part of either side: deposits (they stand beside their line's price) and items that the book marks as earning
none. What earns nothing, or cannot be paid with points, by its kind (infant formula, tobacco …) ``excluded`` tells.

Burned points are a tender, not a discount: docs/decisions/0232.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Literal

from kiosk.retail.excluded import BY_HABIT, Exclusions, Use
from kiosk.retail.layers import holds
from kiosk.retail.money import Money, round_half_up
from kiosk.retail.offer import Earn, Occasion, Offer, Scope
from kiosk.retail.promotion import OfferBook, days_left, units_of
from kiosk.retail.shares import share_out, share_within
from kiosk.retail.transaction import LineItem
from kiosk.retail.units import Priced, Unit, means
from kiosk.retail.values import dataclass

__all__ = ["TENDER_ID", "Programme", "Reckoned", "TierRule", "burnable", "most_to_burn", "reckon", "value_of"]

TENDER_ID = "points"
"""How burned points are named among a sale's tenders."""
PointsRounding = Literal["down", "half_up", "up"]
_PLAIN = 10_000


@dataclass(frozen=True, slots=True)
class TierRule:
    """How a member's tier follows from the last ``days`` days (0: from everything ever).

    ``by``: what was spent (minor units, after offers, on what earns) or the points earned. ``steps``: pairs of (from,
    tier), the lowest first; who has not reached the first has the tier ``base``.
    """

    by: Literal["spend", "points"] = "spend"
    days: int = 365
    base: str = ""
    steps: tuple[tuple[int, str], ...] = ()

    def tier(self, reached: int) -> str:
        """The highest tier reached.

        >>> TierRule("points", 365, "basic", ((1_000, "silver"), (5_000, "gold"))).tier(1_200)
        'silver'
        """
        return max(((at, tier) for at, tier in self.steps if at <= reached), default=(0, self.base))[1]


@dataclass(frozen=True, slots=True)
class Programme:
    """A loyalty programme.

    **Earning**: ``earn_points`` for each ``earn_minor`` minor units that ``earns_on`` comes to after offers, rounded
    once per basket or line by line. What is paid with points earns none, unless ``burned_earns``.

    **Burning**: in whole steps of ``burn_points``, each worth ``burn_minor``, ``burn_least`` points at least, and at
    most what ``burns_on`` comes to. ``burn_points`` 0: points are only collected. ``offline_limit``: how many points a
    member may burn a day at a kiosk that cannot ask head office. ``hold_hours``: how long head office keeps points
    aside for a basket nobody speaks of any more.

    Earned points expire ``expires_days`` days after the business day of the sale (0: never), oldest first.
    """

    earn_points: int = 1
    earn_minor: int = 100
    rounding: PointsRounding = "down"
    rounded: Literal["basket", "line"] = "basket"
    earns_on: Scope = field(default_factory=Scope)
    burn_points: int = 0
    burn_minor: int = 0
    burn_least: int = 0
    burns_on: Scope = field(default_factory=Scope)
    burned_earns: bool = False
    offline_limit: int = 0
    hold_hours: int = 72
    expires_days: int = 0
    tiers: TierRule | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a programme by which nothing can be reckoned."""
        least = (self.earn_points, self.burn_points, self.burn_minor, self.burn_least, self.offline_limit)
        if self.earn_minor < 1 or min(*least, self.hold_hours, self.expires_days) < 0:
            message = "points: earn_minor is at least 1, and no number is below 0"
            raise ValueError(message)

    @property
    def burns(self) -> bool:
        """Whether points can be burned at all."""
        return self.burn_points > 0 and self.burn_minor > 0


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a basket earns: in all, and per line number; the lines' points sum to the whole. ``spent``: on what."""

    total: int = 0
    lines: Mapping[int, int] = field(default_factory=dict)
    spent: int = 0


def value_of(programme: Programme, points: int) -> int:
    """What points are worth when burned, in minor units; only whole steps are worth anything.

    >>> value_of(Programme(burn_points=100, burn_minor=1_000), 250)
    2000
    """
    return points // programme.burn_points * programme.burn_minor if programme.burns else 0


def most_to_burn(programme: Programme, available: int, worth: int) -> int:
    """How many of ``available`` points can be burned against ``worth`` minor units; 0 where the least is not reached.

    >>> most_to_burn(Programme(burn_points=3, burn_minor=450), 10, 10_000)
    9
    """
    if not programme.burns or available <= 0 or worth <= 0:
        return 0
    points = min(available // programme.burn_points, worth // programme.burn_minor) * programme.burn_points
    return points if points >= programme.burn_least else 0


def burnable(lines: Iterable[LineItem], book: OfferBook, programme: Programme, rules: Exclusions = BY_HABIT) -> int:
    """What may be paid with points, in minor units: the lines that take part, after offers."""
    return sum(net for _, net in _taking_part(lines, book, programme.burns_on, rules, "burning"))


def reckon(
    lines: Iterable[LineItem],
    book: OfferBook,
    occasion: Occasion,
    programme: Programme,
    burned: int = 0,
    rules: Exclusions = BY_HABIT,
) -> Reckoned:
    """What ``lines`` earn, ``burned`` minor units of them being paid with points.

    Same lines, same offers, same answer, in whatever order they were scanned.
    """
    live = [line for line in lines if not line.voided]
    taking = _taking_part(live, book, programme.earns_on, rules, "earning")
    if not taking:
        return Reckoned()
    spent = [net for _, net in taking]
    if burned and not programme.burned_earns:
        spent = _unburned(taking, book, programme, burned, rules)
    earning = [
        _Earning(line, left, _units(line, book, occasion, rules)) for (line, _), left in zip(taking, spent, strict=True)
    ]
    offers = _holding(earning, _there(live, book, rules), book, occasion)
    plain = _rounded([_plain(one, offers, programme) for one in earning], programme)
    points = {one.line.line: given for one, given in zip(earning, plain, strict=True)}
    for offer, effect in offers:
        for line, bonus in _bonus(offer, effect, earning):
            points[line] += bonus
    return Reckoned(sum(points.values()), {line: given for line, given in sorted(points.items()) if given}, sum(spent))


@dataclass(frozen=True, slots=True)
class _Earning:
    """A line that earns, what of it is not paid with points, and its units as offers see them."""

    line: LineItem
    spent: int
    units: Sequence[Unit]

    def meant(self, offer: Offer) -> bool:
        """The units of a line are alike."""
        return means(offer.scope, self.units[0])


# --- which lines ------------------------------------------------------------------------------------------------------


def _units(line: LineItem, book: OfferBook, occasion: Occasion, rules: Exclusions) -> Sequence[Unit]:
    item = book.item(line.item_id)
    return units_of(
        line, item, days_left(line, occasion.day), towards=item is None or not rules.by_kind(item, "thresholds")
    )


def _there(live: Iterable[LineItem], book: OfferBook, rules: Exclusions) -> frozenset[str]:
    """The items that a points offer may ask to be in the basket: what only its flag keeps from offers is there."""
    items = ((line.item_id, book.item(line.item_id)) for line in live)
    return frozenset(name for name, item in items if item is None or not rules.by_kind(item, "thresholds"))


def _taking_part(
    lines: Iterable[LineItem], book: OfferBook, scope: Scope, rules: Exclusions, use: Use
) -> list[tuple[LineItem, int]]:
    """The lines and what each comes to, by item and price, so that the order of scanning decides nothing."""
    found = []
    for line in lines:
        item = book.item(line.item_id)
        if item is None or rules.keep_out(item, use) or line.voided or not scope.names(line.item_id, item.department):
            continue
        net = line.net.minor
        if net > 0:
            found.append((line, net))
    return sorted(found, key=lambda one: (one[0].item_id, one[1], one[0].quantity, one[0].line))


def _unburned(
    taking: Sequence[tuple[LineItem, int]], book: OfferBook, programme: Programme, burned: int, rules: Exclusions
) -> list[int]:
    """What is left of each line when points have paid their share of it, by price."""
    nets = [net for _, net in taking]
    lines = [line for line, _ in taking]
    burning = {line.line for line, _ in _taking_part(lines, book, programme.burns_on, rules, "burning")}
    rooms = [net if line.line in burning else 0 for line, net in taking]
    shares = share_within(burned, nets, rooms)
    return [net - share for net, share in zip(nets, shares, strict=True)]


# --- what offers add --------------------------------------------------------------------------------------------------

_Offers = Sequence[tuple[Offer, Earn]]


def _holding(
    earning: Sequence[_Earning], present: frozenset[str], book: OfferBook, occasion: Occasion
) -> list[tuple[Offer, Earn]]:
    """The points offers that hold, by their id."""
    units = [unit for one in earning for unit in one.units]
    priced = Priced(units, [unit.price for unit in units])
    known: dict[str, tuple[Offer, Earn]] = {}
    for item_id in dict.fromkeys(one.line.item_id for one in earning):
        for offer in book.offers_for(item_id):
            if isinstance(offer.effect, Earn) and offer.holds_for(occasion):
                known[offer.offer_id] = (offer, offer.effect)
    return [known[name] for name in sorted(known) if holds(known[name][0], priced, present)]


def _plain(one: _Earning, offers: _Offers, programme: Programme) -> Fraction:
    """The plain rate times the highest multiplier; stackable ones add their part above the plain rate."""
    meant = [(offer, effect.times) for offer, effect in offers if effect.times > _PLAIN and one.meant(offer)]
    highest = max((times for offer, times in meant if not offer.stackable), default=_PLAIN)
    times = max(_PLAIN, highest) + sum(max(0, times - _PLAIN) for offer, times in meant if offer.stackable)
    return Fraction(one.spent * programme.earn_points * times, programme.earn_minor * _PLAIN)


def _bonus(offer: Offer, effect: Earn, earning: Sequence[_Earning]) -> list[tuple[int, int]]:
    """Fixed points by line: for each unit (of ``max_applications`` at most), and once for all lines meant."""
    if not (effect.each or effect.once):
        return []
    meant = [one for one in earning if one.meant(offer)]
    given: list[tuple[int, int]] = []
    left = offer.max_applications or sum(len(one.units) for one in meant)
    for one in meant if effect.each else ():
        pieces = min(left, len(one.units))
        left -= pieces
        given.append((one.line.line, pieces * effect.each))
    if effect.once and meant:
        shares = share_out(Money(effect.once, ""), [one.spent for one in meant])
        given += [(one.line.line, share.minor) for one, share in zip(meant, shares, strict=True)]
    return given


# --- rounding ---------------------------------------------------------------------------------------------------------


def _rounded(exact: Sequence[Fraction], programme: Programme) -> list[int]:
    """Whole points per line; rounded once for the basket they are shared out by what each line earned exactly."""
    if programme.rounded == "line":
        return [_whole(one, programme.rounding) for one in exact]
    total = _whole(sum(exact, Fraction(0)), programme.rounding)
    common = math.lcm(*(one.denominator for one in exact))
    weights = [one.numerator * (common // one.denominator) for one in exact]
    return [share.minor for share in share_out(Money(total, ""), weights)]


def _whole(exact: Fraction, rounding: PointsRounding) -> int:
    match rounding:
        case "down":
            return math.floor(exact)
        case "up":
            return math.ceil(exact)
        case "half_up":
            return round_half_up(exact)
