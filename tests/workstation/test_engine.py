"""The engine without devices: run to completion, journal before deed, and a disk that refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment
from kiosk.checkout.state import Phase, State
from kiosk.checkout.text import text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.unsynced import Unsynced
from kiosk.retail.values import replace
from kiosk.store.book import Books, SqliteBook
from kiosk.store.chain import Identity, Position
from kiosk.store.checkpoint import FORMAT
from kiosk.store.journal import Journal
from kiosk.store.look_up import BookLookUp
from kiosk.store.stock_moves import StockMoves
from kiosk.workstation.clock import Cancellable
from kiosk.workstation.loop import Engine
from kiosk.workstation.shelf import BookShelf
from kiosk.workstation.unsynced import UnsyncedSales
from tests.support.kiosk import build_book
from tests.support.shop import bangladesh, small_shop
from tests.support.waiting import wait_until_async

MILK, TEA = "8901234567890", "4006381333931"
SALE = 69_500
"""What one of each comes to, in paisa."""
POWER = i.PowerRestored("kiosk-7", 99 << 20, "dhaka-1", "7", "0.1")


@dataclass
class HandClock:
    """A clock that moves by hand; every moment has another seed."""

    utc_ms: int = 1_800_000_000_000
    local_date: str = "2027-01-15"
    stamped: int = 0

    def moment(self) -> Moment:
        self.stamped += 1
        self.utc_ms += 1
        return Moment(self.utc_ms, self.mono_ms(), self.stamped, self.local_date)

    def mono_ms(self) -> int:
        return self.utc_ms % 1_000_000_000

    def after(self, seconds: float, deed: Callable[[], None]) -> Cancellable:
        return asyncio.get_running_loop().call_later(seconds, deed)


@dataclass
class Bench:
    """An engine with its surroundings; ``answers`` are put as soon as an effect of their kind is performed."""

    folder: Path
    journal: Journal
    engine: Engine = field(init=False)
    shelf: BookShelf = field(init=False)
    performed: list[f.Effect] = field(default_factory=list)
    on_disk_when_performed: list[int] = field(default_factory=list)
    screens: list[s.Screen] = field(default_factory=list)
    heads: list[Position] = field(default_factory=list)
    moves: StockMoves = field(default_factory=StockMoves)
    checkpoint_after: int = 2_000
    unsynced: UnsyncedSales = field(init=False)

    def __post_init__(self) -> None:
        self.unsynced = UnsyncedSales(self.journal)

        def same(told: Mapping[str, Any]) -> Policy:
            return msgspec.convert(told, Policy)

        def look_up(book: SqliteBook) -> BookLookUp:
            return BookLookUp(book.path, kiosk="kiosk-7", location="dhaka-1", moves=self.moves)

        self.shelf = BookShelf(Books(self.folder), same, look_up)
        self.engine = Engine(
            journal=self.journal,
            shelf=self.shelf,
            clock=HandClock(),
            moves=self.moves,
            unsynced=self.unsynced,
            power=POWER,
            bare_policy=bangladesh(),
            perform=self._perform,
            show=self.screens.append,
            journalled=self.heads.append,
            storage_retry_s=0.02,
            checkpoint_after=self.checkpoint_after,
        )
        self.engine.replay()

    def _perform(self, effect: f.Effect) -> None:
        self.performed.append(effect)
        self.on_disk_when_performed.append(self.journal.head.sequence)
        if isinstance(effect, f.AskNumbers):
            self.engine.put(i.NumbersAnswered(effect.correlation, offline=True))

    async def decide(self, *inputs: i.Input) -> None:
        """Put inputs and wait until all was decided."""
        for input_ in inputs:
            self.engine.put(input_)
        await wait_until_async(self.engine._queue.empty)
        await asyncio.sleep(0)

    def events(self, kind: type) -> list[e.Durable]:
        return [record.event for record in self.journal.replay() if isinstance(record.event, kind)]

    @property
    def body(self) -> s.Body:
        return self.screens[-1].body

    def fill_disk(self) -> None:
        self.journal._connection.execute("PRAGMA query_only = ON")

    def free_disk(self) -> None:
        self.journal._connection.execute("PRAGMA query_only = OFF")


class running:  # noqa: N801 - reads as a word: async with running(bench)
    """The engine's loop for as long as a test needs it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def __aenter__(self) -> Bench:
        self._task = asyncio.create_task(self._bench.engine.run())
        await self._bench.decide()
        return self._bench

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    build_book(tmp_path, small_shop())
    yield from _bench(tmp_path)


