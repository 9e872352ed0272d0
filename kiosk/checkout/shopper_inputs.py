"""What a shopper does at the kiosk. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.transaction import InstalmentsBy
from kiosk.retail.values import dataclass
from kiosk.retail.weighing import Computed, WeightProblem
from kiosk.retail.weight import Weight

__all__ = [
    "AccessibilityChosen",
    "BaggingSkipped",
    "BuyerTyped",
    "CheckoutRequested",
    "CodeScanned",
    "CouponPresented",
    "CouponReturnRequested",
    "HelpPressed",
    "ItemChosen",
    "LanguageChosen",
    "LineVoidRequested",
    "LoyaltyPresented",
    "LoyaltyRefused",
    "OwnBagPlaced",
    "PaymentCancelled",
    "PhoneRefused",
    "QuantityEntered",
    "ReceiptChosen",
    "RestOtherwise",
    "ShopperArrived",
    "ShopperInput",
    "StillHere",
    "TenderChosen",
    "ViewRequested",
    "WeighConfirmed",
    "WeightRead",
]


@dataclass(frozen=True, slots=True)
class ShopperArrived:
    """Somebody touched the attract screen, in the language of the button touched."""

    language: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A language tag (``bn``, ``en``, ``pt_BR``)."""

    language: str


@dataclass(frozen=True, slots=True)
class AccessibilityChosen:
    """How the screen should be drawn from now on, for this shopper."""

    large_text: bool = False
    high_contrast: bool = False


@dataclass(frozen=True, slots=True)
class ViewRequested:
    """A touch that only moves about: to the look-up, the loyalty sign-in, a line's quantity, or back."""

    view: Literal[
        "basket",
        "look_up",
        "loyalty",
        "coupon",
        "buyer",
        "quantity",
        "tender_choice",
        "staff_sign_in",
        "staff",
        "devices",
        "parked",
    ]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A code as the scanner gave it. ``symbology`` is the AIM identifier (``]E0``) or empty when unknown."""

    data: str
    symbology: str = ""
    source: str = "scanner"


@dataclass(frozen=True, slots=True)
class ItemChosen:
    """An item picked from the look-up."""

    item_id: str


@dataclass(frozen=True, slots=True)
class QuantityEntered:
    """The quantity of a line should be this."""

    line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class WeightRead:
    """A reading that intake has checked.

    ``sequence`` grows with each reading of this scale; ``age_ms`` is how old it was when taken in.
    ``scale`` is ``produce`` (the one that prices) or ``bagging`` (security, never priced); ``certified``: verified for
    trade. ``net``, ``high_resolution`` and ``computed`` are the scale's own words, as ``Reading`` has them.
    """

    weight: Weight
    stable: bool
    sequence: int
    age_ms: int
    scale: Literal["produce", "bagging"] = "produce"
    problem: WeightProblem = ""
    certified: bool = False
    net: bool = False
    high_resolution: bool = False
    computed: Computed | None = None


@dataclass(frozen=True, slots=True)
class WeighConfirmed:
    """The shopper agrees to what is on show: this item, its net weight and what it costs.

    Where the scale has told something else meanwhile, nobody has agreed to that.
    """

    item_id: str
    net: Weight
    price: Money


@dataclass(frozen=True, slots=True)
class LineVoidRequested:
    """Take this line out of the basket."""

    line: int


@dataclass(frozen=True, slots=True)
class OwnBagPlaced:
    """The shopper puts a bag of their own into the bagging area now, or did."""


@dataclass(frozen=True, slots=True)
class BaggingSkipped:
    """What was rung up in this line goes elsewhere: too large, too small, or worn already."""

    line: int


@dataclass(frozen=True, slots=True)
class CouponPresented:
    """A coupon's code, keyed in by the shopper."""

    code: str


@dataclass(frozen=True, slots=True)
class CouponReturnRequested:
    """Take this coupon off the basket."""

    code: str


@dataclass(frozen=True, slots=True)
class LoyaltyPresented:
    """A loyalty identifier, already hashed by intake. A typed phone number earns points only; a card identifies."""

    keyed_hash: str
    method: Literal["card", "phone"]


@dataclass(frozen=True, slots=True)
class PhoneRefused:
    """What was typed on the loyalty pad is no phone number here; intake has let it go."""


@dataclass(frozen=True, slots=True)
class LoyaltyRefused:
    """A card at the loyalty reader that is none of ours; nothing of it is here.

    ``bank_card``: it pays, at the terminal; ``unreadable``: it may be tried again; ``foreign``: another's.
    """

    reason: Literal["bank_card", "unreadable", "foreign"]


@dataclass(frozen=True, slots=True)
class BuyerTyped:
    """The buyer's tax number, as typed; empty: none is wanted on the document."""

    number: str


@dataclass(frozen=True, slots=True)
class CheckoutRequested:
    """The shopper wants to pay."""


@dataclass(frozen=True, slots=True)
class TenderChosen:
    """A way to pay was touched; ``tender_id`` is one of the policy's, or ``points``: so many, 0 takes them back.

    ``instalments``: in so many parts (1: at once, 0: not said), by whose offer.
    """

    tender_id: str
    points: int = 0
    instalments: int = 0
    instalments_by: InstalmentsBy = ""


@dataclass(frozen=True, slots=True)
class PaymentCancelled:
    """The shopper wants to stop paying."""


@dataclass(frozen=True, slots=True)
class RestOtherwise:
    """What was put into the machine stays paid; the shopper pays the rest in another way."""


@dataclass(frozen=True, slots=True)
class ReceiptChosen:
    """Paper or none; what is offered depends on the country."""

    kind: Literal["paper", "none"]


@dataclass(frozen=True, slots=True)
class HelpPressed:
    """Call staff (or, pressed again, do not)."""


@dataclass(frozen=True, slots=True)
class StillHere:
    """A finger on the glass that asked for nothing else: a key of a word being typed, a list being drawn along."""


ShopperInput = (
    ShopperArrived
    | LanguageChosen
    | AccessibilityChosen
    | ViewRequested
    | CodeScanned
    | ItemChosen
    | QuantityEntered
    | WeightRead
    | WeighConfirmed
    | LineVoidRequested
    | OwnBagPlaced
    | BaggingSkipped
    | CouponPresented
    | CouponReturnRequested
    | LoyaltyPresented
    | PhoneRefused
    | LoyaltyRefused
    | BuyerTyped
    | CheckoutRequested
    | TenderChosen
    | PaymentCancelled
    | RestOtherwise
    | ReceiptChosen
    | HelpPressed
    | StillHere
)
