"""Everything that has happened. Durable events are journalled; transient ones only change what is on show.

Each durable event is one record of the journal under its class name. It holds what was decided (prices, shares,
numbers), so that replay never reads a price book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from kiosk.checkout.day_events import (
    DayCloseWanted,
    DayEvent,
    DayReportRequested,
    DayReportSettled,
    TerminalReconciled,
    ZReportMade,
)
from kiosk.checkout.fiscal_events import (
    FiscalBegun,
    FiscalDayClosed,
    FiscalEvent,
    FiscalNumberGiven,
    FiscalOutageBegan,
    FiscalOutageEnded,
    FiscalRefused,
    FiscalRegistered,
    FiscalRequested,
    FiscalUnsigned,
    FiscalVoided,
)
from kiosk.checkout.shown import (
    AskShown,
    BaggingShown,
    CancelShown,
    CodeTaken,
    ConditionShown,
    CouponAsked,
    DeviceShown,
    DrawerAwaited,
    EnquiryShown,
    HintsShown,
    ItemArmed,
    LeavingShown,
    LoyaltyMethod,
    MemberAsked,
    MessageShown,
    NetworkShown,
    NoticeShown,
    PointsShown,
    PromptShown,
    QrShown,
    SecondAwaited,
    SignInRefused,
    StaffComing,
    StorageShown,
    SuggestionsShown,
    TendersLeft,
    TerminalPrompt,
    Transient,
    View,
    ViewShown,
    WeighingShown,
    WeightShown,
)
from kiosk.retail.coupon import BasketCoupon
from kiosk.retail.day_report import Grand
from kiosk.retail.money import Money
from kiosk.retail.occasion import Used
from kiosk.retail.offer import Layer
from kiosk.retail.rights import Act, Denial
from kiosk.retail.tax import TaxAmount, TaxRounding
from kiosk.retail.tender import CashMethod
from kiosk.retail.transaction import (
    LineItem,
    OwedGift,
    PriceModifier,
    RedeemedCoupon,
    TenderKind,
    TransactionId,
)

__all__ = [
    "DURABLE_EVENTS",
    "AccessibilitySet",
    "AgeApproved",
    "AskShown",
    "BaggedPiece",
    "BaggingShown",
    "CancelShown",
    "CardEntry",
    "CodeTaken",
    "CommandAnswered",
    "CommandDeed",
    "ConditionShown",
    "CouponAccepted",
    "CouponAsked",
    "CouponRefusal",
    "CouponRefused",
    "CouponReturned",
    "DayCloseWanted",
    "DayClosed",
    "DayEvent",
    "DayOpened",
    "DayReportRequested",
    "DayReportSettled",
    "DeviceShown",
    "DrawerAwaited",
    "DrawerOpened",
    "DrawerReason",
    "Durable",
    "EnquiryShown",
    "EpochOpened",
    "Event",
    "FiscalBegun",
    "FiscalDayClosed",
    "FiscalEvent",
    "FiscalNumberGiven",
    "FiscalOutageBegan",
    "FiscalOutageEnded",
    "FiscalRefused",
    "FiscalRegistered",
    "FiscalRequested",
    "FiscalUnsigned",
    "FiscalVoided",
    "GiftsOwed",
    "HintsShown",
    "InterventionCleared",
    "InterventionKind",
    "InterventionRaised",
    "ItemArmed",
    "LaneClosed",
    "LaneOpened",
    "LanguageSet",
    "LayerSaving",
    "LeavingShown",
    "LineAdded",
    "LineModifiers",
    "LineVoided",
    "LoyaltyAttached",
    "LoyaltyMethod",
    "MemberAsked",
    "MemberTold",
    "MessageShown",
    "NetworkShown",
    "NoticeShown",
    "OperatorOff",
    "OperatorOffReason",
    "OperatorOn",
    "PiecesBagged",
    "PointsShown",
    "PointsTold",
    "PriceEnquired",
    "PriceModifiersSettled",
    "PriceOverridden",
    "PromptShown",
    "QrShown",
    "QuantityChanged",
    "ReceiptDeclined",
    "ReceiptFailed",
    "ReceiptPrinted",
    "ReceiptRequested",
    "ReceiptUnknown",
    "ReversalStage",
    "SalePoints",
    "SecondAwaited",
    "SeriesContinued",
    "SeriesOpened",
    "SettledTender",
    "ShopperLeft",
    "SignInRefused",
    "SignInShut",
    "StaffActRefused",
    "StaffActed",
    "StaffComing",
    "StockMove",
    "StockMoved",
    "StorageShown",
    "SuggestionsShown",
    "TenderOutcome",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
    "TendersLeft",
    "TerminalDayClosed",
    "TerminalPrompt",
    "TerminalReconciled",
    "TransactionCompleted",
    "TransactionOpened",
    "TransactionResumed",
    "TransactionSuspended",
    "TransactionVoided",
    "Transient",
    "View",
    "ViewShown",
    "WeighingParametersChanged",
    "WeighingShown",
    "WeightShown",
    "ZReportMade",
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
    "fiscal",
    "fiscal_outage",
    "fiscal_late",
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
CardEntry = Literal["", "chip", "contactless", "swiped", "keyed"]
TenderOutcome = Literal["approved", "partial", "declined", "cancelled", "unknown"]
DrawerReason = Literal["cash_received", "cash_handed_back", "by_hand", "no_sale"]
ReversalStage = Literal["requested", "done", "failed"]
CommandDeed = Literal["clear_intervention", "message", "on_the_way", "open_lane", "close_lane", "close_day"]
OperatorOffReason = Literal["signed_out", "auto_lock", "restart"]


# --- the lane and its day ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EpochOpened:
    """A journal began: a new kiosk, a replaced card, a restored unit."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class SeriesContinued:
    """Head office told the highest numbers; this epoch goes on from them, Z reports and perpetual totals too.

    ``grand``: those of the lane's sales that head office has; ``None``: it told none.
    """

    series: int
    last_number: int
    last_legal: int
    business_day: str
    last_z: int = 0
    grand: Grand | None = None


