"""Everything the checkout can be told: asked for by a person, or seen by a device. An input may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.checkout.acts import OperatorActed
from kiosk.checkout.answers import CouponAnswered, CouponState, MemberAnswered, NumbersAnswered, SerialAnswered
from kiosk.checkout.fiscal_inputs import (
    FiscalAnswered,
    FiscalClosedDay,
    FiscalInput,
    FiscalSilent,
    FiscalStands,
    FiscalWithdrew,
)
from kiosk.checkout.shown import TerminalPrompt
from kiosk.retail.day_report import TerminalTotal
from kiosk.retail.money import Money
from kiosk.retail.rights import Act
from kiosk.retail.weighing import Computed, WeightProblem
from kiosk.retail.weight import Weight

__all__ = [
    "AccessibilityChosen",
    "BaggingSkipped",
    "CheckoutRequested",
    "CodeScanned",
    "Condition",
    "ConditionChanged",
    "CouponAnswered",
    "CouponPresented",
    "CouponReturnRequested",
    "CouponState",
    "DayTurned",
    "DeviceBack",
    "DeviceCause",
    "DeviceLost",
    "DrawerMoved",
    "FeedApplied",
    "FiscalAnswered",
    "FiscalClosedDay",
    "FiscalInput",
    "FiscalSilent",
    "FiscalStands",
    "FiscalWithdrew",
    "HeadOfficeCommanded",
    "HelpPressed",
    "Input",
    "ItemChosen",
    "LanguageChosen",
    "LineVoidRequested",
    "LoyaltyPresented",
    "LoyaltyRefused",
    "MemberAnswered",
    "NetworkChanged",
    "NumbersAnswered",
    "OperatorAct",
    "OperatorActed",
    "OperatorRefused",
    "OperatorSignedIn",
    "OperatorSignedOut",
    "OwnBagPlaced",
    "PaymentCancelled",
    "PhoneRefused",
    "PhoneTyped",
    "PinTyped",
    "PowerRestored",
    "PrinterAnswered",
    "ProduceSeen",
    "QrReady",
    "QuantityEntered",
    "ReceiptChosen",
    "ReversalAnswered",
    "SerialAnswered",
    "ShopperArrived",
    "StaffCommanded",
    "StorageCause",
    "StorageFailed",
    "StorageRecovered",
    "TenderChosen",
    "TerminalAnswered",
    "TerminalDayAnswered",
    "TerminalOutcome",
    "TerminalPrompted",
    "TerminalSilent",
    "TimerElapsed",
    "Touch",
    "ViewRequested",
    "WeighConfirmed",
    "WeighingChecked",
    "WeightProblem",
    "WeightRead",
]

TerminalOutcome = Literal[
    "approved", "partial", "declined", "cancelled", "not_found", "in_progress", "unknown", "given_back"
]
OperatorAct = Act


# --- the shopper -------------------------------------------------------------------------------------------------


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

    view: Literal["basket", "look_up", "loyalty", "quantity", "tender_choice", "staff_sign_in", "staff"]
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
    """A coupon's code, keyed in."""

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
class CheckoutRequested:
    """The shopper wants to pay."""


@dataclass(frozen=True, slots=True)
class TenderChosen:
    """A way to pay was touched; ``tender_id`` is one of the policy's, or ``points``: so many, 0 takes them back."""

    tender_id: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class PaymentCancelled:
    """The shopper wants to stop paying."""


@dataclass(frozen=True, slots=True)
class ReceiptChosen:
    """Paper or none; what is offered depends on the country."""

    kind: Literal["paper", "none"]


@dataclass(frozen=True, slots=True)
class HelpPressed:
    """Call staff (or, pressed again, do not)."""


# --- devices -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TerminalAnswered:
    """The word of the card terminal, or of the acquirer, on a tender.

    ``amount`` is what was approved; a card is known by brand and mask only. ``given_back``: money came that counts for
    nothing (too late, another amount); ``reason`` is ``refunding``, ``refunded`` or ``refund_failed``. ``points``: what
    the member may burn now, where head office says it about points.
    """

    tender: str
    outcome: TerminalOutcome
    amount: Money | None = None
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: Literal["", "chip", "contactless", "swiped", "keyed"] = ""
    signature: bool = False
    slip: tuple[str, ...] = ()
    points: int | None = None


@dataclass(frozen=True, slots=True)
class TerminalSilent:
    """The terminal could not be reached, or stopped answering: the outcome of ``tender`` is unknown."""

    tender: str


@dataclass(frozen=True, slots=True)
class TerminalPrompted:
    """The terminal asks something of the shopper who pays ``tender``."""

    tender: str
    prompt: TerminalPrompt


@dataclass(frozen=True, slots=True)
class TerminalDayAnswered:
    """The terminal's word on the end of a business day; ``report``: its totals, in its own lines.

    ``totals``: the same as amounts, by brand, since it last ended its day; ``None``: from one that tells none.
    """

    business_day: str
    done: bool
    report: tuple[str, ...] = ()
    reason: str = ""
    totals: tuple[TerminalTotal, ...] | None = None


