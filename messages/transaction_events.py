"""What the journal records of how a transaction begins and ends, and of its paper."""

from __future__ import annotations

from typing import Literal

import msgspec

from messages.payload import Payload
from messages.values import (
    BaggedPiece,
    BuyerNumber,
    Exemption,
    LineItem,
    Money,
    Original,
    OwedGift,
    RedeemedCoupon,
    SalePoints,
    SettledTender,
    StockMove,
    TaxAmount,
    TransactionId,
)

__all__ = [
    "LayerSaving",
    "PiecesBagged",
    "ReceiptDeclined",
    "ReceiptFailed",
    "ReceiptPrinted",
    "ReceiptRequested",
    "ReceiptUnknown",
    "ShopperLeft",
    "StockMoved",
    "TransactionCompleted",
    "TransactionOpened",
    "TransactionResumed",
    "TransactionSuspended",
    "TransactionVoided",
]


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


class LayerSaving(msgspec.Struct, frozen=True):
    """What the offers of one layer took off a sale."""

    layer: Literal["catalogue", "item", "order", "points"]
    amount: Money


class TransactionCompleted(Payload, frozen=True):
    """The sale, whole: what the ledger keeps. ``original``: it is a return from that sale, kept under ``hold``."""

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
    """Parked. ``lines``: what another lane may go on with; none: nothing of it.

    ``expires_ms``: kept until then; 0: until it is taken up. ``slip``: the print job of its slip. ``local``: when it
    was opened by the shop's clock.
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
