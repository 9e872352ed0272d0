"""The ESC/POS driver against its far end: what was printed is read back from the paper, and troubles are told apart."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image as Picture

from bench.far_ends.printer.escpos import PrinterFarEnd, ReceiptFolder
from bench.far_ends.printer.interpreter import Interpreter
from hal.device import DeviceError, NotEnabledError, StatusChanged
from hal.printer.contract import Cut, Document, Feed, Image, Paper, QrCode, Rule, TextLine
from hal.printer.escpos import Driver
from tests.support.rigs import Seen, opened
from tests.support.rigs.printer.escpos import escpos_settings, usb_printer
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


def _receipts(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def _with_printer(
    folder: Path, use: Callable[[PrinterFarEnd, Driver, Seen], Awaitable[None]], **settings: object
) -> list[dict[str, Any]]:
    async def run() -> None:
        far = PrinterFarEnd(folder)
        port = await far.start()
        driver = Driver("printer", escpos_settings(host="127.0.0.1", port=port, **settings))
        seen = await opened(driver)
        try:
            await use(far, driver, seen)
        finally:
            await driver.close()
            await far.close()

    asyncio.run(run())
    return _receipts(folder)


@pytest.mark.parametrize("confirm_by", ["process_id", "paper_status"])
def test_a_receipt_is_confirmed_and_its_totals_are_read_back_from_the_paper(confirm_by: str, tmp_path: Path) -> None:
    async def use(_far: PrinterFarEnd, driver: Driver, _seen: Seen) -> None:
        outcome = await driver.print_document(ENGLISH)
        assert (outcome.job, outcome.outcome, outcome.reason) == ("en-1", "printed", "")

    (receipt,) = _with_printer(tmp_path, use, confirm_by=confirm_by)
    assert receipt["complete"]
    assert receipt["unknown"] == []
    assert receipt["text"][:5] == [
        "SHOPNO MART",
        "Mango Himsagar 0.560 kg                    67.20",
        "Açúcar união com um nome comprido que não cabe",
        "nesta linha                              R$ 4,99",
        "TOTAL          Tk 152.20",
    ]
    assert receipt["qr"] == ["https://shop.example/r/0190"]


def test_the_qr_code_on_the_paper_is_read_by_a_scanner(tmp_path: Path) -> None:
    async def use(_far: PrinterFarEnd, driver: Driver, _seen: Seen) -> None:
        await driver.print_document(ENGLISH)

    _with_printer(tmp_path, use)
    codes = zxingcpp.read_barcodes(Picture.open(tmp_path / "000001.png"))
    assert [code.text for code in codes] == ["https://shop.example/r/0190"]


def test_bengali_goes_as_pictures_and_leaves_ink_on_the_paper(tmp_path: Path) -> None:
    async def use(_far: PrinterFarEnd, driver: Driver, _seen: Seen) -> None:
        assert (await driver.print_document(BENGALI)).outcome == "printed"

    (receipt,) = _with_printer(tmp_path, use)
    assert (receipt["text"], receipt["images"], receipt["unknown"]) == ([], 3, [])
    paper = Picture.open(tmp_path / "000001.png").convert("L")
    ink = sum(level < 128 for level in paper.tobytes())
    assert ink > 2000
    assert receipt["rows"] == paper.height - 48


def test_paper_that_ends_in_the_middle_is_a_failure_and_the_rest_is_not_printed_later(tmp_path: Path) -> None:
    async def use(far: PrinterFarEnd, driver: Driver, seen: Seen) -> None:
        await far.paper_out_after(rows=100)
        outcome = await driver.print_document(ENGLISH)
        assert (outcome.outcome, outcome.reason) == ("failed", "paper out")
        await wait_until_async(lambda: seen.of(Paper))
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        assert not (await driver.check_health()).ok
        await far.paper(state="ok")
        await wait_until_async(lambda: len(seen.of(Paper)) == 2)
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        assert [event.state for event in seen.events if isinstance(event, Paper)] == ["out", "ok"]
        warnings = [event for event in seen.events if isinstance(event, StatusChanged) and event.status == "warning"]
        assert warnings == [StatusChanged("printer", "warning", "paper out")]

    first, second = _with_printer(tmp_path, use)
    assert (first["complete"], second["complete"]) == (False, True)
    assert "TOTAL          Tk 152.20" not in first["text"]


def test_an_open_cover_is_a_failure_before_anything_is_printed(tmp_path: Path) -> None:
    async def use(far: PrinterFarEnd, driver: Driver, seen: Seen) -> None:
        await far.cover(state="open")
        assert (await driver.print_document(ENGLISH)).reason == "cover open"
        await far.cover(state="closed")
        await far.paper(state="near_end")
        await wait_until_async(lambda: seen.of(Paper) and seen.of(Paper)[-1] == Paper("printer", "near_end"))
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        assert "near its end" in (await driver.check_health()).text

    assert [receipt["complete"] for receipt in _with_printer(tmp_path, use)] == [True]


def test_a_printer_that_stalled_before_the_receipt_prints_nothing_and_is_lost_and_back(tmp_path: Path) -> None:
    async def use(far: PrinterFarEnd, driver: Driver, seen: Seen) -> None:
        await far.stall(on=True)
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        await far.stall(on=False)
        await wait_until_async(lambda: seen.statuses[-1] == "ready")
        assert (await driver.print_document(ENGLISH)).outcome == "printed"

    receipts = _with_printer(tmp_path, use, answer_timeout_ms=60, confirm_timeout_ms=200)
    assert [receipt["complete"] for receipt in receipts] == [True]


def test_an_unplugged_printer_fails_at_once_and_a_disabled_one_is_a_fault_of_ours(tmp_path: Path) -> None:
    async def use(far: PrinterFarEnd, driver: Driver, seen: Seen) -> None:
        await far.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        assert (await driver.print_document(ENGLISH)).outcome == "failed"
        await driver.disable()
        with pytest.raises(NotEnabledError):
            await driver.print_document(ENGLISH)

    assert _with_printer(tmp_path, use) == []


class _Moody:
    """A printer that is well until a job comes, and then does what ``mood`` says."""

    def __init__(self, mood: str) -> None:
        self.mood = mood
        self.jobs = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        started = False
        while data := await reader.read(8192):
            started = started or b"\x1b@" in data
            if started and self.mood == "hangs up":
                break
            if b"\x1d(H" in data:
                self.jobs += 1
                job = data[data.index(b"\x1d(H") + 7 :][:4]
                words = {"says the wrong job": b"\x37\x229999\x00", "stammers": b"\xff\x37\x22" + b"\x00" * 9 + b"\x37"}
                writer.write(
                    words.get(
                        self.mood, b"" if started and self.mood == "falls silent" else b"\x37\x22" + job + b"\x00"
                    )
                )
            if not (started and self.mood == "falls silent"):
                writer.write(b"\x12" * data.count(b"\x10\x04"))
        writer.close()


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("hangs up", "unknown"),
        ("falls silent", "unknown"),
        ("says the wrong job", "unknown"),
        ("stammers", "unknown"),
        ("is well", "printed"),
    ],
)
def test_once_bytes_went_out_only_the_printers_own_word_makes_a_receipt_printed(mood: str, outcome: str) -> None:
    async def run() -> None:
        printer = _Moody(mood)
        server = await asyncio.start_server(printer.serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        times = {"answer_timeout_ms": 40, "confirm_timeout_ms": 150}
        driver = Driver("printer", escpos_settings(host="127.0.0.1", port=port, **times))
        seen = await opened(driver)
        told = await driver.print_document(ENGLISH)
        assert told.outcome == outcome
        assert bool(told.reason) == (outcome == "unknown")
        if outcome == "unknown":
            await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="a link made anew")
        await driver.close()
        server.close()

    asyncio.run(run())


def test_usb_carries_the_same_bytes_as_the_network(tmp_path: Path) -> None:
    async def use(_far: PrinterFarEnd, driver: Driver, _seen: Seen) -> None:
        await driver.print_document(BENGALI)

    async def over_usb() -> None:
        bus, _printer = usb_printer(tmp_path / "usb")
        settings = escpos_settings(connection="usb", usb_vendor=0x04B8, usb_product=0x0E15)
        driver = Driver("printer", settings, bus)
        seen = await opened(driver)
        assert (await driver.print_document(BENGALI)).outcome == "printed"
        bus.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        assert (await driver.print_document(BENGALI)).outcome == "failed"
        await driver.close()
        assert bus.opened == 0

    _with_printer(tmp_path / "network", use)
    asyncio.run(over_usb())
    assert (tmp_path / "usb/000001.bin").read_bytes() == (tmp_path / "network/000001.bin").read_bytes()


def test_a_printer_on_a_serial_line_prints_and_confirms(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    receipts = ReceiptFolder(tmp_path)

    def answer(data: bytes) -> None:
        os.write(ours, data)

    inside = Interpreter(answer, receipts.save, lambda _pin: None)

    def feed() -> None:
        try:
            while data := os.read(ours, 4096):
                inside.receive(data)
        except OSError:
            return

    line = threading.Thread(target=feed)
    line.start()

    async def run() -> None:
        driver = Driver("printer", escpos_settings(connection="serial", serial_port=os.ttyname(theirs)))
        await opened(driver)
        assert (await driver.print_document(ENGLISH)).outcome == "printed"
        await driver.close()

    try:
        asyncio.run(run())
    finally:
        os.close(theirs)
        line.join(10)
        os.close(ours)
    assert [receipt["complete"] for receipt in _receipts(tmp_path)] == [True]


def test_a_driver_without_its_font_does_not_open(tmp_path: Path) -> None:
    driver = Driver("printer", escpos_settings(host="127.0.0.1", font=str(tmp_path / "none.ttf")))
    with pytest.raises(DeviceError, match="set the printer's font"):
        asyncio.run(driver.open(Seen()))


def test_the_printer_runs_as_a_program_and_says_its_port(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.far_ends.printer.escpos", "--folder", str(tmp_path / "receipts"),
         "--knob-socket", str(tmp_path / "knobs")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert program.stdout is not None
    try:
        port = json.loads(program.stdout.readline())["port"]

        async def run() -> None:
            driver = Driver("printer", escpos_settings(host="127.0.0.1", port=port))
            await opened(driver)
            assert (await driver.print_document(ENGLISH)).outcome == "printed"
            await driver.close()

        asyncio.run(run())
    finally:
        program.terminate()
        assert program.wait(10) == 0
        program.stdout.close()
    assert len(_receipts(tmp_path / "receipts")) == 1
