"""Questions a kiosk asks head office, each with a deadline, and the answers.

Published on ``up/ask/{kind}`` with MQTT 5's response topic, correlation data and message expiry; ``correlation`` stands
in the message too, for a bridge may drop properties. Head office answers on the asker's own ``down/answer/{kind}``.

``PaymentAnswer`` also comes unasked, with an empty correlation, when the acquirer has told head office something new.
That is a hint that may be lost: what became of a payment can always be asked.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from messages.day_report import Grand
from messages.envelope import Count, Message, Text

__all__ = [
    "BoughtAnswer",
    "BoughtAsk",
    "CouponAnswer",
    "CouponAsk",
    "CouponState",
    "LoyaltyAnswer",
    "LoyaltyAsk",
    "NumbersAnswer",
    "NumbersAsk",
    "OfferUse",
    "PaymentAnswer",
    "PaymentAsk",
    "PaymentDeed",
    "PaymentState",
    "PointsAnswer",
    "PointsAsk",
    "PointsDeed",
    "PointsState",
    "SerialAnswer",
    "SerialAsk",
    "StockAnswer",
    "StockAsk",
    "StockPlace",
]

PaymentDeed = Literal["charge", "status", "cancel", "refund", "return"]
PointsDeed = Literal["hold", "status", "release"]
PointsState = Literal["held", "refused", "released", "settled", "not_found"]
CouponState = Literal["reserved", "used", "taken", "unknown", "day", "store"]
PaymentState = Literal["waiting", "paid", "declined", "not_found", "refunding", "refunded", "refund_failed", "unknown"]


class LoyaltyAsk(Message, frozen=True, kw_only=True):
    """Asks who is behind this keyed hash of a card or phone number (lower-case hex)."""

    NAME: ClassVar[str] = "ask.loyalty"

    correlation: Text
    keyed_hash: Annotated[str, msgspec.Meta(max_length=128)]


class OfferUse(msgspec.Struct, frozen=True):
    """A member had an offer in a purchase: which, in which transaction (its uuid), on which business day."""

    offer_id: Text
    transaction: Text
    day: Text


class LoyaltyAnswer(Message, frozen=True, kw_only=True):
    """An opaque member id and a tier; empty: nobody. ``points``: the balance as it is now, where there is one.

    ``visit``: the how-manieth purchase this is, 0 where that is not told. ``segments``: groups that personal offers are
    for. ``used``: purchases in which the member had one of the offers that are limited per member, newest first.
    """

    NAME: ClassVar[str] = "answer.loyalty"

    correlation: Text
    member_id: Text = ""
    tier: Text = ""
    points: int | None = None
    visit: Count = 0
    segments: Annotated[tuple[Text, ...], msgspec.Meta(max_length=64)] = ()
    used: Annotated[tuple[OfferUse, ...], msgspec.Meta(max_length=200)] = ()


class SerialAsk(Message, frozen=True, kw_only=True):
    """Asks whether a pack with this serial number was sold in another transaction than ``transaction`` (its uuid)."""

    NAME: ClassVar[str] = "ask.serial"

    correlation: Text
    item_id: Text
    serial: Text
    transaction: Text


class SerialAnswer(Message, frozen=True, kw_only=True):
    """Whether it was, in any shop, as far as head office's ledger goes."""

    NAME: ClassVar[str] = "answer.serial"

    correlation: Text
    sold: bool = False


class StockAsk(Message, frozen=True, kw_only=True):
    """Asks how much of an item lies where. ``location``: the asker's own, which is told first."""

    NAME: ClassVar[str] = "ask.stock"

    correlation: Text
    item_id: Text
    location: Text = ""


class StockPlace(msgspec.Struct, frozen=True):
    """Pieces or grams at a stock location, with the names of its shop where it has one; ``here``: the asker's own."""

    location: Text
    on_hand: int
    names: dict[str, str] = {}
    here: bool = False


class StockAnswer(Message, frozen=True, kw_only=True):
    """Where there is any, the most first; the asker's own whatever it has."""

    NAME: ClassVar[str] = "answer.stock"

    correlation: Text
    places: tuple[StockPlace, ...] = ()


class BoughtAsk(Message, frozen=True, kw_only=True):
    """Asks what a member has had on a business day, in all shops, of some ``kinds``, ``departments`` or ``items``."""

    NAME: ClassVar[str] = "ask.bought"

    correlation: Text
    member_id: Text
    business_day: Text
    kinds: Annotated[tuple[Text, ...], msgspec.Meta(max_length=16)] = ()
    departments: Annotated[tuple[Text, ...], msgspec.Meta(max_length=64)] = ()
    items: Annotated[tuple[Text, ...], msgspec.Meta(max_length=200)] = ()


class BoughtAnswer(Message, frozen=True, kw_only=True):
    """Pieces (a weighed line counts as one) and grams (of what was weighed), as far as the ledger goes."""

    NAME: ClassVar[str] = "answer.bought"

    correlation: Text
    pieces: Count = 0
    grams: Count = 0


