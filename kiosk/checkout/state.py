"""What the checkout knows: a fold of the journal, and beside it the little that is only on show."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Literal

from kiosk.checkout.acts import OperatorActed
from kiosk.checkout.cabinet_events import CabinetContact
from kiosk.checkout.events import (
    BaggingShown,
    BasketAsked,
    BoughtShown,
    CashShown,
    CodeTaken,
    CouponAsked,
    DeviceCheckShown,
    DeviceFact,
    EnquiryShown,
    InstalmentsBy,
    InterventionRaised,
    LookShown,
    LoyaltyMethod,
    MemberAsked,
    OwedFor,
    PaperShown,
    PointsShown,
    PromptShown,
    QrShown,
    QueueShown,
    RefundShown,
    SettledTender,
    StoreCreditIssued,
    SuggestionsShown,
    TenderOutcome,
    TenderRequested,
    TransactionCompleted,
    TransactionOpened,
    UnsyncedShown,
    ValueShown,
    View,
    WeighingShown,
    WeightShown,
)
from kiosk.checkout.parked import Parked, ParkedShown, Slip
from kiosk.checkout.sold_state import Uses
from kiosk.checkout.text import Text
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.cash import CashPieces
from kiosk.retail.coupon import BasketCoupon
from kiosk.retail.day_report import Books
from kiosk.retail.exemption import Exemption
from kiosk.retail.fiscal import FiscalDocument, FiscalText
from kiosk.retail.hints import Hint
from kiosk.retail.money import Money
from kiosk.retail.occasion import Used
from kiosk.retail.pricing import Totals, totals
from kiosk.retail.returns import OriginalTender
from kiosk.retail.tax import TaxAmount
from kiosk.retail.transaction import LineItem, Original, OwedGift, TenderKind
from kiosk.retail.unsynced import Unsynced
from kiosk.retail.values import dataclass
from kiosk.retail.weighing import Emptying

__all__ = [
    "LASTING",
    "Cancel",
    "Finishing",
    "Lane",
    "Live",
    "Operator",
    "Owed",
    "Payout",
    "Phase",
    "Returns",
    "Reversal",
    "Shopper",
    "State",
    "Tender",
    "Transaction",
]

_OF_THE_HOUSE = frozenset({"clock", "door", "tamper", "drawer"})
_OF_MONEY = frozenset({"reversal", "cash_machine", "change_owed"})
LASTING = frozenset({"fiscal_outage", "fiscal_late", "fiscal_cancel"}) | _OF_MONEY | _OF_THE_HOUSE
"""Interventions that outlast the visit they were raised in."""


class Phase(Enum):
    """Where the lane stands; derived from the state, never stored."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    SCANNING = "scanning"
    TENDERING = "tendering"
    FINISHING = "finishing"


@dataclass(frozen=True, slots=True)
class Operator:
    """The member of staff signed in at the kiosk."""

    operator_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The workstation, its numbers and its day. ``series`` is 0 until head office's numbers were asked for."""

    kiosk: str = ""
    epoch: int = 0
    store: str = ""
    workstation: str = ""
    series: int = 0
    last_number: int = 0
    last_legal: int = 0
    last_credit: int = 0
    """The last number of the credit notes' own series."""
    business_day: str = ""
    last_business_day: str = ""
    confirmed_day: str = ""
    """The date far ahead of the last label that staff said is right."""
    refused_day: str = ""
    """The one that they said is wrong: nobody is asked about it again."""
    closed_reason: str = ""
    weighing_changes: int = 0
    """How often what weighings are judged by has changed in this epoch."""
    weighing_digest: str = ""
    terminal_day: str = ""
    """The business day that has ended, and whose end the card terminal has not confirmed."""
    terminal_day_failed: bool = False
    """It said that it could not; staff should know."""
    outage_ms: int = 0
    """Since when the fiscal device, or the authority behind it, has not answered (UTC milliseconds; 0: it does)."""
    outage_documents: int = 0


