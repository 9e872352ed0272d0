"""What crosses the Unix socket between the kiosk's own processes.

``kiosk-sync`` listens on ``sync.sock``; the checkout connects, says ``Hello`` and connects again whenever the line
breaks. One record is one line of JSON (UTF-8, at most 1 MiB) with its kind under ``"record"``. A line that cannot be
read is answered with ``Refused`` and dropped; the connection stays.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from messages.asks import CouponState, OfferUse, PaymentDeed, PaymentState, PointsDeed, PointsState, StockPlace
from messages.basket_asks import BasketRow, BasketState
from messages.commands import StaffDeed
from messages.day_report import Grand
from messages.return_asks import HeldLine, ReturnState
from messages.transaction_events import TransactionCompleted
from messages.value_asks import Instrument, ValueDeed, ValueState
from messages.values import FiscalDocument, LineItem, OriginalTender

__all__ = [
    "MAXIMUM_LINE",
    "Acknowledged",
    "AskBasket",
    "AskBaskets",
    "AskBought",
    "AskCoupon",
    "AskLoyalty",
    "AskNumbers",
    "AskPayment",
    "AskPlace",
    "AskPoints",
    "AskReturn",
    "AskSale",
    "AskSerial",
    "AskStock",
    "AskValue",
    "BasketFound",
    "BasketsFound",
    "BookReady",
    "BoughtTold",
    "CouponTold",
    "FromCheckout",
    "FromSync",
    "HeldLine",
    "Hello",
    "JournalGrew",
    "LaneCommand",
    "LaneStanding",
    "LoyaltyFound",
    "NumbersFound",
    "Online",
    "PaymentTold",
    "PlaceFound",
    "PointsHeld",
    "Refused",
    "ReturnTold",
    "SaleFound",
    "SerialTold",
    "StaffCommand",
    "StockTold",
    "ValueTold",
    "decode_from_checkout",
    "decode_from_sync",
    "encode",
]

MAXIMUM_LINE = 1_048_576
"""As the largest message of MQTT: a whole sale is told in one line."""


class _Record(msgspec.Struct, frozen=True, tag_field="record", forbid_unknown_fields=False):
    """Unknown fields are let pass: the two processes are of one release, save for the seconds of an update."""


class Hello(_Record, frozen=True, tag="hello"):
    """The checkout is here; sync answers with the standing: ``Online``, ``BookReady``, ``Acknowledged``."""

    release: str
    epoch: int


class JournalGrew(_Record, frozen=True, tag="journal_grew"):
    """The journal's head is now (epoch, sequence). A hint: sync also looks by itself."""

    epoch: int
    sequence: int


class AskLoyalty(_Record, frozen=True, tag="ask_loyalty"):
    """Who is behind this keyed hash? Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    keyed_hash: str
    deadline_ms: int


class AskCoupon(_Record, frozen=True, tag="ask_coupon"):
    """See ``messages.asks.CouponAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    code: str
    coupon: str
    transaction: str
    deadline_ms: int


class AskSerial(_Record, frozen=True, tag="ask_serial"):
    """See ``messages.asks.SerialAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    item_id: str
    serial: str
    transaction: str
    deadline_ms: int


class AskStock(_Record, frozen=True, tag="ask_stock"):
    """See ``messages.asks.StockAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    item_id: str
    location: str
    deadline_ms: int


class AskBought(_Record, frozen=True, tag="ask_bought"):
    """See ``messages.asks.BoughtAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    member_id: str
    business_day: str
    kinds: tuple[str, ...]
    departments: tuple[str, ...]
    items: tuple[str, ...]
    deadline_ms: int


class AskNumbers(_Record, frozen=True, tag="ask_numbers"):
    """The highest numbers head office knows of this workstation."""

    correlation: str
    deadline_ms: int


class AskPayment(_Record, frozen=True, tag="ask_payment"):
    """See ``messages.asks.PaymentAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    request: str
    deed: PaymentDeed
    deadline_ms: int
    amount_minor: int = 0
    currency: str = ""
    tender_id: str = ""
    original: str = ""


class AskSale(_Record, frozen=True, tag="ask_sale"):
    """See ``messages.return_asks.SaleAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    sought: str
    deadline_ms: int


class AskPlace(_Record, frozen=True, tag="ask_place"):
    """See ``messages.place_asks.PlaceAsk``. Answered within ``deadline_ms``, if need be with no place."""

    correlation: str
    intervention: str
    deadline_ms: int


class PlaceFound(_Record, frozen=True, tag="place_found"):
    """The answer to ``AskPlace``; 0: nobody knows."""

    correlation: str
    place: int = 0


class AskBasket(_Record, frozen=True, tag="ask_basket"):
    """See ``messages.basket_asks.BasketAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    sought: str
    own: bool
    deadline_ms: int
    again: bool = False


