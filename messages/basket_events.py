"""What the journal records of a basket before it is paid."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload
from messages.values import BasketCoupon, BuyerNumber, LineItem, LineModifiers, Money, OwedGift, Used

__all__ = [
    "AccessibilitySet",
    "AgeApproved",
    "BuyerNamed",
    "CommandAnswered",
    "CouponAccepted",
    "CouponRefused",
    "CouponReturned",
    "FramesKept",
    "GiftsOwed",
    "InterventionCleared",
    "InterventionRaised",
    "LanguageSet",
    "LineAdded",
    "LineVoided",
    "LoyaltyAttached",
    "MemberTold",
    "PointsTold",
    "PriceEnquired",
    "PriceModifiersSettled",
    "PriceOverridden",
    "QuantityChanged",
]


class LanguageSet(Payload, frozen=True):
    """The shopper's language."""

    language: str


class AccessibilitySet(Payload, frozen=True):
    """How the screen is drawn for this shopper."""

    large_text: bool
    high_contrast: bool


class LineAdded(Payload, frozen=True):
    """A line item was rung up."""

    item: LineItem


class QuantityChanged(Payload, frozen=True):
    """The quantity of a counted line, and its new extended price."""

    line: int
    quantity: int
    extended: Money


class PriceOverridden(Payload, frozen=True):
    """Staff set another unit price for a line; ``was`` is the book's."""

    line: int
    unit_price: Money
    extended: Money
    was: Money
    reason: str
    by: str


class PriceEnquired(Payload, frozen=True):
    """Staff asked what an item costs; nothing was rung up."""

    item_id: str
    by: str


class LineVoided(Payload, frozen=True):
    """A line was voided by ``shopper`` or an operator."""

    line: int
    by: str


class PriceModifiersSettled(Payload, frozen=True):
    """What the offers give; replaces all earlier modifiers. ``proven``: no other combination gives more."""

    lines: tuple[LineModifiers, ...]
    proven: bool = True


class LoyaltyAttached(Payload, frozen=True):
    """A member was recognised; ``points`` is the balance at ``points_utc_ms``, where it is known."""

    member_id: str
    tier: str
    method: Literal["card", "phone"]
    points: int | None = None
    points_utc_ms: int = 0
    segments: tuple[str, ...] = ()


class PointsTold(Payload, frozen=True):
    """Head office told the member's balance."""

    points: int
    utc_ms: int


class MemberTold(Payload, frozen=True):
    """Head office told what only it knows of the member."""

    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()


class CouponAccepted(Payload, frozen=True):
    """A coupon counts in the basket."""

    coupon: BasketCoupon


class CouponReturned(Payload, frozen=True):
    """A coupon was taken off the basket unused."""

    code: str
    by: str
    reason: str = ""


class CouponRefused(Payload, frozen=True):
    """A coupon was presented and not taken; ``keyed``: a shopper had typed it."""

    code: str
    reason: str
    keyed: bool = False


class BuyerNamed(Payload, frozen=True):
    """The document bears this tax number of the buyer's."""

    buyer: BuyerNumber | None


class GiftsOwed(Payload, frozen=True):
    """What offers give for nothing and is not in the basket; replaces all earlier gifts."""

    gifts: tuple[OwedGift, ...]


class InterventionRaised(Payload, frozen=True):
    """Staff must judge."""

    intervention: str
    kind: str
    blocks: Literal["entry", "payment", "nothing"]
    may_clear: Literal["attendant", "supervisor"]
    utc_ms: int
    line: int | None = None
    minimum_age: int = 0
    tender: str = ""
    reason: str = ""
    grams: int = 0
    lines: tuple[int, ...] = ()
    severity: Literal["", "now", "soon", "later"] = ""


class InterventionCleared(Payload, frozen=True):
    """Staff judged."""

    intervention: str
    outcome: Literal["approved", "refused", "withdrawn"]
    by: str
    reason: str = ""
    remote: bool = False
    utc_ms: int = 0


class FramesKept(Payload, frozen=True):
    """Pictures of the plate are kept for staff."""

    intervention: str
    frames: int


class CommandAnswered(Payload, frozen=True):
    """What became of a command from afar."""

    command: str
    deed: Literal[
        "clear_intervention",
        "message",
        "on_the_way",
        "open_lane",
        "close_lane",
        "close_day",
        "unlock_sign_in",
        "restart",
    ]
    outcome: Literal["done", "refused", "too_late"]
    by: str
    utc_ms: int
    reason: str = ""
    intervention: str = ""
    words: str = ""


class AgeApproved(Payload, frozen=True):
    """Staff have judged the shopper old enough."""

    minimum_age: int
    by: str