@dataclass(frozen=True, slots=True)
class SeriesOpened:
    """Head office could not be asked: numbers start anew in a series of their own, never an old one."""

    series: int


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The business day began under this label (ISO date), never earlier than the last."""

    business_day: str
    utc_ms: int
    clock_trusted: bool


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The business day ended."""

    business_day: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class TerminalDayClosed:
    """The card terminal's answer when a business day ended: ``report`` is its totals as it words them.

    Not ``done``: it could not, for ``reason``, and is asked again.
    """

    business_day: str
    done: bool
    utc_ms: int
    report: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DrawerOpened:
    """The cash drawer was told to open; or, ``by_hand``, it was seen open and nobody had told it to.

    ``by``: the operator who is signed in; empty: nobody. ``tender``: the cash it was opened for.
    """

    by: str
    reason: DrawerReason
    utc_ms: int
    tender: str = ""


@dataclass(frozen=True, slots=True)
class LaneOpened:
    """Selling may begin."""

    by: str


@dataclass(frozen=True, slots=True)
class LaneClosed:
    """Out of service until opened. ``reason`` is shown to staff."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class OperatorOn:
    """A member of staff signed in."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


@dataclass(frozen=True, slots=True)
class OperatorOff:
    """The member of staff signed out, or the lock did it for them."""

    operator_id: str
    reason: OperatorOffReason


