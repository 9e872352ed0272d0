"""The wire to the sync process: hello, hints, questions with an end, and a line that breaks."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.store.chain import Position
from kiosk.store.errors import BookError
from kiosk.workstation.sync_client import SyncClient
from messages import local
from tests.support.waiting import wait_until_async

ASK = local.AskPayment("charge-1-t", "tender-0001", "charge", 60_000, 9500, "BDT", "bkash")


@dataclass
class FakeSync:
    """The other end: keeps what it hears, answers what the test has it answer."""

    path: Path
    heard: list[local.FromCheckout] = field(default_factory=list)
    answer: Callable[[local.FromCheckout], local.FromSync | None] = lambda _: None
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        self._server.close()
        for writer in self.writers:
            writer.transport.abort()
        self.path.unlink(missing_ok=True)

    def say(self, *records: local.FromSync) -> None:
        for record in records:
            self.writers[-1].write(local.encode(record))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        while line := await reader.readline():
            record = local.decode_from_checkout(line)
            self.heard.append(record)
            answer = self.answer(record)
            if answer is not None:
                self.say(answer)


@dataclass
class Rig:
    """A client and what it put."""

    path: Path
    put: list[i.Input] = field(default_factory=list)
    books: list[int] = field(default_factory=list)
    news: list[local.PaymentTold] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = SyncClient(
            self.path,
            release="0.1",
            head=lambda: Position(5, 17),
            put=self.put.append,
            book_arrived=self._book,
            payment_told=self.news.append,
            retry_s=0.02,
        )

    def _book(self, version: int) -> None:
        self.books.append(version)
        if version == 13:
            text = "damaged"
            raise BookError(text)


def _run(check: Callable[[Rig, FakeSync], Awaitable[None]]) -> None:
    async def whole(folder: Path) -> None:
        rig, sync = Rig(folder / "sync"), FakeSync(folder / "sync")
        await sync.start()
        task = asyncio.create_task(rig.client.run())
        try:
            await wait_until_async(lambda: len(sync.heard) >= 2, what="hello")
            await check(rig, sync)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await sync.stop()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whole(Path(folder)))


def test_the_checkout_says_hello_and_how_far_its_journal_is() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        rig.client.grew(Position(5, 18))
        await wait_until_async(lambda: len(sync.heard) == 3)
        assert sync.heard == [local.Hello("0.1", 5), local.JournalGrew(5, 17), local.JournalGrew(5, 18)]

    _run(check)


def test_what_sync_tells_becomes_inputs() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.say(local.Online(online=True), local.Online(online=True), local.LaneCommand("close_lane", "fire"))
        await wait_until_async(lambda: len(rig.put) == 2)
        assert rig.put == [i.NetworkChanged(online=True), i.HeadOfficeCommanded("close_lane", "fire")]

    _run(check)


def test_a_new_book_is_opened_and_a_damaged_one_ends_nothing() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.say(local.BookReady(13, "b"), local.BookReady(14, "b"), local.Acknowledged(5, 17))
        await wait_until_async(lambda: rig.books == [13, 14])

    _run(check)


def test_questions_are_answered_by_their_correlation() -> None:
    def answer(record: local.FromCheckout) -> local.FromSync | None:
        match record:
            case local.AskLoyalty():
                return local.LoyaltyFound(record.correlation, f"member of {record.keyed_hash}", "gold")
            case local.AskNumbers():
                return local.NumbersFound(record.correlation, 1, 41, 40, "2027-01-15")
            case _:
                return None

    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.answer = answer
        one, two = await asyncio.gather(rig.client.member("c1", "h1", 2_000), rig.client.member("c2", "h2", 2_000))
        assert (one.member_id, two.member_id, one.offline) == ("member of h1", "member of h2", False)
        numbers = await rig.client.numbers("c3", 2_000)
        assert numbers == i.NumbersAnswered("c3", 1, 41, 40, "2027-01-15")

    _run(check)


def test_a_question_asked_again_before_its_answer_has_one_answer_for_both() -> None:
    answers: list[local.FromSync] = []

    def hold(record: local.FromCheckout) -> local.FromSync | None:
        if isinstance(record, local.AskReturn):
            answers.append(local.ReturnTold(record.correlation, "held"))
        return answers[0] if len(answers) == 2 else None

    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.answer = hold
        asked = f.HoldReturns("h1", "t1", "t0", (), (), 2_000)
        told = tuple(await asyncio.gather(rig.client.hold(asked), rig.client.hold(asked)))
        assert told == (i.HoldTold("h1", "held"), i.HoldTold("h1", "held"))

    _run(check)


def test_a_question_nobody_answers_ends_at_its_deadline_offline() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        assert await rig.client.member("c", "h", 1) == i.MemberAnswered("c", offline=True)
        assert await rig.client.numbers("d", 1) == i.NumbersAnswered("d", offline=True)
        sync.say(local.LoyaltyFound("c", "too late"), local.Online(online=True))
        await wait_until_async(lambda: rig.put == [i.NetworkChanged(online=True)])

    _run(check)


def test_a_broken_line_is_offline_and_is_mended() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.say(local.Online(online=True))
        await wait_until_async(lambda: rig.put)
        sync.writers[-1].transport.abort()
        await wait_until_async(lambda: len(sync.heard) == 4, what="a second hello")
        assert rig.put == [i.NetworkChanged(online=True), i.NetworkChanged(online=False)]

    _run(check)


def test_a_line_that_cannot_be_read_is_refused_and_the_next_one_is_read() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.writers[-1].write(b'{"record":"dream"}\nnot json\n')
        sync.say(local.Online(online=True))
        await wait_until_async(lambda: rig.put and len(sync.heard) == 4)
        assert [type(record) for record in sync.heard[2:]] == [local.Refused, local.Refused]

    _run(check)


def test_a_line_without_an_end_breaks_the_connection_and_not_the_client() -> None:
    async def check(rig: Rig, sync: FakeSync) -> None:
        sync.writers[-1].write(b"x" * (local.MAXIMUM_LINE * 2))
        await wait_until_async(lambda: len(sync.heard) == 4, what="a second hello")

    _run(check)


def test_numbers_are_asked_for_as_soon_as_the_line_is_up() -> None:
    async def whole(folder: Path) -> None:
        rig, sync = Rig(folder / "sync"), FakeSync(folder / "sync")
        sync.answer = lambda record: (
            local.NumbersFound(record.correlation, 1, 7) if isinstance(record, local.AskNumbers) else None
        )
        task = asyncio.create_task(rig.client.run())
        asked = asyncio.create_task(rig.client.numbers("c", 5_000))
        await asyncio.sleep(0)
        await sync.start()
        assert (await asked).last_number == 7
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await sync.stop()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whole(Path(folder)))


def test_without_a_sync_process_everything_is_offline_at_once() -> None:
    async def run() -> None:
        client = SyncClient(
            None,
            release="0.1",
            head=lambda: Position(1, 0),
            put=lambda _: None,
            book_arrived=lambda _: None,
            payment_told=lambda _: None,
        )
        await client.run()
        client.grew(Position(1, 1))
        assert (await client.numbers("c", 60_000)).offline
        assert (await client.member("c", "h", 60_000)).offline
        assert (await client.payment(ASK)).offline

    asyncio.run(run())


def test_the_records_are_those_of_the_contract() -> None:
    assert msgspec.json.decode(local.encode(local.JournalGrew(5, 17))) == {
        "record": "journal_grew",
        "epoch": 5,
        "sequence": 17,
    }


def test_a_payment_is_asked_for_and_its_news_comes_unasked() -> None:
    told = local.PaymentTold(ASK.correlation, ASK.request, "waiting", "a code", 120_000)
    news = local.PaymentTold("", ASK.request, "paid", amount_minor=9500, currency="BDT")

    async def whole(path: Path) -> None:
        sync = FakeSync(path, answer=lambda record: told if isinstance(record, local.AskPayment) else None)
        await sync.start()
        rig = Rig(path)
        running = asyncio.create_task(rig.client.run())
        await wait_until_async(lambda: any(isinstance(record, local.Hello) for record in sync.heard))
        assert await rig.client.payment(ASK) == told
        assert ASK in sync.heard
        sync.say(news)
        await wait_until_async(lambda: rig.news == [news])
        running.cancel()
        await sync.stop()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whole(Path(folder) / "s"))
