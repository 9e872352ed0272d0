"""Questions of the checkout to head office: each is answered within its deadline, if need be with "offline"."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from kiosk.sync.faults import Faults
from kiosk.sync.settings import SyncSettings
from messages import envelope, topics
from messages.asks import (
    BoughtAnswer,
    BoughtAsk,
    CouponAnswer,
    CouponAsk,
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    PaymentAnswer,
    PaymentAsk,
    PointsAnswer,
    PointsAsk,
    SerialAnswer,
    SerialAsk,
    StockAnswer,
    StockAsk,
)
from messages.basket_asks import BasketAnswer, BasketAsk, BasketsAnswer, BasketsAsk
from messages.envelope import Message
from messages.errors import MessageError
from messages.local import (
    AskBasket,
    AskBaskets,
    AskBought,
    AskCoupon,
    AskLoyalty,
    AskNumbers,
    AskPayment,
    AskPlace,
    AskPoints,
    AskReturn,
    AskSale,
    AskSerial,
    AskStock,
    AskValue,
    BasketFound,
    BasketsFound,
    BoughtTold,
    CouponTold,
    LoyaltyFound,
    NumbersFound,
    PaymentTold,
    PlaceFound,
    PointsHeld,
    ReturnTold,
    SaleFound,
    SerialTold,
    StockTold,
    ValueTold,
)
from messages.place_asks import PlaceAnswer, PlaceAsk
from messages.return_asks import ReturnAnswer, ReturnAsk, SaleAnswer, SaleAsk
from messages.topics import AskKind
from messages.value_asks import ValueAnswer, ValueAsk

__all__ = ["Asks"]

_LONGEST_MS = 60_000
_MOST = 256
"""Questions open at once; a checkout asks one at a time."""

Answer = (
    LoyaltyFound
    | CouponTold
    | SerialTold
    | StockTold
    | BoughtTold
    | NumbersFound
    | PaymentTold
    | PointsHeld
    | ValueTold
    | SaleFound
    | ReturnTold
    | BasketFound
    | PlaceFound
    | BasketsFound
)
Reply = Callable[[Answer], None]


class PublishAsk(Protocol):
    """How a question goes out."""

    def __call__(self, topic: str, payload: bytes, *, expiry_s: int, response_topic: str, correlation: bytes) -> bool:
        """``False``: not connected."""


class _Open(NamedTuple):
    kind: AskKind
    question: Message
    reply: Reply
    offline: Answer
    deadline: float
    timer: asyncio.TimerHandle
    sent: bool
    again: float = 0.0


class Asks:
    """Open questions by their correlation. Used on the asyncio loop. ``news`` hears of payments unasked."""

    def __init__(
        self, settings: SyncSettings, *, publish: PublishAsk, news: Callable[[PaymentTold], None], faults: Faults
    ) -> None:
        self._settings = settings
        self._publish = publish
        self._news = news
        self._faults = faults
        self._open: dict[str, _Open] = {}

    @property
    def open(self) -> int:
        """Questions not answered yet."""
        return len(self._open)

    def loyalty(self, ask: AskLoyalty, reply: Reply) -> None:
        """A shopper waits: without a connection the answer is "offline" at once."""
        question = LoyaltyAsk(correlation=ask.correlation, keyed_hash=ask.keyed_hash)
        offline = LoyaltyFound(ask.correlation, offline=True)
        self._ask_now("loyalty", question, ask.correlation, ask.deadline_ms, reply, offline)

    def coupon(self, ask: AskCoupon, reply: Reply) -> None:
        """As above; what was reserved and is not waited for any more goes by the journal, or by time."""
        question = CouponAsk(
            correlation=ask.correlation,
            code=ask.code,
            coupon=ask.coupon,
            transaction=ask.transaction,
            store=self._settings.store,
        )
        offline = CouponTold(ask.correlation, offline=True)
        self._ask_now("coupon", question, ask.correlation, ask.deadline_ms, reply, offline)

    def serial(self, ask: AskSerial, reply: Reply) -> None:
        """As above; without an answer the lane goes by what it has sold itself."""
        question = SerialAsk(
            correlation=ask.correlation, item_id=ask.item_id, serial=ask.serial, transaction=ask.transaction
        )
        offline = SerialTold(ask.correlation, offline=True)
        self._ask_now("serial", question, ask.correlation, ask.deadline_ms, reply, offline)

    def stock(self, ask: AskStock, reply: Reply) -> None:
        """As above; without an answer staff are told so."""
        question = StockAsk(correlation=ask.correlation, item_id=ask.item_id, location=ask.location)
        offline = StockTold(ask.correlation, offline=True)
        self._ask_now("stock", question, ask.correlation, ask.deadline_ms, reply, offline)

    def bought(self, ask: AskBought, reply: Reply) -> None:
        """As above; without an answer the lane goes by the basket."""
        question = BoughtAsk(
            correlation=ask.correlation,
            member_id=ask.member_id,
            business_day=ask.business_day,
            kinds=ask.kinds,
            departments=ask.departments,
            items=ask.items,
        )
        offline = BoughtTold(ask.correlation, offline=True)
        self._ask_now("bought", question, ask.correlation, ask.deadline_ms, reply, offline)

    def payment(self, ask: AskPayment, reply: Reply) -> None:
        """As above: whoever owes money must not wait for a connection. What became of it can be asked again."""
        question = PaymentAsk(
            correlation=ask.correlation,
            request=ask.request,
            deed=ask.deed,
            amount_minor=ask.amount_minor,
            currency=ask.currency,
            tender_id=ask.tender_id,
            original=ask.original,
        )
        offline = PaymentTold(ask.correlation, ask.request, offline=True)
        self._ask_now("payment", question, ask.correlation, ask.deadline_ms, reply, offline)

    def points(self, ask: AskPoints, reply: Reply) -> None:
        """As above: a hold that nobody answered for is asked about, or let go, under its own name."""
        question = PointsAsk(
            correlation=ask.correlation,
            request=ask.request,
            deed=ask.deed,
            transaction=ask.transaction,
            member_id=ask.member_id,
            points=ask.points,
            amount_minor=ask.amount_minor,
            currency=ask.currency,
        )
        offline = PointsHeld(ask.correlation, ask.request, offline=True)
        self._ask_now("points", question, ask.correlation, ask.deadline_ms, reply, offline)

    def value(self, ask: AskValue, reply: Reply) -> None:
        """As with points."""
        question = ValueAsk(
            correlation=ask.correlation,
            request=ask.request,
            deed=ask.deed,
            instrument=ask.instrument,
            keyed_hash=ask.keyed_hash,
            tender_id=ask.tender_id,
            transaction=ask.transaction,
            store=self._settings.store,
            amount_minor=ask.amount_minor,
            currency=ask.currency,
        )
        offline = ValueTold(ask.correlation, ask.request, offline=True)
        self._ask_now("value", question, ask.correlation, ask.deadline_ms, reply, offline)

    def sale(self, ask: AskSale, reply: Reply) -> None:
        """As above: without head office nothing can be taken back."""
        question = SaleAsk(correlation=ask.correlation, sought=ask.sought, store=self._settings.store)
        offline = SaleFound(ask.correlation, offline=True)
        self._ask_now("sale", question, ask.correlation, ask.deadline_ms, reply, offline)

    def place(self, ask: AskPlace, reply: Reply) -> None:
        """As above; where nobody can be asked no place is known."""
        question = PlaceAsk(correlation=ask.correlation, intervention=ask.intervention)
        self._ask_now("place", question, ask.correlation, ask.deadline_ms, reply, PlaceFound(ask.correlation))

    def basket(self, ask: AskBasket, reply: Reply) -> None:
        """As above; what was given and is not waited for any more is given again to whoever asks here."""
        store = self._settings.store
        question = BasketAsk(correlation=ask.correlation, store=store, sought=ask.sought, own=ask.own, again=ask.again)
        offline = BasketFound(ask.correlation, offline=True)
        self._ask_now("basket", question, ask.correlation, ask.deadline_ms, reply, offline)

    def baskets(self, ask: AskBaskets, reply: Reply) -> None:
        """As above: without head office there is only the lane's own list."""
        question = BasketsAsk(correlation=ask.correlation, store=self._settings.store)
        offline = BasketsFound(ask.correlation, offline=True)
        self._ask_now("baskets", question, ask.correlation, ask.deadline_ms, reply, offline)

    def returns(self, ask: AskReturn, reply: Reply) -> None:
        """As above; what is kept and not waited for any more goes by the journal, or by time."""
        question = ReturnAsk(
            correlation=ask.correlation,
            hold=ask.hold,
            transaction=ask.transaction,
            original=ask.original,
            lines=ask.lines,
            left=ask.left,
        )
        offline = ReturnTold(ask.correlation, offline=True)
        self._ask_now("return", question, ask.correlation, ask.deadline_ms, reply, offline)

    def numbers(self, ask: AskNumbers, epoch: int, reply: Reply) -> None:
        """Asked once in an epoch's life, at its start, often before the connection stands: worth the whole deadline."""
        settings = self._settings
        question = NumbersAsk(
            correlation=ask.correlation, store=settings.store, workstation=settings.workstation, epoch=epoch
        )
        offline = NumbersFound(ask.correlation, offline=True)
        self._ask("numbers", question, ask.correlation, ask.deadline_ms, reply, offline)

    def connected(self) -> None:
        """Ask what could not be asked yet."""
        for correlation, waiting in list(self._open.items()):
            if not waiting.sent:
                self._open[correlation] = waiting._replace(sent=self._send(waiting, correlation))

    def tick(self) -> None:
        """Ask for numbers again: head office may have come after the question had gone by."""
        now = asyncio.get_running_loop().time()
        for correlation, waiting in list(self._open.items()):
            if waiting.kind == "numbers" and waiting.sent and now >= waiting.again:
                again = now + self._settings.timing.feed_ms / 1000
                self._open[correlation] = waiting._replace(sent=self._send(waiting, correlation), again=again)

    def disconnected(self) -> None:
        """A shopper who waits is answered; numbers may still be asked for within their deadline."""
        for correlation, waiting in list(self._open.items()):
            if waiting.kind == "numbers":
                self._open[correlation] = waiting._replace(sent=False)
            else:
                self._close(correlation, waiting.offline)

    def receive(self, kind: str, payload: bytes) -> None:
        """An answer came: passed on if it is still waited for, else dropped. News of a payment is always passed on."""
        try:
            answer = _read_return(kind, payload) or self._read(kind, payload)
        except MessageError as fault:
            self._faults.begin(f"answer {kind}", f"unreadable: {fault}")
            return
        self._faults.end(f"answer {kind}")
        if isinstance(answer, PaymentTold) and not answer.correlation:
            self._news(answer)
            return
        waiting = self._open.get(answer.correlation)
        if waiting is not None and type(answer) is type(waiting.offline):
            self._close(answer.correlation, answer)

    @staticmethod
    def _read(kind: str, payload: bytes) -> Answer:  # noqa: PLR0911 - one for each kind of answer
        if kind == "loyalty":
            member = envelope.decode(payload, LoyaltyAnswer).data
            return LoyaltyFound(
                member.correlation,
                member.member_id,
                member.tier,
                points=member.points,
                visit=member.visit,
                segments=member.segments,
                used=member.used,
            )
        if kind == "coupon":
            kept = envelope.decode(payload, CouponAnswer).data
            return CouponTold(kept.correlation, kept.state, kept.offer_id)
        if kind == "serial":
            pack = envelope.decode(payload, SerialAnswer).data
            return SerialTold(pack.correlation, pack.sold)
        if kind == "stock":
            shelf = envelope.decode(payload, StockAnswer).data
            return StockTold(shelf.correlation, shelf.places)
        if kind == "bought":
            had = envelope.decode(payload, BoughtAnswer).data
            return BoughtTold(had.correlation, had.pieces, had.grams)
        if kind == "payment":
            told = envelope.decode(payload, PaymentAnswer).data
            return PaymentTold(
                told.correlation,
                told.request,
                told.state,
                told.payload,
                told.left_ms,
                told.amount_minor,
                told.currency,
                told.reference,
                told.scheme,
                told.reason,
            )
        if kind == "points":
            held = envelope.decode(payload, PointsAnswer).data
            return PointsHeld(
                held.correlation,
                held.request,
                held.state,
                held.points,
                held.amount_minor,
                held.currency,
                held.reason,
                held.balance,
            )
        if kind == "value":
            value = envelope.decode(payload, ValueAnswer).data
            return ValueTold(
                value.correlation,
                value.request,
                value.state,
                value.amount_minor,
                value.currency,
                value.reason,
                value.account,
                value.kind,
                value.masked,
                value.balance,
                value.face_minor,
                value.expires_day,
            )
        numbers = envelope.decode(payload, NumbersAnswer).data
        return NumbersFound(
            numbers.correlation,
            numbers.series,
            numbers.last_number,
            numbers.last_legal,
            numbers.business_day,
            last_z=numbers.last_z,
            grand=numbers.grand,
            last_credit=numbers.last_credit,
        )

    def _ask_now(
        self, kind: AskKind, question: Message, correlation: str, deadline_ms: int, reply: Reply, offline: Answer
    ) -> None:
        """Ask, or answer "offline" at once."""
        self._ask(kind, question, correlation, deadline_ms, reply, offline)
        if correlation in self._open and not self._open[correlation].sent:
            self._close(correlation, offline)

    def _ask(
        self, kind: AskKind, question: Message, correlation: str, deadline_ms: int, reply: Reply, offline: Answer
    ) -> None:
        if correlation in self._open:
            return
        if len(self._open) >= _MOST:
            reply(offline)
            return
        loop = asyncio.get_running_loop()
        seconds = min(max(deadline_ms, 0), _LONGEST_MS) / 1000
        timer = loop.call_later(seconds, self._close, correlation, offline)
        again = loop.time() + self._settings.timing.feed_ms / 1000
        waiting = _Open(kind, question, reply, offline, loop.time() + seconds, timer, sent=False, again=again)
        self._open[correlation] = waiting._replace(sent=self._send(waiting, correlation))

    def _send(self, waiting: _Open, correlation: str) -> bool:
        kiosk = self._settings.kiosk
        left = waiting.deadline - asyncio.get_running_loop().time()
        return self._publish(
            topics.ask(kiosk, waiting.kind),
            envelope.encode(waiting.question, source=f"kiosk/v1/{kiosk}"),
            expiry_s=int(max(left, 0)) + 1,
            response_topic=topics.answer(kiosk, waiting.kind),
            correlation=correlation.encode(),
        )

    def _close(self, correlation: str, answer: Answer) -> None:
        waiting = self._open.pop(correlation, None)
        if waiting is not None:
            waiting.timer.cancel()
            waiting.reply(answer)


def _read_return(kind: str, payload: bytes) -> Answer | None:
    """What head office says about a return, parked baskets or the queue; ``None``: it speaks of something else."""
    if kind == "sale":
        sold = envelope.decode(payload, SaleAnswer).data
        known = (sold.correlation, sold.sale, sold.legal_number, sold.returned, sold.tenders)
        return SaleFound(*known, taken=sold.taken, document=sold.document)
    if kind == "return":
        back = envelope.decode(payload, ReturnAnswer).data
        return ReturnTold(back.correlation, back.state)
    if kind == "place":
        queued = envelope.decode(payload, PlaceAnswer).data
        return PlaceFound(queued.correlation, queued.place)
    if kind == "basket":
        told = envelope.decode(payload, BasketAnswer).data
        return BasketFound(told.correlation, told.state, told.transaction, told.kiosk, told.lines, local=told.local)
    if kind == "baskets":
        listed = envelope.decode(payload, BasketsAnswer).data
        return BasketsFound(listed.correlation, listed.baskets, listed.gone)
    return None