def _bench(folder: Path) -> Iterator[Bench]:
    with Journal.open(folder / "journal.db", identity=Identity("kiosk-7", 99 << 20)) as journal:
        made = Bench(folder, journal)
        yield made
        made.shelf.close()


def test_an_effect_is_performed_only_when_its_events_are_on_disk(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK), i.CheckoutRequested(), i.TenderChosen("card"))

    asyncio.run(run())
    charged = next(k for k, effect in enumerate(bench.performed) if isinstance(effect, f.Charge))
    requested = next(r.position.sequence for r in bench.journal.replay() if isinstance(r.event, e.TenderRequested))
    assert bench.on_disk_when_performed[charged] >= requested


def test_the_state_is_a_fold_of_the_journal_and_every_append_is_told(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK), i.CodeScanned(TEA), i.LineVoidRequested(1))

    asyncio.run(run())
    folded = State()
    for record in bench.journal.replay():
        folded = evolve(folded, record.event)
    assert folded.transaction == bench.engine.state.transaction
    assert bench.heads[-1] == bench.journal.head
    assert [line.voided for line in bench.engine.state.transaction.lines] == [True, False]  # type: ignore[union-attr]  # a basket is open


def _shop_and_leave(bench: Bench, times: int) -> None:
    """So many shoppers, one after the other, who pay by card and go."""

    async def run() -> None:
        async with running(bench):
            for number in range(times):
                await bench.decide(
                    i.CodeScanned(MILK), i.CodeScanned(TEA), i.CheckoutRequested(), i.TenderChosen("card")
                )
                charge = next(effect for effect in reversed(bench.performed) if isinstance(effect, f.Charge))
                await bench.decide(i.TerminalAnswered(charge.tender, "approved", charge.amount, reference=f"r{number}"))
                job = next(effect.job for effect in reversed(bench.performed) if isinstance(effect, f.Print))
                await bench.decide(i.PrinterAnswered(job, "printed"), i.TimerElapsed("thanks"))
                assert bench.engine.state.phase is Phase.IDLE

    asyncio.run(run())


def test_a_start_folds_what_came_after_the_newest_checkpoint_and_knows_all_that_came_before(bench: Bench) -> None:
    bench = Bench(bench.folder, bench.journal, checkpoint_after=20)
    _shop_and_leave(bench, 5)
    kept = [position.sequence for position, _payload in bench.journal.checkpoints(FORMAT)]
    assert len(kept) == 2
    assert kept[0] - kept[1] >= 20
    bench.journal._connection.execute("DELETE FROM record WHERE sequence < ?", (kept[0],))
    again = Bench(bench.folder, bench.journal)
    assert replace(again.engine.state, live=bench.engine.state.live) == bench.engine.state
    assert again.moves.since("milk", None) == bench.moves.since("milk", None) == 5


def test_sales_wait_until_head_office_acknowledges_them_over_a_restart_too(bench: Bench) -> None:
    _shop_and_leave(bench, 3)
    sales = list(bench.journal.of_kind("TransactionCompleted", None))
    assert bench.unsynced.now == Unsynced(sales[0].utc_ms, 3 * SALE)
    bench.unsynced.acknowledged(sales[0].position, mono_ms=1)
    assert bench.unsynced.now == Unsynced(sales[1].utc_ms, 2 * SALE)
    bench.unsynced.acknowledged(Position(1, 10_000), mono_ms=2)
    assert bench.unsynced.now.minor == 2 * SALE, "a word on another journal is none on this"
    again = Bench(bench.folder, bench.journal)
    assert again.unsynced.now == bench.unsynced.now
    again.unsynced.acknowledged(bench.journal.head, mono_ms=100_000)
    assert again.unsynced.now == Unsynced()
    assert Bench(bench.folder, bench.journal).unsynced.now == Unsynced()


