"""A bound on what the journal and frames send: the average holds, whatever the size of a message."""

from __future__ import annotations

import asyncio

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.sync.allowance import Allowance
from messages import envelope
from tests.support.waiting import wait_until_async
from tests.sync.rig import EPOCH, KIOSK, Rig


@settings(max_examples=100)
@given(st.integers(1, 100_000), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 200_000)), max_size=40))
def test_no_more_goes_than_the_time_two_seconds_and_one_message_allow(per_s: int, told: list[tuple[int, int]]) -> None:
    now, sent, largest = 0, 0, 0
    bucket = Allowance(per_s, lambda: now)
    for pause, size in told:
        now += pause
        if bucket.open:
            bucket.spend(size)
            sent, largest = sent + size, max(largest, size)
    assert sent <= per_s * (now + 2) + largest


def test_what_is_owed_is_waited_for_and_then_it_goes_on() -> None:
    times = iter([0.0, 0.0, 4.9, 5.1])
    bucket = Allowance(100, lambda: next(times))
    seen = [bucket.open]
    bucket.spend(700)
    seen += [bucket.open, bucket.open]
    assert seen == [True, False, True]


def test_without_a_bound_everything_goes() -> None:
    bucket = Allowance(0, lambda: 0.0)
    bucket.spend(1 << 40)
    assert bucket.open


def test_a_bounded_journal_arrives_whole_and_not_all_at_once(rig: Rig) -> None:
    rig.append(600)
    rig.settings = msgspec.structs.replace(rig.settings, most_bytes_per_s=40_000)

    async def scenario() -> None:
        async with rig.running() as service:
            began = asyncio.get_running_loop().time()
            await wait_until_async(lambda: len(rig.far.journal.get((KIOSK, EPOCH), [])) == 600)
            took = asyncio.get_running_loop().time() - began
            sizes = [len(envelope.encode(batch, source="kiosk")) for batch in rig.far.batches]
            assert took >= (sum(sizes[:-1]) / 40_000 - 2) * 0.9
            await wait_until_async(lambda: not service.up.waiting)

    asyncio.run(scenario())