@dataclass(frozen=True, slots=True)
class Tender:
    """One asking for money within a transaction. ``outcome`` is ``None`` while nobody has answered."""

    tender: str
    tender_id: str
    kind: TenderKind
    requested: Money
    outcome: TenderOutcome | None = None
    settled: SettledTender | None = None
    reason: str = ""
    points: int = 0
    worth: Money | None = None
    voucher: str = ""
    instalments: int = 0
    instalments_by: InstalmentsBy = ""

    original: str = ""
    """The tender of an earlier sale that this one gives money back to."""
    reference: str = ""
    machine: bool = False
    """A recycler takes it."""
    inserted: int = 0
    """Minor units that were put into the machine for it, in so many ``pieces``."""
    pieces: int = 0

    @classmethod
    def asked(cls, event: TenderRequested) -> Tender:
        """As it stands when it is asked for."""
        return cls(
            event.tender,
            event.tender_id,
            event.kind,
            event.amount,
            points=event.points,
            worth=event.worth,
            voucher=event.voucher,
            instalments=event.instalments,
            instalments_by=event.instalments_by,
            original=event.original,
            reference=event.reference,
            machine=event.machine,
        )

    @property
    def refund(self) -> bool:
        """It gives money back."""
        return self.requested.minor < 0

    @property
    def open(self) -> bool:
        """Money may be on its way: not answered, or answered ``unknown``."""
        return self.outcome is None or self.outcome == "unknown"

    @property
    def paid(self) -> int:
        """Minor units that count towards the total; negative where it gave money back."""
        return self.settled.amount.minor if self.settled is not None else 0


@dataclass(frozen=True, slots=True)
class Reversal:
    """A payment being given back (a late approval, a cancelled basket); kept until the terminal has done it."""

    tender: str
    kind: TenderKind
    amount: Money
    reference: str
    failed: bool = False
    tender_id: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """Cash that is owed, and the machine or staff shall give: ``amount`` is what is owed still.

    ``failed``: the machine could not give it all; ``unknown``: nobody can say how much came out.
    """

    payout: str
    tender: str
    owed_for: OwedFor
    amount: Money
    cash: tuple[CashPieces, ...]
    failed: bool = False
    unknown: bool = False
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Shopper:
    """What is known of the member beyond id and tier; see ``MemberTold``. ``counted``: head office told it."""

    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Returns:
    """What is taken back in the basket (see ``ReturnsRequested``). ``held_ms``: since when head office keeps it."""

    original: Original
    lines: tuple[LineItem, ...]
    subtotal: Money
    discount: Money
    tax: tuple[TaxAmount, ...]
    total: Money
    tenders: tuple[OriginalTender, ...]
    by: str
    member_id: str = ""
    included: bool = True
    hold: str = ""
    held_ms: int = 0
    buyer: BuyerNumber | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """The basket as it stands. ``gifts`` are owed: given by offers, and not among the lines."""

    opened: TransactionOpened
    lines: tuple[LineItem, ...] = ()
    tenders: tuple[Tender, ...] = ()
    member_id: str = ""
    member_tier: str = ""
    member_method: LoyaltyMethod = "card"
    points: int | None = None
    """The member's balance as it was known at ``points_utc_ms``; ``None``: not known."""
    points_utc_ms: int = 0
    age_approved: int = 0
    approved: tuple[tuple[int, str], ...] = ()
    """(line, kind of intervention) of what staff have approved in it."""
    latest_line: int = 0
    shopper: Shopper = Shopper()
    coupons: tuple[BasketCoupon, ...] = ()
    gifts: tuple[OwedGift, ...] = ()
    exemption: Exemption | None = None
    drawn: int = 0
    """How many pieces were in it when it was last drawn for a rescan."""
    unbagged: tuple[int, ...] = ()
    """Lines that the shopper will not bag."""
    announced: bool = False
    """A fiscal device was told that the sale has begun."""
    buyer: BuyerNumber | None = None
    codes_missed: int = 0
    """How many codes its shopper has typed that are no coupon's."""
    returns: Returns | None = None
    parked: Parked | None = None
    """While it is put aside."""

    @property
    def credit(self) -> int:
        """What is taken back counts towards the total: minor units, never above 0."""
        return self.returns.total.minor if self.returns is not None else 0

    @property
    def paid(self) -> int:
        """Minor units approved so far, less those given back to an earlier sale's tenders."""
        return sum(tender.paid for tender in self.tenders)

    @property
    def open_tender(self) -> Tender | None:
        """The one asking for money whose outcome is not known yet; there is never more than one."""
        return next((tender for tender in self.tenders if tender.open), None)

    @property
    def comes_to(self) -> Totals:
        """What its lines come to, as it counts."""
        opened = self.opened
        return totals(
            self.lines, currency=opened.currency, included=opened.prices_include_tax, rounding=opened.tax_rounding
        )

    @property
    def live_lines(self) -> tuple[LineItem, ...]:
        """Lines that are not voided."""
        return tuple(line for line in self.lines if not line.voided)


