"""The checkout's end of the socket to the sync process: it says how far the journal has got, asks, and is told."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import msgspec

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.events import TransactionCompleted
from kiosk.checkout.parked import ParkedRow
from kiosk.retail import day_report
from kiosk.retail.fiscal import FiscalDocument
from kiosk.retail.occasion import Used
from kiosk.retail.returns import OriginalTender
from kiosk.retail.transaction import LineItem
from kiosk.store.chain import Position
from kiosk.store.codec import decode_event
from kiosk.store.errors import StoreError
from kiosk.workstation.value_payments import looked
from messages import local

__all__ = ["SyncClient", "sale_of"]

_log = logging.getLogger(__name__)

_RETRY_S = 1.0
_GRACE_MS = 100
"""Sync answers within the deadline; its answer needs a moment on the socket."""
_Answer = (
    local.LoyaltyFound
    | local.CouponTold
    | local.SerialTold
    | local.StockTold
    | local.NumbersFound
    | local.PaymentTold
    | local.PointsHeld
    | local.ValueTold
    | local.BoughtTold
    | local.SaleFound
    | local.ReturnTold
    | local.BasketFound
    | local.PlaceFound
    | local.BasketsFound
)
_MOST_UNREAD = 4 * local.MAXIMUM_LINE


class SyncClient:
    """Belongs to the engine's loop. Connects again whenever the line breaks; without it the shop sells on, offline.

    ``path``: the socket; ``None`` where no sync process runs beside this checkout.
    ``head`` gives the journal's head; ``book_arrived`` opens a newer price book (raises ``StoreError``);
    ``payment_told`` hears what head office says of a payment unasked; ``acknowledged`` how far it has the journal;
    ``role_of`` gives the role of an operator that this lane knows (empty: it does not). ``location``: this shop's stock
    location.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        release: str,
        head: Callable[[], Position],
        put: Callable[[i.Input], None],
        book_arrived: Callable[[int], None],
        payment_told: Callable[[local.PaymentTold], None],
        acknowledged: Callable[[Position], None] = lambda _position: None,
        role_of: Callable[[str], str] = lambda _operator_id: "",
        location: str = "",
        retry_s: float = _RETRY_S,
    ) -> None:
        self._path, self._release, self._head = path, release, head
        self._put, self._book_arrived, self._retry_s = put, book_arrived, retry_s
        self._payment_told, self._role_of = payment_told, role_of
        self._acknowledged = acknowledged
        self._location = location
        self._standing = local.LaneStanding()
        self._writer: asyncio.StreamWriter | None = None
        self._online = False
        self._linked = asyncio.Event()
        self._waiting: dict[str, list[asyncio.Future[_Answer]]] = {}

    async def run(self) -> None:
        """Keep the line up until cancelled."""
        told, path = False, self._path
        while path is not None:
            try:
                await self._connected(path)
                told = False
            except Exception as error:  # noqa: BLE001 - the shop sells on, whatever happens on this line
                if not told:
                    _log.warning("the sync process cannot be reached at %s: %r", self._path, error)
                told = True
            self._be_online(online=False)
            await asyncio.sleep(self._retry_s)

    def grew(self, head: Position) -> None:
        """The journal has a new head. A hint: a line that is not read is not written on."""
        self._send(local.JournalGrew(head.epoch, head.sequence))

    def standing(self, told: f.TellStanding) -> None:
        """Have head office know how the lane's devices are; again whenever the line is up anew."""
        self._standing = local.LaneStanding(told.lost, told.conditions)
        self._send(self._standing)

    async def member(self, correlation: str, keyed_hash: str, deadline_ms: int) -> i.MemberAnswered:
        """Ask who this is; ``offline`` if nobody could be asked in time."""
        found = await self._ask(correlation, local.AskLoyalty(correlation, keyed_hash, deadline_ms), deadline_ms)
        if not isinstance(found, local.LoyaltyFound):
            return i.MemberAnswered(correlation, offline=True)
        used = tuple(Used(one.offer_id, one.transaction, one.day) for one in found.used)
        return i.MemberAnswered(
            correlation, found.member_id, found.tier, found.offline, found.points, found.visit, found.segments, used
        )

    async def coupon(self, ask: f.AskCoupon) -> i.CouponAnswered:
        """Ask for a coupon to be kept for a basket; ``offline`` if nobody could be asked in time."""
        question = local.AskCoupon(ask.correlation, ask.code, ask.coupon, ask.transaction, ask.deadline_ms)
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        if not isinstance(told, local.CouponTold):
            return i.CouponAnswered(ask.correlation, offline=True)
        return i.CouponAnswered(ask.correlation, told.state, told.offer_id, told.offline)

    async def stock(self, ask: f.AskStock) -> i.StockAnswered:
        """Ask how much of an item lies where; ``offline`` if nobody could be asked in time."""
        question = local.AskStock(ask.correlation, ask.item_id, self._location, ask.deadline_ms)
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        if not isinstance(told, local.StockTold):
            return i.StockAnswered(ask.correlation, offline=True)
        places = tuple(i.StockAt(place.location, place.on_hand, place.names, place.here) for place in told.places)
        return i.StockAnswered(ask.correlation, places, told.offline)

    async def serial(self, ask: f.AskSerial) -> i.SerialAnswered:
        """Ask whether a pack was sold before; ``offline`` if nobody could be asked in time."""
        question = local.AskSerial(ask.correlation, ask.item_id, ask.serial, ask.transaction, ask.deadline_ms)
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        if not isinstance(told, local.SerialTold):
            return i.SerialAnswered(ask.item_id, ask.serial, offline=True)
        return i.SerialAnswered(ask.item_id, ask.serial, told.sold, told.offline)

    async def bought(self, ask: f.AskBought) -> i.BoughtAnswered:
        """Ask what a member has had today of what a rule binds; ``offline`` if nobody could be asked in time."""
        question = local.AskBought(
            ask.correlation, ask.member_id, ask.business_day, ask.kinds, ask.departments, ask.items, ask.deadline_ms
        )
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        if not isinstance(told, local.BoughtTold):
            return i.BoughtAnswered(ask.member_id, ask.rule, offline=True)
        return i.BoughtAnswered(ask.member_id, ask.rule, told.pieces, told.grams, told.offline)

    async def numbers(self, correlation: str, deadline_ms: int) -> i.NumbersAnswered:
        """Ask for this workstation's highest numbers; ``offline`` if nobody could be asked in time.

        At a start both processes come up together, so the line is waited for.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(deadline_ms / 1000 if self._path is not None else 0):
                await self._linked.wait()
        found = await self._ask(correlation, local.AskNumbers(correlation, deadline_ms), deadline_ms)
        if not isinstance(found, local.NumbersFound):
            return i.NumbersAnswered(correlation, offline=True)
        return i.NumbersAnswered(
            correlation,
            found.series,
            found.last_number,
            found.last_legal,
            found.business_day,
            found.offline,
            found.last_z,
            _grand(found),
            found.last_credit,
        )

    async def sale(self, ask: f.AskSale) -> i.SaleTold:
        """Ask for the sale of a receipt; ``offline`` if nobody could be asked in time."""
        found = await self._ask(
            ask.correlation, local.AskSale(ask.correlation, ask.sought, ask.deadline_ms), ask.deadline_ms
        )
        if not isinstance(found, local.SaleFound) or found.offline:
            return i.SaleTold(ask.correlation, offline=True)
        return i.SaleTold(ask.correlation, sale_of(found))

    async def hold(self, ask: f.HoldReturns) -> i.HoldTold:
        """Have units of a sale kept for a return; ``offline`` if nobody could be asked in time."""
        lines = tuple(local.HeldLine(line, first, units) for line, first, units in ask.lines)
        question = local.AskReturn(ask.hold, ask.hold, ask.transaction, ask.original, lines, ask.deadline_ms, ask.left)
        told = await self._ask(ask.hold, question, ask.deadline_ms)
        if not isinstance(told, local.ReturnTold) or told.offline:
            return i.HoldTold(ask.hold, "offline")
        return i.HoldTold(ask.hold, told.state)

    async def place(self, ask: f.AskPlace) -> i.PlaceTold:
        """Ask for a call's place; 0 if nobody could be asked in time."""
        question = local.AskPlace(ask.correlation, ask.intervention, ask.deadline_ms)
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        return i.PlaceTold(ask.correlation, told.place if isinstance(told, local.PlaceFound) else 0)

    async def basket(self, ask: f.AskBasket) -> i.BasketTold:
        """Ask for a parked basket; ``offline`` if nobody could be asked in time."""
        question = local.AskBasket(ask.correlation, ask.sought, ask.own, ask.deadline_ms, ask.again)
        told = await self._ask(ask.correlation, question, ask.deadline_ms)
        if not isinstance(told, local.BasketFound) or told.offline:
            return i.BasketTold(ask.correlation, "offline")
        return basket_of(told)

    async def baskets(self, ask: f.AskBaskets) -> i.BasketsTold:
        """Ask for the shop's parked baskets; ``offline`` if nobody could be asked in time."""
        told = await self._ask(ask.correlation, local.AskBaskets(ask.correlation, ask.deadline_ms), ask.deadline_ms)
        if not isinstance(told, local.BasketsFound) or told.offline:
            return i.BasketsTold(ask.correlation, offline=True)
        rows = msgspec.convert(msgspec.to_builtins(told.baskets), tuple[ParkedRow, ...])
        return i.BasketsTold(ask.correlation, rows, told.gone)

    async def payment(self, ask: local.AskPayment) -> local.PaymentTold:
        """Ask for money, or what became of it; ``offline`` if nobody could be asked in time."""
        told = await self._ask(ask.correlation, ask, ask.deadline_ms)
        if not isinstance(told, local.PaymentTold):
            return local.PaymentTold(ask.correlation, ask.request, offline=True)
        return told

    async def points(self, ask: local.AskPoints) -> local.PointsHeld:
        """Have points kept aside, or ask how that stands; ``offline`` if nobody could be asked in time."""
        held = await self._ask(ask.correlation, ask, ask.deadline_ms)
        if not isinstance(held, local.PointsHeld):
            return local.PointsHeld(ask.correlation, ask.request, offline=True)
        return held

    async def value(self, ask: local.AskValue) -> local.ValueTold:
        """Ask about a gift card, a store credit or a voucher; ``offline`` if nobody could be asked in time."""
        told = await self._ask(ask.correlation, ask, ask.deadline_ms)
        if not isinstance(told, local.ValueTold):
            return local.ValueTold(ask.correlation, ask.request, offline=True)
        return told

    async def look(self, ask: f.AskValue) -> i.ValueLooked:
        """What is on a gift card or store credit; ``offline`` if nobody could be asked in time."""
        question = local.AskValue(
            ask.correlation, f"look-{ask.correlation}", "look", ask.deadline_ms, keyed_hash=ask.keyed_hash
        )
        return looked(await self.value(question))

    async def _connected(self, path: Path) -> None:
        """One connection, from hello to its end."""
        reader, writer = await asyncio.open_unix_connection(str(path), limit=local.MAXIMUM_LINE)
        self._writer = writer
        self._linked.set()
        try:
            head = self._head()
            self._send(local.Hello(self._release, head.epoch))
            self.grew(head)
            if self._standing != local.LaneStanding():
                self._send(self._standing)
            while line := await reader.readline():
                self._take(line)
        except ValueError as error:
            _log.warning("the sync process wrote a line that is too long: %s", error)
        finally:
            self._writer = None
            self._linked.clear()
            writer.transport.abort()

    def _take(self, line: bytes) -> None:
        try:
            record = local.decode_from_sync(line)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            self._send(local.Refused(str(error)))
            return
        match record:
            case local.Online():
                self._be_online(online=record.online)
            case local.BookReady():
                self._open_book(record)
            case local.PaymentTold() if not record.correlation:
                self._payment_told(record)
            case (
                local.LoyaltyFound()
                | local.CouponTold()
                | local.SerialTold()
                | local.StockTold()
                | local.BoughtTold()
                | local.NumbersFound()
                | local.PaymentTold()
                | local.PointsHeld()
                | local.ValueTold()
                | local.SaleFound()
                | local.ReturnTold()
                | local.BasketFound()
                | local.PlaceFound()
                | local.BasketsFound()
            ):
                self._answered(record)
            case local.LaneCommand() | local.StaffCommand():
                self._put(_commanded(record, self._role_of(record.operator_id)))
            case local.Acknowledged():
                self._acknowledged(Position(record.epoch, record.sequence))
            case local.Refused():
                _log.warning("the sync process could not read a line: %s", record.reason)
            case _:
                assert_never(record)

    def _answered(self, answer: _Answer) -> None:
        for waiting in self._waiting.get(answer.correlation, ()):
            if not waiting.done():
                waiting.set_result(answer)

    def _open_book(self, ready: local.BookReady) -> None:
        try:
            self._book_arrived(ready.version)
        except StoreError as error:
            _log.error("price book %d cannot serve; the old one stays: %s", ready.version, error)

    def _be_online(self, *, online: bool) -> None:
        if online != self._online:
            self._online = online
            self._put(i.NetworkChanged(online))

    def _send(self, record: local.FromCheckout) -> bool:
        writer = self._writer
        if writer is None or writer.transport.get_write_buffer_size() > _MOST_UNREAD:
            return False
        writer.write(local.encode(record))
        return True

    async def _ask(self, correlation: str, question: local.FromCheckout, deadline_ms: int) -> _Answer | None:
        if not self._send(question):
            return None
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        asked = self._waiting.setdefault(correlation, [])  # asked again before its answer: that is for both
        asked.append(answer)
        try:
            async with asyncio.timeout((deadline_ms + _GRACE_MS) / 1000):
                return await answer
        except TimeoutError:
            return None
        finally:
            asked.remove(answer)
            if not asked:
                self._waiting.pop(correlation, None)


