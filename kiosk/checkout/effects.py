"""What the checkout wants done. Each effect that asks the world for something is answered by an input."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.cash_effects import (
    AskCash,
    AskPayout,
    CashEffect,
    CountCash,
    EndCash,
    JudgeNote,
    LookAtCash,
    PayOut,
    TakeCash,
)
from kiosk.checkout.events import Restartable, StoreCreditIssued, TransactionCompleted
from kiosk.retail.day_report import DayReport, Reconciliation
from kiosk.retail.fiscal import FiscalDocument, FiscalText, FiscalWord
from kiosk.retail.money import Money
from kiosk.retail.transaction import InstalmentsBy, TenderKind, TransactionId
from kiosk.retail.values import dataclass

__all__ = [
    "AbortTerminal",
    "AskBasket",
    "AskBaskets",
    "AskBought",
    "AskCash",
    "AskCoupon",
    "AskMember",
    "AskNumbers",
    "AskPayout",
    "AskPlace",
    "AskProduce",
    "AskSale",
    "AskSerial",
    "AskStock",
    "AskTerminal",
    "AskValue",
    "Beep",
    "CashEffect",
    "Charge",
    "CloseTerminalDay",
    "CountCash",
    "Disable",
    "Effect",
    "Enable",
    "EndCash",
    "FiscalBegin",
    "FiscalCancel",
    "FiscalCloseDay",
    "FiscalConfirm",
    "FiscalSign",
    "FiscalVoid",
    "HoldReturns",
    "JudgeNote",
    "KeepFrames",
    "LookAtCash",
    "OpenDrawer",
    "OpenSignIn",
    "PayOut",
    "Print",
    "PrintReport",
    "PrintSlip",
    "PrintTest",
    "Refund",
    "ReleaseFrames",
    "Restart",
    "Reverse",
    "SetLight",
    "StartTimer",
    "StopTimer",
    "TakeCash",
    "TellStanding",
    "TellTerminal",
    "TestDevice",
    "TidyFrames",
    "WeighAt",
]


@dataclass(frozen=True, slots=True)
class Print:
    """Print the receipt of a completed transaction -> PrinterAnswered(job); ``training``: of one that is none."""

    job: str
    completed: TransactionCompleted
    legal_number: str
    copy: bool
    printed: tuple[FiscalText, ...] = ()
    fiscal: FiscalWord = ""
    training: bool = False
    owed: tuple[StoreCreditIssued, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintReport:
    """Print an X or Z report -> PrinterAnswered(job). ``reconciliation``: what is known of the card terminal's."""

    job: str
    report: DayReport
    copy: bool
    reconciliation: Reconciliation | None = None


@dataclass(frozen=True, slots=True)
class FiscalBegin:
    """Tell the fiscal device that a sale has begun; nobody waits for its word."""

    transaction: TransactionId
    utc_ms: int


@dataclass(frozen=True, slots=True)
class FiscalSign:
    """Have the fiscal device sign a completed sale -> FiscalAnswered or FiscalSilent. Asked again, it signs no other.

    ``series`` and ``number``: what the checkout's own series gave it meanwhile, if it did.
    """

    completed: TransactionCompleted
    begun_ms: int
    series: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class FiscalCancel:
    """Have the document of the sale ``original`` cancelled -> FiscalCancelAnswered(``transaction``, the return's)."""

    transaction: str
    original: str
    document: FiscalDocument
    reason: str


@dataclass(frozen=True, slots=True)
class FiscalVoid:
    """Have it withdraw a sale that was begun and came to nothing -> FiscalWithdrew."""

    transaction: str


@dataclass(frozen=True, slots=True)
class FiscalConfirm:
    """Its late word on this transaction is on disk."""

    transaction: str


@dataclass(frozen=True, slots=True)
class FiscalCloseDay:
    """Have it close the authority's day -> FiscalClosedDay."""

    business_day: str