@dataclass(frozen=True, slots=True)
class Finishing:
    """A completed sale whose shopper has not left: its receipt is still to be settled.

    ``job`` is the print job asked for last; ``receipt`` its fate (empty: not asked for yet). ``fiscal`` is the fiscal
    device's part (empty: it has none): while it is ``asked`` or has ``refused``, nothing is printed. ``refusal`` is the
    authority's code and words, ``printed`` what it wants on the receipt. Of a return whose sale's document is to be
    cancelled: ``cancel_asked``, nothing is printed yet; ``cancel_open``, nobody could say when it was; ``cancelled``.
    """

    completed: TransactionCompleted
    legal_number: str = ""
    job: str = ""
    copy: bool = False
    receipt: str = ""
    fiscal: Literal["", "asked", "given", "refused", "unsigned", "cancel_asked", "cancelled", "cancel_open"] = ""
    begun_ms: int = 0
    refusal: tuple[str, str] = ("", "")
    printed: tuple[FiscalText, ...] = ()
    owed: tuple[StoreCreditIssued, ...] = ()
    """What the shop owes the shopper after it, as store credit: its slip must be printed."""
    following: TransactionCompleted | None = None
    """The return of the same visit, whose document comes after this one."""

    @property
    def held(self) -> bool:
        """Its receipt waits for the fiscal device."""
        return self.to_sign or self.fiscal == "cancel_asked"

    @property
    def to_sign(self) -> bool:
        """The device has still to sign it."""
        return self.fiscal in ("asked", "refused")


@dataclass(frozen=True, slots=True)
class Cancel:
    """A sale's document that is to be cancelled, until somebody can say whether it is. ``uuid``: the return's."""

    uuid: str
    original: str
    document: FiscalDocument


@dataclass(frozen=True, slots=True)
class Owed:
    """A sale that stands without the fiscal device and must be registered with it; the number is its own series'."""

    completed: TransactionCompleted
    begun_ms: int
    series: str = ""
    number: int = 0

    @property
    def uuid(self) -> str:
        """The transaction's."""
        return self.completed.transaction.uuid


@dataclass(frozen=True, slots=True)
class Live:
    """What is only on show: never journalled, blank after a power cut."""

    view: View = "attract"
    view_line: int | None = None
    armed: LineItem | None = None
    produce: WeightShown | None = None
    bagging: WeightShown | None = None
    area: BaggingShown = field(default_factory=BaggingShown)
    """What lies in the bagging area; after a power cut what lies there is taken as right."""
    notice: Text | None = None
    notice_level: str = "info"
    notice_sound: str = ""
    lost: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    unsynced: UnsyncedShown = field(default_factory=lambda: UnsyncedShown(Unsynced(), ""))
    key: bool = False
    """Staff's key switch is on."""
    online: bool = False
    storage: str = ""
    sign_in_attempts_left: int | None = None
    enquiry: EnquiryShown | None = None
    """Staff ask what items cost; and what was told of the last."""
    second: OperatorActed | None = None
    """Waits for a second person to confirm it."""
    leaving: bool = False
    cancelling: str = ""
    keeping: bool = False
    """What is being cancelled is cash in a machine, and what was put in stays paid."""
    asking: str = ""
    prompt: PromptShown | None = None
    drawer_awaited_ms: int = 0
    """Until this monotonic time an open cash drawer is no news."""
    qr: QrShown | None = None
    left: tuple[str, ...] = ()
    member_ask: MemberAsked | None = None
    points: PointsShown = field(default_factory=PointsShown)
    coupon_asks: tuple[CouponAsked, ...] = ()
    buyer: BuyerNumber | None = None
    """Typed, and not kept before money is asked for."""
    suggestions: SuggestionsShown = field(default_factory=SuggestionsShown)
    look: LookShown = field(default_factory=LookShown)
    """What the camera makes of what is being weighed."""
    hints: tuple[Hint, ...] = ()
    """For the basket as it stands: none is left once it changes."""
    emptying: Emptying = field(default_factory=Emptying)
    weighing: WeighingShown = field(default_factory=WeighingShown)
    bought: tuple[BoughtShown, ...] = ()
    """What head office has counted of the member's other purchases today."""
    value: ValueShown = field(default_factory=ValueShown)
    code_taken: CodeTaken | None = None
    """The item's code that was read last."""
    message: Text | None = None
    """What staff say to the shopper from afar."""
    staff_coming: bool = False
    queue: QueueShown = field(default_factory=QueueShown)
    devices: tuple[DeviceFact, ...] = ()
    checks: tuple[DeviceCheckShown, ...] = ()
    """What was tested last, one for each device."""
    faults: tuple[tuple[str, int, str], ...] = ()
    """(device, how often it was lost since the start, for what last)."""
    paper: PaperShown | None = None
    """A paper change goes on."""
    rehearsal: State | None = None
    """While there is training: the lane that is played at. It is nowhere else, and goes with the power."""
    refund: RefundShown = field(default_factory=RefundShown)
    basket_asked: BasketAsked = field(default_factory=BasketAsked)
    cash: CashShown | None = None
    """How a cash recycler stands; ``None`` where there is none, or it has not said anything yet."""
    parked: ParkedShown = field(default_factory=ParkedShown)


