"""What has happened to a basket before it is paid: lines, prices, coupons, interventions. As those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.shown import LoyaltyMethod
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.coupon import BasketCoupon
from kiosk.retail.money import Money
from kiosk.retail.occasion import Used
from kiosk.retail.severity import Severity
from kiosk.retail.transaction import LineItem, OwedGift, PriceModifier
from kiosk.retail.values import dataclass

__all__ = [
    "AccessibilitySet",
    "AgeApproved",
    "BasketEvent",
    "BuyerNamed",
    "CommandAnswered",
    "CommandDeed",
    "CouponAccepted",
    "CouponRefusal",
    "CouponRefused",
    "CouponReturned",
    "FramesKept",
    "GiftsOwed",
    "InterventionCleared",
    "InterventionKind",
    "InterventionRaised",
    "LanguageSet",
    "LineAdded",
    "LineModifiers",
    "LineVoided",
    "LoyaltyAttached",
    "MemberTold",
    "PointsTold",
    "PriceEnquired",
    "PriceModifiersSettled",
    "PriceOverridden",
    "QuantityChanged",
]

InterventionKind = Literal[
    "help",
    "age",
    "staff_item",
    "no_price",
    "cash",
    "tender_unknown",
    "signature",
    "reversal",
    "printer",
    "scale",
    "expired",
    "recalled",
    "serial",
    "bagging",
    "rescan",
    "quantity",
    "hours",
    "high_value",
    "security_tag",
    "prescription",
    "produce",
    "fiscal",
    "fiscal_outage",
    "fiscal_late",
    "fiscal_cancel",
    "paper",
    "clock",
    "door",
    "tamper",
    "drawer",
    "cash_machine",
    "change_owed",
]
CouponRefusal = Literal[
    "already",
    "another",
    "day",
    "elsewhere",
    "limit",
    "offline",
    "paying",
    "store",
    "taken",
    "unknown",
    "used",
    "written",
]
"""Why a coupon was not taken: it or another of its offer is in the basket (``already``, ``another``), not its ``day``,
not its ``store`` or channel, too many in the basket (``limit``), head office could not be asked (``offline``), money is
being paid (``paying``), used before (``used``), reserved by a basket elsewhere (``taken``), of another retailer or
currency (``elsewhere``), an 8110 coupon that says what this release cannot honour (``written``), or nobody knows it."""
CommandDeed = Literal[
    "clear_intervention", "message", "on_the_way", "open_lane", "close_lane", "close_day", "unlock_sign_in", "restart"
]


@dataclass(frozen=True, slots=True)
class LanguageSet:
    """The shopper's language."""

    language: str


@dataclass(frozen=True, slots=True)
class AccessibilitySet:
    """How the screen is drawn for this shopper."""

    large_text: bool
    high_contrast: bool


@dataclass(frozen=True, slots=True)
class LineAdded:
    """A line item was rung up."""

    item: LineItem


@dataclass(frozen=True, slots=True)
class QuantityChanged:
    """The quantity of a counted line, and its new extended price."""

    line: int
    quantity: int
    extended: Money


@dataclass(frozen=True, slots=True)
class PriceOverridden:
    """Staff set another unit price for a line; ``was`` is the book's. Offers leave the line alone from now on."""

    line: int
    unit_price: Money
    extended: Money
    was: Money
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class PriceEnquired:
    """Staff asked what an item costs; nothing was rung up."""

    item_id: str
    by: str


@dataclass(frozen=True, slots=True)
class LineVoided:
    """A line was voided; ``by`` is ``shopper`` or an operator's id."""

    line: int
    by: str


@dataclass(frozen=True, slots=True)
class LineModifiers:
    """The offers that hold on one line."""

    line: int
    modifiers: tuple[PriceModifier, ...]


@dataclass(frozen=True, slots=True)
class PriceModifiersSettled:
    """What the offers give on the basket as it stands; replaces all earlier modifiers.

    ``proven``: no other combination of them gives the shopper more; false where the search for it was cut short.
    """

    lines: tuple[LineModifiers, ...]
    proven: bool = True


