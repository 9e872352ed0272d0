"""What is in front of the shopper: frozen values that ``render`` makes and ``ui`` draws, in no language yet."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.checkout.cash_screen import CashBody, CashMachineBody, StoreView
from kiosk.checkout.devices_screen import DeviceRow, DevicesBody
from kiosk.checkout.events import InterventionKind
from kiosk.checkout.inputs import OperatorAct
from kiosk.checkout.parked import ParkedRow
from kiosk.checkout.parked_screen import ParkedBody, SlipBody
from kiosk.checkout.refund_screen import (
    RefundFindBody,
    RefundLinesBody,
    RefundMoneyBody,
    RefundStage,
    ReturnLineView,
)
from kiosk.checkout.shown import Choice
from kiosk.checkout.text import Text
from kiosk.checkout.value_screen import GiftAmountBody, InstalmentsBody, Part, ValueBody
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.rights import Reason
from kiosk.retail.severity import Severity
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
    back in the same visit counts towards ``due``.
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
class PointsChoice:
    """Paying with points: ``least`` to ``most`` in steps of ``step``, each worth ``step_value``; ``most`` 0: none now.

    ``used``: burned in this basket already, worth ``used_value``; they can be taken back. ``why`` none may be burned.
    """

    has: PointsView
    least: int
    most: int
    step: int
    step_value: Money
    used: int
    used_value: Money
    why: Text | None = None
    tender_id: str = "points"


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
class AttractBody:
    """Nobody is here yet. ``card_only`` is said before the first scan, never after forty items."""

    tenders: tuple[TenderType, ...]
    card_only: bool = False
    missing: tuple[TenderType, ...] = ()
    """What this shop takes, and not just now."""
    counter: bool = False
    """What is scanned here may be paid at the counter."""


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


@dataclass(frozen=True, slots=True)
class BuyerView:
    """The buyer's tax number on the document: what it is called, what was given (masked), whether it must be."""

    label: str
    given: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class BuyerBody:
    """The buyer's tax number is typed. ``longest``: in signs; ``letters``: it may hold some. ``given``: masked."""

    label: str
    longest: int
    letters: bool = False
    given: str = ""


@dataclass(frozen=True, slots=True)
class TenderChoiceBody:
    """How the shopper will pay what is due."""

    totals: TotalsView
    tenders: tuple[TenderType, ...]
    unavailable: tuple[tuple[str, Text], ...] = ()
    """(tender_id, why) of tenders that cannot be used now."""
    points: PointsChoice | None = None
    buyer: BuyerView | None = None
    counter: bool = False
    """It may be put aside here and paid at the counter."""


@dataclass(frozen=True, slots=True)
class CardBody:
    """Money is being asked for at the terminal."""

    amount: Money
    tender: TenderType
    stage: Literal["present", "asking", "staff", "cancelling", "signature"]
    prompt: Literal["", "present_card", "enter_pin", "remove_card", "wait"] = ""
    """What the terminal itself asks of the shopper; empty: it has not said."""


@dataclass(frozen=True, slots=True)
class QrBody:
    """Money is being asked for by a code. ``payload`` is drawn while ``stage`` is ``present``, for ``seconds_left``."""

    amount: Money
    tender: TenderType
    stage: Literal["getting", "present", "asking", "staff", "cancelling"]
    payload: str = ""
    seconds_left: int = 0


@dataclass(frozen=True, slots=True)
class PointsBody:
    """Head office is asked to keep points aside; the shopper may go on without."""

    amount: Money
    points: int


@dataclass(frozen=True, slots=True)
class ReceiptChoiceBody:
    """Paid. Paper or none, where the law leaves the choice."""

    total: Money
    change: Money | None
    choices: tuple[Literal["paper", "none"], ...]


@dataclass(frozen=True, slots=True)
class ThanksBody:
    """Goodbye. ``receipt``: what became of the paper. ``signing``: it waits for a device, ``held``: for staff.

    ``points``: what was earned, and what there is after it. ``exit_code``: opens the gate, where there is one.
    """

    total: Money
    saved: Money
    change: Money | None
    receipt: Literal["signing", "held", "printing", "printed", "declined", "failed"]
    reference: str
    points: PointsView | None = None
    returned: bool = False
    """It was a return, and ``total`` has gone back."""
    exit_code: str = ""


@dataclass(frozen=True, slots=True)
class StaffSignInBody:
    """PIN pad for staff; a badge may be scanned instead. ``second_for``: a second person is to confirm this act."""

    attempts_left: int | None
    second_for: OperatorAct | None = None


@dataclass(frozen=True, slots=True)
class EnquiryView:
    """What staff are told of the item they asked about; nothing yet without ``names``.

    ``tax_points``: its rate in basis points. ``elsewhere``: the shops that have any, by name, with how much; ``stock``
    says whether head office was ``asked``, has ``told``, or could not be asked (``offline``).
    """

    names: Names
    price: Money | None
    unit: str
    offers: tuple[Names, ...]
    on_hand: int | None
    department: Names = field(default_factory=dict)
    tax_points: int | None = None
    minimum_age: int = 0
    needs_staff: bool = False
    elsewhere: tuple[tuple[str, Names, int], ...] = ()
    stock: Literal["asked", "told", "offline"] = "told"


@dataclass(frozen=True, slots=True)
class StaffBody:
    """The attendant's view of this lane: what waits for judgement, the basket, and what may be done."""

    interventions: tuple[InterventionView, ...]
    lines: tuple[LineView, ...]
    totals: TotalsView | None
    acts: tuple[OperatorAct, ...]
    devices: tuple[tuple[str, str], ...]
    """(device, cause) of devices that are lost."""
    conditions: tuple[Text, ...] = ()
    """What staff should know besides."""
    weighing: Text | None = None
    """The legally relevant software: version, checksum, changes of its parameters; ``None`` without a trade scale."""
    suspended: int = 0
    cash_due: Money | None = None
    stores: tuple[StoreView, ...] = ()
    enquiry: EnquiryView | None = None
    """Codes are asked about, not rung up."""
    reasons: tuple[tuple[OperatorAct, tuple[Reason, ...]], ...] = ()
    """What may be given as a reason, for each act that needs one."""
    lowest: tuple[tuple[int, Money], ...] = ()
    """(line, the lowest unit price this member of staff may set)."""
    most: int = 0
    """Pieces of one line, at most."""
    weighing_item: Names | None = None
    """What waits to be weighed, where its weight may be typed in."""
    certificate: int = 0
    """Digits of the number that a sale without tax asks for, at most; 0: none is asked."""


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
