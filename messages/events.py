"""What a journal record's ``data`` says, by its ``kind``: the events of a checkout, as head office reads them.

Field for field what the kiosk journals; a test encodes every durable event of the checkout and reads it here, so the
two cannot drift. What an event means is told where it happens, in ``kiosk/checkout/events.py``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from messages.day_report import DayReport, Grand, Reconciliation
from messages.envelope import decode_data
from messages.errors import MessageError, Reason
from messages.values import (
    BaggedPiece,
    BasketCoupon,
    CardEntry,
    LineItem,
    LineModifiers,
    Money,
    OwedGift,
    RedeemedCoupon,
    SalePoints,
    SettledTender,
    StockMove,
    TaxAmount,
    TenderKind,
    TransactionId,
    Used,
)

__all__ = [
    "PAYLOADS",
    "AccessibilitySet",
    "AgeApproved",
    "CouponAccepted",
    "CouponRefused",
    "CouponReturned",
    "DayCloseWanted",
    "DayClosed",
    "DayOpened",
    "DayReportRequested",
    "DayReportSettled",
    "DrawerOpened",
    "EpochOpened",
    "FiscalBegun",
    "FiscalDayClosed",
    "FiscalNumberGiven",
    "FiscalOutageBegan",
    "FiscalOutageEnded",
    "FiscalRefused",
    "FiscalRegistered",
    "FiscalRequested",
    "FiscalText",
    "FiscalUnsigned",
    "FiscalVoided",
    "GiftsOwed",
    "InterventionCleared",
    "InterventionRaised",
    "LaneClosed",
    "LaneOpened",
    "LanguageSet",
    "LayerSaving",
    "LineAdded",
    "LineVoided",
    "LoyaltyAttached",
    "MemberTold",
    "OperatorOff",
    "OperatorOn",
    "Payload",
    "PiecesBagged",
    "PointsTold",
    "PriceEnquired",
    "PriceModifiersSettled",
    "PriceOverridden",
    "QuantityChanged",
    "ReceiptDeclined",
    "ReceiptFailed",
    "ReceiptPrinted",
    "ReceiptRequested",
    "ReceiptUnknown",
    "SeriesContinued",
    "SeriesOpened",
    "ShopperLeft",
    "SignInShut",
    "StaffActRefused",
    "StaffActed",
    "StockMoved",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
    "TerminalDayClosed",
    "TerminalReconciled",
    "TransactionCompleted",
    "TransactionOpened",
    "TransactionResumed",
    "TransactionSuspended",
    "TransactionVoided",
    "WeighingParametersChanged",
    "ZReportMade",
    "read_payload",
]


class Payload(msgspec.Struct, frozen=True):
    """The ``data`` of one journal record. Unknown fields are let pass."""


class EpochOpened(Payload, frozen=True):
    """A journal began."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str
    utc_ms: int


class SeriesContinued(Payload, frozen=True):
    """This epoch goes on from the numbers head office knew."""

    series: int
    last_number: int
    last_legal: int
    business_day: str
    last_z: int = 0
    grand: Grand | None = None


class SeriesOpened(Payload, frozen=True):
    """Numbers start anew in a series of their own."""

    series: int


class DayOpened(Payload, frozen=True):
    """The business day began under this label (ISO date)."""

    business_day: str
    utc_ms: int
    clock_trusted: bool


class DayClosed(Payload, frozen=True):
    """The business day ended."""

    business_day: str
    utc_ms: int


class TerminalDayClosed(Payload, frozen=True):
    """The card terminal's answer when a business day ended; ``report`` is its totals as it words them."""

    business_day: str
    done: bool
    utc_ms: int
    report: tuple[str, ...] = ()
    reason: str = ""


class ZReportMade(Payload, frozen=True):
    """The day is closed with this report."""

    report: DayReport


class DayCloseWanted(Payload, frozen=True):
    """Head office wants the day closed."""

    by: str
    utc_ms: int


class DayReportRequested(Payload, frozen=True):
    """The printer is about to be asked for an X or Z report."""

    job: str
    kind: Literal["x", "z"]
    number: int
    copy: bool
    by: str
    utc_ms: int


class DayReportSettled(Payload, frozen=True):
    """What became of that print job."""

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


class TerminalReconciled(Payload, frozen=True):
    """The terminal's totals against the lane's own."""

    reconciliation: Reconciliation
    utc_ms: int


class DrawerOpened(Payload, frozen=True):
    """The cash drawer was told to open, or (``by_hand``) was seen open without."""

    by: str
    reason: Literal["cash_received", "cash_handed_back", "by_hand", "no_sale"]
    utc_ms: int
    tender: str = ""


class LaneOpened(Payload, frozen=True):
    """Selling may begin."""

    by: str


class LaneClosed(Payload, frozen=True):
    """Out of service."""

    by: str
    reason: str


