"""What is only on show: events that are never journalled and gone with the power.

They change ``State.live`` and nothing else. ``kiosk.checkout.events`` hands them on beside the durable ones.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from kiosk.checkout.acts import OperatorActed
from kiosk.checkout.answers import StockAt
from kiosk.checkout.parked import ParkedShown
from kiosk.checkout.refund_shown import RefundShown, RefundStage
from kiosk.checkout.text import Text
from kiosk.checkout.upkeep_shown import DeviceCheckShown, DevicesShown, PaperShown
from kiosk.checkout.value_inputs import VoucherPresented
from kiosk.retail.bagging import Doubt, Plate
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.cash import CashHeld
from kiosk.retail.codes.values import Details
from kiosk.retail.hints import Hint
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.transaction import LineItem
from kiosk.retail.unsynced import Unsynced, Verdict
from kiosk.retail.values import dataclass
from kiosk.retail.weighing import Computed, WeightProblem
from kiosk.retail.weight import Weight

__all__ = [
    "AskShown",
    "BaggingShown",
    "BasketAsked",
    "BoughtShown",
    "BuyerShown",
    "CancelShown",
    "CashShown",
    "Choice",
    "CodeTaken",
    "ConditionShown",
    "CouponAsked",
    "DeviceShown",
    "DrawerAwaited",
    "EnquiryShown",
    "HintsShown",
    "ItemArmed",
    "KeyShown",
    "LeavingShown",
    "LookShown",
    "LoyaltyMethod",
    "MemberAsked",
    "MessageShown",
    "NetworkShown",
    "NoticeShown",
    "ParkedShown",
    "PointsShown",
    "PromptShown",
    "QrShown",
    "QueueShown",
    "RefundShown",
    "RefundStage",
    "RehearsalSet",
    "Rehearsed",
    "SecondAwaited",
    "SignInRefused",
    "StaffComing",
    "StorageShown",
    "SuggestionsShown",
    "TendersLeft",
    "TerminalPrompt",
    "Transient",
    "UnsyncedShown",
    "ValueShown",
    "View",
    "ViewShown",
    "WeighingShown",
    "WeightShown",
]

View = Literal[
    "attract",
    "basket",
    "look_up",
    "weigh",
    "quantity",
    "loyalty",
    "coupon",
    "buyer",
    "tender_choice",
    "staff_sign_in",
    "staff",
    "stored_value",
    "paper_voucher",
    "voucher_rest",
    "gift_amount",
    "instalments",
    "devices",
    "refund",
    "parked",
    "slip",
]
LoyaltyMethod = Literal["card", "phone"]
TerminalPrompt = Literal["present_card", "enter_pin", "remove_card", "wait"]
"""What a card terminal asks of the shopper."""


@dataclass(frozen=True, slots=True)
class ViewShown:
    """Another view is in front of the shopper; ``line`` where it is about one."""

    view: View
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ItemArmed:
    """An item waits to be weighed: its line as it will be rung, without a weight yet (``None``: nothing waits)."""

    line: LineItem | None


@dataclass(frozen=True, slots=True)
class CodeTaken:
    """A code of an item was read: its number, the symbol it came from, what it told, and the line it went to (0: none).

    ``twin``: another symbol of the same pack was read too. ``mono_ms``: when it was read last.
    """

    number: str
    data: str
    source: str
    details: Details
    mono_ms: int
    line: int = 0
    twin: bool = False


@dataclass(frozen=True, slots=True)
class WeightShown:
    """The latest reading of a scale."""

    scale: Literal["produce", "bagging"]
    weight: Weight | None
    stable: bool
    problem: WeightProblem
    sequence: int
    mono_ms: int
    certified: bool = False
    net: bool = False
    high_resolution: bool = False
    computed: Computed | None = None


@dataclass(frozen=True, slots=True)
class BaggingShown:
    """What is believed of the bagging area in this visit.

    ``doubt``: what the scale cannot explain now. ``paying``: the shopper wants to pay, and is told what to do first.
    ``own_bags``: how many of the shopper's own were told of. ``called``: they may say so no more, and staff are asked.
    ``watched``: the scale has been there all the while.
    """

    plate: Plate = field(default_factory=Plate)
    doubt: Doubt | None = None
    paying: bool = False
    own_bags: int = 0
    called: bool = False
    watched: bool = True


@dataclass(frozen=True, slots=True)
class WeighingShown:
    """The legally relevant software of this start, and whether it is as recorded."""

    checksum: str = ""
    intact: bool = False
    scale: str = ""


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """Something to tell the shopper now; ``None`` takes it away."""

    notice: Text | None
    level: Literal["info", "warning", "error"] = "info"
    sound: Literal["", "scan", "refusal", "help"] = ""


@dataclass(frozen=True, slots=True)
class LeavingShown:
    """The shopper seems to have gone: the warning is up (or, false, taken down)."""

    leaving: bool


@dataclass(frozen=True, slots=True)
class PromptShown:
    """What the terminal asks of the shopper for this tender now."""

    tender: str
    prompt: TerminalPrompt


@dataclass(frozen=True, slots=True)
class DrawerAwaited:
    """The cash drawer was told to open: until this monotonic time that is no news."""

    until_mono_ms: int


@dataclass(frozen=True, slots=True)
class CancelShown:
    """The terminal was asked to stop this tender and has not said what became of it.

    ``keep``: of cash in a machine, what was put in stays paid.
    """

    tender: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class QrShown:
    """The code of a tender is asked for (empty ``payload``), or on show for so many seconds, until a monotonic time.

    Without ``tender``: none is.
    """

    tender: str
    payload: str = ""
    seconds_left: int = 0
    until_mono_ms: int = 0


@dataclass(frozen=True, slots=True)
class TendersLeft:
    """Tenders by code that this kiosk gave up by itself, and head office has not said to be stopped."""

    tenders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberAsked:
    """Head office was asked who this is; empty: nobody is being asked about any more.

    ``member_id``: who the price book says it is, already attached; only what is newer is asked for.
    """

    correlation: str
    method: LoyaltyMethod = "card"
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class PointsShown:
    """What the basket earns its member as it stands, and what of it may be paid with points, in minor units."""

    earned: int = 0
    burnable_minor: int = 0


@dataclass(frozen=True, slots=True)
class BuyerShown:
    """The tax number that was typed for this document (``None``: taken away); kept by ``BuyerNamed``."""

    buyer: BuyerNumber | None


@dataclass(frozen=True, slots=True)
class CouponAsked:
    """Head office is asked about a coupon; ``done``: it has answered, or nobody waits for it any more.

    ``again``: the coupon is in the basket already, which was parked meanwhile; ``keyed``: a shopper typed it.
    """

    correlation: str
    code: str = ""
    again: bool = False
    done: bool = False
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class DeviceShown:
    """A device is there (empty ``cause``) or lost."""

    device: str
    cause: str


@dataclass(frozen=True, slots=True)
class NetworkShown:
    """Head office can be reached, or not."""

    online: bool


@dataclass(frozen=True, slots=True)
class AskShown:
    """The terminal is asked what became of a tender; empty: it has said that it still works on it."""

    tender: str


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """Staff should know of a condition, or need no longer."""

    condition: str
    on: bool


@dataclass(frozen=True, slots=True)
class UnsyncedShown:
    """How the sales stand that head office has not acknowledged, and what the shop's rule makes of it."""

    unsynced: Unsynced
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class KeyShown:
    """How staff's key switch stands."""

    on: bool


