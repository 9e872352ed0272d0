"""Dialog 06: records against the published bytes, and the dialogue against its far end on a pseudo-terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.scale.dialog06 import Dialog06, expected
from hal.device import DeviceError, ProtocolError, StatusChanged
from hal.scale.contract import Computed, Reading
from hal.scale.dialog06 import (
    Challenge,
    Driver,
    Settings,
    Weighed,
    answer_to,
    decode_challenge,
    decode_status,
    decode_weighed,
    order,
    pairs_of,
    whole,
)
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

PAIRS = "1A2B:3C4D,0102:0304"


def test_records_are_written_as_the_published_dialogue_has_them() -> None:
    assert order(199) == b"\x04\x0201\x1b000199\x1b\x03"
    assert order(199, 5) == b"\x04\x0201\x1b00199\x1b\x03"
    assert order(199, tare=20) == b"\x04\x0203\x1b000199\x1b0020\x03"
    assert order(199, text="Apples") == b"\x04\x0204\x1b000199\x1bApples\x03"
    assert order(199, tare=20, text="Apples") == b"\x04\x0205\x1b000199\x1b0020\x1bApples\x03"


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        (b"01\x1b000199\x1b", b"\x06"),
        (b"03\x1b000199\x1b0020", b"\x06"),
        (b"04\x1b000199\x1bApples", b"\x06"),
        (b"05\x1b000199\x1b0020\x1bApples", b"\x06"),
        (b"01\x1b000199", b"\x15"),
        (b"03\x1b000199\x1b", b"\x15"),
        (b"05\x1b000199\x1b0020", b"\x15"),
    ],
)
def test_the_far_end_takes_the_published_records_and_no_others(record: bytes, answer: bytes) -> None:
    scale, sent = Dialog06(), list[bytes]()
    scale.send = sent.append
    scale.receive(b"\x04\x02%s\x03" % record)
    assert sent == [answer]


@pytest.mark.parametrize("wrong", [{"price": 0}, {"price": 10**6}, {"tare": 10_000}, {"text": "x" * 14}, {"text": "é"}])
def test_what_a_record_cannot_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DeviceError):
        order(**{"price": 1, **wrong})  # type: ignore[arg-type]  # wrong on purpose


def test_records_are_read_as_the_published_dialogue_has_them() -> None:
    assert decode_weighed(b"\x0202\x1b3\x1b01250\x1b000199\x1b000249\x03") == Weighed(1250, 199, 249)
    assert decode_status(b"\x0209\x1b21\x03") == "21"
    assert decode_challenge(b"\x0211\x1b2F0\x03") == Challenge(15, 0)
    assert [decode_challenge(b"\x0211\x1b%d\x03" % verdict).right for verdict in (0, 1)] == [False, True]


@pytest.mark.parametrize("unit", [b"0", b"1", b"2"])
def test_pounds_are_refused(unit: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_weighed(b"\x0202\x1b%s\x1b01250\x1b000199\x1b000249\x03" % unit)


@given(left=st.integers(0, 15), right=st.integers(0, 15))
def test_both_sides_turn_the_checksums_the_same_way(left: int, right: int) -> None:
    assert answer_to(Challenge(left, right), pairs_of(PAIRS)) == b"\x04\x0210\x1b%s\x03" % expected(PAIRS, left, right)


@pytest.mark.parametrize("wrong", ["1A2B", "1a2b:3c4d", "1A2B:3C4D;0:0", ",".join(["0000:0000"] * 6)])
def test_pairs_that_are_none_are_refused_in_the_settings(wrong: str) -> None:
    with pytest.raises(ValueError, match="checksum_pairs"):
        Settings(port="/dev/none", checksum_pairs=wrong)


@given(st.binary(max_size=50))
def test_any_bytes_are_a_record_or_refused(raw: bytes) -> None:
    for read in (decode_weighed, decode_status, decode_challenge, whole):
        with suppress(ProtocolError):
            read(raw)


@asynccontextmanager
async def _world(
    folder: Path, *, host_pairs: str = PAIRS, idle_price: int = 0
) -> AsyncIterator[tuple[Driver, Dialog06, Line]]:
    inside = Dialog06(settle_looks=1, pairs=PAIRS)
    line = Line(inside)
    settings = Settings(
        port=await line.start_pty(folder / "scale"),
        framing="8N1",
        poll_ms=5,
        answer_ms=60,
        retry_ms=5,
        longest_retry_ms=20,
        idle_price=idle_price,
        checksum_pairs=host_pairs,
    )
    driver = Driver("produce_scale", settings)
    try:
        yield driver, inside, line
    finally:
        await driver.close()
        await line.close()


Check = Callable[[Driver, Dialog06, Line, Seen], Awaitable[None]]


def _run(folder: Path, check: Check, **given: object) -> None:
    async def run() -> None:
        async with _world(folder, **given) as (driver, inside, line):  # type: ignore[arg-type]  # keywords of _world
            await check(driver, inside, line, await opened(driver))

    asyncio.run(run())


def _readings(seen: Seen) -> list[Reading]:
    return [event for event in seen.events if isinstance(event, Reading)]


async def _until(seen: Seen, state: str, value: int = 0) -> Reading:
    def last() -> Reading | None:
        return next((each for each in reversed(_readings(seen)) if (each.state, each.value) == (state, value)), None)

    start = len(_readings(seen))
    await wait_until_async(lambda: len(_readings(seen)) > start + 2 and last(), what=f"{state} {value}")
    found = last()
    assert found is not None
    return found


def test_nothing_is_weighed_while_there_is_no_price(tmp_path: Path) -> None:
    async def check(driver: Driver, inside: Dialog06, _line: Line, seen: Seen) -> None:
        await inside.put(grams=500)
        for _ in range(5):
            assert (await driver.check_health()).ok
        assert _readings(seen) == []
        assert seen.statuses == ["ready"]

    _run(tmp_path, check)


def test_a_weighing_at_a_told_price_brings_the_scale_s_own_amount_and_stays_while_nothing_moves(tmp_path: Path) -> None:
    async def check(driver: Driver, inside: Dialog06, _line: Line, seen: Seen) -> None:
        await driver.price(199)
        await _until(seen, "light")
        await inside.put(grams=1250)
        told = await _until(seen, "stable", 1250)
        assert told.computed == Computed(199, 249)
        stays = [each for each in _readings(seen) if each.state == "stable"]
        await wait_until_async(lambda: len(_readings(seen)) > len(stays) + 5, what="more readings")
        assert {each.raw for each in _readings(seen) if each.state == "stable"} == {told.raw}
        await inside.remove()
        await _until(seen, "light")

    _run(tmp_path, check)


def test_goods_that_were_weighed_at_another_price_must_be_moved_first(tmp_path: Path) -> None:
    async def check(driver: Driver, inside: Dialog06, _line: Line, seen: Seen) -> None:
        await driver.price(199)
        await inside.put(grams=500)
        await _until(seen, "stable", 500)
        await driver.price(250)
        told = len(_readings(seen))
        await wait_until_async(lambda: len(_readings(seen)) > told + 4, what="more readings")
        assert {each.state for each in _readings(seen)[told + 1 :]} == {"motion"}
        await inside.remove()
        await inside.put(grams=500)
        assert (await _until(seen, "stable", 500)).computed == Computed(250, 125)

    _run(tmp_path, check)


def test_unmoved_is_no_weight_once_an_answer_in_between_was_lost(tmp_path: Path) -> None:
    async def check(driver: Driver, inside: Dialog06, line: Line, seen: Seen) -> None:
        await driver.price(199)
        await inside.put(grams=500)
        await _until(seen, "stable", 500)
        await line.fault(kind="silent")
        await _until_state(seen, "fault")
        await line.fault(kind="none")
        told = len(_readings(seen))
        await _until_state(seen, "motion", after=told)
        assert "stable" not in {each.state for each in _readings(seen)[told:]}

    _run(tmp_path, check)


async def _until_value(seen: Seen, grams: int) -> None:
    await wait_until_async(lambda: any(each.value == grams for each in _readings(seen)), what=f"{grams} g")


async def _until_state(seen: Seen, state: str, after: int = 0) -> None:
    await wait_until_async(lambda: state in {each.state for each in _readings(seen)[after:]}, what=state)


def test_fifty_weighings_are_challenged_and_go_on(tmp_path: Path) -> None:
    async def check(driver: Driver, inside: Dialog06, _line: Line, seen: Seen) -> None:
        await driver.price(100)
        for round_ in range(53):
            await inside.remove()
            grams = 200 + round_
            await inside.put(grams=grams)
            await _until_value(seen, grams)
        assert seen.statuses == ["ready"]

    _run(tmp_path, check)


@pytest.mark.parametrize("pairs", ["", "FFFF:FFFF"])
def test_a_challenge_that_cannot_be_answered_is_told_to_staff(pairs: str, tmp_path: Path) -> None:
    async def check(driver: Driver, _inside: Dialog06, _line: Line, seen: Seen) -> None:
        await driver.price(100)
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        assert any(isinstance(each, StatusChanged) and "checksum_pairs" in each.cause for each in seen.events)

    _run(tmp_path, check, host_pairs=pairs)


def test_a_price_the_scale_cannot_show_is_refused(tmp_path: Path) -> None:
    async def check(driver: Driver, _inside: Dialog06, _line: Line, _seen: Seen) -> None:
        with pytest.raises(DeviceError, match="999999"):
            await driver.price(1_000_000)
        with pytest.raises(DeviceError, match="cannot be told to zero"):
            await driver.zero()

    _run(tmp_path, check)


def test_a_scale_that_prices_at_rest_tells_no_amount(tmp_path: Path) -> None:
    async def check(_driver: Driver, inside: Dialog06, _line: Line, seen: Seen) -> None:
        await inside.put(grams=500)
        assert (await _until(seen, "stable", 500)).computed is None

    _run(tmp_path, check, idle_price=1)


@pytest.mark.parametrize(
    ("record", "status"), [(b"01\x1b12", b"11"), (b"03\x1b000199", b"12"), (b"04\x1b000199", b"13"), (b"77", b"10")]
)
def test_the_far_end_refuses_a_wrong_record_and_says_why(record: bytes, status: bytes) -> None:
    told: list[bytes] = []
    inside = Dialog06()
    inside.send = told.append
    inside.receive(b"\x04\x02" + record + b"\x03")
    inside.receive(b"\x04\x0208\x03")
    assert told == [b"\x15", b"\x0209\x1b%s\x03" % status]
