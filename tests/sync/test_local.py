"""What the checkout is told and answered on its socket, and how junk there is survived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from messages import topics
from messages.asks import LoyaltyAnswer, NumbersAnswer, PaymentAnswer, PointsAnswer
from messages.commands import LANE, LaneOrder, StaffOrder
from messages.local import (
    MAXIMUM_LINE,
    Acknowledged,
    AskLoyalty,
    AskNumbers,
    AskPayment,
    AskPoints,
    BookReady,
    FromCheckout,
    FromSync,
    Hello,
    LaneCommand,
    LoyaltyFound,
    NumbersFound,
    Online,
    PaymentTold,
    PointsHeld,
    Refused,
    StaffCommand,
    decode_from_sync,
    encode,
)
from tests.support.waiting import wait_until_async
from tests.sync.rig import EPOCH, KIOSK, STORE, Rig, shop_rows

R = TypeVar("R", bound=FromSync)


class Checkout:
    """The other end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, record: FromCheckout) -> None:
        self._writer.write(encode(record))

    def say_raw(self, line: bytes) -> None:
        self._writer.write(line)

    async def hear(self, kind: type[R]) -> R:
        """The next record of this kind; others are passed over."""
        async with asyncio.timeout(10):
            while True:
                record = decode_from_sync(await self._reader.readline())
                if isinstance(record, kind):
                    return record


