"""ccTalk: the published bytes, and money that is counted once whatever happens to line, power or program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.far_ends.cash_recycler.cctalk import CashBus
from bench.far_ends.line import Line
from hal.cash_recycler.cctalk import Driver, Settings
from hal.cash_recycler.common import cctalk_codec as codec
from hal.cash_recycler.common.cctalk_codec import Header
from hal.cash_recycler.contract import Cash, CashierTold, Deposit, DepositTold, Dispensed
from hal.device import DeviceError, ProtocolError
from tests.support.rigs import Seen, opened
from tests.support.rigs.cash_recycler.cctalk import ACCEPTS, QUICK
from tests.support.waiting import wait_until_async

_DUE = (Cash(100, "coin", 40),)

# --- the published bytes: Suzohapp 18-ccTalk 0.6, pages 12 to 20 -------------------------------------------------

ASKED = [
    ("03 00 01 F4 08", Header.REQUEST_PRODUCT_CODE, ""),
    ("03 00 01 F2 0A", Header.REQUEST_SERIAL_NUMBER, ""),
    ("03 00 01 A3 59", Header.TEST_HOPPER, ""),
    ("03 01 01 A4 A5 B2", Header.ENABLE_HOPPER, "A5"),
    ("03 04 01 A7 DF D7 0A 01 90", Header.DISPENSE_HOPPER_COINS, "DF D7 0A 01"),
    ("03 00 01 A6 56", Header.REQUEST_HOPPER_STATUS, ""),
]


@pytest.mark.parametrize(("written", "header", "data"), ASKED)
def test_what_the_host_says_is_what_the_manual_prints(written: str, header: int, data: str) -> None:
    assert codec.frame(3, header, bytes.fromhex(data)) == bytes.fromhex(written)


@pytest.mark.parametrize("echo", [b"", codec.frame(3, Header.REQUEST_PRODUCT_CODE)])
def test_an_answer_is_read_with_and_without_the_host_s_own_words_before_it(echo: bytes) -> None:
    question = codec.frame(3, Header.REQUEST_PRODUCT_CODE)
    raw = echo + bytes.fromhex("01 06 03 00") + b"Payout"
    raw += bytes([codec.checksum(raw[len(echo) :])])
    assert [codec.length_of(raw[:size], question) for size in range(1, len(raw))] == [0] * (len(raw) - 1)
    assert codec.length_of(raw, question) == len(raw)
    assert codec.answer_of(raw, question) == b"Payout"


def test_a_hopper_s_four_counters_are_read_as_the_manual_s_example() -> None:
    data = codec.answer_of(bytes.fromhex("01 04 03 00 00 00 07 03 EE"), codec.frame(3, Header.REQUEST_HOPPER_STATUS))
    assert codec.hopper_status(data) == codec.HopperStatus(0, 0, 7, 3)


def test_the_far_end_answers_the_published_questions_with_published_bytes() -> None:
    bus, told = CashBus(echo=0), bytearray()
    bus.send = told.extend
    bus.receive(bytes.fromhex("03 01 01 A4 A5 B2"))
    assert told.hex(" ").upper() == "01 00 03 00 FC"
    told.clear()
    bus.receive(bytes.fromhex("03 00 01 A3 59 00"))
    assert codec.answer_of(bytes(told), codec.frame(3, Header.TEST_HOPPER)) == b"\0"


def _buffer(counter: int, *newest_first: tuple[int, int]) -> bytes:
    padded = [*newest_first, *[(0, 0)] * (5 - len(newest_first))]
    return bytes([counter, *(byte for pair in padded for byte in pair)])


@pytest.mark.parametrize(
    ("before", "counter", "pairs", "reset", "lost"),
    [
        (None, 7, 0, False, 0),
        (7, 7, 0, False, 0),
        (5, 7, 2, False, 0),
        (254, 1, 2, False, 0),
        (1, 9, 5, False, 3),
        (9, 0, 0, True, 0),
        (90, 2, 2, True, 0),
        (0, 3, 3, False, 0),
    ],
    ids=["first sight", "nothing", "two", "round", "too many", "power", "power and two", "from nothing"],
)
def test_events_are_those_since_the_counter_that_was_remembered(
    before: int | None, counter: int, pairs: int, *, reset: bool, lost: int
) -> None:
    occurred = codec.events_since(_buffer(counter, *((1, each) for each in range(5))), before)
    assert (len(occurred.pairs), occurred.reset, occurred.lost) == (pairs, reset, lost)
    assert list(occurred.pairs) == sorted(occurred.pairs, reverse=True)  # oldest first


@given(st.binary(max_size=300), st.binary(min_size=5, max_size=9))
def test_no_bytes_make_the_codec_fail_in_another_way_than_by_saying_so(heard: bytes, question: bytes) -> None:
    try:
        size = codec.length_of(heard, question)
        if size:
            codec.events_since(codec.answer_of(heard[:size], question), 3)
    except DeviceError:
        return


def test_what_was_spoiled_is_no_answer() -> None:
    question = codec.frame(3, Header.TEST_HOPPER)
    for wrong in ("01 01 03 00 81 BA", "01 01 04 00 80 BA", "01 01 03 09 80 B1"):
        with pytest.raises(ProtocolError):
            codec.answer_of(bytes.fromhex(wrong), question)


def test_settings_that_name_no_hopper_rightly_are_refused() -> None:
    with pytest.raises(ValueError, match="address=value"):
        Settings("/dev/x", hoppers="3:100", country="EU")
    with pytest.raises(ValueError, match="two letters"):
        Settings("/dev/x", hoppers="3=100", country="EUR")


# --- the driver and its far end ----------------------------------------------------------------------------------


def _run(folder: Path, check: Callable[[Any, CashBus, Line], Awaitable[None]]) -> None:
    async def run() -> None:
        bus = CashBus()
        line = Line(bus)
        where = await line.start_pty(folder / "by-id" / "cctalk")
        driver = Driver("cash_recycler", Settings(port=where, memory_file=str(folder / "cash.json"), **QUICK))  # type: ignore[arg-type]  # a table of strings and numbers
        try:
            await check(driver, bus, line)
        finally:
            await driver.close()
            await line.close()

    asyncio.run(run())


async def _up(driver: Driver) -> Seen:
    seen = await opened(driver)
    await wait_until_async(lambda: seen.statuses[-1:] == ["ready"], what="ready")
    return seen


def test_coins_that_fall_while_the_program_is_down_count_once_when_it_is_back(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await bus.insert(value_minor=200)
        await wait_until_async(lambda: bus.taken == [200], what="a coin")
        assert (await driver.deposit("t-1")).minor == 200
        await driver.close()
        await bus.insert(value_minor=100)
        await bus.insert(value_minor=500)
        await _up(driver)
        assert (await driver.deposit("t-1")).minor == 800 == sum(bus.taken)
        assert not (await driver.end_deposit("t-1")).doubt

    _run(tmp_path, check)


def test_a_coin_that_fell_while_nobody_could_ask_is_told_without_being_asked_about(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await line.fault(kind="silent")
        await wait_until_async(lambda: seen.statuses[-1:] == ["lost"], what="lost")
        await bus.insert(value_minor=200)
        await line.fault(kind="none")
        await wait_until_async(lambda: seen.of(DepositTold), what="a coin told")
        assert [told.deposit.minor for told in seen.events if isinstance(told, DepositTold)] == [200] == bus.taken

    _run(tmp_path, check)


@pytest.mark.parametrize("ask", ["begin_deposit", "deposit"])
def test_a_coin_that_a_question_found_is_told_too(ask: str, tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        for number in range(1, 6):
            asked = driver.begin_deposit("t-1", ACCEPTS) if ask == "begin_deposit" else driver.deposit("t-1")
            await bus.insert(value_minor=100)
            await asked
            await wait_until_async(lambda: _last_told(seen) == sum(bus.taken), what=f"coin {number}")

    _run(tmp_path, check)


def _last_told(seen: Seen) -> int:
    return max((told.deposit.minor for told in seen.events if isinstance(told, DepositTold)), default=0)


def test_power_lost_while_a_deposit_is_open_is_a_doubt_and_not_a_guess(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await bus.insert(value_minor=200)
        await wait_until_async(lambda: seen.of(DepositTold), what="a coin told")
        await line.unplug()
        await line.plug()
        await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="back")
        told: Deposit = await driver.end_deposit("t-1")
        assert (told.minor, told.doubt) == (200, "power was lost")

    _run(tmp_path, check)


@pytest.mark.parametrize("begin_again", [True, False], ids=["the request again", "asked about"])
def test_a_payout_cut_by_power_is_told_to_the_coin(tmp_path: Path, *, begin_again: bool) -> None:
    async def check(driver: Driver, bus: CashBus, line: Line) -> None:
        seen = await _up(driver)
        paying = asyncio.ensure_future(driver.dispense_cash("p-1", _DUE))
        await wait_until_async(lambda: len(bus.given) >= 3, what="three coins")
        await line.unplug()
        with pytest.raises(DeviceError):
            await paying
        came = len(bus.given)
        assert came < 40
        await line.plug()
        await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="back")
        again: Dispensed = await (driver.dispense_cash("p-1", _DUE) if begin_again else driver.dispensed("p-1"))
        assert (again.outcome, again.paid) == ("short", (Cash(100, "coin", came),))
        assert len(bus.given) == came, "it went on by itself"

    _run(tmp_path, check)


def test_an_order_that_never_reached_the_hopper_paid_nothing(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, line: Line) -> None:
        seen = await _up(driver)
        await line.fault(kind="silent")
        with pytest.raises(DeviceError):
            await driver.dispense_cash("p-1", _DUE)
        await line.fault(kind="none")
        await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="back")
        told: Dispensed = await driver.dispensed("p-1")
        assert (told.outcome, told.paid, bus.given) in [("short", (), []), ("not_begun", (), [])]

    _run(tmp_path, check)


def test_a_hopper_that_was_never_told_before_the_power_went_is_not_taken_for_empty(tmp_path: Path) -> None:
    """What was to be done is on disk, and the order never went out: the coins lie where they lay."""

    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        await _up(driver)
        await driver.adjust_cash_counts((Cash(100, "coin", 50),))
        await driver.close()
        memory = tmp_path / "cash.json"
        kept = json.loads(memory.read_text())
        kept["orders"] = [{"request": "p-1", "reason": "", "parts": [[100, "coin", 2, [0, 1_000, 0, 0], None, True]]}]
        memory.write_text(json.dumps(kept))
        where = str(tmp_path / "by-id" / "cctalk")
        after = Driver("cash_recycler", Settings(port=where, memory_file=str(memory), **QUICK))  # type: ignore[arg-type]  # as above
        try:
            await _up(after)
            told = await after.dispensed("p-1")
            assert (told.outcome, told.paid, bus.given) == ("short", (), [])
            assert "was not told" in told.reason
            counts = {(each.value_minor, each.form): each.pieces for each in await after.read_cash_counts()}
            assert counts[100, "coin"] == 50
        finally:
            await after.close()

    _run(tmp_path, check)


def test_a_hopper_that_runs_empty_is_short_and_promises_nothing_more(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        await _up(driver)
        await driver.adjust_cash_counts((Cash(100, "coin", 50),))
        await bus.hold(value_minor=100, pieces=3)
        told = await driver.dispense_cash("p-1", (Cash(100, "coin", 5), Cash(200, "coin", 1)))
        assert (told.outcome, told.paid) == ("short", (Cash(100, "coin", 3),))
        assert "empty" in told.reason
        store = next(each for each in await driver.read_cash_counts() if (each.value_minor, each.form) == (100, "coin"))
        assert (store.pieces, store.level) == (0, "empty")

    _run(tmp_path, check)


@pytest.mark.parametrize("state", ["coin_jam", "note_jam", "cashbox_out", "cashbox_full", "fraud"])
def test_what_is_wrong_with_it_is_told_and_so_is_its_end(tmp_path: Path, state: Any) -> None:  # noqa: ANN401  a knob's own word
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        seen = await _up(driver)
        await bus.trouble(state=state)
        await wait_until_async(lambda: driver.standing == state, what=state)
        await bus.trouble(state="ok")
        await wait_until_async(lambda: driver.standing == "ok", what="all well")
        assert [event.state for event in seen.events if isinstance(event, CashierTold)] == [state, "ok"]

    _run(tmp_path, check)


def test_a_note_left_in_escrow_goes_back_when_the_deposit_ends(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await bus.insert(value_minor=5000, form="note")
        await wait_until_async(
            lambda: any(isinstance(event, DepositTold) and event.deposit.escrow_minor for event in seen.events),
            what="a note in escrow",
        )
        assert (await driver.end_deposit("t-1")) == Deposit("t-1")
        assert bus.taken == []

    _run(tmp_path, check)


@pytest.mark.parametrize("stacked", [False, True], ids=["nobody had judged it", "it was told to keep it"])
def test_a_note_in_escrow_when_power_goes_is_back_with_the_shopper_or_counted(tmp_path: Path, *, stacked: bool) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await bus.insert(value_minor=5000, form="note")
        await wait_until_async(
            lambda: any(isinstance(event, DepositTold) and event.deposit.escrow_minor for event in seen.events),
            what="a note in escrow",
        )
        if stacked:
            await driver.judge_escrow("t-1", keep=True)
        await driver.close()
        where, memory = str(tmp_path / "by-id" / "cctalk"), str(tmp_path / "cash.json")
        after = Driver("cash_recycler", Settings(port=where, memory_file=memory, **QUICK))  # type: ignore[arg-type]  # as above
        try:
            await _up(after)
            await wait_until_async(lambda: not bus.state()["escrow"], what="the note on its way")
            told = await after.end_deposit("t-1")
            assert (told.minor, told.doubt) == (sum(bus.taken), "")
            assert bus.taken == ([5000] if stacked else [])
            await after.begin_deposit("t-2", ACCEPTS)
            assert (await bus.insert(value_minor=1000, form="note"))["taken"], "it takes notes again"
        finally:
            await after.close()

    _run(tmp_path, check)


def test_a_note_that_comes_while_another_is_being_stacked_waits_its_turn(tmp_path: Path) -> None:
    """There is one way in: two notes never tell of themselves crosswise."""

    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        seen = await _up(driver)
        await driver.begin_deposit("t-1", ACCEPTS)
        await bus.insert(value_minor=5000, form="note")
        await wait_until_async(
            lambda: any(isinstance(event, DepositTold) and event.deposit.escrow_minor for event in seen.events),
            what="a note in escrow",
        )
        await driver.judge_escrow("t-1", keep=True)
        while not (await bus.insert(value_minor=1000, form="note"))["taken"]:
            assert bus.taken == []
            await asyncio.sleep(0)
        assert bus.taken == [5000]
        await wait_until_async(lambda: _last_escrow(seen) == 1000, what="the second in escrow")

    _run(tmp_path, check)


def _last_escrow(seen: Seen) -> int:
    told = [event.deposit.escrow_minor for event in seen.events if isinstance(event, DepositTold)]
    return told[-1] if told else 0


def test_what_is_not_accepted_now_falls_through(tmp_path: Path) -> None:
    async def check(driver: Driver, bus: CashBus, _line: Line) -> None:
        await _up(driver)
        await driver.begin_deposit("t-1", frozenset({(100, "coin")}))
        assert not (await bus.insert(value_minor=500))["taken"]
        assert not (await bus.insert(value_minor=5000, form="note"))["taken"]
        await driver.begin_deposit("t-1", ACCEPTS)
        assert (await bus.insert(value_minor=500))["taken"]
        with pytest.raises(DeviceError, match="is open"):
            await driver.begin_deposit("t-2", ACCEPTS)

    _run(tmp_path, check)


def test_health_names_each_device_on_the_bus(tmp_path: Path) -> None:
    async def check(driver: Driver, _bus: CashBus, _line: Line) -> None:
        await _up(driver)
        health = await driver.check_health()
        assert health.ok
        assert all(f"at {address}" in health.text for address in (2, 40, 3, 4, 5))

    _run(tmp_path, check)
