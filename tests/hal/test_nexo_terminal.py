"""The nexo terminal and its driver over HTTPS: asked once, remembered, never doubled, never believed unproven."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.card_reader.nexo import Fault, Terminal
from bench.far_ends.card_reader.terminal import Silence
from bench.far_ends.credentials import make_credentials
from hal.card_reader.contract import DayTotal, Payment, Prompt
from hal.card_reader.nexo import Driver, Settings
from hal.device import DeviceError, NoHardwareError, ProtocolError, StatusChanged, TimeoutExpiredError
from tests.support.rigs import Seen, opened
from tests.support.rigs.card_reader.nexo import terminal_and_driver
from tests.support.waiting import wait_until_async

Use = Callable[[Terminal, Driver, Seen], Awaitable[None]]


def _charges(folder: Path) -> list[str]:
    return [json.loads(line)["what"] for line in (folder / "charges.jsonl").read_text().splitlines()]


def _with_terminal(folder: Path, use: Use, **settings: object) -> None:
    async def run() -> None:
        async with terminal_and_driver(folder, **settings) as (terminal, driver):
            seen = await opened(driver)
            await wait_until_async(lambda: driver.alive, what="the terminal's first answer")
            await use(terminal, driver, seen)

    asyncio.run(run())


async def _on_display(terminal: Terminal) -> None:
    await wait_until_async(lambda: terminal.pending is not None, what="a payment on the display")


async def _pay(terminal: Terminal, driver: Driver, request: str, tap: Any, amount: int = 0) -> Payment:  # noqa: ANN401
    paying = asyncio.ensure_future(driver.pay(request, 1150, "BDT", kind="card"))
    await _on_display(terminal)
    await terminal.tap(outcome=tap, amount_minor=amount)
    return await paying


async def _status(driver: Driver, request: str) -> Payment:
    """Ask until the terminal is there again, as the kiosk does."""
    while True:
        with suppress(NoHardwareError):
            return await driver.status(request)
        await wait_until_async(lambda: driver.alive, what="ready again")


def test_an_approved_card_is_charged_once_and_told_whole(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        assert (paid.outcome, paid.approved_minor, paid.currency, paid.brand) == ("approved", 1150, "BDT", "Bench")
        assert (paid.acquirer, paid.terminal_id, paid.entry) == ("Bench Bank", "BENCH007", "contactless")
        assert paid.slip[0] == "CARDHOLDER COPY"
        assert not paid.signature
        assert await driver.status("r-1") == paid
        assert await driver.pay("r-1", 1150, "BDT", kind="card") == paid

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved"]


def test_a_payment_in_parts_says_so_and_is_one_payment(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paying = asyncio.ensure_future(driver.pay_in_parts("r-1", 9000, "BRL", count=3, by="merchant"))
        await _on_display(terminal)
        await terminal.tap(outcome="approve", amount_minor=0)
        paid = await paying
        assert (paid.outcome, paid.approved_minor) == ("approved", 9000)
        with pytest.raises(DeviceError):
            await driver.pay_in_parts("r-2", 9000, "BRL", count=1, by="merchant")

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved"]


def test_a_refund_is_asked_once_and_asked_about_as_a_payment_is(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert "refund" in driver.capabilities
        refunding = asyncio.ensure_future(driver.refund("b-1", 400, "EUR", kind="card", original="r-1", reference="x"))
        await _on_display(terminal)
        assert (await driver.status("b-1")).outcome == "in_progress"
        await terminal.tap(outcome="approve", amount_minor=0)
        back = await refunding
        assert (back.outcome, back.approved_minor) == ("approved", 400)
        assert await driver.status("b-1") == back

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["refunded"]


@pytest.mark.parametrize(
    ("tap", "amount", "outcome", "approved"),
    [("decline", 0, "declined", 0), ("partial", 500, "partial", 500), ("signature", 0, "approved", 1150)],
)
def test_every_card_is_told_as_it_is(tap: str, amount: int, outcome: str, approved: int, tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paid = await _pay(terminal, driver, "r-1", tap, amount)
        assert (paid.outcome, paid.approved_minor, paid.signature) == (outcome, approved, tap == "signature")
        assert await driver.status("r-1") == paid

    _with_terminal(tmp_path, use)


def test_status_runs_beside_an_open_payment_and_abort_ends_it(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert (await driver.status("r-1")).outcome == "not_found"
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await _on_display(terminal)
        assert (await driver.status("r-1")).outcome == "in_progress"
        busy = await driver.pay("r-2", 5, "BDT", kind="card")
        assert (busy.outcome, busy.reason) == ("declined", "Busy")
        await driver.abort("r-1")
        assert (await paying).outcome == "cancelled"
        assert (await driver.status("r-1")).outcome == "cancelled"
        assert (await driver.status("r-2")).outcome == "not_found"

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("hang_up", NoHardwareError),
        ("cut", NoHardwareError),
        ("empty", ProtocolError),
        ("garbage", ProtocolError),
        ("other_service", ProtocolError),
        ("wrong_hmac", ProtocolError),
        ("wrong_header", ProtocolError),
    ],
)
def test_an_answer_that_cannot_be_believed_is_an_unknown_outcome_that_status_clears(
    kind: Fault, error: type[DeviceError], tmp_path: Path
) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await terminal.auto(outcome="approve")
        await terminal.fault(kind=kind)
        with pytest.raises(error):
            await driver.pay("r-1", 1150, "BDT", kind="card")
        await wait_until_async(lambda: not driver.alive, what="lost")
        with pytest.raises(NoHardwareError):
            await driver.pay("r-1", 1150, "BDT", kind="card")
        await terminal.fault(kind="none")
        await wait_until_async(lambda: driver.alive, what="ready again")
        assert (await driver.status("r-1")).outcome == "approved"
        assert seen.statuses == ["ready", "lost", "ready"]

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved"]


@pytest.mark.parametrize("kind", ["slow", "twice"])
def test_byte_by_byte_and_twice_over_is_still_one_answer(kind: Fault, tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await terminal.fault(kind=kind)
        assert (await _pay(terminal, driver, "r-1", "approve")).outcome == "approved"

    _with_terminal(tmp_path, use, answer_timeout_ms=5_000)
    assert _charges(tmp_path) == ["approved"]


@pytest.mark.parametrize(("kind", "outcome"), [("before", "not_found"), ("after_charge", "approved")])
def test_a_silent_terminal_is_an_unknown_outcome_and_tells_the_truth_when_it_speaks_again(
    kind: Silence, outcome: str, tmp_path: Path
) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await terminal.auto(outcome="approve")
        await terminal.silence(kind=kind)
        with pytest.raises(TimeoutExpiredError):
            await driver.pay("r-1", 1150, "BDT", kind="card")
        with pytest.raises((TimeoutExpiredError, NoHardwareError)):
            await driver.status("r-1")
        await wait_until_async(lambda: not driver.alive, what="lost")
        await terminal.silence(kind="off")
        assert (await _status(driver, "r-1")).outcome == outcome

    _with_terminal(tmp_path, use, pay_timeout_ms=300, answer_timeout_ms=300)


def test_a_cable_pulled_while_the_card_is_in_keeps_the_payment_and_the_charge(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await _on_display(terminal)
        await terminal.unplug()
        with pytest.raises(NoHardwareError):
            await paying
        await terminal.tap(outcome="approve")
        await terminal.plug()
        assert (await _status(driver, "r-1")).outcome == "approved"

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved"]


def test_a_terminal_whose_power_is_cut_in_mid_payment_has_aborted_it(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await _on_display(terminal)
        await terminal.power_cut()
        with pytest.raises(NoHardwareError):
            await paying
        assert (await _status(driver, "r-1")).outcome == "cancelled"

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["cancelled"]


def test_a_kiosk_that_starts_anew_finds_its_payment_by_the_request_alone(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await _pay(terminal, driver, "r-1", "approve")

    async def again(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert (await driver.status("r-1")).approved_minor == 1150
        assert (await driver.status("r-2")).outcome == "not_found"

    _with_terminal(tmp_path, use)
    _with_terminal(tmp_path, again)


def test_a_reversal_is_done_once_even_when_its_answer_was_lost(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        reversing = asyncio.ensure_future(driver.reverse("r-1", 1150, "BDT", paid.reference))
        await wait_until_async(lambda: "Reversal" in terminal.heard or reversing.done(), what="the reversal")
        assert await reversing
        assert await driver.reverse("r-1", 1150, "BDT", paid.reference)
        assert terminal.heard.count("Reversal") == 1
        assert (await driver.status("r-1")).outcome == "cancelled"

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved", "reversed"]


def test_a_reversal_the_terminal_refuses_is_told_and_may_be_tried_again(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        paid = await _pay(terminal, driver, "r-1", "approve")
        assert not await driver.reverse("r-1", 1150, "BDT", "T999999 2026")
        assert await driver.reverse("r-1", 1150, "BDT", paid.reference)

    _with_terminal(tmp_path, use)
    assert _charges(tmp_path) == ["approved", "reversed"]


def test_what_is_asked_of_the_shopper_is_told_with_its_request(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        def told() -> list[str]:
            return [each.prompt for each in seen.events if isinstance(each, Prompt) and each.request == "r-1"]

        paying = asyncio.ensure_future(driver.pay("r-1", 1150, "BDT", kind="card"))
        await wait_until_async(lambda: told() == ["present_card"], what="present_card")
        await terminal.insert(pin=True)
        await wait_until_async(lambda: sorted(told()) == ["enter_pin", "present_card", "wait"], what="enter_pin")
        await terminal.tap(outcome="approve")
        await paying

    _with_terminal(tmp_path, use)


def test_a_notification_that_is_not_sealed_with_our_key_says_nothing(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        for body in (b"nonsense", b'{"SaleToPOIRequest":{}}', b""):
            reader, writer = await asyncio.open_connection(*terminal.notify.split(":"))
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
        await driver.check_health()
        assert not seen.of(Prompt)
        assert seen.statuses == ["ready"]

    _with_terminal(tmp_path, use)


def test_what_is_no_http_at_the_listener_is_let_go(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        reader, writer = await asyncio.open_connection(*terminal.notify.split(":"))
        writer.write(b"\x00\xff" * 20 + b"\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        assert (await driver.check_health()).ok

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize(
    ("what", "cause"), [("ca", "certificate"), ("name", "ostname"), ("passphrase", "empty"), ("key", "empty")]
)
def test_a_terminal_that_nobody_vouches_for_is_asked_for_no_money(what: str, cause: str, tmp_path: Path) -> None:
    async def run() -> None:
        other = make_credentials(tmp_path / "other")
        other.passphrase.write_text("another passphrase")
        settings: dict[str, dict[str, object]] = {
            "ca": {"ca_file": str(other.ca)},
            "name": {"certificate_name": "other.test.terminal.adyen.com"},
            "passphrase": {"passphrase_file": str(other.passphrase)},
            "key": {"key_version": 2},
        }
        async with terminal_and_driver(tmp_path, **settings[what]) as (terminal, driver):
            seen = await opened(driver)
            (lost,) = [each for each in seen.events if isinstance(each, StatusChanged)]
            assert lost.status == "lost"
            assert cause in lost.cause
            with pytest.raises(NoHardwareError):
                await driver.pay("r-1", 1150, "BDT", kind="card")
            assert terminal.heard == []

    asyncio.run(run())


@pytest.mark.parametrize("missing", ["ca_file", "passphrase_file"])
def test_a_missing_file_is_named(missing: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with terminal_and_driver(tmp_path, **{missing: str(tmp_path / "gone")}) as (_, driver):
            await opened(driver)
            health = await driver.check_health()
            assert not health.ok
            assert "gone" in health.text

    asyncio.run(run())


def test_text_is_shown_while_idle_and_taken_away(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await driver.display(("Total", "12.50"))
        assert list(terminal.shown) == ["Total", "12.50"]
        await driver.display(())
        assert not terminal.shown

    _with_terminal(tmp_path, use)


def _totals(driver: Driver) -> tuple[DayTotal, ...] | None:
    return driver.day_totals


def test_the_day_s_totals_are_told_once_and_begin_anew(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert "end_of_day" in driver.capabilities
        await _pay(terminal, driver, "r-1", "approve")
        await _pay(terminal, driver, "r-2", "decline")
        assert await driver.end_of_day() == ("Reconciliation 1", "Bench BDT Debit 1 11.5")
        assert _totals(driver) == (DayTotal("Bench", 1, 1_150),)
        assert await driver.end_of_day() == ("Reconciliation 2",)
        assert _totals(driver) == ()
        paid = await _pay(terminal, driver, "r-3", "approve")
        await _pay(terminal, driver, "r-4", "approve")
        assert await driver.reverse("r-3", 1_150, "BDT", paid.reference)
        await driver.end_of_day()
        assert _totals(driver) == (DayTotal("Bench", 1, 1_150),), "payments less what was given back"

    _with_terminal(tmp_path, use, login=True)


def test_a_terminal_that_nobody_logs_in_to_keeps_no_totals_for_us(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert "end_of_day" not in driver.capabilities

    _with_terminal(tmp_path, use)


def test_health_asks_the_terminal_and_charges_nothing(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        terminal.heard.clear()
        health = await driver.check_health()
        assert health.ok
        assert "Bench-000000007" in health.text
        assert set(terminal.heard) == {"Diagnosis"}

    _with_terminal(tmp_path, use)
    assert not (tmp_path / "charges.jsonl").exists()


def test_a_terminal_that_wants_a_login_gets_one(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert terminal.heard[0] == "Login"

    _with_terminal(tmp_path, use, login=True)


def test_a_terminal_that_has_forgotten_the_login_gets_it_again(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        await terminal.log_out()
        refused = await driver.pay("r-1", 1150, "BDT", kind="card")
        assert (refused.outcome, refused.reason) == ("declined", "LoggedOut")
        await wait_until_async(lambda: terminal.heard.count("Login") == 2, what="another login")
        assert (await _pay(terminal, driver, "r-2", "approve")).outcome == "approved"

    _with_terminal(tmp_path, use, login=True)


def test_a_request_older_than_the_terminal_remembers_is_unknown_and_not_never_received(tmp_path: Path) -> None:
    def made(hours_ago: int) -> str:
        milliseconds = time.time_ns() // 1_000_000 - hours_ago * 3_600_000
        return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | 5))

    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        assert (await driver.status(made(hours_ago=1))).outcome == "not_found"
        assert (await driver.status(made(hours_ago=60))).outcome == "unknown"

    _with_terminal(tmp_path, use)


def test_an_amount_that_is_none_never_reaches_the_terminal(tmp_path: Path) -> None:
    async def use(terminal: Terminal, driver: Driver, seen: Seen) -> None:
        with pytest.raises(DeviceError, match="above 0"):
            await driver.pay("r-1", 0, "BDT", kind="card")
        assert "Payment" not in terminal.heard

    _with_terminal(tmp_path, use)


@pytest.mark.parametrize("wrong", [{"host": ""}, {"ca_file": ""}, {"notifications": "8888"}, {"passphrase_file": ""}])
def test_settings_that_lead_to_no_trusted_terminal_are_refused(wrong: dict[str, Any]) -> None:
    names = ("host", "poi_id", "sale_id", "certificate_name", "ca_file", "key_identifier", "passphrase_file")
    with pytest.raises(ValueError, match=r"empty|host:port"):
        Settings(**{**dict.fromkeys(names, "x"), **wrong})


def test_the_terminal_runs_as_a_program_and_says_how_it_is_reached(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.far_ends.card_reader.nexo", "--charges", str(tmp_path / "charges.jsonl"),
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

        assert asyncio.run(ask()) == "not_found"
    finally:
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