@dataclass(frozen=True, slots=True)
class State:
    """``evolve`` makes the next one; equality of everything but ``live`` is what replay promises."""

    lane: Lane = field(default_factory=Lane)
    operator: Operator | None = None
    transaction: Transaction | None = None
    finishing: Finishing | None = None
    last_sale: Finishing | None = None
    suspended: tuple[Transaction, ...] = ()
    interventions: tuple[InterventionRaised, ...] = ()
    frames: tuple[tuple[str, int], ...] = ()
    """(intervention, pictures kept of it) of what waits."""
    reversals: tuple[Reversal, ...] = ()
    payouts: tuple[Payout, ...] = ()
    """Cash that is owed and has not come out for certain."""
    unpaid: tuple[Tender, ...] = ()
    """Asked for and settled without money, newest last: only a late yes to one of these is money taken for nothing, or
    (a refund that staff said no about) given twice."""
    sold_serials: tuple[tuple[str, str], ...] = ()
    """(item id, serial number) of what was sold here, newest last."""
    redeemed: tuple[str, ...] = ()
    """Codes of single-use coupons that sales here have used up, newest last."""
    burned_offline: tuple[tuple[str, str, int], ...] = ()
    """(business day, member, points) burned here without head office, of the latest day."""
    used: Uses = ()
    """What members had in purchases here, newest last."""
    owed: tuple[Owed, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    """Documents that the authority has been asked to cancel, and has not said whether it did, oldest first."""
    fiscal_days: tuple[str, ...] = ()
    """Business days that a fiscal device has still to close, oldest first."""
    withdrawals: tuple[str, ...] = ()
    """Voided baskets that a fiscal device was told of, and has not withdrawn yet."""
    commands: tuple[str, ...] = ()
    """Commands from afar that were answered, newest last: one that comes again is known."""
    books: Books = field(default_factory=Books)
    """What X and Z reports are made of."""
    training: str = ""
    """The operator who began a training that has not ended."""
    rehearsing: bool = False
    """This is no lane: it is what is played while there is training."""
    slip: Slip | None = None
    """The slip of a basket that was just put aside: its shopper stands before it."""
    taken_over: tuple[str, ...] = ()
    """Baskets of other lanes that were gone on with here, newest last."""
    opened: tuple[CabinetContact, ...] = ()
    """Contacts of the cabinet whose opening is on record, and no closing after it."""
    language: str = ""
    large_text: bool = False
    high_contrast: bool = False
    live: Live = field(default_factory=Live)

    @property
    def front(self) -> State:
        """What people at the lane have before them: the rehearsal, where there is one."""
        return self.live.rehearsal or self

    @property
    def at_rest(self) -> bool:
        """Nobody stands before the lane, is signed in or trains at it."""
        idle = self.phase in (Phase.IDLE, Phase.OUT_OF_SERVICE) and self.live.view == "attract"
        return idle and self.operator is None and self.slip is None and not self.training

    @property
    def phase(self) -> Phase:
        """Where the lane stands."""
        if self.finishing is not None:
            return Phase.FINISHING
        if self.transaction is not None:
            tendering = self.transaction.open_tender is not None or self.transaction.paid
            return Phase.TENDERING if tendering else Phase.SCANNING
        if self.lane.closed_reason or self.live.storage or not self.lane.series:
            return Phase.OUT_OF_SERVICE
        return Phase.IDLE