@dataclass(frozen=True, slots=True)
class AskValue:
    """What is on a gift card or store credit? -> ValueLooked."""

    correlation: str
    keyed_hash: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """Open the cash drawer, where there is one; staff have its key."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Ask for money -> TerminalAnswered, TerminalSilent, or QrReady. ``tender`` is the request's own id.

    ``kind`` says of whom: the card terminal, or (``qr``) head office and its acquirer; so with the three below. For
    ``points`` head office is to keep so many ``points`` of ``member_id`` for the sale ``transaction``; for stored value
    and paper vouchers, of what ``keyed_hash`` names. ``instalments``: the card shall pay in so many parts.
    """

    tender: str
    kind: TenderKind
    tender_id: str
    amount: Money
    points: int = 0
    transaction: str = ""
    member_id: str = ""
    keyed_hash: str = ""
    instalments: int = 0
    instalments_by: InstalmentsBy = ""


@dataclass(frozen=True, slots=True)
class AskTerminal:
    """Ask what became of a request; never asks for money -> as ``Charge``.

    ``tender_id`` and ``amount`` say what had been asked for, to whoever may have lost it. ``original``: it was a refund
    to that tender.
    """

    tender: str
    kind: TenderKind
    tender_id: str = ""
    amount: Money | None = None
    original: str = ""


@dataclass(frozen=True, slots=True)
class AbortTerminal:
    """Ask for a request to be stopped; the request's own answer says what became of it. As ``AskTerminal``."""

    tender: str
    kind: TenderKind
    tender_id: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Reverse:
    """Give an approved payment back -> ReversalAnswered, for a payment by code perhaps much later."""

    tender: str
    kind: TenderKind
    amount: Money
    reference: str
    tender_id: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Give ``amount`` back to a tender of an earlier sale -> as ``Charge``. ``tender`` is the refund's own id.

    ``original`` is the tender that paid, ``reference`` what its driver knows the payment by.
    """

    tender: str
    kind: TenderKind
    tender_id: str
    amount: Money
    original: str
    reference: str


@dataclass(frozen=True, slots=True)
class AskSale:
    """Ask head office for the sale of a receipt -> SaleTold. ``sought``: what its code says, or its number as typed."""

    correlation: str
    sought: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Ask head office how many in the shop are seen to before this call -> PlaceTold."""

    correlation: str
    intervention: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskBasket:
    """Ask head office for a parked basket -> BasketTold. ``sought``: its uuid; empty: the last of the shop's others.

    ``own``: it was parked here, and the question is whether another lane has it. ``again``: staff say that the lane it
    was given to will not go on with it.
    """

    correlation: str
    sought: str
    own: bool
    deadline_ms: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class AskBaskets:
    """Ask head office for the shop's parked baskets -> BasketsTold."""

    correlation: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print the slip of a basket that was put aside -> PrinterAnswered(job).

    ``code``: what takes it up again; ``count``: its things; ``expires_ms``: 0 where it stays until it is taken up.
    """

    job: str
    code: str
    reference: str
    reason: str
    count: int
    total: Money
    utc_ms: int
    expires_ms: int
    language: str
    training: bool = False


@dataclass(frozen=True, slots=True)
class HoldReturns:
    """Have head office keep units of the sale ``original`` under ``hold``, for the basket ``transaction`` -> HoldTold.

    ``lines``: (line, first unit, units). ``left``: (tender, minor units) of the sale's own, as they were told of with
    the sale. Asked again it is the same hold; what becomes of it comes with the journal.
    """

    hold: str
    transaction: str
    original: str
    lines: tuple[tuple[int, int, int], ...]
    left: tuple[tuple[str, int], ...]
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class CloseTerminalDay:
    """Have the card terminal end its day -> TerminalDayAnswered, from one that can."""

    business_day: str


@dataclass(frozen=True, slots=True)
class TellTerminal:
    """Have the idle card terminal say that this lane is closed, or show its own picture again."""

    closed: bool


@dataclass(frozen=True, slots=True)
class TellStanding:
    """Have head office know which devices do not answer, and what else staff should see to, by its word."""

    lost: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskMember:
    """Ask head office who this is -> MemberAnswered within ``deadline_ms``."""

    correlation: str
    keyed_hash: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskCoupon:
    """Ask head office to keep a coupon for the basket ``transaction`` (its uuid) -> CouponAnswered.

    ``coupon``: the code of the offer that opens it, where the price book knows; empty: head office shall find it.
    """

    correlation: str
    code: str
    coupon: str
    transaction: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskSerial:
    """Ask head office whether a pack was sold in another transaction than this one (its uuid) -> SerialAnswered."""

    correlation: str
    item_id: str
    serial: str
    transaction: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class KeepFrames:
    """Keep the camera's last pictures of the plate for staff -> FramesStored, if there are any.

    They are erased after ``at_most_ms``; ``share``: the attendant's page may show them too.
    """

    intervention: str
    at_most_ms: int
    share: bool = True


@dataclass(frozen=True, slots=True)
class ReleaseFrames:
    """An intervention was judged: its pictures are erased after ``after_ms``, if not before."""

    intervention: str
    after_ms: int


@dataclass(frozen=True, slots=True)
class TidyFrames:
    """After a restart: pictures of all but the ``waiting`` interventions are erased after ``after_ms``."""

    waiting: tuple[str, ...]
    after_ms: int


@dataclass(frozen=True, slots=True)
class AskBought:
    """Ask head office what a member has had on a business day of some kinds, departments or items -> BoughtAnswered.

    ``rule``: the name of the quantity rule that wants to know.
    """

    correlation: str
    member_id: str
    business_day: str
    rule: str
    kinds: tuple[str, ...]
    departments: tuple[str, ...]
    items: tuple[str, ...]
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskStock:
    """Ask head office how much of an item lies where -> StockAnswered within ``deadline_ms``."""

    correlation: str
    item_id: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskNumbers:
    """Ask head office for this workstation's highest numbers -> NumbersAnswered within ``deadline_ms``."""

    correlation: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AskProduce:
    """Ask the camera what lies before it -> ProduceSeen within ``deadline_ms``."""

    correlation: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class SetLight:
    """The lane light: green free, amber help soon, red help now, blinking: staff on the way, off: closed."""

    colour: Literal["off", "green", "amber", "red"]
    blinking: bool = False


