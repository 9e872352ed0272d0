"""The ESC/POS driver against its far end: what was printed is read back from the paper, and troubles are told apart."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image as Picture

from bench.far_ends.line import Line
from bench.far_ends.printer.escpos import GENERIC, PrinterInside
from bench.far_ends.printer.interpreter import Make, PaperState
from hal.device import DeviceError, NotEnabledError, StatusChanged
from hal.printer.contract import (
    Barcode,
    Cut,
    Document,
    DrawerMoved,
    Feed,
    Image,
    PrinterState,
    PrintOutcome,
    QrCode,
    Rule,
    TextLine,
)
from hal.printer.escpos import Driver
from tests.support.rigs import Seen, opened
from tests.support.rigs.printer.escpos import escpos_settings, on_usb, usb_printer
from tests.support.waiting import wait_until_async

ENGLISH = Document(
    "en-1",
    (
        TextLine("SHOPNO MART", align="centre", bold=True, size=2),
        Rule(),
        TextLine("Mango Himsagar 0.560 kg", "67.20"),
        TextLine("Açúcar união com um nome comprido que não cabe nesta linha", "R$ 4,99"),
        TextLine("TOTAL", "Tk 152.20", bold=True, size=2),
        QrCode("https://shop.example/r/0190"),
        Barcode("5901234123457"),
        TextLine("Thank you", align="right"),
        Feed(2),
        Cut(),
    ),
)
BENGALI = Document(
    "bn-1",
    (
        TextLine("স্বপ্ন মার্ট", align="centre", bold=True, size=2),
        TextLine("হিমসাগর আম ০.৫৬০ কেজি", "৳৬৭.২০"),
        Image(16, (b"\xf0\x0f",) * 8),
        Cut(),
    ),
    "bn",
)


SMALL: dict[str, Any] = {"profile": "generic_58"}
GENERIC_58 = Make(width=384, **GENERIC)  # type: ignore[arg-type]  # the three are switches

PAPER: tuple[PaperState, ...] = ("near_end", "ok")

Use = Callable[[PrinterInside, Line, Driver, Seen], Awaitable[None]]


def _receipts(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def _states(seen: Seen) -> list[str]:
    return [event.state for event in seen.events if isinstance(event, PrinterState)]


def _is(seen: Seen, state: str) -> Callable[[], bool]:
    return lambda: _states(seen)[-1] == state


def _with_printer(
    folder: Path, use: Use, *, make: Make | None = None, serial: bool = False, **settings: object
) -> list[dict[str, Any]]:
    async def run() -> None:
        inside = PrinterInside(folder / "receipts", make)
        line = Line(inside)
        if serial:
            where = await line.start_pty(folder / "by-id" / "printer")
            port: dict[str, object] = {"connection": "serial", "serial_port": where}
        else:
            host, _, number = (await line.start_tcp()).partition(":")
            port = {"host": host, "port": int(number)}
        driver = Driver("printer", escpos_settings(**port, **settings))
        seen = await opened(driver)
        try:
            await use(inside, line, driver, seen)
        finally:
            await driver.close()
            await line.close()

    asyncio.run(run())
    return _receipts(folder / "receipts")


@pytest.mark.parametrize("serial", [False, True], ids=["network", "serial"])
@pytest.mark.parametrize("confirm_by", ["process_id", "paper_status"])
def test_a_receipt_is_confirmed_and_its_totals_are_read_back_from_the_paper(
    confirm_by: str,
    serial: bool,  # noqa: FBT001  the parameters are named
    tmp_path: Path,
) -> None:
    async def use(_inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        outcome = await driver.print_document(ENGLISH)
        assert (outcome.job, outcome.outcome, outcome.reason) == ("en-1", "printed", "")

    (receipt,) = _with_printer(tmp_path, use, serial=serial, confirm_by=confirm_by)
    assert receipt["complete"]
    assert receipt["unknown"] == []
    assert receipt["text"][:5] == [
        "SHOPNO MART",
        "Mango Himsagar 0.560 kg                    67.20",
        "Açúcar união com um nome comprido que não cabe",
        "nesta linha                              R$ 4,99",
        "TOTAL          Tk 152.20",
    ]
    assert (receipt["qr"], receipt["barcodes"]) == (["https://shop.example/r/0190"], ["5901234123457"])


@pytest.mark.parametrize(
    ("make", "settings"),
    [(None, {}), (Make(width=512), {"profile": "tm_t88"}), (GENERIC_58, SMALL)],
    ids=["tm_t20", "tm_t88", "generic_58"],
)
def test_the_codes_on_the_paper_are_read_by_a_scanner(
    make: Make | None, settings: dict[str, Any], tmp_path: Path
) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        await inside.tear()

    receipt = _with_printer(tmp_path, use, make=make, **settings)[-1]
    assert receipt["unknown"] == []
    codes = zxingcpp.read_barcodes(Picture.open(tmp_path / "receipts/000001.png"))
    assert {code.text for code in codes} == {"https://shop.example/r/0190", "5901234123457"}


def test_bengali_goes_as_pictures_and_leaves_ink_on_the_paper(tmp_path: Path) -> None:
    async def use(_inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        assert (await driver.print_document(BENGALI)).outcome == "printed"

    (receipt,) = _with_printer(tmp_path, use)
    assert (receipt["text"], receipt["images"], receipt["unknown"]) == ([], 3, [])
    paper = Picture.open(tmp_path / "receipts/000001.png").convert("L")
    ink = sum(level < 128 for level in paper.tobytes())
    assert ink > 2000
    assert receipt["rows"] == paper.height - 48


def test_paper_that_ends_in_the_middle_is_a_failure_and_the_rest_is_not_printed_later(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        await inside.paper_out_after(rows=100)
        outcome = await driver.print_document(ENGLISH)
        assert (outcome.outcome, outcome.reason) == ("failed", "paper out")
        await wait_until_async(lambda: _states(seen)[-1] == "out")
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        assert not (await driver.check_health()).ok
        await inside.paper(state="ok")
        await wait_until_async(lambda: _states(seen)[-1] == "ok")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        assert _states(seen) == ["ok", "out", "ok"]
        warnings = [event for event in seen.events if isinstance(event, StatusChanged) and event.status == "warning"]
        assert warnings == [StatusChanged("printer", "warning", "paper out")]

    first, second = _with_printer(tmp_path, use)
    assert (first["complete"], second["complete"]) == (False, True)
    assert "TOTAL          Tk 152.20" not in first["text"]


def test_each_trouble_is_told_by_its_name_and_nothing_is_printed_in_it(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        troubles: tuple[tuple[Callable[[bool], Awaitable[None]], str, str], ...] = (
            (lambda on: inside.cover(state="open" if on else "closed"), "cover_open", "cover open"),
            (lambda on: inside.button(on=on), "offline", "printer offline"),
            (lambda on: inside.break_down(on=on), "error", "printer error: switch it off and on"),
            (lambda on: inside.paper(state="out" if on else "ok"), "out", "paper out"),
        )
        for turn, state, words in troubles:
            await turn(True)  # noqa: FBT003  on
            await wait_until_async(_is(seen, state), what=state)
            assert (await driver.print_document(ENGLISH)).reason == words
            assert words in (await driver.check_health()).text
            await turn(False)  # noqa: FBT003  off
            await wait_until_async(lambda: _states(seen)[-1] == "ok", what="ok again")
        await inside.paper(state="near_end")
        await wait_until_async(lambda: _states(seen)[-1] == "near_end")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        assert "near its end" in (await driver.check_health()).text

    assert [receipt["complete"] for receipt in _with_printer(tmp_path, use)] == [True]


def test_a_change_is_told_at_once_by_a_printer_that_tells_changes(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        for state in PAPER:
            await inside.paper(state=state)
            await wait_until_async(_is(seen, state), 5, what="told before any poll")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"  # ESC @ ends the telling; it was begun anew
        await inside.cover(state="open")
        await wait_until_async(lambda: _states(seen)[-1] == "cover_open", 5, what="told after a job, too")

    _with_printer(tmp_path, use, poll_ms=600_000)


def test_a_printer_that_forgot_to_tell_changes_is_asked_to_again(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, _driver: Driver, seen: Seen) -> None:
        await wait_until_async(lambda: inside.inside._asb_wanted, what="changes are told")
        await inside.power_cycle()
        assert not inside.inside._asb_wanted
        await inside.paper(state="near_end")
        await wait_until_async(lambda: _states(seen)[-1] == "near_end", what="the poll saw it")
        await wait_until_async(lambda: inside.inside._asb_wanted, what="changes are told again")

    _with_printer(tmp_path, use, serial=True)


def test_a_stuck_cutter_is_a_failure_and_closing_the_cover_frees_it(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        await inside.jam(on=True)
        outcome = await driver.print_document(ENGLISH)
        assert outcome.outcome == "failed"
        assert "cutter stuck" in outcome.reason
        await wait_until_async(lambda: _states(seen)[-1] == "cutter")
        await inside.cover(state="open")
        await wait_until_async(lambda: _states(seen)[-1] == "cover_open")
        await inside.jam(on=False)
        await inside.cover(state="closed")
        await wait_until_async(lambda: _states(seen)[-1] == "ok", what="the cutter freed")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"

    assert [receipt["complete"] for receipt in _with_printer(tmp_path, use)] == [False, True]


def test_a_hot_head_is_waited_for_before_and_during_a_receipt(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        await inside.heat(on=True)
        await wait_until_async(lambda: _states(seen)[-1] == "head_hot")
        printing = asyncio.create_task(driver.print_document(ENGLISH))
        await asyncio.sleep(0.05)
        assert not printing.done()
        await inside.heat(on=False)
        assert await printing == PrintOutcome("en-1", "printed")

    assert [receipt["complete"] for receipt in _with_printer(tmp_path, use)] == [True]


def test_a_head_that_does_not_cool_is_a_failure_before_anything_is_printed(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        await inside.heat(on=True)
        assert "hot" in (await driver.print_document(ENGLISH)).reason

    assert _with_printer(tmp_path, use, confirm_timeout_ms=60) == []


def test_a_printer_that_stalled_before_the_receipt_prints_nothing_and_is_lost_and_back(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, seen: Seen) -> None:
        await inside.stall(on=True)
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        await inside.stall(on=False)
        await wait_until_async(lambda: seen.statuses[-1] == "ready")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"

    receipts = _with_printer(tmp_path, use, answer_timeout_ms=200, confirm_timeout_ms=400)
    assert [receipt["complete"] for receipt in receipts] == [True]


def test_the_state_is_told_anew_after_each_link_and_a_new_roll_put_in_meanwhile_is_seen(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, line: Line, _driver: Driver, seen: Seen) -> None:
        await inside.paper(state="out")
        await wait_until_async(lambda: _states(seen)[-1] == "out")
        await line.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        await line.plug()
        await wait_until_async(lambda: _states(seen) == ["ok", "out", "out"], what="still out, and told so")
        await line.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        await inside.paper(state="ok")
        await line.plug()
        await wait_until_async(lambda: _states(seen) == ["ok", "out", "out", "ok"])

    _with_printer(tmp_path, use)


def test_an_unplugged_printer_fails_at_once_and_a_disabled_one_is_a_fault_of_ours(tmp_path: Path) -> None:
    async def use(_inside: PrinterInside, line: Line, driver: Driver, seen: Seen) -> None:
        await line.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        with pytest.raises(DeviceError, match="no drawer"):
            await driver.open_drawer()
        await driver.disable()
        with pytest.raises(NotEnabledError):
            await driver.print_document(ENGLISH)
        with pytest.raises(NotEnabledError):
            await driver.open_drawer()

    assert _with_printer(tmp_path, use) == []


@pytest.mark.parametrize(("drawer", "pin"), [("pin2", 2), ("pin5", 5)])
def test_the_drawer_is_kicked_by_its_pin_and_its_movements_are_told(drawer: str, pin: int, tmp_path: Path) -> None:
    async def use(inside: PrinterInside, line: Line, driver: Driver, seen: Seen) -> None:
        kicked: list[object] = []
        inside.tell = lambda event, **args: kicked.append((event, args)) if event == "drawer" else None
        await driver.open_drawer()
        await wait_until_async(lambda: seen.of(DrawerMoved), what="the drawer is open")
        assert kicked == [("drawer", {"pin": pin})]
        await inside.drawer(state="closed")
        await wait_until_async(lambda: seen.of(DrawerMoved)[1:], what="the drawer is closed")
        assert seen.of(DrawerMoved) == [DrawerMoved("printer", is_open=True), DrawerMoved("printer", is_open=False)]
        await line.unplug()
        with pytest.raises(DeviceError, match=r"no printer|gone|hung up|closed"):
            await driver.open_drawer()

    _with_printer(tmp_path, use, drawer=drawer, drawer_open_level="low")


def test_a_drawer_is_not_asked_to_open_later_when_the_printer_cannot_open_it_now(tmp_path: Path) -> None:
    async def use(inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        await inside.paper(state="out")
        with pytest.raises(DeviceError, match="paper out"):
            await driver.open_drawer()
        await inside.paper(state="ok")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        assert not inside.inside.machine.drawer_open

    _with_printer(tmp_path, use, drawer="pin2")


def test_a_small_buffer_that_loses_what_it_cannot_take_is_printed_to_at_its_own_pace(tmp_path: Path) -> None:
    lost = []

    async def use(inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        assert (await driver.print_document(BENGALI)).outcome == "printed"
        await inside.tear()
        lost.append(inside.inside.lost)

    small = Make(width=384, buffer=4096, speed=4000, **GENERIC)  # type: ignore[arg-type]  # the three are switches
    (receipt,) = _with_printer(tmp_path, use, make=small, **SMALL)
    assert (receipt["unknown"], lost) == ([], [0])


def test_a_serial_line_with_flow_control_stops_and_goes_on_as_the_printer_says(tmp_path: Path) -> None:
    lost = []

    async def use(inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        assert (await driver.print_document(BENGALI)).outcome == "printed"
        lost.append(inside.inside.lost)

    polite = Make(buffer=16_384, flow="xon_xoff", speed=4000)
    (receipt,) = _with_printer(tmp_path, use, make=polite, serial=True, serial_flow="xon_xoff", strip_rows=24)
    assert (receipt["complete"], receipt["unknown"], lost) == (True, [], [0])


def test_usb_carries_the_same_bytes_as_the_network(tmp_path: Path) -> None:
    async def use(_inside: PrinterInside, _line: Line, driver: Driver, _seen: Seen) -> None:
        await driver.print_document(BENGALI)

    async def over_usb() -> None:
        plug, _inside = usb_printer(tmp_path / "usb")
        driver = on_usb(plug)
        seen = await opened(driver)
        assert (await driver.print_document(BENGALI)).outcome == "printed"
        plug.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        assert (await driver.print_document(BENGALI)).outcome == "failed"
        await driver.close()
        assert plug.opened == 0

    (network,) = _with_printer(tmp_path / "network", use)
    asyncio.run(over_usb())
    (usb,) = _receipts(tmp_path / "usb")
    assert usb == network
    there, here = (tmp_path / "usb/000001.bin").read_bytes(), (tmp_path / "network/receipts/000001.bin").read_bytes()
    assert _without_job(there) == _without_job(here)


def _without_job(data: bytes) -> bytes:
    """The bytes of a receipt less the requests for a word, whose id is another each time."""
    return re.sub(rb"\x1d\(H\x06\x0000....", b"", data, flags=re.DOTALL)


def test_a_printer_that_takes_no_more_and_has_said_why_is_believed(tmp_path: Path) -> None:
    async def run() -> None:
        plug, inside = usb_printer(tmp_path)
        driver = on_usb(plug)
        seen = await opened(driver)
        await wait_until_async(lambda: inside.inside._asb_wanted)
        taken = plug.receive

        def take(data: bytes) -> None:
            taken(data)
            if b"\x1dv0" in data:
                plug.takes = False
                inside.inside.machine.paper = "out"
                inside.inside.changed()

        plug.receive = take
        outcome = await driver.print_document(BENGALI)
        assert (outcome.outcome, outcome.reason) == ("failed", "paper out")
        await wait_until_async(lambda: _states(seen)[-1] == "out")
        plug.takes, plug.receive = True, taken
        await inside.paper(state="ok")
        await wait_until_async(lambda: _states(seen)[-1] == "ok")
        assert (await driver.print_document(BENGALI)).outcome == "printed"
        await driver.close()

    asyncio.run(run())
    assert [receipt["complete"] for receipt in _receipts(tmp_path)] == [True]


def test_a_driver_without_its_font_does_not_open(tmp_path: Path) -> None:
    driver = Driver("printer", escpos_settings(host="127.0.0.1", font=str(tmp_path / "none.ttf")))
    with pytest.raises(DeviceError, match="set the printer's font"):
        asyncio.run(driver.open(Seen()))


@pytest.mark.parametrize("serial", [False, True], ids=["network", "serial"])
def test_the_printer_runs_as_a_program_and_says_where_it_is(serial: bool, tmp_path: Path) -> None:  # noqa: FBT001  named
    at = ["--link", str(tmp_path / "tty")] if serial else []
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.far_ends.printer.escpos", "--folder", str(tmp_path / "receipts"),
         "--knob-socket", str(tmp_path / "knobs"), "--make", "generic", *at],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert program.stdout is not None
    try:
        told = json.loads(program.stdout.readline())
        port = (
            {"connection": "serial", "serial_port": told["where"]}
            if serial
            else {"host": "127.0.0.1", "port": told["port"]}
        )

        async def run() -> None:
            driver = Driver("printer", escpos_settings(profile="generic_80", **port))
            await opened(driver)
            assert (await driver.print_document(ENGLISH)).outcome == "printed"
            await driver.close()

        asyncio.run(run())
    finally:
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
    assert len(_receipts(tmp_path / "receipts")) == 1
