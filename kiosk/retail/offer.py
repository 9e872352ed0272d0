"""Offers as data: what is given, on which items, to whom, and when.

An offer is one **effect** (three for two, fifteen percent off each, a meal at a price) on a **scope** (items,
departments, or everything), under conditions that all effects share. Amounts are minor units of the shop's currency;
percents are basis points (1500 is 15%). A percent of a unit is rounded half up to the minor unit, unit by unit, so
that the shelf label and the receipt say the same.

Four layers follow one another: ``catalogue`` marks prices down, ``item`` offers compete for units, ``order`` offers
take from what is left of the basket, ``points`` offers say what the rest earns (``points``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from kiosk.retail.item import Names
from kiosk.retail.occasion import Hours, Occasion, entitlement
from kiosk.retail.values import dataclass

__all__ = [
    "AmountOff",
    "AmountOffEach",
    "BuyGet",
    "CheapestFree",
    "DistinctSet",
    "Earn",
    "Effect",
    "Gift",
    "Layer",
    "NAmountOff",
    "NForM",
    "NForPrice",
    "NPercentOff",
    "Occasion",
    "Offer",
    "OfferPolicy",
    "Part",
    "PercentOff",
    "PercentOffEach",
    "PriceEach",
    "Scope",
    "Serials",
    "SetForPrice",
    "Takes",
    "TieredAmount",
    "TieredPercent",
    "Unmet",
]

Layer = Literal["catalogue", "item", "order", "points"]
OfferPolicy = Literal["optimal", "sequential", "best_single"]
"""How competing offers are settled: the best combination for the shopper, one after another by priority, or the one
offer that alone saves most."""
Takes = Literal["any", "cheapest", "dearest"]
"""Which units an offer with a limit of units takes: those that serve the shopper best, or those at one end by price."""
TierBy = Literal["spend", "quantity"]
Serials = Literal["", "listed", "any"]
"""What a coupon's serial number is worth: the code has none and serves everybody (``""``), each that head office has
issued serves once (``listed``), or any one serves once (``any``)."""
Unmet = Literal["day", "hour", "store", "channel", "tier", "person", "coupon", "visit", "used"]
"""The first condition that an occasion does not meet; what the basket must hold is judged elsewhere."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units an offer means: the items and departments named, everything where none is.

    ``but`` are items never meant. ``price_min`` and ``price_max`` bound the unit's price, both included; 0 is no
    bound. ``undiscounted``: only units that no earlier layer has touched. ``expires_within_days``: only units whose
    code tells a date that is at most so many days after the business day; 0: their last day. ``None``: any unit.
    """

    item_ids: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    price_min: int = 0
    price_max: int = 0
    undiscounted: bool = False
    expires_within_days: int | None = None

    @property
    def everything(self) -> bool:
        """No item and no department is named."""
        return not self.item_ids and not self.departments

    @property
    def is_plain(self) -> bool:
        """It looks at nothing but the items and departments it names."""
        return not (
            self.but or self.price_min or self.price_max or self.undiscounted or self.expires_within_days is not None
        )

    def names(self, item_id: str, department: str = "") -> bool:
        """Whether an item is meant, its price aside."""
        return item_id not in self.but and (
            self.everything or item_id in self.item_ids or (bool(department) and department in self.departments)
        )


@dataclass(frozen=True, slots=True)
class PercentOffEach:
    """A percent off each unit; of ``units`` units at most, where that is not 0."""

    basis_points: int
    units: int = 0
    takes: Takes = "any"
    kind: Literal["percent_off_each"] = "percent_off_each"


@dataclass(frozen=True, slots=True)
class AmountOffEach:
    """An amount off each unit, at most what it costs; of ``units`` units at most, where that is not 0."""

    minor: int
    units: int = 0
    takes: Takes = "any"
    kind: Literal["amount_off_each"] = "amount_off_each"


@dataclass(frozen=True, slots=True)
class PriceEach:
    """A price for each unit (a member's or an employee's price); nothing where the unit is cheaper already."""

    minor: int
    kind: Literal["price_each"] = "price_each"


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A percent off what the scope comes to, rounded half up once and shared by price."""

    basis_points: int
    kind: Literal["percent_off"] = "percent_off"


@dataclass(frozen=True, slots=True)
class AmountOff:
    """An amount off what the scope comes to, at most all of it, shared by price."""

    minor: int
    kind: Literal["amount_off"] = "amount_off"


@dataclass(frozen=True, slots=True)
class NForM:
    """Take ``n`` units, pay for ``m``: in each group the cheapest are free."""

    n: int
    m: int
    kind: Literal["n_for_m"] = "n_for_m"