@dataclass(frozen=True, slots=True)
class DrawerMoved:
    """The cash drawer was seen to open or close."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class QrReady:
    """The acquirer waits for the payment of ``tender`` for ``left_ms`` more; ``payload`` may be shown as a QR code."""

    tender: str
    payload: str
    left_ms: int


@dataclass(frozen=True, slots=True)
class ReversalAnswered:
    """The terminal's word on taking a payment back. ``unknown``: it said none; it may have been done."""

    tender: str
    done: bool
    reason: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class PrinterAnswered:
    """What became of a print job. ``unknown`` is an outcome: the paper may or may not have come out."""

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


DeviceCause = Literal[
    "cable",
    "cover_open",
    "cutter",
    "driver",
    "error",
    "head_hot",
    "no_answer",
    "not_configured",
    "offline",
    "paper_out",
    "settings",
]
"""Why a device is lost: a word for staff, said in their language. What the driver said of it is in the log."""


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device went silent or away, or is lost for another reason than before. ``device`` is its category name."""

    device: str
    cause: DeviceCause


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """The device answers again."""

    device: str


@dataclass(frozen=True, slots=True)
class ProduceSeen:
    """The camera's answer to what lies before it: price look-up numbers, likeliest first; none where it knows none, or
    not in time.
    """

    correlation: str
    numbers: tuple[str, ...] = ()


# --- staff -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OperatorSignedIn:
    """Intake has checked the badge, PIN or key."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


@dataclass(frozen=True, slots=True)
class OperatorRefused:
    """A wrong PIN or an unknown badge; ``attempts_left`` before the sign-in is shut for a while.

    ``wait_ms``: this one has shut it for so long; 0: it is not shut, or was already.
    """

    attempts_left: int
    method: Literal["pin", "badge"] = "pin"
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class OperatorSignedOut:
    """Staff leave the kiosk to the shopper."""


# --- head office and the machine ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeadOfficeCommanded:
    """Open or close the lane from head office, or close its business day.

    ``ident``: by which it is answered, once. ``operator_id`` and ``role``: who gives it, where that is a person, as
    this lane knows them (an empty role: it does not).
    """

    command: Literal["close_lane", "open_lane", "close_day"]
    reason: str = ""
    ident: str = ""
    operator_id: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class StaffCommanded:
    """A member of staff acts at this lane from a page. ``role``: the one this lane knows them by (empty: it does not).

    ``clear_intervention``: ``intervention`` is judged with ``outcome``; ``message``: ``prepared`` (a message of the
    catalogue, ``attend.say.{prepared}``) or ``words`` are shown to the shopper; ``on_the_way``: staff are coming.
    """

    ident: str
    deed: Literal["clear_intervention", "message", "on_the_way"]
    expires_ms: int
    operator_id: str
    role: str
    intervention: str = ""
    outcome: Literal["", "approved", "refused"] = ""
    reason: str = ""
    prepared: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class FeedApplied:
    """A newer price book is open."""

    version: int


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """Whether head office can be reached."""

    online: bool


@dataclass(frozen=True, slots=True)
class WeighingChecked:
    """The process has started and measured the legally relevant software: its checksum, and whether it is as recorded.

    ``scale``: the trade scale's driver and a digest of its settings; empty: there is none.
    """

    checksum: str
    intact: bool
    scale: str = ""


@dataclass(frozen=True, slots=True)
class TimerElapsed:
    """A timer that an effect started has run out."""

    name: str


@dataclass(frozen=True, slots=True)
class DayTurned:
    """The date in the store's time zone is now another; the moment carries it."""


@dataclass(frozen=True, slots=True)
class PowerRestored:
    """The process has started and the journal was replayed. Says who this workstation is."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str


Condition = Literal["book", "clock", "fiscal_certificate", "near_end", "no_book", "settings"]
"""Something staff should know that stops nobody: a price book that cannot serve (or none at all), a clock nobody has
confirmed, a fiscal certificate that runs out soon, paper near its end, a settings file that cannot be used."""


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """A condition began or is over."""

    condition: Condition
    on: bool


StorageCause = Literal["full", "read_only", "error"]


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """The journal could not be written: nothing may be sold until it can."""

    reason: StorageCause


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    """The journal can be written again."""


# --- typed secrets: intake turns them into inputs, they never reach decide, journal or log -----------------------


@dataclass(frozen=True, slots=True, repr=False)
class PinTyped:
    """A PIN from the sign-in pad."""

    pin: str


@dataclass(frozen=True, slots=True, repr=False)
class PhoneTyped:
    """A phone number from the loyalty pad, as typed."""

    number: str


Input = (
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
    | CheckoutRequested
    | TenderChosen
    | PaymentCancelled
    | ReceiptChosen
    | HelpPressed
    | TerminalAnswered
    | TerminalSilent
    | TerminalPrompted
    | TerminalDayAnswered
    | DrawerMoved
    | QrReady
    | ReversalAnswered
    | PrinterAnswered
    | FiscalInput
    | ProduceSeen
    | DeviceLost
    | DeviceBack
    | OperatorSignedIn
    | OperatorRefused
    | OperatorSignedOut
    | OperatorActed
    | MemberAnswered
    | CouponAnswered
    | NumbersAnswered
    | SerialAnswered
    | HeadOfficeCommanded
    | StaffCommanded
    | FeedApplied
    | NetworkChanged
    | ConditionChanged
    | WeighingChecked
    | TimerElapsed
    | DayTurned
    | PowerRestored
    | StorageFailed
    | StorageRecovered
)

Touch = Input | PinTyped | PhoneTyped
"""What the screen may submit."""
