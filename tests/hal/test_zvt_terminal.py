"""The ZVT terminal and its driver: nothing is charged twice, and what is not certain is unknown."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.card_reader.zvt import Harm, Terminal
from bench.far_ends.line import Line
from hal.card_reader.contract import Prompt
from hal.card_reader.zvt import Driver, Settings
from hal.device import DeviceError, NoHardwareError, TimeoutExpiredError
from tests.support.rigs import opened
from tests.support.waiting import wait_until_async
from tests.support.zvt_terminals import PORTS, Port, charges, pay_by_card, status_of, with_terminal


@PORTS
def test_an_approved_card_is_charged_once_and_told_whole(port: Port, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        assert (paid.outcome, paid.approved_minor, paid.currency, paid.brand) == ("approved", 1150, "EUR", "Bench")
        assert (paid.acquirer, paid.terminal_id, paid.entry) == ("Bench Bank", "00000007", "contactless")
        assert (paid.masked_pan, paid.approval_code, paid.reference) == ("************0007", "000001", "0001/000001")
        assert paid.slip[0] == "CARDHOLDER COPY"
        assert await driver.status("r-1") == paid
        assert await driver.pay("r-1", 1150, "EUR", kind="card") == paid

    seen = with_terminal(tmp_path, use, port)
    assert charges(tmp_path) == ["approved"]
    assert [each.prompt for each in seen.events if isinstance(each, Prompt)] == ["present_card", "remove_card"]


@pytest.mark.parametrize(
    ("tap", "amount", "outcome", "approved"),
    [("decline", 0, "declined", 0), ("partial", 500, "partial", 500), ("signature", 0, "approved", 1150)],
)
def test_every_card_is_told_as_it_is(tap: str, amount: int, outcome: str, approved: int, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1", tap, amount)
        assert (paid.outcome, paid.approved_minor, paid.signature) == (outcome, approved, tap == "signature")
        assert (await driver.status("r-1")).outcome == outcome

    with_terminal(tmp_path, use)


def test_slips_come_line_by_line_from_an_older_terminal(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert "APPROVED" in (await pay_by_card(terminal, driver, "r-1")).slip

    with_terminal(tmp_path, use, lines=True)


def test_an_abort_ends_the_payment_and_a_second_payment_waits_for_none(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "EUR", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        assert (await driver.status("r-1")).outcome == "in_progress"
        assert (await driver.pay("r-2", 5, "EUR", kind="card")).outcome == "declined"
        await driver.abort("r-1")
        assert (await paying).outcome == "cancelled"
        assert (await pay_by_card(terminal, driver, "r-3")).outcome == "approved"

    with_terminal(tmp_path, use)
    assert charges(tmp_path) == ["cancelled", "approved"]


@pytest.mark.parametrize("kind", ["no_result", "no_completion"])
def test_a_charge_that_was_never_told_is_found_by_amount_and_receipt(kind: Harm, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1", "approve")
        await terminal.harm(kind=kind)
        with pytest.raises(TimeoutExpiredError):
            await pay_by_card(terminal, driver, "r-2")
        await terminal.harm(kind="none")
        found = await status_of(driver, "r-2")
        assert (found.outcome, found.approved_minor, found.reference) == ("approved", 1150, "0002/000002")
        assert (await status_of(driver, "r-1")).reference == "0001/000001"

    with_terminal(tmp_path, use, t4_ms=300)
    assert charges(tmp_path) == ["approved", "approved"]


def test_everything_told_twice_is_one_payment_and_no_answer_to_the_next(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await terminal.harm(kind="twice")
        assert (await pay_by_card(terminal, driver, "r-1")).reference == "0001/000001"
        await terminal.harm(kind="none")
        assert (await pay_by_card(terminal, driver, "r-2", "decline")).outcome == "declined"

    with_terminal(tmp_path, use)
    assert charges(tmp_path) == ["approved", "declined"]


def test_a_payment_of_the_same_amount_before_is_never_taken_for_a_lost_one(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-2", 1150, "EUR", kind="card")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use, answer_timeout_ms=200)
    assert charges(tmp_path) == ["approved"]


def test_a_reversal_of_the_same_amount_is_never_taken_for_a_lost_payment(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-2", 1150, "EUR", kind="card")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use, answer_timeout_ms=200)


def test_a_reversal_that_came_between_a_request_and_its_payment_is_never_taken_for_that_payment(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        reversing = asyncio.ensure_future(driver.reverse("r-1", 1150, "EUR", paid.reference))
        paying = asyncio.ensure_future(driver.pay("r-2", 1150, "EUR", kind="card"))
        assert await reversing
        await wait_until_async(lambda: terminal.pending is not None, what="the second payment on the display")
        await line.unplug()
        await terminal.power_cut()
        await line.plug()
        with pytest.raises(NoHardwareError):
            await paying
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use)
    assert charges(tmp_path) == ["approved", "reversed", "cancelled"]


@pytest.mark.parametrize("told", [True, False])
def test_a_reversal_after_a_lost_payment_is_never_taken_for_it(told: bool, tmp_path: Path) -> None:  # noqa: FBT001  pytest's own way
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-2", 1150, "EUR", kind="card")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"
        if told:
            assert await driver.reverse("r-1", 1150, "EUR", paid.reference)
        else:
            await terminal.silence(kind="after_charge")
            with pytest.raises(TimeoutExpiredError):
                await driver.reverse("r-1", 1150, "EUR", paid.reference)
            await wait_until_async(lambda: bool(terminal.charges.reversed), what="given back")
            await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use, answer_timeout_ms=200)


def test_what_was_given_back_before_a_restart_is_not_asked_for_again(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)

    async def again(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert await driver.reverse("r-1", 1150, "EUR", "0001/000001")
        assert b"\x06\x30" not in terminal.heard

    with_terminal(tmp_path, use)
    with_terminal(tmp_path, again)


def test_money_that_went_back_has_gone_back_though_nothing_can_be_written_down(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        (tmp_path / "memory/m.json").unlink()
        (tmp_path / "memory").rmdir()
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)

    (tmp_path / "memory").mkdir()
    with_terminal(tmp_path, use, memory_file=str(tmp_path / "memory/m.json"))


@PORTS
def test_a_cable_pulled_while_the_card_is_in_leaves_it_to_the_receipt(port: Port, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        paying = asyncio.ensure_future(driver.pay("r-2", 1150, "EUR", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        await line.unplug()
        with pytest.raises(NoHardwareError):
            await paying
        await terminal.tap(outcome="approve")
        await line.plug()
        await wait_until_async(lambda: not terminal._talking.locked(), what="the terminal's own time-outs")
        outcome = (await status_of(driver, "r-2")).outcome
        assert outcome == "approved"

    with_terminal(tmp_path, use, port)
    assert charges(tmp_path) == ["approved", "approved"]


def test_a_terminal_whose_power_is_cut_in_mid_payment_leaves_it_unknown(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        paying = asyncio.ensure_future(driver.pay("r-2", 1150, "EUR", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        await line.unplug()
        await terminal.power_cut()
        await line.plug()
        with pytest.raises(NoHardwareError):
            await paying
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use)


@pytest.mark.parametrize("remembers", [True, False])
def test_a_kiosk_that_starts_anew_knows_what_it_wrote_down_and_nothing_else(remembers: bool, tmp_path: Path) -> None:  # noqa: FBT001  pytest's own way
    memory = str(tmp_path / "memory.json") if remembers else ""

    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.harm(kind="no_result")
        with pytest.raises(TimeoutExpiredError):
            await pay_by_card(terminal, driver, "r-2")

    async def again(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await driver.status("r-2")).outcome == ("approved" if remembers else "unknown")
        assert (await driver.status("r-1")).outcome == "unknown"
        assert (await driver.pay("r-2", 1150, "EUR", kind="card")).outcome == "approved" or not remembers

    with_terminal(tmp_path, use, memory_file=memory, t4_ms=200)
    if remembers:
        with_terminal(tmp_path, again, memory_file=memory)
        assert charges(tmp_path) == ["approved", "approved"]


def test_a_torn_memory_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "memory.json").write_text('{"request": "r-')

    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await driver.status("r-1")).outcome == "unknown"

    with_terminal(tmp_path, use)


def test_without_a_place_for_its_memory_no_money_is_asked_for(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await driver.pay("r-1", 1150, "EUR", kind="card")).outcome == "not_found"
        assert b"\x06\x01" not in terminal.heard

    with_terminal(tmp_path, use, memory_file=str(tmp_path / "gone/memory.json"))


def test_a_reversal_is_done_once_and_an_unknown_receipt_is_refused(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        assert not await driver.reverse("r-1", 1150, "EUR", "0099/000099")
        assert not await driver.reverse("r-1", 1150, "EUR", "")
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)
        assert (await driver.status("r-1")).outcome == "cancelled"
        assert terminal.heard.count(b"\x06\x30") == 2

    async def again(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await driver.status("r-1")).outcome == "cancelled"
        assert await driver.reverse("r-1", 1150, "EUR", "0001/000001")

    with_terminal(tmp_path, use)
    with_terminal(tmp_path, again)
    assert charges(tmp_path) == ["approved", "reversed"]


def test_health_is_a_status_enquiry_and_a_busy_terminal_is_not_disturbed(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await driver.check_health()).ok
        assert b"\x05\x01" in terminal.heard
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "EUR", kind="card"))
        await wait_until_async(lambda: terminal.pending is not None)
        asked = terminal.heard.count(b"\x05\x01")
        assert (await driver.check_health()).ok
        assert terminal.heard.count(b"\x05\x01") == asked
        await terminal.tap(outcome="approve")
        assert (await paying).outcome == "approved"

    with_terminal(tmp_path, use)


def test_byte_by_byte_is_still_one_answer(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await line.fault(kind="slow")
        assert (await pay_by_card(terminal, driver, "r-1")).outcome == "approved"

    with_terminal(tmp_path, use)


def test_a_serial_line_that_confirms_nothing_is_lost_and_found_again(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await terminal.harm(kind="no_link")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-1", 1150, "EUR", kind="card")
        await terminal.harm(kind="none")
        await terminal.power_cut()
        assert (await status_of(driver, "r-1")).outcome == "unknown"
        assert terminal.heard.count(b"\x06\x01") == 1

    with_terminal(tmp_path, use, "pty", poll_ms=60_000)


@pytest.mark.parametrize(("amount", "currency"), [(0, "EUR"), (-1, "EUR"), (100, "BDT")])
def test_what_the_terminal_cannot_take_is_not_asked(amount: int, currency: str, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        with pytest.raises(DeviceError, match="amounts above 0 in EUR"):
            await driver.pay("r-1", amount, currency, kind="card")
        assert b"\x06\x01" not in terminal.heard

    with_terminal(tmp_path, use)


@pytest.mark.parametrize(
    "wrong", [{"port": "terminal"}, {"port": "h:1", "password": "12345"}, {"port": "h:1", "password": "abcdef"}]
)
def test_settings_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"port|password"):
        Settings(**wrong)


def test_the_terminal_runs_as_a_program_and_says_where_it_is(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.far_ends.card_reader.zvt", "--tcp", "0", "--charges", str(tmp_path / "c.jsonl"),
         "--knob-socket", str(tmp_path / "knobs")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert program.stdout is not None
    try:
        told = json.loads(program.stdout.readline())

        async def ask() -> str:
            driver = Driver("card", Settings(**told["settings"]))
            await opened(driver)
            outcome = (await driver.status("r-1")).outcome
            await driver.close()
            return outcome

        assert asyncio.run(ask()) == "unknown"
    finally:
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
