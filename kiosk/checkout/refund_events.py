"""What has happened to a return: asked for, kept by head office, let go; and the second document of an exchange.

Durable events, as those in ``events``. The money that goes back is told by ``tender_events``, as negative tenders.
"""

from __future__ import annotations

from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.money import Money
from kiosk.retail.returns import OriginalTender
from kiosk.retail.tax import TaxAmount
from kiosk.retail.transaction import LineItem, Original
from kiosk.retail.values import dataclass

__all__ = ["NextDocument", "RefundEvent", "ReturnsDropped", "ReturnsHeld", "ReturnsRequested"]


@dataclass(frozen=True, slots=True)
class ReturnsRequested:
    """Staff take these units of a sale back, in the open basket; head office is about to be asked to keep them.

    ``hold`` is the id they are kept under, until the return is complete or dropped. ``lines`` are return line items
    with negative amounts, which come to ``total``, with ``tax`` in it or beside it (``included``: its prices held it).
    ``tenders`` are the sale's own with what is left of each. ``member_id``: whose points the sale counted. ``buyer``:
    who the sale's document named.
    """

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


@dataclass(frozen=True, slots=True)
class ReturnsHeld:
    """Head office keeps the units for this basket: nobody else can return them now."""

    hold: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class ReturnsDropped:
    """Nothing is taken back in this basket after all: head office would not keep it, or ``by`` changed their mind."""

    hold: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class NextDocument:
    """The paper of an exchange's sale is settled; that of its return, ``transaction``, is next."""

    transaction: str


RefundEvent = ReturnsRequested | ReturnsHeld | ReturnsDropped | NextDocument