@dataclass(frozen=True, slots=True)
class SignInShut:
    """So many wrong PINs or badges in a row that none is taken for ``wait_ms``."""

    method: Literal["pin", "badge"]
    wait_ms: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class StaffActed:
    """A member of staff did something that changed something, for a ``reason`` of the shop's list where it needs one.

    ``second``: who confirmed it, where the shop wants two. ``target`` is an intervention, a tender or a transaction.
    What it changed stands in the records before this one.
    """

    act: Act
    by: str
    role: str
    utc_ms: int
    reason: str = ""
    second: str = ""
    target: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class StaffActRefused:
    """A member of staff wanted to do what their role may not, or not so: ``why`` says the rule."""

    act: Act
    by: str
    role: str
    why: Denial
    utc_ms: int
    reason: str = ""
    target: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class WeighingParametersChanged:
    """What weighings are judged by is another than before: the verification, the scale, the software or a tare.

    ``count`` grows by one with each change in an epoch and never goes back; ``parameters`` are all but the tares in
    words, ``digest`` is SHA-256 over all of them.
    """

    count: int
    digest: str
    parameters: str
    utc_ms: int


# --- the transaction ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransactionOpened:
    """The first line or loyalty card of a shopper's visit. How tax is counted is pinned with the book's version.

    ``local``: when by the shop's clock (``YYYY-MM-DDTHH:MM``), which hour-bound offers go by for the whole visit; empty
    where the clock was not to be trusted.
    """

    transaction: TransactionId
    utc_ms: int
    language: str
    currency: str
    book_version: int
    prices_include_tax: bool
    tax_rounding: TaxRounding
    cash_step_minor: int
    cash_method: CashMethod = "half_up"
    local: str = ""


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
    """A coupon was presented and not taken."""

    code: str
    reason: CouponRefusal


@dataclass(frozen=True, slots=True)
class GiftsOwed:
    """What offers give for nothing and is not in the basket; replaces all earlier gifts. The shopper is told."""

    gifts: tuple[OwedGift, ...]


@dataclass(frozen=True, slots=True)
class InterventionRaised:
    """Staff must judge. ``blocks`` says what waits for them; ``minimum_age``, ``line`` and ``reason`` where they apply.

    ``reason``: what is wrong with the scale, by the weighing rule's word; for ``bagging`` what it cannot explain (or
    ``skip``: the shopper will not bag it), with the ``grams`` and the ``lines`` that it is about.
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


@dataclass(frozen=True, slots=True)
class InterventionCleared:
    """Staff judged; ``by`` is an operator's id, ``shopper`` (help no longer wanted) or ``system``.

    ``remote``: from a page, not at the lane; then ``reason`` says why it was refused.
    """

    intervention: str
    outcome: Literal["approved", "refused", "withdrawn"]
    by: str
    reason: str = ""
    remote: bool = False
    utc_ms: int = 0


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


@dataclass(frozen=True, slots=True)
class TenderRequested:
    """Money is about to be asked for, or ``points`` to be burned. Journalled before anybody hears of it."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0


@dataclass(frozen=True, slots=True)
class TenderSettled:
    """What became of a requested tender. ``amount`` is what counts towards the total (zero unless approved).

    Cash: ``received`` is what the shopper handed over, ``change`` what came back, ``rounding`` what cash rounding
    added (or took, negative) outside tax. Card: ``terminal_id`` is the acquirer's name for the terminal, ``slip`` the
    cardholder's copy, ``signature`` whether the cardholder signed.
    """

    tender: str
    outcome: TenderOutcome
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    by: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TenderReversed:
    """An approved tender is taken back: ``requested`` before the terminal hears of it, then ``done`` or ``failed``.

    ``amount`` and ``reference`` are what the terminal needs to do it again after a power cut.
    """

    tender: str
    kind: TenderKind
    stage: ReversalStage
    amount: Money
    reference: str
    reason: str
    tender_id: str = ""


