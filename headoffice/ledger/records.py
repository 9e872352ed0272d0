"""The journal's events as the ledger reads them: of each, the fields it needs.

Head office keeps every record whole; these are only its reading of some of them. A field that a later kiosk adds is
let pass, a kind that is not here is kept and not interpreted.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from kiosk.retail.money import Money
from kiosk.retail.tax import TaxAmount
from kiosk.retail.transaction import LineItem, PriceModifier, TransactionId

__all__ = ["EVENTS", "Event", "read"]


class _Event(msgspec.Struct, frozen=True):
    """Unknown fields are let pass."""


class EpochOpened(_Event, frozen=True):
    """A journal began."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str


class SeriesContinued(_Event, frozen=True):
    """The epoch goes on from these numbers."""

    series: int
    last_number: int
    last_legal: int
    business_day: str


class SeriesOpened(_Event, frozen=True):
    """The epoch numbers anew, in this series."""

    series: int


class DayOpened(_Event, frozen=True):
    """A business day began."""

    business_day: str


class LaneOpened(_Event, frozen=True):
    """Selling may begin."""

    by: str


class LaneClosed(_Event, frozen=True):
    """Out of service."""

    by: str
    reason: str


class TransactionOpened(_Event, frozen=True):
    """A visit began."""

    transaction: TransactionId
    utc_ms: int
    currency: str


class LineAdded(_Event, frozen=True):
    """A line was rung up."""

    item: LineItem


class QuantityChanged(_Event, frozen=True):
    """A counted line's new quantity."""

    line: int
    quantity: int
    extended: Money


class LineVoided(_Event, frozen=True):
    """A line was voided."""

    line: int


class LineModifiers(_Event, frozen=True):
    """The offers on one line."""

    line: int
    modifiers: tuple[PriceModifier, ...]


class PriceModifiersSettled(_Event, frozen=True):
    """All offers on the basket as it stands."""

    lines: tuple[LineModifiers, ...]


class LoyaltyAttached(_Event, frozen=True):
    """A member was recognised."""

    member_id: str


class InterventionRaised(_Event, frozen=True):
    """Staff must judge."""

    intervention: str
    kind: str
    blocks: str
    utc_ms: int
    line: int | None = None
    minimum_age: int = 0


class InterventionCleared(_Event, frozen=True):
    """Staff judged."""

    intervention: str
    outcome: str
    by: str


class TenderRequested(_Event, frozen=True):
    """Money is asked for."""

    tender: str


class TenderSettled(_Event, frozen=True):
    """What became of it."""

    tender: str
    outcome: str


class SettledTender(_Event, frozen=True):
    """An approved tender of a completed sale."""

    tender: str
    tender_id: str
    kind: str
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None


class TransactionCompleted(_Event, frozen=True):
    """The sale, whole."""

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


class FiscalNumberGiven(_Event, frozen=True):
    """The legal number of a completed sale."""

    transaction: str
    series: str
    number: int


class StockMove(_Event, frozen=True):
    """Pieces or grams of an item that left the shop."""

    item_id: str
    quantity: int
    unit: Literal["each", "g"]


class StockMoved(_Event, frozen=True):
    """The only thing ever applied to stock."""

    transaction: str
    moves: tuple[StockMove, ...]


class TransactionVoided(_Event, frozen=True):
    """Cancelled as a whole."""

    transaction: str


class TransactionSuspended(_Event, frozen=True):
    """Parked."""

    transaction: str


class TransactionResumed(_Event, frozen=True):
    """Taken up again."""

    transaction: str


Event = (
    EpochOpened
    | SeriesContinued
    | SeriesOpened
    | DayOpened
    | LaneOpened
    | LaneClosed
    | TransactionOpened
    | LineAdded
    | QuantityChanged
    | LineVoided
    | PriceModifiersSettled
    | LoyaltyAttached
    | InterventionRaised
    | InterventionCleared
    | TenderRequested
    | TenderSettled
    | TransactionCompleted
    | FiscalNumberGiven
    | StockMoved
    | TransactionVoided
    | TransactionSuspended
    | TransactionResumed
)

EVENTS: dict[str, msgspec.json.Decoder[Event]] = {
    kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(Event)
}
"""Record kind -> how it is read."""


def read(kind: str, payload: bytes) -> Event | None:
    """The event, or ``None`` for a kind the ledger does not interpret. Raises ``ValueError`` for a payload that does
    not hold what its kind says.
    """
    decoder = EVENTS.get(kind)
    try:
        return None if decoder is None else decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as fault:
        message = f"{kind}: {fault}"
        raise ValueError(message) from fault