def test_while_a_shopper_or_staff_stand_before_the_lane_no_checkpoint_is_written(bench: Bench) -> None:
    bench = Bench(bench.folder, bench.journal, checkpoint_after=1)

    async def run() -> None:
        async with running(bench):
            before = [position for position, _ in bench.journal.checkpoints(FORMAT)]
            await bench.decide(i.CodeScanned(MILK), i.CodeScanned(TEA))
            assert [position for position, _ in bench.journal.checkpoints(FORMAT)] == before

    asyncio.run(run())


def test_a_checkpoint_that_this_release_cannot_read_is_passed_over(bench: Bench) -> None:
    _shop_and_leave(bench, 2)
    bench.journal.keep_checkpoint(FORMAT, b'{"state":{"language":7}}')
    again = Bench(bench.folder, bench.journal)
    assert replace(again.engine.state, live=bench.engine.state.live) == bench.engine.state


def test_a_checkpoint_that_cannot_be_written_stops_nobody(bench: Bench) -> None:
    bench = Bench(bench.folder, bench.journal, checkpoint_after=10)
    bench.journal._connection.execute("DROP TABLE checkpoint")
    _shop_and_leave(bench, 2)
    assert len(bench.events(e.TransactionCompleted)) == 2
    again = Bench(bench.folder, bench.journal)
    assert replace(again.engine.state, live=bench.engine.state.live) == bench.engine.state


def test_equal_screens_are_shown_once(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.FeedApplied(1), i.FeedApplied(1))

    asyncio.run(run())
    assert all(one != next_ for one, next_ in zip(bench.screens, bench.screens[1:], strict=False))


def test_a_full_disk_sells_nothing_shows_why_and_goes_on_by_itself_when_there_is_room(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK))
            before = bench.engine.state.transaction
            bench.fill_disk()
            bench.performed.clear()
            await bench.decide(i.CodeScanned(TEA))
            assert bench.body == s.OutOfServiceBody(text("closed.storage"), text("storage.read_only"))
            assert bench.engine.state.transaction == before
            assert bench.performed == [f.SetLight("red")]
            bench.free_disk()
            await wait_until_async(lambda: isinstance(bench.body, s.BasketBody), what="the basket is back")
            await bench.decide(i.CodeScanned(TEA))

    asyncio.run(run())
    assert len(bench.events(e.LineAdded)) == 2


def test_a_terminals_answer_on_a_full_disk_is_kept_and_settles_the_sale_later(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK), i.CheckoutRequested(), i.TenderChosen("card"))
            charge = next(effect for effect in bench.performed if isinstance(effect, f.Charge))
            bench.fill_disk()
            await bench.decide(i.TerminalAnswered(charge.tender, "approved", charge.amount, reference="r1"))
            assert bench.engine.state.phase is Phase.TENDERING
            bench.free_disk()
            await wait_until_async(lambda: bench.events(e.TransactionCompleted), what="the sale is settled")

    asyncio.run(run())
    (settled,) = bench.events(e.TenderSettled)
    assert (settled.amount, settled.reference) == (Money(9500, "BDT"), "r1")  # type: ignore[union-attr]  # the kind says which


def test_a_disk_that_is_full_at_the_start_opens_the_lane_once_there_is_room(bench: Bench) -> None:
    async def run() -> None:
        bench.fill_disk()
        async with running(bench):
            assert isinstance(bench.body, s.OutOfServiceBody)
            assert bench.journal.head.sequence == 0
            bench.free_disk()
            await wait_until_async(lambda: isinstance(bench.body, s.AttractBody), what="the lane opens")

    asyncio.run(run())
    assert [type(record.event).__name__ for record in bench.journal.replay()][:2] == ["EpochOpened", "SeriesOpened"]