@asynccontextmanager
async def checkout_of(rig: Rig) -> AsyncIterator[Checkout]:
    await wait_until_async(lambda: Path(rig.settings.socket).exists())
    reader, writer = await asyncio.open_unix_connection(rig.settings.socket)
    try:
        yield Checkout(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def test_a_checkout_that_says_hello_is_told_how_things_stand(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(3)
        rig.far.offer(STORE, 4, shop_rows(4))
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 3 and service.cursor.feed_version == 4)
            async with checkout_of(rig) as checkout:
                checkout.say(Hello("0.1.0", EPOCH))
                assert await checkout.hear(Online) == Online(online=True)
                assert await checkout.hear(BookReady) == BookReady(4, f"{rig.settings.folder}/book-4.db")
                assert await checkout.hear(Acknowledged) == Acknowledged(EPOCH, 3)

    asyncio.run(scenario())


def test_a_checkout_hears_of_acknowledgements_books_and_the_network_as_they_come(rig: Rig) -> None:
    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            checkout.say(Hello("0.1.0", EPOCH))
            await checkout.hear(Online)
            await wait_until_async(lambda: service.link.online)
            rig.append(1)
            assert await checkout.hear(Acknowledged) == Acknowledged(EPOCH, 1)
            rig.far.offer(STORE, 1, shop_rows(1))
            assert (await checkout.hear(BookReady)).version == 1
            rig.broker.kill()
            assert await checkout.hear(Online) == Online(online=False)
            await asyncio.to_thread(rig.broker.start)
            assert await checkout.hear(Online) == Online(online=True)

    asyncio.run(scenario())


def test_a_member_is_found_by_asking_head_office(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.members["ab12"] = ("m-1", "gold")
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(AskLoyalty("c-1", "ab12", 5000))
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-1", "m-1", "gold")
            checkout.say(AskLoyalty("c-2", "ffff", 5000))
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-2")

    asyncio.run(scenario())


def test_without_a_connection_a_shopper_is_answered_at_once(rig: Rig) -> None:
    async def scenario() -> None:
        rig.broker.kill()
        async with rig.running(), checkout_of(rig) as checkout:
            checkout.say(AskLoyalty("c-1", "ab12", 60_000))
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-1", offline=True)
        rig.broker.start()

    asyncio.run(scenario())


def test_a_head_office_that_does_not_answer_is_given_up_at_the_deadline_and_its_late_answer_dropped(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.mute = True
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(AskLoyalty("c-1", "ab12", 50))
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-1", offline=True)
            rig.far.say(topics.answer(KIOSK, "loyalty"), LoyaltyAnswer(correlation="c-1", member_id="m-1"))
            rig.far.say_raw(topics.answer(KIOSK, "loyalty"), b"junk")
            await wait_until_async(lambda: "answer loyalty" in service.faults.standing())
            rig.far.mute = False
            checkout.say(AskLoyalty("c-2", "ab12", 5000))
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-2")
            assert "answer loyalty" not in service.faults.standing()

    asyncio.run(scenario())


def test_a_connection_that_breaks_answers_what_was_asked_over_it(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.mute = True
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(AskLoyalty("c-1", "ab12", 60_000))
            await wait_until_async(lambda: service.asks.open == 1)
            rig.broker.kill()
            assert await checkout.hear(LoyaltyFound) == LoyaltyFound("c-1", offline=True)
        rig.broker.start()

    asyncio.run(scenario())


def test_numbers_asked_for_before_the_connection_stands_are_still_asked_within_the_deadline(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.numbers = NumbersAnswer(
            correlation="", series=2, last_number=41, last_legal=40, business_day="2026-11-22"
        )
        rig.broker.kill()
        async with rig.running() as service, checkout_of(rig) as checkout:
            checkout.say(Hello("0.1.0", EPOCH))
            checkout.say(AskNumbers("c-1", 30_000))
            await wait_until_async(lambda: service.asks.open == 1)
            await asyncio.to_thread(rig.broker.start)
            assert await checkout.hear(NumbersFound) == NumbersFound("c-1", 2, 41, 40, "2026-11-22")

    asyncio.run(scenario())


def test_an_answer_of_another_kind_answers_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.mute = True
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(AskNumbers("c-1", 300))
            await wait_until_async(lambda: service.asks.open == 1)
            rig.far.say(topics.answer(KIOSK, "loyalty"), LoyaltyAnswer(correlation="c-1", member_id="m-1"))
            assert await checkout.hear(NumbersFound) == NumbersFound("c-1", offline=True)

    asyncio.run(scenario())


def test_points_are_asked_for_and_offline_at_once_without_a_connection(rig: Rig) -> None:
    ask = AskPoints("hold-1-t", "tender-0001", "hold", 5_000, "visit-1", "m-1", 50, 5_000, "BDT")
    rig.far.points = PointsAnswer(
        correlation="", request="", state="held", points=50, amount_minor=5_000, currency="BDT", balance=12
    )

    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(ask)
            held = PointsHeld("hold-1-t", "tender-0001", "held", 50, 5_000, "BDT", "", 12)
            assert await checkout.hear(PointsHeld) == held
            rig.broker.kill()
            await wait_until_async(lambda: not service.link.online)
            checkout.say(ask)
            assert await checkout.hear(PointsHeld) == PointsHeld("hold-1-t", "tender-0001", offline=True)
        rig.broker.start()

    asyncio.run(scenario())


def test_a_payment_is_asked_for_and_told_of_unasked_and_offline_at_once_without_a_connection(rig: Rig) -> None:
    ask = AskPayment("charge-1-t", "tender-0001", "charge", 5_000, 9500, "BDT", "bkash")
    rig.far.payment = PaymentAnswer(correlation="", request="", state="waiting", payload="a code", left_ms=120_000)

    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say(ask)
            told = await checkout.hear(PaymentTold)
            assert told == PaymentTold("charge-1-t", "tender-0001", "waiting", "a code", 120_000)
            news = PaymentAnswer(
                correlation="", request="tender-0001", state="paid", amount_minor=9500, currency="BDT", reference="E2E"
            )
            rig.far.say(topics.answer(KIOSK, "payment"), news)
            paid = PaymentTold("", "tender-0001", "paid", "", 0, 9500, "BDT", "E2E")
            assert await checkout.hear(PaymentTold) == paid
            rig.broker.kill()
            await wait_until_async(lambda: not service.link.online)
            checkout.say(ask)
            assert await checkout.hear(PaymentTold) == PaymentTold("charge-1-t", "tender-0001", offline=True)
        rig.broker.start()

    asyncio.run(scenario())


@pytest.mark.parametrize("junk", [b"\n", b"junk\n", b"{}\n", b'{"record":"fly"}\n', b"\xff\n", b"[" * 9_000 + b"\n"])
def test_junk_on_the_socket_is_refused_and_the_line_stays_open(rig: Rig, junk: bytes) -> None:
    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say_raw(junk)
            assert (await checkout.hear(Refused)).reason
            checkout.say(Hello("0.1.0", EPOCH))
            assert await checkout.hear(Online) == Online(online=service.link.online)

    asyncio.run(scenario())


def test_a_line_without_end_is_refused_once_and_skipped(rig: Rig) -> None:
    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            await wait_until_async(lambda: service.link.online)
            checkout.say_raw(b"x" * (3 * MAXIMUM_LINE) + b"\n")
            checkout.say(Hello("0.1.0", EPOCH))
            first = await checkout.hear(Refused)
            assert f"more than {MAXIMUM_LINE} bytes" in first.reason
            assert await checkout.hear(Online) == Online(online=service.link.online)

    asyncio.run(scenario())


def test_an_order_of_head_office_reaches_the_checkout_once_and_is_cleared(rig: Rig) -> None:
    close = LaneOrder(command="close_lane", order=1, reason="stocktaking")

    async def scenario() -> None:
        rig.far.say(topics.command(KIOSK, LANE, "o-1"), close, retain=True)
        async with rig.running() as service:
            await wait_until_async(lambda: service.orders.waiting == 1)
            async with checkout_of(rig) as checkout:
                checkout.say(Hello("0.1.0", EPOCH))
                assert await checkout.hear(LaneCommand) == LaneCommand("close_lane", "stocktaking")
            assert service.cursor.command_done(LANE) == 1
        rig.far.say(topics.command(KIOSK, LANE, "o-1"), close, retain=True)
        rig.far.say(topics.command(KIOSK, LANE, "o-2"), LaneOrder(command="open_lane", order=2), retain=True)
        async with rig.running(), checkout_of(rig) as checkout:
            checkout.say(Hello("0.1.0", EPOCH))
            assert await checkout.hear(LaneCommand) == LaneCommand("open_lane", "")

    asyncio.run(scenario())


def test_an_order_that_cannot_be_read_is_reported(rig: Rig) -> None:
    async def scenario() -> None:
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            rig.far.say_raw(topics.command(KIOSK, LANE, "o-1"), msgspec.json.encode({"command": "dance"}))
            await wait_until_async(lambda: "o-1 is unreadable" in service.faults.standing().get("lane order", ""))

    asyncio.run(scenario())


def staff_order(ident: str) -> StaffOrder:
    return StaffOrder(ident=ident, deed="on_the_way", expires_ms=9, operator_id="op-7", reason="r", words="w")


def test_what_staff_order_from_a_page_reaches_the_checkout_at_once_or_not_at_all(rig: Rig) -> None:
    topic = topics.staff_order(KIOSK)

    async def scenario() -> None:
        rig.far.say(topic, staff_order("left-long-ago"), retain=True)
        async with rig.running() as service:
            await wait_until_async(lambda: "retained" in service.faults.standing().get("staff order", ""))
            rig.far.say(topic, staff_order("nobody-listens"))
            await wait_until_async(lambda: "no checkout" in service.faults.standing()["staff order"])
            async with checkout_of(rig) as checkout:
                checkout.say(Hello("0.1.0", EPOCH))
                await checkout.hear(Online)
                rig.far.say_raw(topic, b"{}")
                await wait_until_async(lambda: "unreadable" in service.faults.standing()["staff order"])
                rig.far.say(topic, staff_order("now"))
                heard = await checkout.hear(StaffCommand)
                assert heard == StaffCommand("now", "on_the_way", 9, "op-7", reason="r", words="w")
                assert "staff order" not in service.faults.standing()

    asyncio.run(scenario())