def _commanded(told: local.LaneCommand | local.StaffCommand, role: str) -> i.HeadOfficeCommanded | i.StaffCommanded:
    if isinstance(told, local.LaneCommand):
        return i.HeadOfficeCommanded(told.command, told.reason, told.ident, told.operator_id, role)
    return i.StaffCommanded(
        told.ident,
        told.deed,
        told.expires_ms,
        told.operator_id,
        role,
        told.intervention,
        told.outcome,
        told.reason,
        told.prepared,
        told.words,
    )


def sale_of(found: local.SaleFound) -> i.SoldSale | None:
    """The sale as the checkout keeps sales; ``None``: head office knows none, or one that this release cannot read."""
    if found.sale is None:
        return None
    try:
        completed = decode_event("TransactionCompleted", msgspec.json.encode(found.sale))
        tenders = msgspec.convert(msgspec.to_builtins(found.tenders), tuple[OriginalTender, ...])
        document = msgspec.convert(msgspec.to_builtins(found.document), FiscalDocument | None)
    except (StoreError, msgspec.ValidationError) as error:
        _log.warning("a sale of head office's cannot be read: %s", error)
        return None
    if not isinstance(completed, TransactionCompleted):  # pragma: no cover - it is decoded by its name
        raise TypeError(type(completed).__name__)
    return i.SoldSale(completed, found.legal_number, found.returned, tenders, found.taken, document)


def basket_of(found: local.BasketFound) -> i.BasketTold:
    """A parked basket as the checkout takes it; ``unknown``: this release cannot read its lines."""
    try:
        lines = msgspec.convert(msgspec.to_builtins(found.lines), tuple[LineItem, ...])
    except msgspec.ValidationError as error:
        _log.warning("a basket of head office's cannot be read: %s", error)
        return i.BasketTold(found.correlation, "unknown")
    return i.BasketTold(found.correlation, found.state, found.transaction, found.kiosk, lines, found.local)


def _grand(found: local.NumbersFound) -> day_report.Grand | None:
    """Perpetual totals as the checkout keeps them."""
    told = found.grand
    if told is None:
        return None
    return day_report.Grand(day_report.Sums(**msgspec.structs.asdict(told.sums)), told.since_ms)
