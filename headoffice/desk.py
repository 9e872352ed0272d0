"""The desk: a message in, the replies to publish out. It knows no broker, so it is tested without one."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from headoffice.asks import Answers
from headoffice.basket_keeper import BasketKeeper
from headoffice.call_queue import place_of
from headoffice.coupons import overview
from headoffice.database import Database, is_full
from headoffice.feed import Feed
from headoffice.imports.intake import publish_due_prices
from headoffice.insight import home_of
from headoffice.lane_frames import Frames
from headoffice.ledger.ingest import Ingest, Told
from headoffice.ledger.letters import Letter, bury
from headoffice.payments.cashier import Cashier
from headoffice.points.holds import Holds
from headoffice.points.upkeep import look_after
from headoffice.registry import Registry
from headoffice.returns.keeper import ReturnKeeper
from headoffice.stock import publish_stirred
from headoffice.stored_value.holds import ValueHolds
from headoffice.weights import LEAST, teach
from messages import envelope, feed, topics
from messages.asks import (
    BoughtAsk,
    CouponAsk,
    LoyaltyAsk,
    NumbersAsk,
    PaymentAnswer,
    PaymentAsk,
    PointsAsk,
    SerialAsk,
    StockAsk,
)
from messages.basket_asks import BasketAsk, BasketsAsk
from messages.countersign import Signer
from messages.errors import MessageError, Reason
from messages.frames import FrameTaken
from messages.journal import Acknowledgement
from messages.place_asks import PlaceAnswer, PlaceAsk
from messages.return_asks import ReturnAsk, SaleAsk
from messages.state import KioskState
from messages.telemetry import Telemetry
from messages.value_asks import ValueAsk

__all__ = ["Desk", "Reply", "payment_reply"]

log = logging.getLogger(__name__)
SOURCE = "headoffice"
_ANSWER_EXPIRY = 10
_CHUNK_EXPIRY = 600
_HEADS_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to publish. ``correlation`` and the expiry become MQTT 5 properties."""

    topic: str
    payload: bytes
    retain: bool = False
    correlation: str = ""
    expiry_seconds: int = 0


