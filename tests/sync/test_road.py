"""The journal's road over a real broker: kept, lost, doubled, shuffled, and always whole at the far end."""

from __future__ import annotations

import asyncio
import logging
import random
from pathlib import Path

import msgspec
import pytest

from kiosk.store.chain import Position
from messages import topics
from messages.journal import Acknowledgement, JournalBatch
from tests.support.waiting import wait_until_async
from tests.sync.rig import EPOCH, KIOSK, Rig, rig_in


def whole(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_what_is_journalled_is_stored_at_head_office_and_its_word_moves_the_cursor(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(450)
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position == Position(EPOCH, 450))
            rig.append(1)
            await wait_until_async(lambda: service.cursor.position == Position(EPOCH, 451))
        assert rig.far.stored(KIOSK, EPOCH) == whole(451)
        assert all(len(batch.records) <= 200 for batch in rig.far.batches)

    asyncio.run(scenario())


def test_the_brokers_acknowledgement_moves_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(5)
        rig.far.silent = True
        async with rig.running() as service:
            await wait_until_async(lambda: rig.far.stored(KIOSK, EPOCH) == whole(5))
            await wait_until_async(lambda: service.link.unsettled == 0)
            assert service.cursor.position == Position(0, 0)
            assert service.up.waiting == 5
            rig.far.silent = False
            await wait_until_async(lambda: service.cursor.position == Position(EPOCH, 5), what="sent again and stored")
        assert rig.far.stored(KIOSK, EPOCH) == whole(5)

    asyncio.run(scenario())


def test_the_cursor_outlives_the_process_and_nothing_acknowledged_is_sent_again(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(3)
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 3)
        rig.append(2)
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 5)
        assert [record.sequence for batch in rig.far.batches for record in batch.records] == whole(5)

    asyncio.run(scenario())


def test_a_broker_killed_again_and_again_loses_and_doubles_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        async with rig.running() as service:
            for _ in range(3):
                rig.append(150)
                await wait_until_async(lambda: service.link.online, 20)
                rig.broker.kill()
                rig.append(50)
                await asyncio.to_thread(rig.broker.start)
            await wait_until_async(lambda: service.cursor.position.sequence == 600, 30)
        assert rig.far.stored(KIOSK, EPOCH) == whole(600)

    asyncio.run(scenario())


def test_batches_doubled_delayed_and_out_of_order_still_make_a_whole_journal(rig: Rig) -> None:
    chance = random.Random(4)
    held: list[JournalBatch] = []

    def shuffled(batch: JournalBatch) -> list[JournalBatch]:
        held.append(batch)
        chance.shuffle(held)
        taken = [held.pop() for _ in range(chance.randrange(len(held) + 1))]
        return taken + taken[:1]

    async def scenario() -> None:
        rig.far.intercept = shuffled
        rig.append(700)
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            for _ in range(30):
                rig.append(10)
                service.up.pump()
            await wait_until_async(lambda: service.cursor.position.sequence == 1000, 60)
        assert rig.far.stored(KIOSK, EPOCH) == whole(1000)

    asyncio.run(scenario())


def test_an_acknowledgement_that_cannot_be_read_moves_nothing_and_is_logged_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        rig.far.silent = True
        rig.append(2)
        async with rig.running() as service:
            await wait_until_async(lambda: rig.far.stored(KIOSK, EPOCH) == whole(2))
            with caplog.at_level(logging.INFO, "kiosk.sync"):
                for _ in range(3):
                    rig.far.say_raw(topics.acknowledgement_down(KIOSK), b'{"specversion":"1.0"}')
                await wait_until_async(lambda: "acknowledgement" in service.faults.standing())
                assert service.cursor.position == Position(0, 0)
                rig.far.acknowledge(KIOSK, EPOCH)
                await wait_until_async(lambda: service.cursor.position.sequence == 2)
        told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("acknowledgement")]
        assert len(told) == 2
        assert "malformed" in told[0]
        assert "well again" in told[1]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"digest": "0" * 64}, "another record"),
        ({"sequence": 99}, "does not hold"),
        ({"kiosk": "lane-02"}, "for kiosk 'lane-02'"),
        ({"epoch": EPOCH + 1}, "was the card exchanged"),
    ],
)
def test_an_acknowledgement_that_does_not_fit_this_journal_moves_nothing(
    rig: Rig, changes: dict[str, object], reason: str
) -> None:
    async def scenario() -> None:
        rig.far.silent = True
        rig.append(2)
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            digest = rig.journal.head_digest.hex()
            word = Acknowledgement(kiosk=KIOSK, epoch=EPOCH, sequence=2, digest=digest)
            rig.far.say(topics.acknowledgement_down(KIOSK), msgspec.structs.replace(word, **changes))
            await wait_until_async(lambda: reason in service.faults.standing().get("acknowledgement", ""))
            assert service.cursor.position == Position(0, 0)

    asyncio.run(scenario())


def test_a_certificate_of_another_kiosk_may_not_write_here_and_that_is_reported(folder: Path) -> None:
    async def scenario(rig: Rig) -> None:
        rig.append(1)
        async with rig.running() as service:
            named = f"publishing on {topics.journal_up(KIOSK)}"
            await wait_until_async(lambda: named in service.faults.standing())
            assert "Not authorized" in service.faults.standing()[named]
            assert service.cursor.position == Position(0, 0)
        assert rig.far.stored(KIOSK, EPOCH) == []

    with rig_in(folder, certificate_of="lane-02") as rig:
        asyncio.run(scenario(rig))


def test_birth_and_death_are_told(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(2)
        async with rig.running():
            await wait_until_async(lambda: rig.far.states)
        await wait_until_async(lambda: len(rig.far.states) == 2)
        born, died = rig.far.states
        assert (born.online, born.epoch, born.sequence) == (True, EPOCH, 2)
        assert (died.online, died.reason) == (False, "stopped")

    asyncio.run(scenario())


def test_health_is_told_with_how_much_still_waits(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.silent = True
        rig.append(4)
        async with rig.running():
            await wait_until_async(lambda: rig.far.telemetry)
        assert (rig.far.telemetry[0].kiosk, rig.far.telemetry[0].waiting) == (KIOSK, 4)

    asyncio.run(scenario())


def test_a_record_goes_up_at_once_when_the_checkout_says_the_journal_grew(rig: Rig) -> None:
    slow = msgspec.structs.replace(rig.settings.timing, poll_ms=60_000)
    rig.settings = msgspec.structs.replace(rig.settings, timing=slow)

    async def scenario() -> None:
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            _, writer = await asyncio.open_unix_connection(rig.settings.socket)
            rig.append(1)
            writer.write(b'{"record":"journal_grew","epoch":7,"sequence":1}\n')
            await wait_until_async(lambda: rig.far.stored(KIOSK, EPOCH) == [1], 5)
            writer.close()

    asyncio.run(scenario())


def test_a_batch_says_whose_it_is_and_carries_the_bytes_that_were_journalled(rig: Rig) -> None:
    async def scenario() -> None:
        rig.append(1)
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 1)
        (batch,) = rig.far.batches
        assert (batch.kiosk, batch.store, batch.workstation) == (KIOSK, "dhaka-1", "1")
        assert bytes(batch.records[0].data) == b'{"line":1,"by":"shopper"}'

    asyncio.run(scenario())