class AskBaskets(_Record, frozen=True, tag="ask_baskets"):
    """See ``messages.basket_asks.BasketsAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    deadline_ms: int


class AskReturn(_Record, frozen=True, tag="ask_return"):
    """See ``messages.return_asks.ReturnAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    hold: str
    transaction: str
    original: str
    lines: tuple[HeldLine, ...]
    deadline_ms: int
    left: tuple[tuple[str, int], ...] = ()


class AskPoints(_Record, frozen=True, tag="ask_points"):
    """See ``messages.asks.PointsAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    request: str
    deed: PointsDeed
    deadline_ms: int
    transaction: str = ""
    member_id: str = ""
    points: int = 0
    amount_minor: int = 0
    currency: str = ""


class AskValue(_Record, frozen=True, tag="ask_value"):
    """See ``messages.value_asks.ValueAsk``. Answered within ``deadline_ms``, if need be with ``offline``."""

    correlation: str
    request: str
    deed: ValueDeed
    deadline_ms: int
    instrument: Instrument = "account"
    keyed_hash: str = ""
    tender_id: str = ""
    transaction: str = ""
    amount_minor: int = 0
    currency: str = ""


class LaneStanding(_Record, frozen=True, tag="lane_standing"):
    """What staff should know of the lane's devices now: those that do not answer, and conditions, by their words."""

    lost: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


class Online(_Record, frozen=True, tag="online"):
    """Whether head office can be reached now."""

    online: bool


class BookReady(_Record, frozen=True, tag="book_ready"):
    """A price book of this feed version lies, whole and synced to disk, at ``path``."""

    version: int
    path: str


class Acknowledged(_Record, frozen=True, tag="acknowledged"):
    """Head office has stored everything up to (epoch, sequence)."""

    epoch: int
    sequence: int


class LoyaltyFound(_Record, frozen=True, tag="loyalty_found"):
    """The answer to ``AskLoyalty``; an empty ``member_id`` means nobody."""

    correlation: str
    member_id: str = ""
    tier: str = ""
    offline: bool = False
    points: int | None = None
    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[OfferUse, ...] = ()


class CouponTold(_Record, frozen=True, tag="coupon_told"):
    """The answer to ``AskCoupon``; ``offline``: nobody could be asked in time, and nothing else is said."""

    correlation: str
    state: CouponState = "unknown"
    offer_id: str = ""
    offline: bool = False


class SerialTold(_Record, frozen=True, tag="serial_told"):
    """The answer to ``AskSerial``; ``offline``: nobody could be asked in time, and nothing else is said."""

    correlation: str
    sold: bool = False
    offline: bool = False


class StockTold(_Record, frozen=True, tag="stock_told"):
    """The answer to ``AskStock``; ``offline``: nobody could be asked in time, and nothing else is said."""

    correlation: str
    places: tuple[StockPlace, ...] = ()
    offline: bool = False


class BoughtTold(_Record, frozen=True, tag="bought_told"):
    """The answer to ``AskBought``; ``offline``: nobody could be asked in time, and nothing else is said."""

    correlation: str
    pieces: int = 0
    grams: int = 0
    offline: bool = False


class NumbersFound(_Record, frozen=True, tag="numbers_found"):
    """The answer to ``AskNumbers``; zeros and an empty day where head office knows none."""

    correlation: str
    series: int = 0
    last_number: int = 0
    last_legal: int = 0
    business_day: str = ""
    offline: bool = False
    last_z: int = 0
    grand: Grand | None = None
    last_credit: int = 0


class SaleFound(_Record, frozen=True, tag="sale_found"):
    """The answer to ``AskSale`` (``messages.return_asks.SaleAnswer``). ``offline``: nobody could be asked in time."""

    correlation: str
    sale: TransactionCompleted | None = None
    legal_number: str = ""
    returned: tuple[tuple[int, int], ...] = ()
    tenders: tuple[OriginalTender, ...] = ()
    taken: bool = False
    offline: bool = False
    document: FiscalDocument | None = None


class BasketFound(_Record, frozen=True, tag="basket_found"):
    """The answer to ``AskBasket`` (``messages.basket_asks.BasketAnswer``). ``offline``: nobody could be asked."""

    correlation: str
    state: BasketState = "unknown"
    transaction: str = ""
    kiosk: str = ""
    lines: tuple[LineItem, ...] = ()
    offline: bool = False
    local: str = ""


