"""The ZVT terminal and its driver: money given back once, and the end of a day told as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.card_reader.zvt import Harm, Terminal, Totals
from bench.far_ends.line import Line
from hal.card_reader.contract import ALL_BRANDS, DayTotal, Payment
from hal.card_reader.zvt import Driver
from hal.device import DeviceError, NoHardwareError, TimeoutExpiredError
from tests.support.waiting import wait_until_async
from tests.support.zvt_terminals import PORTS, Port, charges, once_back, pay_by_card, status_of, with_terminal


async def _refund(terminal: Terminal, driver: Driver, request: str, tap: Any = "approve") -> Payment:  # noqa: ANN401
    refunding = asyncio.ensure_future(driver.refund(request, 400, "EUR", kind="card", original="r-1", reference="x"))
    await wait_until_async(lambda: terminal.pending is not None, what="a refund on the display")
    await terminal.tap(outcome=tap)
    return await refunding


@PORTS
def test_a_refund_is_asked_for_byte_for_byte_done_once_and_taken_off_the_day(port: Port, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert "refund" in driver.capabilities
        await pay_by_card(terminal, driver, "r-1")
        back = await _refund(terminal, driver, "b-1")
        assert (back.outcome, back.approved_minor, back.reference) == ("approved", 400, "0002/000002")
        assert back.slip[-1] == "REFUNDED"
        assert terminal.told[-1] == bytes.fromhex("06 31 0a 12 34 56 04 00 00 00 00 04 00")
        assert await driver.refund("b-1", 400, "EUR", kind="card", original="r-1", reference="x") == back
        assert await driver.status("b-1") == back
        await driver.end_of_day()
        assert _totals(driver) == (DayTotal(ALL_BRANDS, 0, 750),)

    with_terminal(tmp_path, use, port, password="123456")
    assert charges(tmp_path) == ["approved", "refunded", "day_ended"]


def test_a_refund_that_is_declined_or_aborted_gives_nothing_back(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        assert (await _refund(terminal, driver, "b-1", "decline")).outcome == "declined"
        refunding = asyncio.ensure_future(driver.refund("b-2", 400, "EUR", kind="card", original="r-1", reference="x"))
        await wait_until_async(lambda: terminal.pending is not None)
        assert (await driver.status("b-2")).outcome == "in_progress"
        await driver.abort("b-2")
        assert (await refunding).outcome == "cancelled"
        with pytest.raises(DeviceError, match="amounts above 0 in EUR"):
            await driver.refund("b-3", 0, "EUR", kind="card", original="r-1", reference="x")

    with_terminal(tmp_path, use)
    assert charges(tmp_path) == ["declined", "cancelled"]


@pytest.mark.parametrize("kind", ["no_result", "no_completion"])
def test_a_refund_that_was_never_told_is_found_by_its_receipt_also_after_a_restart(kind: Harm, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.harm(kind=kind)
        with pytest.raises(TimeoutExpiredError):
            await _refund(terminal, driver, "b-1")

    async def again(terminal: Terminal, line: Line, driver: Driver) -> None:
        found = await status_of(driver, "b-1")
        assert (found.outcome, found.approved_minor, found.reference) == ("approved", 400, "0002/000002")
        assert await driver.refund("b-1", 400, "EUR", kind="card", original="r-1", reference="x") == found
        assert b"\x06\x31" not in terminal.heard

    with_terminal(tmp_path, use, t4_ms=300)
    with_terminal(tmp_path, again)
    assert charges(tmp_path) == ["approved", "refunded"]


def test_a_refund_that_the_terminal_may_never_have_got_is_unknown_and_not_asked_for_again(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.refund("b-1", 400, "EUR", kind="card", original="r-1", reference="x")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "b-1")).outcome == "unknown"
        again = await driver.refund("b-1", 400, "EUR", kind="card", original="r-1", reference="x")
        assert again.outcome == "unknown"
        assert terminal.heard.count(b"\x06\x31") == 0

    with_terminal(tmp_path, use, answer_timeout_ms=200)
    assert charges(tmp_path) == ["approved"]


def test_a_refund_of_the_same_amount_is_never_taken_for_a_lost_payment_before_it(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-2", 400, "EUR", kind="card")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"
        assert (await _refund(terminal, driver, "b-1")).outcome == "approved"
        assert (await driver.status("r-2")).outcome == "unknown"

    with_terminal(tmp_path, use, answer_timeout_ms=200)


def _totals(driver: Driver) -> tuple[DayTotal, ...] | None:
    return driver.day_totals


@PORTS
def test_the_day_is_closed_and_what_it_came_to_is_told_on_paper_and_as_an_amount(port: Port, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        paid = await pay_by_card(terminal, driver, "r-1")
        await pay_by_card(terminal, driver, "r-2")
        await pay_by_card(terminal, driver, "r-3", "decline")
        assert await driver.reverse("r-1", 1150, "EUR", paid.reference)
        await terminal.harm(kind="twice")
        assert await driver.end_of_day() == ("DAY 1", "PAYMENTS 2")
        assert _totals(driver) == (DayTotal(ALL_BRANDS, 1, 1150),)
        assert await driver.end_of_day() == ("DAY 2", "PAYMENTS 0")
        assert _totals(driver) == (DayTotal(ALL_BRANDS, 0, 0),)

    with_terminal(tmp_path, use, port)


@pytest.mark.parametrize("kind", ["paper", "wrong"])
def test_a_terminal_that_tells_no_sum_or_a_wrong_one_has_told_none(kind: Totals, tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await driver.end_of_day()
        assert _totals(driver) is not None
        await terminal.totals(kind=kind)
        await pay_by_card(terminal, driver, "r-2")
        assert await driver.end_of_day() == ("DAY 2", "PAYMENTS 1")
        assert _totals(driver) is None

    with_terminal(tmp_path, use)


@pytest.mark.parametrize("kind", ["told", "not_repeated", "paper"])
def test_neither_the_day_s_own_receipt_nor_one_of_before_it_is_taken_for_a_lost_payment(
    kind: Totals, tmp_path: Path
) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await terminal.totals(kind=kind)
        await pay_by_card(terminal, driver, "r-1")
        await driver.end_of_day()
        await terminal.silence(kind="before")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.pay("r-2", 1150, "EUR", kind="card")
        await terminal.silence(kind="off")
        assert (await status_of(driver, "r-2")).outcome == "unknown"

    with_terminal(tmp_path, use, answer_timeout_ms=200)
    assert charges(tmp_path) == ["approved", "day_ended"]


def test_a_payment_whose_answer_was_lost_is_found_before_the_day_ends(tmp_path: Path) -> None:
    async def use(terminal: Terminal, line: Line, driver: Driver) -> None:
        await pay_by_card(terminal, driver, "r-1")
        await terminal.harm(kind="no_result")
        with pytest.raises(TimeoutExpiredError):
            await pay_by_card(terminal, driver, "r-2")
        await terminal.harm(kind="none")
        await once_back(driver, driver.end_of_day)
        assert _totals(driver) == (DayTotal(ALL_BRANDS, 2, 2300),)
        assert (await driver.status("r-2")).reference == "0002/000002"

    with_terminal(tmp_path, use, t4_ms=300)