@dataclass(frozen=True, slots=True)
class Beep:
    """A sound with a meaning."""

    sound: Literal["scan", "refusal", "help", "approved", "declined"]


@dataclass(frozen=True, slots=True)
class StartTimer:
    """-> TimerElapsed(name) after ``milliseconds``; starting it again starts it over."""

    name: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    """The timer must not elapse any more."""

    name: str


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """Forget wrong PINs and badges: the pad and the reader take the next one."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the program, or the whole machine, anew. What is on disk is all that is left of it."""

    what: Restartable


@dataclass(frozen=True, slots=True)
class PrintTest:
    """Print a slip that shows whether the printer prints, feeds and cuts -> PrinterAnswered(job)."""

    job: str


@dataclass(frozen=True, slots=True)
class TestDevice:
    """Ask a device how it is, and have it do what can be seen or heard; never what costs money -> DeviceChecked."""

    device: str


@dataclass(frozen=True, slots=True)
class Enable:
    """Let a device give data."""

    device: Literal["scanner", "produce_scale", "bagging_scale"]


@dataclass(frozen=True, slots=True)
class WeighAt:
    """Have a trade scale that computes prices weigh at this unit price, in minor units per kilogram; 0: at none."""

    unit_price: int


@dataclass(frozen=True, slots=True)
class Disable:
    """A device's data is not wanted now."""

    device: Literal["scanner", "produce_scale", "bagging_scale"]


Effect = (
    Print
    | PrintReport
    | FiscalBegin
    | FiscalSign
    | FiscalCancel
    | FiscalVoid
    | FiscalConfirm
    | FiscalCloseDay
    | OpenDrawer
    | Charge
    | AskTerminal
    | AbortTerminal
    | Reverse
    | Refund
    | AskSale
    | AskBasket
    | AskPlace
    | AskBaskets
    | PrintSlip
    | HoldReturns
    | AskMember
    | AskCoupon
    | AskSerial
    | AskStock
    | AskBought
    | AskValue
    | KeepFrames
    | ReleaseFrames
    | TidyFrames
    | AskNumbers
    | AskProduce
    | SetLight
    | Beep
    | StartTimer
    | StopTimer
    | Enable
    | Disable
    | WeighAt
    | CloseTerminalDay
    | TellTerminal
    | TellStanding
    | OpenSignIn
    | PrintTest
    | TestDevice
    | Restart
    | CashEffect
)