class BasketsFound(_Record, frozen=True, tag="baskets_found"):
    """The answer to ``AskBaskets`` (``messages.basket_asks.BasketsAnswer``). ``offline``: nobody could be asked."""

    correlation: str
    baskets: tuple[BasketRow, ...] = ()
    gone: tuple[str, ...] = ()
    offline: bool = False


class ReturnTold(_Record, frozen=True, tag="return_told"):
    """The answer to ``AskReturn`` (``messages.return_asks.ReturnAnswer``). ``offline``: nobody could be asked."""

    correlation: str
    state: ReturnState = "unknown"
    offline: bool = False


class PaymentTold(_Record, frozen=True, tag="payment_told"):
    """What head office knows of a payment (``messages.asks.PaymentAnswer``): an answer, or news (no ``correlation``).

    ``offline``: nobody could be asked in time, and nothing else is said.
    """

    correlation: str
    request: str
    state: PaymentState = "unknown"
    payload: str = ""
    left_ms: int = 0
    amount_minor: int = 0
    currency: str = ""
    reference: str = ""
    scheme: str = ""
    reason: str = ""
    offline: bool = False


class PointsHeld(_Record, frozen=True, tag="points_held"):
    """The answer to ``AskPoints`` (``messages.asks.PointsAnswer``). ``offline``: nobody could be asked in time."""

    correlation: str
    request: str
    state: PointsState = "not_found"
    points: int = 0
    amount_minor: int = 0
    currency: str = ""
    reason: str = ""
    balance: int | None = None
    offline: bool = False


class ValueTold(_Record, frozen=True, tag="value_told"):
    """The answer to ``AskValue``; ``offline``: nobody could be asked in time, and nothing else is said."""

    correlation: str
    request: str
    state: ValueState = "not_found"
    amount_minor: int = 0
    currency: str = ""
    reason: str = ""
    account: str = ""
    kind: str = ""
    masked: str = ""
    balance: int | None = None
    face_minor: int = 0
    expires_day: str = ""
    offline: bool = False


class LaneCommand(_Record, frozen=True, tag="lane_command"):
    """Head office opens or closes the lane. ``ident`` and ``operator_id`` as in ``messages.commands.LaneOrder``."""

    command: Literal["open_lane", "close_lane", "close_day"]
    reason: str = ""
    ident: str = ""
    operator_id: str = ""


class StaffCommand(_Record, frozen=True, tag="staff_command"):
    """See ``messages.commands.StaffOrder``."""

    ident: str
    deed: StaffDeed
    expires_ms: int
    operator_id: str
    intervention: str = ""
    outcome: Literal["", "approved", "refused"] = ""
    reason: str = ""
    prepared: str = ""
    words: str = ""


class Refused(_Record, frozen=True, tag="refused"):
    """The last line could not be read."""

    reason: str


FromCheckout = (
    Hello
    | JournalGrew
    | LaneStanding
    | AskLoyalty
    | AskCoupon
    | AskSerial
    | AskBought
    | AskStock
    | AskNumbers
    | AskPayment
    | AskPoints
    | AskValue
    | AskSale
    | AskReturn
    | AskBasket
    | AskPlace
    | AskBaskets
    | Refused
)
FromSync = (
    Online
    | BookReady
    | Acknowledged
    | LoyaltyFound
    | CouponTold
    | SerialTold
    | BoughtTold
    | StockTold
    | NumbersFound
    | PaymentTold
    | PointsHeld
    | ValueTold
    | SaleFound
    | ReturnTold
    | BasketFound
    | PlaceFound
    | BasketsFound
    | LaneCommand
    | StaffCommand
    | Refused
)

_encoder = msgspec.json.Encoder()
_from_checkout: msgspec.json.Decoder[FromCheckout] = msgspec.json.Decoder(FromCheckout)
_from_sync: msgspec.json.Decoder[FromSync] = msgspec.json.Decoder(FromSync)


def encode(record: FromCheckout | FromSync) -> bytes:
    """One line, with its newline."""
    return _encoder.encode(record) + b"\n"


def decode_from_checkout(line: bytes) -> FromCheckout:
    """Raises ``msgspec.DecodeError`` (which ``ValidationError`` is one of) for anything that is not a record."""
    return _from_checkout.decode(line)


def decode_from_sync(line: bytes) -> FromSync:
    """Raises ``msgspec.DecodeError`` for anything that is not a record."""
    return _from_sync.decode(line)
