"""Sync whole: the link to the broker, the journal up, the feed down, the checkout's questions, wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal, assert_never

from kiosk.notify import Notifier
from kiosk.store.chain import Position
from kiosk.sync.allowance import Allowance
from kiosk.sync.asks import Asks
from kiosk.sync.cursor import Cursor
from kiosk.sync.down import Down
from kiosk.sync.faults import Faults
from kiosk.sync.frames_up import FramesUp
from kiosk.sync.link import Incoming, Link, Will
from kiosk.sync.local import LocalServer, Peer
from kiosk.sync.mirror import Mirror
from kiosk.sync.orders import Orders
from kiosk.sync.settings import SyncSettings
from kiosk.sync.staff_orders import StaffOrders
from kiosk.sync.up import Up
from messages import commands, envelope, topics
from messages.errors import MessageError
from messages.local import (
    Acknowledged,
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
    BookReady,
    FromCheckout,
    Hello,
    JournalGrew,
    LaneStanding,
    Online,
    Refused,
)
from messages.state import KioskState
from messages.telemetry import Telemetry

__all__ = ["Service"]


class Service:
    """One kiosk's sync. Made inside a running loop, it opens its files; ``run`` ends in good order when cancelled.

    ``notifier`` tells the service manager that it runs, from the loop that does the work; without one nobody is told.
    """

    def __init__(self, settings: SyncSettings, log: logging.Logger, notifier: Notifier | None = None) -> None:
        self._settings = settings
        self._notifier = notifier if notifier is not None else Notifier({})
        self._log = log
        self._epoch = 0
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._began = self._clock()
        self._telemetry_due = self._began
        kiosk, timing = settings.kiosk, settings.timing
        self.faults = Faults(log)
        folder = Path(settings.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.cursor = Cursor.open(folder / "sync.db")
        self.local = LocalServer(Path(settings.socket), self._from_checkout, log)
        self.link = Link(
            settings.broker,
            timing,
            client_id=f"{kiosk}-sync",
            filters=(
                topics.acknowledgement_down(kiosk),
                topics.feed_down(kiosk),
                topics.answers_of(kiosk),
                topics.commands_of(kiosk, commands.LANE),
                topics.staff_order(kiosk),
                topics.feed_head(settings.store),
            ),
            will=Will(topics.state(kiosk), self._state(online=False, reason="lost"), timing.will_delay_s),
            listener=self,
            faults=self.faults,
            log=log,
        )
        self.mirror = Mirror(Path(settings.journal), kiosk, Path(settings.mirror), log) if settings.mirror else None
        self._numbers_wanted: list[tuple[AskNumbers, Peer]] = []
        self._told_epoch = 0
        self._allowance = Allowance(settings.most_bytes_per_s, self._clock)
        self.up = Up(
            settings,
            self.cursor,
            publish=self._publish_journal,
            acknowledged=self._acknowledged,
            faults=self.faults,
            clock=self._clock,
            elder=self._elder,
        )
        self.down = Down(
            settings,
            self.cursor,
            publish=self.link.publish,
            ready=self._book_ready,
            faults=self.faults,
            clock=self._clock,
        )
        self.asks = Asks(settings, publish=self.link.publish, news=self.local.tell, faults=self.faults)
        self.frames = FramesUp(settings, publish=self._within_allowance, drained=lambda: not self.up.waiting)
        self.staff = StaffOrders(self.local, self.faults)
        self._standing = LaneStanding()
        self.orders = Orders(settings, self.cursor, publish=self.link.publish, local=self.local, faults=self.faults)

    async def run(self) -> None:
        """Until cancelled."""
        async with self.local:
            self._notifier.ready()
            if self.mirror is not None:
                self.mirror.start()
            link = asyncio.create_task(self.link.run())
            try:
                await self._tick_for_ever(link)
            finally:
                if self.link.online:
                    farewell = self._state(online=False, reason="stopped")
                    await self.link.say_last(topics.state(self._settings.kiosk), farewell)
                link.cancel()
                await asyncio.wait({link})
                await self.down.close()
                if self.mirror is not None:
                    self.mirror.close()
                self.up.close()
                self.cursor.close()

    async def _tick_for_ever(self, link: asyncio.Task[None]) -> None:
        pause_s = self._settings.timing.poll_ms / 1000
        if self._notifier.beat_s:
            pause_s = min(pause_s, self._notifier.beat_s)
        while True:
            self._notifier.alive()
            await asyncio.wait({link}, timeout=pause_s)
            if link.done():
                link.result()  # the link ends only by a defect: let it end the process, which is started again
            try:
                self._tick()
            except Exception:  # noqa: BLE001 - whatever it is, it is logged and must not end sync
                self._log.exception("a look at the journal and the clock failed; sync goes on")

    def _tick(self) -> None:
        self._look_at_mirror()
        if not self.link.online:
            return
        self.up.tick()
        if self.mirror is not None and self.up.head.epoch != self._told_epoch:
            self._say_state()
        self._ask_numbers()
        self.down.tick()
        self.asks.tick()
        self.frames.tick()
        if self._clock() >= self._telemetry_due:
            self._telemetry_due = self._clock() + self._settings.timing.telemetry_ms / 1000
            self._say_telemetry()

    def _elder(self, acknowledged: Position) -> Path | None:
        return self.mirror.elder(acknowledged) if self.mirror is not None else None

    def _look_at_mirror(self) -> None:
        if self.mirror is None:
            return
        if fault := self.mirror.fault:
            self.faults.begin("mirror", fault)
        else:
            self.faults.end("mirror")

    def _ask_numbers(self) -> None:
        """A new journal's numbers are asked for once all is told of the one before: they follow from it."""
        if self._numbers_wanted and self._elder(self.cursor.position) is None:
            wanted, self._numbers_wanted = self._numbers_wanted, []
            for record, peer in wanted:
                self.asks.numbers(record, self._epoch, peer.send)

    # --- the link ----------------------------------------------------------------------------------------------------

    def connected(self) -> None:
        """Say we are born; take everything up where it stood."""
        self._say_state()
        self.local.tell(Online(online=True))
        self.up.connected()
        self.down.connected()
        self.asks.connected()

    def disconnected(self) -> None:
        """Tell the checkout."""
        self.local.tell(Online(online=False))
        self.asks.disconnected()

    def room(self) -> None:
        """The window has room."""
        self.up.pump()

    def received(self, message: Incoming) -> None:
        """A message from head office, by its topic."""
        try:
            topic = topics.parse(message.topic)
        except MessageError as fault:
            self.faults.begin("topic", str(fault))
            return
        match topic.channel:
            case "acknowledgement":
                self.up.receive(message.payload)
            case "feed_head":
                self.down.receive_head(message.payload)
            case "feed_chunk":
                self.down.receive_chunk(message.payload)
            case "answer":
                self.asks.receive(topic.kind, message.payload)
            case "command":
                self.orders.receive(topic, message.payload)
            case "staff_order":
                self.staff.receive(message.payload, retained=message.retained)
            case _:
                self.faults.begin("topic", f"{message.topic} was not asked for")

    # --- the checkout ------------------------------------------------------------------------------------------------

    def _from_checkout(self, record: FromCheckout, peer: Peer) -> None:  # noqa: C901, PLR0912 - one flat match
        match record:
            case Hello():
                self._epoch = record.epoch
                self._tell_standing(peer)
            case JournalGrew():
                if self.mirror is not None:
                    self.mirror.nudge()
                if self.link.online:
                    self.up.pump()
            case LaneStanding():
                self._stands(record)
            case AskLoyalty():
                self.asks.loyalty(record, peer.send)
            case AskCoupon():
                self.asks.coupon(record, peer.send)
            case AskSerial():
                self.asks.serial(record, peer.send)
            case AskStock():
                self.asks.stock(record, peer.send)
            case AskBought():
                self.asks.bought(record, peer.send)
            case AskNumbers():
                self._numbers_wanted.append((record, peer))
                self._ask_numbers()
            case AskPayment():
                self.asks.payment(record, peer.send)
            case AskPoints():
                self.asks.points(record, peer.send)
            case AskValue():
                self.asks.value(record, peer.send)
            case AskSale():
                self.asks.sale(record, peer.send)
            case AskPlace():
                self.asks.place(record, peer.send)
            case AskBasket():
                self.asks.basket(record, peer.send)
            case AskBaskets():
                self.asks.baskets(record, peer.send)
            case AskReturn():
                self.asks.returns(record, peer.send)
            case Refused():
                self.faults.begin("checkout", f"it could not read us: {record.reason}")
            case _:
                assert_never(record)

    def _stands(self, record: LaneStanding) -> None:
        """What staff should know of the lane: told at once, and with all later figures."""
        self._standing = record
        if self.link.online:
            self._say_telemetry()

    def _tell_standing(self, peer: Peer) -> None:
        peer.send(Online(online=self.link.online))
        book = self.down.standing
        if book is not None:
            peer.send(BookReady(book[0], str(book[1])))
        position = self.cursor.position
        if position.sequence:
            peer.send(Acknowledged(position.epoch, position.sequence))
        self.orders.checkout_is_here()

    def _acknowledged(self, position: Position) -> None:
        self.local.tell(Acknowledged(position.epoch, position.sequence))

    def _book_ready(self, version: int, path: Path) -> None:
        self._log.info("price book %d is ready", version)
        self.local.tell(BookReady(version, str(path)))
        if self.link.online:
            self._say_state()

    # --- what we say -------------------------------------------------------------------------------------------------

    def _publish_journal(self, topic: str, payload: bytes) -> bool:
        """A batch that head office has not fetched in time will be sent again: the broker need not keep it."""
        longest_s = self._settings.timing.longest_ms // 1000
        return self._within_allowance(topic, payload, qos=1, expiry_s=2 * longest_s + 1)

    def _within_allowance(self, topic: str, payload: bytes, *, qos: int, expiry_s: int) -> bool:
        """``False``: not now; it is tried again with the next look at the journal."""
        taken = self._allowance.open and self.link.publish(topic, payload, qos=qos, expiry_s=expiry_s)
        if taken:
            self._allowance.spend(len(payload))
        return taken

    def _state(
        self, *, online: bool, reason: Literal["", "stopped", "lost"] = "", head: Position | None = None
    ) -> bytes:
        settings = self._settings
        return envelope.encode(
            KioskState(
                kiosk=settings.kiosk,
                store=settings.store,
                workstation=settings.workstation,
                release=settings.release,
                online=online,
                epoch=head.epoch if head else 0,
                sequence=head.sequence if head else 0,
                feed_version=self.cursor.feed_version,
                reason=reason,
            ),
            source=f"kiosk/v1/{settings.kiosk}",
        )

    def _say_state(self) -> None:
        head = self.up.head
        self._told_epoch = head.epoch
        self.link.publish(topics.state(self._settings.kiosk), self._state(online=True, head=head), retain=True)

    def _say_telemetry(self) -> None:
        kiosk = self._settings.kiosk
        figures = Telemetry(
            kiosk=kiosk,
            uptime_ms=round((self._clock() - self._began) * 1000),
            waiting=self.up.waiting,
            feed_version=self.cursor.feed_version,
            lost=self._standing.lost,
            conditions=self._standing.conditions,
        )
        payload = envelope.encode(figures, source=f"kiosk/v1/{kiosk}")
        self.link.publish(topics.telemetry_up(kiosk), payload, qos=0, expiry_s=60)