class OperatorOn(Payload, frozen=True):
    """A member of staff signed in."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


class OperatorOff(Payload, frozen=True):
    """The member of staff signed out, or was."""

    operator_id: str
    reason: Literal["signed_out", "auto_lock", "restart"]


class SignInShut(Payload, frozen=True):
    """So many wrong PINs or badges in a row that none is taken for a while."""

    method: Literal["pin", "badge"]
    wait_ms: int
    utc_ms: int


class StaffActed(Payload, frozen=True):
    """A member of staff did something; what it changed stands in the records before."""

    act: str
    by: str
    role: str
    utc_ms: int
    reason: str = ""
    second: str = ""
    target: str = ""
    line: int | None = None


class StaffActRefused(Payload, frozen=True):
    """A member of staff wanted what their role may not."""

    act: str
    by: str
    role: str
    why: str
    utc_ms: int
    reason: str = ""
    target: str = ""
    line: int | None = None


class WeighingParametersChanged(Payload, frozen=True):
    """What weighings are judged by is another than before; ``count`` grows by one with each change in an epoch."""

    count: int
    digest: str
    parameters: str
    utc_ms: int


class TransactionOpened(Payload, frozen=True):
    """A shopper's visit began."""

    transaction: TransactionId
    utc_ms: int
    language: str
    currency: str
    book_version: int
    prices_include_tax: bool
    tax_rounding: Literal["unit", "line", "document"]
    cash_step_minor: int
    cash_method: Literal["half_up", "up", "down"] = "half_up"
    local: str = ""


class LanguageSet(Payload, frozen=True):
    """The shopper's language."""

    language: str


class AccessibilitySet(Payload, frozen=True):
    """How the screen is drawn for this shopper."""

    large_text: bool
    high_contrast: bool


class LineAdded(Payload, frozen=True):
    """A line item was rung up."""

    item: LineItem


class QuantityChanged(Payload, frozen=True):
    """The quantity of a counted line, and its new extended price."""

    line: int
    quantity: int
    extended: Money


class PriceOverridden(Payload, frozen=True):
    """Staff set another unit price for a line; ``was`` is the book's."""

    line: int
    unit_price: Money
    extended: Money
    was: Money
    reason: str
    by: str


class PriceEnquired(Payload, frozen=True):
    """Staff asked what an item costs; nothing was rung up."""

    item_id: str
    by: str


class LineVoided(Payload, frozen=True):
    """A line was voided by ``shopper`` or an operator."""

    line: int
    by: str


class PriceModifiersSettled(Payload, frozen=True):
    """What the offers give; replaces all earlier modifiers. ``proven``: no other combination gives more."""

    lines: tuple[LineModifiers, ...]
    proven: bool = True


class LoyaltyAttached(Payload, frozen=True):
    """A member was recognised; ``points`` is the balance at ``points_utc_ms``, where it is known."""

    member_id: str
    tier: str
    method: Literal["card", "phone"]
    points: int | None = None
    points_utc_ms: int = 0
    segments: tuple[str, ...] = ()


class PointsTold(Payload, frozen=True):
    """Head office told the member's balance."""

    points: int
    utc_ms: int


class MemberTold(Payload, frozen=True):
    """Head office told what only it knows of the member."""

    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()


class CouponAccepted(Payload, frozen=True):
    """A coupon counts in the basket."""

    coupon: BasketCoupon


class CouponReturned(Payload, frozen=True):
    """A coupon was taken off the basket unused."""

    code: str
    by: str
    reason: str = ""


class CouponRefused(Payload, frozen=True):
    """A coupon was presented and not taken."""

    code: str
    reason: str


class GiftsOwed(Payload, frozen=True):
    """What offers give for nothing and is not in the basket; replaces all earlier gifts."""

    gifts: tuple[OwedGift, ...]


class InterventionRaised(Payload, frozen=True):
    """Staff must judge."""

    intervention: str
    kind: str
    blocks: Literal["entry", "payment", "nothing"]
    may_clear: Literal["attendant", "supervisor"]
    utc_ms: int
    line: int | None = None
    minimum_age: int = 0
    tender: str = ""
    reason: str = ""
    grams: int = 0
    lines: tuple[int, ...] = ()


class InterventionCleared(Payload, frozen=True):
    """Staff judged."""

    intervention: str
    outcome: Literal["approved", "refused", "withdrawn"]
    by: str
    reason: str = ""
    remote: bool = False
    utc_ms: int = 0


class CommandAnswered(Payload, frozen=True):
    """What became of a command from afar."""

    command: str
    deed: Literal["clear_intervention", "message", "on_the_way", "open_lane", "close_lane", "close_day"]
    outcome: Literal["done", "refused", "too_late"]
    by: str
    utc_ms: int
    reason: str = ""
    intervention: str = ""
    words: str = ""


class AgeApproved(Payload, frozen=True):
    """Staff have judged the shopper old enough."""

    minimum_age: int
    by: str


