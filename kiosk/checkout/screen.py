"""What is in front of the shopper: frozen values that ``render`` makes and ``ui`` draws, in no language yet."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.checkout.basket_screen import (
    BaggingView,
    BasketBody,
    CouponBody,
    CouponView,
    GiftView,
    HintView,
    InterventionView,
    LineView,
    LookUpBody,
    LoyaltyBody,
    PointsView,
    QuantityBody,
    TotalsView,
    WeighBody,
    WeighState,
)
from kiosk.checkout.cash_screen import CashBody, CashMachineBody
from kiosk.checkout.devices_screen import DeviceRow, DevicesBody
from kiosk.checkout.parked import ParkedRow
from kiosk.checkout.parked_screen import ParkedBody, SlipBody
from kiosk.checkout.paying_screen import (
    BuyerBody,
    BuyerView,
    CardBody,
    PointsBody,
    PointsChoice,
    QrBody,
    ReceiptChoiceBody,
    TenderChoiceBody,
    ThanksBody,
)
from kiosk.checkout.refund_screen import (
    RefundFindBody,
    RefundLinesBody,
    RefundMoneyBody,
    RefundStage,
    ReturnLineView,
)
from kiosk.checkout.staff_screen import EnquiryView, StaffBody, StaffSignInBody
from kiosk.checkout.text import Text
from kiosk.checkout.value_screen import GiftAmountBody, InstalmentsBody, Part, ValueBody, VoucherRestBody
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.rights import Reason
from kiosk.retail.tax import TaxAmount
from kiosk.retail.transaction import Disposition
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit, Weight

__all__ = [
    "AttractBody",
    "BaggingView",
    "BasketBody",
    "Body",
    "BuyerBody",
    "BuyerView",
    "CardBody",
    "CashBody",
    "CashMachineBody",
    "Chrome",
    "CouponBody",
    "CouponView",
    "DeviceRow",
    "DevicesBody",
    "Disposition",
    "EnquiryView",
    "GiftAmountBody",
    "GiftView",
    "HintView",
    "InstalmentsBody",
    "InterventionView",
    "LineView",
    "LookUpBody",
    "LoyaltyBody",
    "Money",
    "Names",
    "Notice",
    "OutOfServiceBody",
    "ParkedBody",
    "ParkedRow",
    "Part",
    "PointsBody",
    "PointsChoice",
    "PointsView",
    "QrBody",
    "QuantityBody",
    "Reason",
    "ReceiptChoiceBody",
    "RefundFindBody",
    "RefundLinesBody",
    "RefundMoneyBody",
    "RefundStage",
    "ReturnLineView",
    "Screen",
    "SlipBody",
    "StaffBadge",
    "StaffBody",
    "StaffSignInBody",
    "TaxAmount",
    "TenderChoiceBody",
    "TenderType",
    "ThanksBody",
    "TotalsView",
    "Unit",
    "ValueBody",
    "VoucherRestBody",
    "WeighBody",
    "WeighState",
    "Weight",
]
# The trade's values that a screen is made of are handed on from here: whoever draws needs no door to the core behind.


@dataclass(frozen=True, slots=True)
class StaffBadge:
    """Who is signed in, and in what capacity; ``names``: what the shop calls a role of its own."""

    name: str
    role: str
    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chrome:
    """What every screen carries: language, text size, help, who is looking, and that it is only ``training``.

    ``help_place``: the call is number so much of the shop's; 0: not known.
    """

    language: str
    languages: tuple[str, ...]
    large_text: bool
    high_contrast: bool
    online: bool
    store_name: Names
    workstation: str
    help_called: bool = False
    staff: StaffBadge | None = None
    staff_coming: bool = False
    help_place: int = 0
    training: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A banner: what happened and what to do next. ``sound`` names the earcon that goes with it."""

    text: Text
    level: Literal["info", "warning", "error"]
    sound: str = ""


@dataclass(frozen=True, slots=True)
class AttractBody:
    """Nobody is here yet. ``card_only`` is said before the first scan, never after forty items."""

    tenders: tuple[TenderType, ...]
    card_only: bool = False
    missing: tuple[TenderType, ...] = ()
    """What this shop takes, and not just now."""
    counter: bool = False
    """What is scanned here may be paid at the counter."""


@dataclass(frozen=True, slots=True)
class OutOfServiceBody:
    """Closed, with a reason people can read. ``for_staff``: what staff can do about it, where there is something."""

    reason: Text
    for_staff: Text | None = None


Body = (
    AttractBody
    | BasketBody
    | LookUpBody
    | WeighBody
    | QuantityBody
    | LoyaltyBody
    | CouponBody
    | BuyerBody
    | TenderChoiceBody
    | CardBody
    | QrBody
    | PointsBody
    | ValueBody
    | VoucherRestBody
    | GiftAmountBody
    | InstalmentsBody
    | CashBody
    | CashMachineBody
    | ReceiptChoiceBody
    | ThanksBody
    | SlipBody
    | ParkedBody
    | StaffSignInBody
    | StaffBody
    | DevicesBody
    | RefundFindBody
    | RefundLinesBody
    | RefundMoneyBody
    | OutOfServiceBody
)


@dataclass(frozen=True, slots=True)
class Screen:
    """One whole picture. Equal values draw equal pictures."""

    chrome: Chrome
    body: Body
    notice: Notice | None = None
    warnings: tuple[Text, ...] = field(default=())
    """Lasting facts the shopper should know now (offline, printer lost)."""
    leaving: Text | None = None
    """Nobody has touched anything for long: what will happen soon."""
