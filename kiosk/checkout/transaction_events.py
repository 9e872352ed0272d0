"""How a transaction begins and ends, and the paper it leaves. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.tender_events import SettledTender
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.exemption import Exemption
from kiosk.retail.money import Money
from kiosk.retail.offer import Layer
from kiosk.retail.tax import TaxAmount, TaxRounding
from kiosk.retail.tender import CashMethod
from kiosk.retail.transaction import LineItem, Original, OwedGift, RedeemedCoupon, TransactionId
from kiosk.retail.values import dataclass

__all__ = [
    "BaggedPiece",
    "LayerSaving",
    "PiecesBagged",
    "ReceiptDeclined",
    "ReceiptFailed",
    "ReceiptPrinted",
    "ReceiptRequested",
    "ReceiptUnknown",
    "SalePoints",
    "ShopperLeft",
    "StockMove",
    "StockMoved",
    "TransactionCompleted",
    "TransactionEvent",
    "TransactionOpened",
    "TransactionResumed",
    "TransactionSuspended",
    "TransactionVoided",
]


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
    ``buyer``: the tax number that the document bears. ``exemption``: why it bears no tax. ``original`` makes it a
    return from that sale: its lines, sums and tenders are negative. ``hold``: what head office has kept it under.
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
    buyer: BuyerNumber | None = None
    exemption: Exemption | None = None
    original: Original | None = None
    hold: str = ""


@dataclass(frozen=True, slots=True)
class StockMove:
    """How much of an item left the shop: pieces, or grams where it is sold by weight; negative: came back to it."""

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
    """Parked: the shopper walked away, staff parked it, or it is to be paid at the counter (``reason``).

    ``lines``: what another lane may go on with. ``expires_ms``: it is kept until then (0: until it is taken up).
    ``slip``: the print job of its slip; empty: there is none. ``reference``: the transaction's, as people read it;
    ``total`` and ``things``: what it comes to, and how many are in it. ``local``: its TransactionOpened's, whose hour
    holds for it at another lane, too.
    """

    transaction: str
    by: str
    reason: str
    utc_ms: int = 0
    lines: tuple[LineItem, ...] = ()
    expires_ms: int = 0
    slip: str = ""
    reference: str = ""
    total: Money | None = None
    things: int = 0
    local: str = ""


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


TransactionEvent = (
    TransactionOpened
    | TransactionCompleted
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