@dataclass(frozen=True, slots=True)
class SettledTender:
    """One approved tender as it stands in a completed transaction."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()
    points: int = 0


@dataclass(frozen=True, slots=True)
class SalePoints:
    """What a sale did to its member's points. ``spent``: what they were earned on.

    ``balance``: what the member has after it, as far as the kiosk knows, from a balance of ``utc_ms``.
    """

    earned: int
    burned: int
    spent: Money
    balance: int | None = None
    utc_ms: int = 0


@dataclass(frozen=True, slots=True)
class LayerSaving:
    """What the offers of one layer took off a sale."""

    layer: Layer
    amount: Money


@dataclass(frozen=True, slots=True)
class TransactionCompleted:
    """The sale, whole: what head office keeps in its ledger. ``lines`` are those not voided.

    Its business day is the one on which it is completed, whenever it was opened. ``coupons`` are those that gave
    something and are used up by it; ``gifts`` go out beside the lines, for nothing. ``layers``: its discount, by layer.
    """

    transaction: TransactionId
    utc_ms: int
    language: str
    currency: str
    book_version: int
    prices_include_tax: bool
    lines: tuple[LineItem, ...]
    subtotal: Money
    discount: Money
    tax: tuple[TaxAmount, ...]
    total: Money
    tenders: tuple[SettledTender, ...]
    member_id: str = ""
    clock_trusted: bool = True
    points: SalePoints | None = None
    coupons: tuple[RedeemedCoupon, ...] = ()
    gifts: tuple[OwedGift, ...] = ()
    layers: tuple[LayerSaving, ...] = ()


@dataclass(frozen=True, slots=True)
class StockMove:
    """How much of an item left the shop: pieces, or grams where it is sold by weight."""

    item_id: str
    quantity: int
    unit: Literal["each", "g"]


@dataclass(frozen=True, slots=True)
class StockMoved:
    """Committed with TransactionCompleted; the only thing ever applied to stock."""

    transaction: str
    moves: tuple[StockMove, ...]


@dataclass(frozen=True, slots=True)
class BaggedPiece:
    """A piece of an item that was put on the bagging scale alone, and what it weighed in whole grams."""

    item_id: str
    grams: int


@dataclass(frozen=True, slots=True)
class PiecesBagged:
    """What items weigh, as a completed sale has shown: nothing of the sale or the shopper is told, only this."""

    pieces: tuple[BaggedPiece, ...]


@dataclass(frozen=True, slots=True)
class TransactionVoided:
    """Cancelled as a whole."""

    transaction: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TransactionSuspended:
    """Parked: the shopper walked away, or staff parked it."""

    transaction: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TransactionResumed:
    """Taken up again at this workstation."""

    transaction: str
    by: str


@dataclass(frozen=True, slots=True)
class ReceiptRequested:
    """The printer is about to be asked. ``copy`` prints the word for it."""

    job: str
    copy: bool


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    """The printer confirmed the job."""

    job: str
    copy: bool


@dataclass(frozen=True, slots=True)
class ReceiptFailed:
    """The printer could not print the job."""

    job: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptUnknown:
    """Nobody knows whether the job came out; what follows is a copy."""

    job: str


@dataclass(frozen=True, slots=True)
class ReceiptDeclined:
    """The shopper wants no receipt, where the law leaves it to them."""


@dataclass(frozen=True, slots=True)
class ShopperLeft:
    """The visit is over; the lane is free."""


Durable = (
    EpochOpened
    | SeriesContinued
    | SeriesOpened
    | DayOpened
    | DayClosed
    | TerminalDayClosed
    | DrawerOpened
    | LaneOpened
    | LaneClosed
    | OperatorOn
    | OperatorOff
    | SignInShut
    | StaffActed
    | StaffActRefused
    | WeighingParametersChanged
    | TransactionOpened
    | LanguageSet
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
    | CouponRefused
    | GiftsOwed
    | InterventionRaised
    | InterventionCleared
    | CommandAnswered
    | AgeApproved
    | TenderRequested
    | TenderSettled
    | TenderReversed
    | TransactionCompleted
    | FiscalEvent
    | DayEvent
    | StockMoved
    | PiecesBagged
    | TransactionVoided
    | TransactionSuspended
    | TransactionResumed
    | ReceiptRequested
    | ReceiptPrinted
    | ReceiptFailed
    | ReceiptUnknown
    | ReceiptDeclined
    | ShopperLeft
)
Event = Durable | Transient

DURABLE_EVENTS: dict[str, type] = {kind.__name__: kind for kind in get_args(Durable)}
"""Record kind in the journal -> the event's class."""