@dataclass(frozen=True, slots=True)
class LoyaltyAttached:
    """A member was recognised; ``method`` ``phone`` earns points only.

    ``points`` is the balance that the directory knew at ``points_utc_ms``; ``None``: it knows none. ``segments``:
    groups that personal offers are for.
    """

    member_id: str
    tier: str
    method: LoyaltyMethod
    points: int | None = None
    points_utc_ms: int = 0
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointsTold:
    """Head office told the balance of the basket's member, as it is now."""

    points: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class MemberTold:
    """Head office told what only it knows of the basket's member.

    ``visit``: the how-manieth purchase this is, 0: not known; ``segments`` of personal offers; the purchases, anywhere,
    in which the member had an offer that is limited per member (``used``).
    """

    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class CouponAccepted:
    """A coupon counts in this basket from now on, whether or not it gives anything yet."""

    coupon: BasketCoupon


@dataclass(frozen=True, slots=True)
class CouponReturned:
    """A coupon was taken off the basket: nobody has used it. ``by``: ``shopper``, ``system`` or an operator's id."""

    code: str
    by: str
    reason: CouponRefusal | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class CouponRefused:
    """A coupon was presented and not taken. ``keyed``: a shopper had typed it."""

    code: str
    reason: CouponRefusal
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class BuyerNamed:
    """The document bears this tax number of the buyer's. Kept when money is first asked for, not before."""

    buyer: BuyerNumber | None


@dataclass(frozen=True, slots=True)
class GiftsOwed:
    """What offers give for nothing and is not in the basket; replaces all earlier gifts. The shopper is told."""

    gifts: tuple[OwedGift, ...]


@dataclass(frozen=True, slots=True)
class InterventionRaised:
    """Staff must judge. ``blocks`` says what waits for them; ``minimum_age``, ``line`` and ``reason`` where they apply.

    ``reason``: what is wrong with the scale, by the weighing rule's word; for ``bagging`` what it cannot explain (or
    ``skip``: the shopper will not bag it), with the ``grams`` and the ``lines`` that it is about; for a restriction the
    name of its rule; for ``produce`` the item id of what the camera sees;
    for ``clock`` the date that it shows; for ``door`` that nobody was there (``unattended``) or it was ``left_open``.
    ``severity``: how soon; empty in a record of a release before.
    """

    intervention: str
    kind: InterventionKind
    blocks: Literal["entry", "payment", "nothing"]
    may_clear: Literal["attendant", "supervisor"]
    utc_ms: int
    line: int | None = None
    minimum_age: int = 0
    tender: str = ""
    reason: str = ""
    grams: int = 0
    lines: tuple[int, ...] = ()
    severity: Literal["", Severity] = ""


@dataclass(frozen=True, slots=True)
class InterventionCleared:
    """Staff judged; ``by`` is an operator's id, ``shopper`` (help no longer wanted) or ``system``.

    ``remote``: from a page, not at the lane; then ``reason`` says why it was refused. At the lane ``reason`` is the
    proof that staff went by in a word (``looked``, ``document``), and nothing else of it is kept.
    """

    intervention: str
    outcome: Literal["approved", "refused", "withdrawn"]
    by: str
    reason: str = ""
    remote: bool = False
    utc_ms: int = 0


@dataclass(frozen=True, slots=True)
class FramesKept:
    """Pictures of the plate are kept for staff who judge this; what they show is on no record."""

    intervention: str
    frames: int


@dataclass(frozen=True, slots=True)
class CommandAnswered:
    """What became of a command from afar; each is carried out, and answered, once.

    ``reason``: why it was refused or came too late, by its word. ``words``: what was shown to the shopper.
    """

    command: str
    deed: CommandDeed
    outcome: Literal["done", "refused", "too_late"]
    by: str
    utc_ms: int
    reason: str = ""
    intervention: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class AgeApproved:
    """Staff have judged the shopper old enough; the highest age approved counts for the rest of this basket."""

    minimum_age: int
    by: str


BasketEvent = (
    LanguageSet
    | AccessibilitySet
    | LineAdded
    | QuantityChanged
    | PriceOverridden
    | PriceEnquired
    | LineVoided
    | PriceModifiersSettled
    | LoyaltyAttached
    | PointsTold
    | MemberTold
    | CouponAccepted
    | CouponReturned
    | BuyerNamed
    | CouponRefused
    | GiftsOwed
    | InterventionRaised
    | InterventionCleared
    | FramesKept
    | CommandAnswered
    | AgeApproved
)