@dataclass(frozen=True, slots=True)
class StorageShown:
    """The journal can be written (empty ``reason``), or not."""

    reason: str


@dataclass(frozen=True, slots=True)
class SuggestionsShown:
    """The camera is asked what lies there (``correlation``); or, asked no more, these items of the book come first in
    the look-up, which opens at ``department``.
    """

    correlation: str = ""
    items: tuple[str, ...] = ()
    department: str = ""


@dataclass(frozen=True, slots=True)
class BoughtShown:
    """What a member has had today, elsewhere, of what a quantity rule binds."""

    member_id: str
    rule: str
    pieces: int
    grams: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What might lie on the scale instead: an item to choose by its picture."""

    item_id: str
    names: Names
    picture: str | None
    price: Money | None


@dataclass(frozen=True, slots=True)
class LookShown:
    """The camera looks at what is being weighed (``correlation``); ``choices``: what it is sure of instead.

    ``asked``: the shopper was asked which one it is.
    """

    correlation: str = ""
    choices: tuple[Choice, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class HintsShown:
    """What little more would bring an offer of the basket as it stands to hold, the best first."""

    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True, slots=True)
class EnquiryShown:
    """Codes are asked about, not rung up (``on``), and what was told of the last: nothing without ``names``.

    ``price``: of a piece or a ``unit``; ``None``: it has none; ``above``: what the book says, where that is above the
    pack's maximum. ``on_hand``: as the price book last knew, less what this
    lane has sold since. ``tax_points``: its rate in basis points; ``minimum_age``, ``needs_staff``: what holds a sale
    up. ``asked``: head office is asked where else there is any (by this correlation), ``elsewhere`` is its answer, and
    ``offline`` that it gave none.
    """

    on: bool
    names: Names = field(default_factory=dict)
    price: Money | None = None
    unit: str = "each"
    offers: tuple[Names, ...] = ()
    on_hand: int | None = None
    department: Names = field(default_factory=dict)
    tax_points: int | None = None
    minimum_age: int = 0
    needs_staff: bool = False
    asked: str = ""
    elsewhere: tuple[StockAt, ...] = ()
    offline: bool = False
    above: Money | None = None


@dataclass(frozen=True, slots=True)
class SecondAwaited:
    """An act waits for a second person to confirm it; ``None``: none does any more."""

    act: OperatorActed | None


@dataclass(frozen=True, slots=True)
class MessageShown:
    """What staff say to the shopper from afar; ``None`` takes it down."""

    message: Text | None


@dataclass(frozen=True, slots=True)
class QueueShown:
    """The call for help is number ``place`` of the shop's (0: not known); head office is asked (``correlation``)."""

    correlation: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class StaffComing:
    """Somebody of the staff has said that they are on their way; or (false) that is over."""

    coming: bool


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The PIN or badge was not accepted; ``None``: it may be tried as if nothing had been wrong."""

    attempts_left: int | None


@dataclass(frozen=True, slots=True)
class ValueShown:
    """Gift cards in this visit: ``asked`` of head office now, one that waits for its amount (``account``, ``masked``),
    and how many numbers ``missed``: nobody knows them. ``voucher``: a paper voucher that would pay ``pays_minor`` and
    lose its rest, of which the shopper is asked.
    """

    asked: str = ""
    account: str = ""
    masked: str = ""
    missed: int = 0
    voucher: VoucherPresented | None = None
    pays_minor: int = 0


@dataclass(frozen=True, slots=True)
class RehearsalSet:
    """Training has begun: from here on what is on show is a rehearsal, set up from the lane as it stands."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """In the rehearsal, this would have happened. ``event``: any event but one of these two.

    Its type is the union that this class is itself part of, which no module below that union can name.
    """

    event: Any


@dataclass(frozen=True, slots=True)
class BasketAsked:
    """Head office was asked for the parked basket ``sought``; blank: the question is over. ``by``: who wants it."""

    correlation: str = ""
    sought: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class CashShown:
    """How a cash recycler stands (a word of its contract), and what lies in it."""

    state: str
    held: tuple[CashHeld, ...]


Transient = (
    ViewShown
    | ItemArmed
    | WeightShown
    | BaggingShown
    | BoughtShown
    | WeighingShown
    | NoticeShown
    | LeavingShown
    | CancelShown
    | PromptShown
    | DrawerAwaited
    | CodeTaken
    | QrShown
    | TendersLeft
    | MemberAsked
    | PointsShown
    | BuyerShown
    | CouponAsked
    | DeviceShown
    | NetworkShown
    | AskShown
    | ConditionShown
    | UnsyncedShown
    | KeyShown
    | StorageShown
    | SuggestionsShown
    | LookShown
    | HintsShown
    | EnquiryShown
    | SecondAwaited
    | MessageShown
    | StaffComing
    | SignInRefused
    | ValueShown
    | RehearsalSet
    | Rehearsed
    | DevicesShown
    | DeviceCheckShown
    | PaperShown
    | RefundShown
    | BasketAsked
    | QueueShown
    | CashShown
    | ParkedShown
)
