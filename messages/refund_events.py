"""What the journal records of a return before it is complete, and of an exchange's second document."""

from __future__ import annotations

from messages.payload import Payload
from messages.values import BuyerNumber, LineItem, Money, Original, OriginalTender, TaxAmount

__all__ = ["NextDocument", "ReturnsDropped", "ReturnsHeld", "ReturnsRequested"]


class ReturnsRequested(Payload, frozen=True):
    """Staff take these units of a sale back; head office is about to be asked to keep them under ``hold``."""

    hold: str
    transaction: str
    original: Original
    lines: tuple[LineItem, ...]
    subtotal: Money
    discount: Money
    tax: tuple[TaxAmount, ...]
    total: Money
    tenders: tuple[OriginalTender, ...]
    by: str
    utc_ms: int
    member_id: str = ""
    included: bool = True
    buyer: BuyerNumber | None = None


class ReturnsHeld(Payload, frozen=True):
    """Head office keeps them."""

    hold: str
    utc_ms: int


class ReturnsDropped(Payload, frozen=True):
    """Nothing is taken back in this basket after all."""

    hold: str
    by: str
    reason: str


class NextDocument(Payload, frozen=True):
    """The paper of an exchange's sale is settled; its return's is next."""

    transaction: str