@dataclass(frozen=True, slots=True)
class NForPrice:
    """Any ``n`` units for a price (mix and match)."""

    n: int
    minor: int
    kind: Literal["n_for_price"] = "n_for_price"


@dataclass(frozen=True, slots=True)
class NAmountOff:
    """An amount off any ``n`` units together, at most what they cost."""

    n: int
    minor: int
    kind: Literal["n_amount_off"] = "n_amount_off"


@dataclass(frozen=True, slots=True)
class NPercentOff:
    """A percent off any ``n`` units taken together."""

    n: int
    basis_points: int
    kind: Literal["n_percent_off"] = "n_percent_off"


@dataclass(frozen=True, slots=True)
class CheapestFree:
    """The cheapest units of the whole scope are free: ``free`` for each whole ``group`` of units in the basket.

    Unlike ``NForM`` the groups are not formed to suit the shopper. ``group`` 0: ``free`` units once, whatever their
    number.
    """

    group: int
    free: int = 1
    kind: Literal["cheapest_free"] = "cheapest_free"


@dataclass(frozen=True, slots=True)
class BuyGet:
    """Buy ``buy_units`` of the offer's scope, get ``get_units`` of ``get`` at a percent off (10000: free).

    Where both scopes are the same, ``takes`` says which units of a group are reduced: its cheapest or its dearest.
    Otherwise they are whichever of ``get`` suit the shopper.
    """

    buy_units: int
    get: Scope
    get_units: int = 1
    basis_points: int = 10_000
    takes: Takes = "cheapest"
    kind: Literal["buy_get"] = "buy_get"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a set: ``units`` of a scope."""

    scope: Scope
    units: int = 1


@dataclass(frozen=True, slots=True)
class SetForPrice:
    """One of each part for a price: a meal deal, or a bundle whose parts name one item each."""

    parts: tuple[Part, ...]
    minor: int
    kind: Literal["set_for_price"] = "set_for_price"


@dataclass(frozen=True, slots=True)
class DistinctSet:
    """A percent off a set of different items that grows with its size: pairs of (items, basis points)."""

    steps: tuple[tuple[int, int], ...]
    kind: Literal["distinct_set"] = "distinct_set"


@dataclass(frozen=True, slots=True)
class TieredPercent:
    """A percent off each unit by what the scope reaches, in spend or units: pairs of (from, basis points)."""

    by: TierBy
    steps: tuple[tuple[int, int], ...]
    kind: Literal["tiered_percent"] = "tiered_percent"


@dataclass(frozen=True, slots=True)
class TieredAmount:
    """An amount off the scope by what it reaches, in spend or units: pairs of (from, minor units)."""

    by: TierBy
    steps: tuple[tuple[int, int], ...]
    kind: Literal["tiered_amount"] = "tiered_amount"


@dataclass(frozen=True, slots=True)
class Gift:
    """``units`` of an item free for every ``every`` units of the scope.

    Gifts in the basket are free; the rest is owed. A gift of the very item that earns it is always owed on top: each
    unit in the basket is a bought one.
    """

    item_id: str
    units: int = 1
    every: int = 1
    kind: Literal["gift"] = "gift"


@dataclass(frozen=True, slots=True)
class Earn:
    """More points: ``times`` the plain rate in basis points (20000: twice), ``each`` on every unit, ``once`` a basket.

    Of several multipliers on a line the highest counts, stackable ones add what they give above the plain rate; fixed
    points all count. ``max_applications`` bounds the units of ``each``; ``exclusive`` and ``max_saving`` say nothing.
    """

    times: int = 10_000
    each: int = 0
    once: int = 0
    kind: Literal["earn"] = "earn"


Effect = (
    PercentOffEach
    | AmountOffEach
    | PriceEach
    | PercentOff
    | AmountOff
    | NForM
    | NForPrice
    | NAmountOff
    | NPercentOff
    | CheapestFree
    | BuyGet
    | SetForPrice
    | DistinctSet
    | TieredPercent
    | TieredAmount
    | Gift
    | Earn
)

_OF_THE_ORDER = (PercentOff, AmountOff, TieredAmount)


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion.

    Conditions: ``valid_from`` and ``valid_until`` are ISO dates of the business day, both included, empty: unbounded.
    ``stores``, ``channels`` and ``tiers`` empty: any. ``hours``: windows of the shop's clock, one of which must hold
    when the basket is opened. ``coupon``: the code that must be shown, or with ``serials`` its beginning. ``people``
    (see ``entitlement``) and ``segments``: whoever is named by either; both empty: anybody. ``contains``: items that
    must be in the basket. ``visit``: holds at this purchase of the member only. ``min_spend`` and ``min_units`` look
    at the undiscounted scope (``spend_on`` where it is another), ``min_left`` at what all earlier offers have left of
    the basket.

    Limits, 0 for none: ``max_applications`` of a group per basket, ``max_saving`` per basket, ``member_day`` and
    ``member_life`` purchases of one member on a business day and ever (strangers then have none).
    ``coupon_offline``: whether its single-use coupon is taken while head office cannot be asked; ``None``: as the
    shop's coupon rules have it.

    ``priority``: higher goes first where the policy is ``sequential``. ``exclusive``: where it holds no other item or
    order offer does. ``stackable``: it takes no part in the competition for units and goes on top of what won.
    ``layer``: where not that of the effect (an order's effects are percent and amount off the scope as a whole).
    """

    offer_id: str
    scope: Scope
    effect: Effect
    names: Names
    valid_from: str = ""
    valid_until: str = ""
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    coupon: str = ""
    contains: tuple[str, ...] = ()
    visit: int = 0
    min_spend: int = 0
    min_units: int = 0
    spend_on: Scope | None = None
    min_left: int = 0
    max_applications: int = 0
    max_saving: int = 0
    priority: int = 0
    exclusive: bool = False
    stackable: bool = False
    layer: Layer | None = None
    hours: tuple[Hours, ...] = ()
    serials: Serials = ""
    people: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    member_day: int = 0
    member_life: int = 0
    coupon_offline: bool | None = None

    @property
    def at(self) -> Layer:
        """The layer it belongs to."""
        if self.layer is not None:
            return self.layer
        if isinstance(self.effect, Earn):
            return "points"
        return "order" if isinstance(self.effect, _OF_THE_ORDER) else "item"

    def holds_for(self, occasion: Occasion) -> bool:
        """Whether day, hour, place, shopper and coupons allow it; the basket is judged elsewhere."""
        return self.unmet(occasion) is None

    def unmet(self, occasion: Occasion) -> Unmet | None:
        """The first condition that the occasion does not meet."""
        for condition, holds in _CONDITIONS:
            if not holds(self, occasion):
                return condition
        return None

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes whose units it can touch."""
        match self.effect:
            case BuyGet(get=get):
                return (self.scope, get)
            case SetForPrice(parts=parts):
                return tuple(part.scope for part in parts)
            case Gift(item_id=item_id):
                return (self.scope, Scope((item_id,)))
            case _:
                return (self.scope,)


def _in_time(offer: Offer, occasion: Occasion) -> bool:
    return (not offer.valid_from or offer.valid_from <= occasion.day) and (
        not offer.valid_until or occasion.day <= offer.valid_until
    )


def _names(offer: Offer, occasion: Occasion) -> bool:
    if not offer.people and not offer.segments:
        return True
    return bool(occasion.member) and (
        not set(offer.segments).isdisjoint(occasion.segments)
        or (bool(offer.people) and entitlement(offer.offer_id, occasion.member) in offer.people)
    )


def _has_left(offer: Offer, occasion: Occasion) -> bool:
    """The member has had it less often than the limits allow, as far as anybody can tell."""
    if not offer.member_day and not offer.member_life:
        return True
    if not occasion.member or not occasion.counted:
        return False
    today, ever = occasion.times(offer.offer_id, occasion.day), occasion.times(offer.offer_id)
    return not (offer.member_day and today >= offer.member_day) and not (
        offer.member_life and ever >= offer.member_life
    )


_CONDITIONS: tuple[tuple[Unmet, Callable[[Offer, Occasion], bool]], ...] = (
    ("day", _in_time),
    ("coupon", lambda offer, occasion: not offer.coupon or offer.coupon in occasion.coupons),
    ("store", lambda offer, occasion: not offer.stores or occasion.store in offer.stores),
    ("channel", lambda offer, occasion: not offer.channels or occasion.channel in offer.channels),
    ("tier", lambda offer, occasion: not offer.tiers or occasion.tier in offer.tiers),
    ("hour", lambda offer, occasion: not offer.hours or any(one.cover(occasion.local) for one in offer.hours)),
    ("visit", lambda offer, occasion: not offer.visit or offer.visit == occasion.visit),
    ("person", _names),
    ("used", _has_left),
)
"""In the order in which they are told: what a coupon's holder can do least about comes first."""
