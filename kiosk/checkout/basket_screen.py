"""What is in front of the shopper of their basket; ``screen`` hands it on beside all else that is drawn."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.checkout.events import InterventionKind
from kiosk.checkout.shown import Choice
from kiosk.checkout.text import Text
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.severity import Severity
from kiosk.retail.tax import TaxAmount
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit, Weight

__all__ = [
    "BaggingView",
    "BasketBody",
    "CouponBody",
    "CouponView",
    "GiftView",
    "HintView",
    "InterventionView",
    "LineView",
    "LookUpBody",
    "LoyaltyBody",
    "PointsView",
    "QuantityBody",
    "TotalsView",
    "WeighBody",
    "WeighState",
]


@dataclass(frozen=True, slots=True)
class LineView:
    """One row of the basket. ``saved`` is (offer's names, amount); ``note`` says what staff must still judge.

    ``deposit``: its names and what it adds for all pieces, beside ``net``. ``expires`` or ``best_before``: the pack's
    date (ISO), where it may be why the line costs what it does.
    """

    line: int
    names: Names
    picture: str | None
    unit: Unit | Literal["each"]
    quantity: int
    weight: Weight | None
    unit_price: Money
    extended: Money
    net: Money
    saved: tuple[tuple[Names, Money], ...] = ()
    latest: bool = False
    note: Text | None = None
    tare_grams: int = 0
    deposit: tuple[Names, Money] | None = None
    expires: str = ""
    best_before: str = ""


@dataclass(frozen=True, slots=True)
class HintView:
    """What little more would bring an offer to hold: of ``item``, or of anything that the offer names.

    A touch sets ``line`` to ``quantity``, or rings up the item ``choose``; without either it is fetched and scanned.
    """

    says: Text
    item: Names | None
    offer: Names
    saving: Money
    line: int | None = None
    quantity: int = 0
    choose: str = ""


@dataclass(frozen=True, slots=True)
class BaggingView:
    """What to do in the bagging area, until it is done. ``own_bag``: it may be a bag of the shopper's own.

    ``skip``: the line that may be left unbagged instead. ``with_staff``: they have been called.
    """

    says: Text
    own_bag: bool = False
    skip: int | None = None
    with_staff: bool = False


@dataclass(frozen=True, slots=True)
class TotalsView:
    """The money side of the basket. With ``tax_included`` the tax rows read "of which".

    ``savings``: what each offer takes off, the largest first; together they are ``discount``. ``credit``: what is taken
    back in the same visit counts towards ``due``. ``tax_names``: what the tax is called here.
    """

    count: int
    subtotal: Money
    discount: Money
    tax: tuple[TaxAmount, ...]
    tax_included: bool
    total: Money
    paid: Money
    due: Money
    savings: tuple[tuple[Names, Money], ...] = ()
    credit: Money | None = None
    tax_names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PointsView:
    """What the basket earns, and what its member has: a balance that was known ``hours_old`` before the visit began
    (0 too where nobody said when).

    ``balance`` is ``None`` where it is not known, or not told (to a typed number).
    """

    earned: int
    balance: int | None = None
    hours_old: int = 0


@dataclass(frozen=True, slots=True)
class InterventionView:
    """Something staff must judge, as staff and shopper see it.

    ``proofs``: what they may say they went by when they approve it; ``source``: the law that asks for it.
    """

    intervention: str
    kind: InterventionKind
    text: Text
    blocks: Literal["entry", "payment", "nothing"]
    since_utc_ms: int
    line: int | None = None
    proofs: tuple[str, ...] = ()
    source: str = ""
    severity: Severity = "soon"
    may_clear: Literal["attendant", "supervisor"] = "attendant"
    frames: int = 0
    """So many pictures of the plate are kept of it."""


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon that counts in the basket: what it takes off (``None``: nothing), and whether it gives a ``gift``."""

    code: str
    names: Names
    gives: Money | None = None
    gift: bool = False


@dataclass(frozen=True, slots=True)
class CouponBody:
    """A coupon's code is typed. ``busy``: head office is asked; ``staff``: only they may key one in now."""

    busy: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class GiftView:
    """A gift that is owed: the shopper takes it and need not scan it."""

    names: Names
    units: int


@dataclass(frozen=True, slots=True)
class BasketBody:
    """Lines left, money and the one primary action right.

    ``bagging``: what to do in the bagging area; ``weighs_bags``: a bag of one's own is to be told of.
    ``types_codes``: a coupon's code may be typed.
    """

    lines: tuple[LineView, ...]
    totals: TotalsView
    hint: Text
    can_pay: bool
    interventions: tuple[InterventionView, ...] = ()
    member_tier: str = ""
    hints: tuple[HintView, ...] = ()
    points: PointsView | None = None
    coupons: tuple[CouponView, ...] = ()
    gifts: tuple[GiftView, ...] = ()
    bagging: BaggingView | None = None
    weighs_bags: bool = False
    types_codes: bool = False


@dataclass(frozen=True, slots=True)
class LookUpBody:
    """Search and pictures; the tiles come from the look-up port, in the screen's language.

    ``suggestions``: item ids that the camera guesses, to come first and be marked so; ``department`` is theirs. While
    ``asking`` the list is not drawn yet; it never changes its order afterwards.
    """

    totals: TotalsView
    suggestions: tuple[str, ...] = ()
    department: str = ""
    asking: bool = False


WeighState = Literal[
    "waiting", "motion", "stable", "under", "over", "zero", "fault", "stale", "empty_first", "too_light", "service"
]
"""``service``: only staff can help."""


@dataclass(frozen=True, slots=True)
class WeighBody:
    """An item on its way through the certified scale. ``price`` is set only while it may be accepted."""

    item_id: str
    names: Names
    picture: str | None
    unit_price: Money
    unit: Unit | Literal["each"]
    tare_grams: int
    reading: Weight | None
    state: WeighState
    net: Weight | None = None
    price: Money | None = None
    choices: tuple[Choice, ...] = ()
    """It may be one of these: the shopper is asked which, and may stay with what they picked."""

    @property
    def can_add(self) -> bool:
        """Stable, in range and priced."""
        return self.price is not None


@dataclass(frozen=True, slots=True)
class QuantityBody:
    """How many of one line."""

    line: LineView
    maximum: int


@dataclass(frozen=True, slots=True)
class LoyaltyBody:
    """Sign-in by scan or phone number."""

    member_tier: str = ""
    busy: bool = False