def test_without_a_price_book_the_lane_is_out_of_service_and_opens_when_one_comes(tmp_path: Path) -> None:
    for bench in _bench(tmp_path):

        async def run(bench: Bench = bench) -> None:
            async with running(bench):
                await bench.decide(i.NetworkChanged(online=True), i.CodeScanned(MILK))
                assert bench.body == s.OutOfServiceBody(text("closed.no_book"), text("condition.no_book"))
                build_book(tmp_path, small_shop(), version=3)
                bench.engine.book_arrived(3)
                await bench.decide()
                await wait_until_async(lambda: isinstance(bench.body, s.AttractBody))
                assert bench.screens[-1].chrome.online, "what was told before the book came is not forgotten"
                assert bench.shelf.look_up.search("milk", language="en")

        asyncio.run(run())


def test_a_fault_in_one_decision_does_not_end_the_lane(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(data=None))  # type: ignore[arg-type]  # what no intake lets through
            await bench.decide(i.CodeScanned(MILK))

    asyncio.run(run())
    assert len(bench.events(e.LineAdded)) == 1
    assert "CodeScanned could not be decided" in caplog.text


def test_a_restart_goes_on_with_the_basket_and_the_book_it_is_pinned_to(bench: Bench) -> None:
    async def first() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK))

    asyncio.run(first())
    basket = bench.engine.state.transaction
    build_book(bench.folder, small_shop(), version=2)
    again = Bench(bench.folder, bench.journal)

    async def second() -> None:
        async with running(again):
            assert again.engine.state.transaction == basket
            assert again.shelf.current is not None
            assert again.shelf.current.version == 1
            await again.decide(i.OperatorSignedIn("7", "Rahim", "supervisor", "pin"))
            await again.decide(i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
            assert again.shelf.current.version == 2

    asyncio.run(second())
    again.shelf.close()


def test_a_book_that_cannot_serve_leaves_the_old_one_in_force(bench: Bench) -> None:
    (bench.folder / "book-5.db").write_bytes(b"half")

    async def run() -> None:
        async with running(bench):
            assert bench.shelf.current is not None
            assert bench.shelf.current.version == 1
            await bench.decide(i.CodeScanned(MILK))

    asyncio.run(run())
    assert len(bench.events(e.LineAdded)) == 1


def test_stock_on_show_falls_with_the_sale(bench: Bench) -> None:
    async def run() -> None:
        async with running(bench):
            await bench.decide(i.CodeScanned(MILK), i.CodeScanned(MILK), i.CheckoutRequested(), i.TenderChosen("card"))
            charge = next(effect for effect in bench.performed if isinstance(effect, f.Charge))
            await bench.decide(i.TerminalAnswered(charge.tender, "approved", charge.amount, reference="r"))

    asyncio.run(run())
    assert bench.moves.since("milk", None) == 2
    assert bench.moves.since("milk", bench.journal.head) == 0


def test_a_fault_behind_the_journal_undoes_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def fail(head: Position) -> None:
        raise OSError(head)

    def no_light(effect: f.Effect) -> None:
        bench.performed.append(effect)
        raise OSError(effect)

    bench.engine._journalled = fail
    bench.engine._perform = no_light

    async def run() -> None:
        async with running(bench):
            answer = next(effect for effect in bench.performed if isinstance(effect, f.AskNumbers))
            await bench.decide(i.NumbersAnswered(answer.correlation, offline=True), i.CodeScanned(MILK))

    asyncio.run(run())
    assert len(bench.events(e.LineAdded)) == 1
    assert bench.engine.state.transaction is not None
    assert isinstance(bench.performed[-1], f.SetLight | f.Beep | f.StartTimer)
    assert "the journal's new head failed" in caplog.text
