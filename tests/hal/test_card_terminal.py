"""The card terminal and the kiosk's end of its cable: money is asked once, remembered, and never doubled."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.far_ends.card_reader.simulated import Terminal
from bench.knobs import KnobRefusedError
from hal.card_reader.contract import DayTotal, Payment
from hal.card_reader.simulated import Driver, Settings, read_answer, read_day, read_payment
from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from tests.support.rigs import opened
from tests.support.waiting import wait_until_async


def _charges(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "charges.jsonl").read_text().splitlines()]


def _with_terminal(
    folder: Path, use: Callable[[Terminal, Driver], Awaitable[None]], listen: str = "127.0.0.1:0"
) -> None:
    async def run() -> None:
        terminal = Terminal(folder / "charges.jsonl")
        address = await terminal.start(listen)
        driver = Driver("card", Settings(address, pay_timeout_ms=500, answer_timeout_ms=500, retry_ms=10))
        await opened(driver)
        try:
            await use(terminal, driver)
        finally:
            await driver.close()
            await terminal.close()

    asyncio.run(run())


async def _pay(terminal: Terminal, driver: Driver, request: str, tap: str, amount: int = 0) -> Payment:
    paying = asyncio.ensure_future(driver.pay(request, 1150, "BDT", kind="card"))
    await wait_until_async(lambda: terminal.pending is not None, what="a payment on the display")
    await getattr(terminal, "tap")(outcome=tap, amount_minor=amount)  # noqa: B009  the outcome is any text here
    return await paying


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "unix:{}/t.sock"])
def test_an_approved_card_is_charged_once_and_remembered(listen: str, tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        assert (paid.outcome, paid.approved_minor, paid.currency, paid.brand) == ("approved", 1150, "BDT", "Bench")
        assert await driver.pay("r-1", 1150, "BDT", kind="card") == paid
        assert await driver.status("r-1") == paid

    _with_terminal(tmp_path, use, listen.format(tmp_path))
    (charge,) = _charges(tmp_path)
    assert (charge["what"], charge["request"], charge["amount_minor"], charge["currency"]) == (
        "approved",
        "r-1",
        1150,
        "BDT",
    )


@pytest.mark.parametrize(
    ("tap", "amount", "outcome", "approved"),
    [("decline", 0, "declined", 0), ("partial", 500, "partial", 500)],
)
def test_a_decline_and_a_part_are_told_as_they_are(
    tap: str, amount: int, outcome: str, approved: int, tmp_path: Path
) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        paid = await _pay(terminal, driver, "r-1", tap, amount)
        assert (paid.outcome, paid.approved_minor) == (outcome, approved)
        assert await driver.status("r-1") == paid

    _with_terminal(tmp_path, use)


def test_a_request_never_seen_is_not_found_and_one_under_way_is_in_progress(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        assert (await driver.status("r-1")).outcome == "not_found"
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        assert (await driver.status("r-1")).outcome == "in_progress"
        assert (await driver.pay("r-2", 5, "BDT", kind="card")).reason.startswith("busy")
        await driver.abort("r-1")
        assert (await paying).outcome == "cancelled"
        assert (await driver.status("r-1")).outcome == "cancelled"
        assert (await driver.status("r-2")).outcome == "not_found"

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize(("kind", "outcome"), [("before", "not_found"), ("after_charge", "approved")])
def test_a_silent_terminal_is_an_unknown_outcome_and_tells_the_truth_when_it_speaks_again(
    kind: str, outcome: str, tmp_path: Path
) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        await terminal.auto(outcome="approve")
        await terminal.silence(kind="before" if kind == "before" else "after_charge")
        with pytest.raises(TimeoutExpiredError):
            await driver.pay("r-1", 1150, "BDT", kind="card")
        with pytest.raises(TimeoutExpiredError):
            await driver.status("r-1")
        await terminal.silence(kind="off")
        assert (await driver.status("r-1")).outcome == outcome

    _with_terminal(tmp_path, use)


def test_a_terminal_lost_while_the_card_is_in_keeps_the_payment_and_the_charge(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        await terminal.unplug()
        with pytest.raises(NoHardwareError):
            await paying
        with pytest.raises(NoHardwareError):
            await driver.status("r-1")
        await terminal.tap(outcome="approve")
        await terminal.plug()
        await wait_until_async(lambda: driver._writer is not None)
        assert (await driver.status("r-1")).outcome == "approved"

    _with_terminal(tmp_path, use)
    assert [charge["what"] for charge in _charges(tmp_path)] == ["approved"]


def test_a_reversal_is_whole_and_once_and_a_reversed_payment_is_no_longer_approved(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        assert not await driver.reverse("r-1", 1149, "BDT", paid.reference)
        assert not await driver.reverse("r-9", 1150, "BDT", paid.reference)
        assert await driver.reverse("r-1", 1150, "BDT", paid.reference)
        assert await driver.reverse("r-1", 1150, "BDT", paid.reference)
        assert ((await driver.status("r-1")).outcome, (await driver.status("r-1")).approved_minor) == ("cancelled", 0)

    _with_terminal(tmp_path, use)
    assert [charge["what"] for charge in _charges(tmp_path)] == ["approved", "reversed"]


def _totals(driver: Driver) -> tuple[DayTotal, ...] | None:
    return driver.day_totals


def test_a_refund_is_asked_once_remembered_and_taken_off_the_day(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        await _pay(terminal, driver, "r-1", "approve")
        back = {"kind": "card", "original": "r-1", "reference": "T000001"}
        refunding = asyncio.ensure_future(driver.refund("back-1", 400, "BDT", **back))
        await wait_until_async(lambda: terminal.pending is not None, what="a refund on the display")
        await terminal.tap(outcome="approve")
        done = await refunding
        assert (done.outcome, done.approved_minor, done.brand) == ("approved", 400, "Bench")
        assert await driver.refund("back-1", 400, "BDT", **back) == done == await driver.status("back-1")
        with pytest.raises(DeviceError):
            await driver.refund("back-2", 0, "BDT", **back)
        await driver.end_of_day()
        assert driver.day_totals == (DayTotal("Bench", 0, 750),)

    _with_terminal(tmp_path, use)
    assert [(deed["what"], deed["amount_minor"]) for deed in _charges(tmp_path)][:2] == [
        ("approved", 1150),
        ("refunded", 400),
    ]


def test_the_day_s_totals_are_told_by_brand_and_begin_anew_also_after_a_restart(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        await _pay(terminal, driver, "r-2", "approve")
        await _pay(terminal, driver, "r-3", "decline")
        assert await driver.reverse("r-1", 1150, "BDT", paid.reference)
        assert await driver.end_of_day() == ("DAY 1", "Bench 1 11.50")
        assert _totals(driver) == (DayTotal("Bench", 1, 1150),)
        await terminal.by_hand(amount_minor=700)

    async def again(terminal: Terminal, driver: Driver) -> None:
        assert await driver.end_of_day() == ("DAY 2", "Bench 1 7.00")
        assert _totals(driver) == (DayTotal("Bench", 1, 700),)
        assert await driver.end_of_day() == ("DAY 3",)
        assert _totals(driver) == ()

    _with_terminal(tmp_path, use)
    _with_terminal(tmp_path, again)


def test_the_terminals_memory_outlives_its_process_and_a_torn_line(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        await _pay(terminal, driver, "r-1", "approve")

    _with_terminal(tmp_path, use)
    with (tmp_path / "charges.jsonl").open("ab") as out:
        out.write(b'{"what":"approv')

    async def again(terminal: Terminal, driver: Driver) -> None:
        assert (await driver.pay("r-1", 1150, "BDT", kind="card")).outcome == "approved"

    _with_terminal(tmp_path, again)
    assert len(_charges(tmp_path)) == 1


def test_a_tap_without_a_payment_and_a_part_above_the_whole_are_refused(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        with pytest.raises(KnobRefusedError, match="no payment waits"):
            await terminal.tap(outcome="approve")
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        with pytest.raises(KnobRefusedError, match="1 to 1149"):
            await terminal.tap(outcome="partial", amount_minor=1150)
        await driver.abort("r-1")
        await paying

    _with_terminal(tmp_path, use)


def test_an_amount_that_is_none_never_reaches_the_terminal(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        with pytest.raises(DeviceError, match="above 0"):
            await driver.pay("r-1", 0, "BDT", kind="card")
        assert (await driver.status("r-1")).outcome == "not_found"

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize("line", [b"nonsense\n", b"[1]\n", b'{"id":1,"pay":{}}\n', b'{"id":1,"pay":{"request":"","amount_minor":1,"currency":"BDT","kind":"card"}}\n', b'{"id":"x"}\n'])  # fmt: skip  # noqa: E501  one case a piece
def test_a_malformed_ask_is_answered_in_words_and_harms_nobody(line: bytes, tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver) -> None:
        reader, writer = await asyncio.open_connection(*terminal.address.split(":"))
        writer.write(line)
        assert "not understood" in json.loads(await reader.readline())["error"]
        writer.close()
        assert (await driver.status("r-1")).outcome == "not_found"

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize("address", ["terminal", "unix:", ":20007", "host:99999", "host:x"])
def test_an_address_that_is_none_is_refused_with_the_settings(address: str) -> None:
    with pytest.raises(ValueError, match="host:port or unix:path"):
        Settings(address)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)))
def test_any_line_from_a_terminal_is_an_answer_or_a_protocol_error(line: bytes) -> None:
    with suppress(ProtocolError):
        read_payment("r-1", read_answer(line))
    with suppress(ProtocolError):
        read_day(read_answer(line))


@pytest.mark.parametrize("totals", [None, {}, [None], [{}], [{"brand": "V", "count": True, "amount_minor": 1}]])
def test_a_day_s_end_whose_totals_are_none_is_no_day_s_end(totals: object) -> None:
    with pytest.raises(ProtocolError):
        read_day({"day": {"report": ["DAY 1"], "totals": totals}})


@given(
    st.fixed_dictionaries(
        {"request": st.just("r-1"), "outcome": st.sampled_from(["approved", "partial", "lost", 3])},
        optional={"approved_minor": st.one_of(st.integers(), st.text(), st.booleans()), "brand": st.integers()},
    )
)
def test_a_payment_with_an_amount_that_is_no_amount_is_never_believed(told: dict[str, Any]) -> None:
    try:
        payment = read_payment("r-1", {"payment": told})
    except ProtocolError:
        return
    assert payment.outcome in {"approved", "partial"}
    assert type(payment.approved_minor) is int
    assert payment.approved_minor >= 0


def test_the_terminal_runs_as_a_program_and_says_where_it_is(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.far_ends.card_reader.simulated", "--charges", str(tmp_path / "charges.jsonl"),
         "--knob-socket", str(tmp_path / "knobs")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert program.stdout is not None
    try:
        address = json.loads(program.stdout.readline())["listen"]

        async def ask() -> str:
            driver = Driver("card", Settings(address))
            await opened(driver)
            outcome = (await driver.status("r-1")).outcome
            await driver.close()
            return outcome

        assert asyncio.run(ask()) == "not_found"
    finally:
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