class CouponAsk(Message, frozen=True, kw_only=True):
    """Asks for a coupon to be kept for a basket, so that it serves nowhere else.

    ``code`` is the coupon's own, ``coupon`` that of the offer which the asker's price book has for it (may be empty).
    ``transaction`` is the basket's uuid: asking again under it is never a second reservation. What becomes of it comes
    with the journal: redeemed by TransactionCompleted, let go by CouponReturned and TransactionVoided, and by time.
    """

    NAME: ClassVar[str] = "ask.coupon"

    correlation: Text
    code: Text
    transaction: Text
    store: Text
    coupon: Text = ""


class CouponAnswer(Message, frozen=True, kw_only=True):
    """``reserved`` for the asker's basket, opening ``offer_id``; or why not.

    ``used``: redeemed before; ``taken``: kept for another basket now; ``unknown``: none of ours; ``day``, ``store``:
    not today, not here.
    """

    NAME: ClassVar[str] = "answer.coupon"

    correlation: Text
    state: CouponState
    offer_id: Text = ""


class NumbersAsk(Message, frozen=True, kw_only=True):
    """A new epoch asks what head office knows of its workstation before it sells. ``epoch`` is the asker's own."""

    NAME: ClassVar[str] = "ask.numbers"

    correlation: Text
    store: Text
    workstation: Text
    epoch: Count


class NumbersAnswer(Message, frozen=True, kw_only=True):
    """The highest numbers of the workstation over all earlier epochs; zeros and an empty day where it is new.

    ``last_z`` is its last Z report's number, ``grand`` its perpetual totals: of all its sales in the ledger.
    """

    NAME: ClassVar[str] = "answer.numbers"

    correlation: Text
    series: Count = 0
    last_number: Count = 0
    last_legal: Count = 0
    business_day: Text = ""
    last_z: Count = 0
    grand: Grand | None = None
    last_credit: Count = 0


class PaymentAsk(Message, frozen=True, kw_only=True):
    """Asks for money through head office's acquirer, by a code for the shopper's telephone; or what became of it.

    ``request`` is the tender's own id: whatever is asked under it again is never a second charge. ``charge`` begins
    one, ``status`` only looks, ``cancel`` stops it, ``refund`` gives it back. ``amount_minor``, ``currency`` and
    ``tender_id`` (which acquirer) say with each of them what was asked for: a head office that has lost its record
    asks the acquirer itself. Without ``tender_id`` it cannot, and what it has no record of is ``not_found``.
    ``return`` gives ``amount_minor`` of the earlier payment ``original`` back, once per ``request``.
    """

    NAME: ClassVar[str] = "ask.payment"

    correlation: Text
    request: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9-]{7,63}\Z")]
    deed: PaymentDeed
    amount_minor: Count = 0
    currency: Text = ""
    tender_id: Text = ""
    original: Text = ""


class PaymentAnswer(Message, frozen=True, kw_only=True):
    """What head office knows of a payment.

    ``waiting``: ``payload`` may be shown as a QR code for ``left_ms`` more. ``paid``: ``amount_minor`` came, and
    ``reference`` is the bank's own (the end-to-end id of Pix). ``declined``: no money counts, ``reason`` says why
    (``declined``, ``expired``, ``cancelled``, ``unavailable``: the acquirer could not be asked, ``not_offered``: there
    is none, ``refused``: it would not, ``code``: its code could not be trusted). ``refunding``, ``refunded`` and
    ``refund_failed``: money came, counts for nothing and goes back, went back, or could not; ``reason`` may be
    ``amount`` (another one came) or ``late``. ``unknown``: the acquirer did not say.
    """

    NAME: ClassVar[str] = "answer.payment"

    correlation: Text
    request: Text
    state: PaymentState
    payload: Text = ""
    left_ms: Count = 0
    amount_minor: Count = 0
    currency: Text = ""
    reference: Text = ""
    scheme: Text = ""
    reason: Text = ""


class PointsAsk(Message, frozen=True, kw_only=True):
    """Asks head office to keep a member's points aside for a sale that burns them; or how that stands.

    ``request`` is the tender's own id: whatever is asked under it again is never a second burn. ``hold`` keeps
    ``points`` of ``member_id``, worth ``amount_minor``, for the sale ``transaction``; ``status`` only looks;
    ``release`` lets them go. Nothing is taken by asking: what a completed sale burned is booked from its journal.
    """

    NAME: ClassVar[str] = "ask.points"

    correlation: Text
    request: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9-]{7,63}\Z")]
    deed: PointsDeed
    transaction: Text = ""
    member_id: Text = ""
    points: Count = 0
    amount_minor: Count = 0
    currency: Text = ""


class PointsAnswer(Message, frozen=True, kw_only=True):
    """How a hold stands.

    ``held``: ``points`` worth ``amount_minor`` may be counted as paid. ``refused``: they may not, ``reason`` says why
    (``balance``, ``member``, ``terms``). ``released``: they are the member's again (``reason`` ``expired``: nobody
    spoke of them for too long). ``settled``: the sale is booked. ``not_found``: nobody asked for it, and nobody can any
    more. ``balance``: what the member may burn now, what is held taken off; ``None`` where no member is known.
    """

    NAME: ClassVar[str] = "answer.points"

    correlation: Text
    request: Text
    state: PointsState
    points: Count = 0
    amount_minor: Count = 0
    currency: Text = ""
    reason: Text = ""
    balance: int | None = None