class Desk:
    """Everything kiosks say arrives here. ``trouble`` is a sentence for people while nothing can be stored.

    ``teach_after``: so many pieces of an item must have been weighed before the shops are told of it; 0: never.
    ``cashier`` takes the questions about payments and answers them by itself; without one none are offered.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        on_change: Callable[[set[str]], None] = lambda _: None,
        stock_every_seconds: int = 300,
        teach_after: int = LEAST,
        cashier: Cashier | None = None,
        signer: Signer | None = None,
    ) -> None:
        self.ingest = Ingest(database, clock=clock, on_change=on_change, signer=signer)
        self.feed = Feed(database, clock=clock)
        self.registry = Registry(database, clock=clock, on_change=on_change)
        self.answers = Answers(database, clock=clock)
        self.frames = Frames(database, clock=clock, on_change=on_change)
        self.holds = Holds(database, clock=clock)
        self.returns = ReturnKeeper(database, clock=clock)
        self.baskets = BasketKeeper(database, clock=clock)
        self.value_holds = ValueHolds(database, clock=clock, today=_today)
        self.trouble = ""
        self._cashier = cashier
        self._database = database
        self._clock = clock
        self._on_change = on_change
        self._stock_every = stock_every_seconds
        self._teach_after = teach_after
        self._stock_due = time.monotonic() + stock_every_seconds
        self._heads_due = time.monotonic()
        self._told: tuple[int, list[str]] = (0, [])

    def handle(self, topic: str, payload: bytes) -> list[Reply]:
        """Answer one message. What cannot be read is a dead letter; what cannot be stored now is let go unanswered."""
        if not payload:
            return []
        writes = "/up/ask/" not in topic and not topic.endswith("/up/feed")
        return self._guarded(functools.partial(self._dispatch, topic, payload), settles=writes)

    def journals(self, told: Sequence[tuple[str, bytes]]) -> list[Reply]:
        """Store messages of ``up/journal``, as (topic, payload), and acknowledge them. ``follow`` posts them."""
        return self._guarded(functools.partial(self._store, told), settles=True)

    def follow(self) -> bool:
        """Let the ledger follow a little of what is stored, unless another worker does; whether there may be more."""
        followed: list[int] = []

        def deed() -> list[Reply]:
            followed.append(self.ingest.follower.follow(patient=False))
            return []

        self._guarded(deed, settles=True)
        return bool(followed and followed[0])

    def heads(self) -> list[Reply]:
        """The newest feed version, for every shop: retained."""
        return self._guarded(self._heads)

    def standings(self) -> list[Reply]:
        """What is stored of every connected kiosk, so that none waits for an acknowledgement that was lost."""
        return self._guarded(self._standings)

    def now_and_then(self) -> list[Reply]:
        """Called often; does what is due: telling the shops of stock and points that moved, room for the months that
        come, and of a feed that moved elsewhere (another worker, the seeding) or a shop that is new.
        """
        now = time.monotonic()
        if now >= self._stock_due:
            self._stock_due = now + self._stock_every
            return self._guarded(self._stock)
        if now >= self._heads_due:
            self._heads_due = now + _HEADS_EVERY
            return self._guarded(self._look_after_frames)
        return []

    def _guarded(self, deed: Callable[[], list[Reply]], *, settles: bool = False) -> list[Reply]:
        """Do it. Trouble ends only with something written (``settles``): a full disk can still be read."""
        try:
            replies = deed()
        except OperationalError as error:
            self._tell(
                "the disk is full: sales stay on the kiosks until there is room"
                if is_full(error)
                else f"the database cannot be used: {error.orig}"
            )
            return []
        if settles:
            self._tell("")
        return replies

    def _tell(self, trouble: str) -> None:
        """One line when it begins, one when it ends."""
        if trouble == self.trouble:
            return
        if trouble:
            log.error("%s", trouble)
        else:
            log.info("the database can be used again")
        self.trouble = trouble
        self._on_change({"kiosks"})

    def _dispatch(self, topic: str, payload: bytes) -> list[Reply]:
        owner = ""
        try:
            told = topics.parse(topic)
            owner = told.owner
            if told.channel == "ask":
                self._catch_up(owner)
            return self._answer(told, payload)
        except MessageError as fault:
            self._bury(topic, Letter(fault.reason, fault.detail, owner), payload)
            return []

    def _store(self, told: Sequence[tuple[str, bytes]]) -> list[Reply]:
        answers = self.ingest.take([Told(payload, topics.parse(topic).owner) for topic, payload in told])
        return [_acknowledgement(answer) for answer in answers if isinstance(answer, Acknowledgement)]

    def _catch_up(self, kiosk: str) -> None:
        """What the kiosk has told before it asks is booked before it is answered."""
        if self.ingest.follower.behind(kiosk):
            self.ingest.follower.catch_up(kiosk)

    def _answer(self, told: topics.Topic, payload: bytes) -> list[Reply]:
        match told.channel:
            case "journal":
                answer = self.ingest.batch(payload, told.owner)
                return [_acknowledgement(answer)] if isinstance(answer, Acknowledgement) else []
            case "feed_request":
                return self._feed(told.owner, payload)
            case "ask" if told.kind in ("sale", "return"):
                return [self._of_returns(told, payload)]
            case "ask" if told.kind in ("basket", "baskets"):
                return [self._of_baskets(told, payload)]
            case "ask" if told.kind == "place":
                asked = envelope.decode(payload, PlaceAsk).data
                with self._database.read() as session:
                    place = place_of(session, told.owner, asked.intervention)
                queued = PlaceAnswer(correlation=asked.correlation, place=place)
                topic, body = topics.answer(told.owner, "place"), envelope.encode(queued, source=SOURCE)
                return [Reply(topic, body, correlation=asked.correlation, expiry_seconds=_ANSWER_EXPIRY)]
            case "ask":
                return self._ask(told, payload)
            case "state":
                state = envelope.decode(payload, KioskState).data
                _same(told.owner, state.kiosk)
                self.registry.told(state)
            case "frames":
                self.frames.taken(told.owner, envelope.decode(payload, FrameTaken).data)
            case "telemetry":
                health = envelope.decode(payload, Telemetry).data
                _same(told.owner, health.kiosk)
                self.registry.felt(health)
            case _:
                raise MessageError(Reason.BAD_TOPIC, f"{told.channel} is not for head office")
        return []

    def _feed(self, kiosk: str, payload: bytes) -> list[Reply]:
        request = envelope.decode(payload, feed.FeedRequest).data
        return [
            Reply(
                topics.feed_down(kiosk),
                envelope.encode(chunk, source=SOURCE, subject=kiosk),
                correlation=request.correlation,
                expiry_seconds=_CHUNK_EXPIRY,
            )
            for chunk in self.feed.answer(request)
        ]

    def _ask(self, told: topics.Topic, payload: bytes) -> list[Reply]:  # noqa: PLR0911 - one for each kind of question
        if told.kind == "loyalty":
            loyalty = self.answers.loyalty(envelope.decode(payload, LoyaltyAsk).data)
            topic, body = topics.answer(told.owner, "loyalty"), envelope.encode(loyalty, source=SOURCE)
            return [Reply(topic, body, correlation=loyalty.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "coupon":
            coupon = self.answers.coupon(told.owner, envelope.decode(payload, CouponAsk).data)
            self._on_change({"coupons"})
            topic, body = topics.answer(told.owner, "coupon"), envelope.encode(coupon, source=SOURCE)
            return [Reply(topic, body, correlation=coupon.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "serial":
            pack = self.answers.serial(envelope.decode(payload, SerialAsk).data)
            topic, body = topics.answer(told.owner, "serial"), envelope.encode(pack, source=SOURCE)
            return [Reply(topic, body, correlation=pack.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "stock":
            shelf = self.answers.stock(envelope.decode(payload, StockAsk).data)
            topic, body = topics.answer(told.owner, "stock"), envelope.encode(shelf, source=SOURCE)
            return [Reply(topic, body, correlation=shelf.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "bought":
            had = self.answers.bought(envelope.decode(payload, BoughtAsk).data)
            topic, body = topics.answer(told.owner, "bought"), envelope.encode(had, source=SOURCE)
            return [Reply(topic, body, correlation=had.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "payment":
            return self._payment(told.owner, envelope.decode(payload, PaymentAsk).data)
        if told.kind == "points":
            hold = self.holds.answer(told.owner, envelope.decode(payload, PointsAsk).data)
            topic, body = topics.answer(told.owner, "points"), envelope.encode(hold, source=SOURCE)
            return [Reply(topic, body, correlation=hold.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        if told.kind == "value":
            value = self.value_holds.answer(told.owner, envelope.decode(payload, ValueAsk).data)
            topic, body = topics.answer(told.owner, "value"), envelope.encode(value, source=SOURCE)
            return [Reply(topic, body, correlation=value.correlation, expiry_seconds=_ANSWER_EXPIRY)]
        asked = envelope.decode(payload, NumbersAsk).data
        for kiosk in self.registry.at(asked.store, asked.workstation):
            self._catch_up(kiosk)
        numbers = self.answers.numbers(asked)
        topic, body = topics.answer(told.owner, "numbers"), envelope.encode(numbers, source=SOURCE)
        return [Reply(topic, body, correlation=numbers.correlation, expiry_seconds=_ANSWER_EXPIRY)]

    def _of_baskets(self, told: topics.Topic, payload: bytes) -> Reply:
        if told.kind == "baskets":
            listed = self.baskets.told(told.owner, envelope.decode(payload, BasketsAsk).data)
            topic, body = topics.answer(told.owner, "baskets"), envelope.encode(listed, source=SOURCE)
            return Reply(topic, body, correlation=listed.correlation, expiry_seconds=_ANSWER_EXPIRY)
        basket = self.baskets.take(told.owner, envelope.decode(payload, BasketAsk).data)
        self._on_change({"kiosks"})
        topic, body = topics.answer(told.owner, "basket"), envelope.encode(basket, source=SOURCE)
        return Reply(topic, body, correlation=basket.correlation, expiry_seconds=_ANSWER_EXPIRY)

    def _of_returns(self, told: topics.Topic, payload: bytes) -> Reply:
        if told.kind == "sale":
            sale = self.returns.sale(envelope.decode(payload, SaleAsk).data)
            topic, body = topics.answer(told.owner, "sale"), envelope.encode(sale, source=SOURCE)
            return Reply(topic, body, correlation=sale.correlation, expiry_seconds=_ANSWER_EXPIRY)
        kept = self.returns.hold(told.owner, envelope.decode(payload, ReturnAsk).data)
        topic, body = topics.answer(told.owner, "return"), envelope.encode(kept, source=SOURCE)
        return Reply(topic, body, correlation=kept.correlation, expiry_seconds=_ANSWER_EXPIRY)

    def _payment(self, kiosk: str, ask: PaymentAsk) -> list[Reply]:
        if self._cashier is not None:
            self._cashier.asked(kiosk, ask)
            return []
        none = PaymentAnswer(correlation=ask.correlation, request=ask.request, state="declined", reason="not_offered")
        return [payment_reply(kiosk, none)]

    def _look_after_frames(self) -> list[Reply]:
        """Pictures whose time is over are erased."""
        self.frames.erase()
        return self._stale_heads()

    def _heads(self) -> list[Reply]:
        before = self._told[0]
        version, stores = self._told = (self.feed.head(), self.registry.stores())
        if version != before:
            self._look_at_prices(before)
        return [
            Reply(
                topics.feed_head(store),
                envelope.encode(feed.FeedHead(store=store, version=version), source=SOURCE),
                retain=True,
            )
            for store in stores
        ]

    def _look_at_prices(self, since: int) -> None:
        """Lanes sell at the pack's maximum whatever the feed says; people must hear that it says more."""
        with self._database.write() as session:
            above = overview.remark_prices(session, since=since, utc_ms=self._clock())
        if above:
            self._on_change({"letters"})

    def _stale_heads(self) -> list[Reply]:
        return [] if (self.feed.head(), self.registry.stores()) == self._told else self._heads()

    def _standings(self) -> list[Reply]:
        known = (self.ingest.standing(kiosk) for kiosk in self.registry.online())
        return [_acknowledgement(answer) for answer in known if answer is not None]

    def _stock(self) -> list[Reply]:
        told = publish_stirred(self._database, self.feed)
        now = self._clock()
        self._database.look_ahead(now)
        with self._database.read() as session:
            today = _today(session, now)
        told += publish_due_prices(self._database, today=today, now_ms=now)
        told += look_after(self._database, self.feed, today=today, now_ms=now)
        told += teach(self._database, now_ms=now, least=self._teach_after)
        return self._heads() if told else []

    def _bury(self, topic: str, letter: Letter, payload: bytes) -> None:
        with self._database.write() as session:
            bury(session, letter, payload, source=topic[:128], received_ms=self._clock())
        self._on_change({"letters"})


def _today(session: Session, now_ms: int) -> str:
    """The shop's date."""
    return home_of(session).today(now_ms).isoformat()


def _acknowledgement(answer: Acknowledgement) -> Reply:
    return Reply(topics.acknowledgement_down(answer.kiosk), envelope.encode(answer, source=SOURCE))


def payment_reply(kiosk: str, answer: PaymentAnswer) -> Reply:
    """How a kiosk is told of a payment, asked or not."""
    topic = topics.answer(kiosk, "payment")
    body = envelope.encode(answer, source=SOURCE)
    return Reply(topic, body, correlation=answer.correlation, expiry_seconds=_ANSWER_EXPIRY)


def _same(owner: str, kiosk: str) -> None:
    if owner != kiosk:
        raise MessageError(Reason.BAD_DATA, f"{kiosk!r} on the topic of {owner!r}")