class TenderRequested(Payload, frozen=True):
    """Money is about to be asked for, or ``points`` to be burned."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0


class TenderSettled(Payload, frozen=True):
    """What became of it; ``amount`` is what counts towards the total."""

    tender: str
    outcome: Literal["approved", "partial", "declined", "cancelled", "unknown"]
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


class TenderReversed(Payload, frozen=True):
    """An approved tender is taken back."""

    tender: str
    kind: TenderKind
    stage: Literal["requested", "done", "failed"]
    amount: Money
    reference: str
    reason: str
    tender_id: str = ""


class LayerSaving(msgspec.Struct, frozen=True):
    """What the offers of one layer took off a sale."""

    layer: Literal["catalogue", "item", "order", "points"]
    amount: Money


class TransactionCompleted(Payload, frozen=True):
    """The sale, whole: what the ledger keeps."""

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


class FiscalText(msgspec.Struct, frozen=True):
    """Something that the authority wants on the receipt."""

    key: str
    value: str
    kind: Literal["text", "qr", "note"] = "text"


class FiscalBegun(Payload, frozen=True):
    """A fiscal device is about to hear that a sale has begun."""

    transaction: str
    utc_ms: int


class FiscalVoided(Payload, frozen=True):
    """It has withdrawn a sale that came to nothing."""

    transaction: str


class FiscalRequested(Payload, frozen=True):
    """It is about to be asked to sign."""

    transaction: str
    begun_ms: int


class FiscalNumberGiven(Payload, frozen=True):
    """The legal number, in its own gap-free series. ``transaction`` is the UUID; ``by``: who keeps the series."""

    transaction: str
    series: str
    number: int
    by: Literal["checkout", "device"] = "checkout"
    outcome: Literal["", "signed", "contingency", "outage"] = ""
    utc_ms: int = 0
    printed: tuple[FiscalText, ...] = ()


class FiscalRefused(Payload, frozen=True):
    """The authority will not have the document."""

    transaction: str
    code: str
    reason: str
    permanent: bool = False


class FiscalUnsigned(Payload, frozen=True):
    """The sale stands without the device's word; ``owed``: it is to be registered later."""

    transaction: str
    utc_ms: int
    by: str = "system"
    owed: bool = False


class FiscalRegistered(Payload, frozen=True):
    """The late word on such a sale, or on one issued in contingency; it may come more than once."""

    transaction: str
    outcome: Literal["signed", "contingency", "refused"]
    series: str = ""
    number: int = 0
    utc_ms: int = 0
    code: str = ""
    reason: str = ""
    printed: tuple[FiscalText, ...] = ()


class FiscalOutageBegan(Payload, frozen=True):
    """The fiscal device, or the authority behind it, does not answer."""

    utc_ms: int
    cause: str = ""


class FiscalOutageEnded(Payload, frozen=True):
    """It answers again; so many sales went without it."""

    utc_ms: int
    documents: int


class FiscalDayClosed(Payload, frozen=True):
    """The authority's day is closed."""

    business_day: str
    reference: str


class StockMoved(Payload, frozen=True):
    """The only thing ever applied to stock."""

    transaction: str
    moves: tuple[StockMove, ...]


class PiecesBagged(Payload, frozen=True):
    """What items weigh, as a completed sale has shown: nothing of the sale or the shopper, only this."""

    pieces: tuple[BaggedPiece, ...]


class TransactionVoided(Payload, frozen=True):
    """Cancelled as a whole."""

    transaction: str
    by: str
    reason: str


class TransactionSuspended(Payload, frozen=True):
    """Parked."""

    transaction: str
    by: str
    reason: str


class TransactionResumed(Payload, frozen=True):
    """Taken up again."""

    transaction: str
    by: str


class ReceiptRequested(Payload, frozen=True):
    """The printer is about to be asked."""

    job: str
    copy: bool


class ReceiptPrinted(Payload, frozen=True):
    """The printer confirmed the job."""

    job: str
    copy: bool


class ReceiptFailed(Payload, frozen=True):
    """The printer could not print the job."""

    job: str
    reason: str


class ReceiptUnknown(Payload, frozen=True):
    """Nobody knows whether the job came out."""

    job: str


class ReceiptDeclined(Payload, frozen=True):
    """The shopper wants no receipt."""


class ShopperLeft(Payload, frozen=True):
    """The lane is free."""


PAYLOADS: dict[str, type[Payload]] = {kind.__name__: kind for kind in Payload.__subclasses__()}
"""Record kind -> what its ``data`` says."""


def read_payload(kind: str, data: bytes) -> Payload:
    """The payload of a record. Raises ``MessageError``: ``unknown_type`` for a kind this release has not heard of
    (its record is stored and countersigned all the same), ``bad_data`` where the data does not hold.
    """
    expected = PAYLOADS.get(kind)
    if expected is None:
        raise MessageError(Reason.UNKNOWN_TYPE, f"record kind {kind[:80]!r}")
    return decode_data(data, expected)
