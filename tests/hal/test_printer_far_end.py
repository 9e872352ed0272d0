"""The printer's far end against published bytes and against a generator that is not ours."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import zxingcpp
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from bench.far_ends.printer.escpos import PrinterFarEnd
from bench.far_ends.printer.interpreter import Interpreter, PaperState, Receipt
from bench.knobs import KnobClient, KnobRefusedError
from tests.support.waiting import wait_until_async


class _Host:
    """A printer without a cable: what it answers and what it finished."""

    def __init__(self, width: int = 576) -> None:
        self.answers = b""
        self.receipts: list[Receipt] = []
        self.pins: list[int] = []
        self.printer = Interpreter(self._answer, self.receipts.append, self.pins.append, width=width)

    def _answer(self, data: bytes) -> None:
        self.answers += data

    def ask(self, data: bytes) -> bytes:
        self.answers = b""
        self.printer.receive(data)
        return self.answers


@pytest.mark.parametrize(
    ("paper", "cover", "answers"),
    [
        ("ok", "closed", "12 12 12 12"),
        ("near_end", "closed", "12 12 12 1e"),
        ("out", "closed", "1a 32 12 7e"),
        ("ok", "open", "1a 16 12 12"),
    ],
)
def test_status_is_answered_in_real_time(paper: PaperState, cover: str, answers: str) -> None:
    host = _Host()
    host.printer.paper, host.printer.cover_open = paper, cover == "open"
    assert host.ask(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04").hex(" ") == answers


def test_automatic_status_is_told_at_once_and_at_every_change() -> None:
    host = _Host()
    assert host.ask(b"\x1da\xff").hex(" ") == "14 00 00 00"
    host.printer.paper = "near_end"
    host.answers = b""
    host.printer.changed()
    assert host.answers.hex(" ") == "14 00 03 00"
    host.printer.cover_open = True
    host.answers = b""
    host.printer.changed()
    host.printer.changed()
    assert host.answers.hex(" ") == "3c 00 03 00"


def test_buffered_requests_wait_while_there_is_no_paper_and_real_time_ones_do_not() -> None:
    host = _Host()
    host.printer.paper = "out"
    assert host.ask(b"text\n\x1dr1\x1d(H\x06\x0000abcd") == b""
    assert host.ask(b"\x10\x04") == b""
    assert host.ask(b"\x04") == b"\x7e"
    host.printer.paper = "ok"
    host.printer.changed()
    assert host.answers == b"\x7e" + b"\x00" + b"\x37\x22abcd\x00"


def test_clearing_the_buffers_tears_off_what_was_begun_and_keeps_what_follows() -> None:
    host = _Host()
    host.ask(b"one\n")
    host.printer.paper = "out"
    host.ask(b"two\n")
    host.ask(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08three\n\x1dV\x00")
    host.printer.paper = "ok"
    host.printer.changed()
    assert [(receipt.text, receipt.cut) for receipt in host.receipts] == [(["one"], ""), (["three"], "full")]


def test_the_drawer_is_kicked_by_its_pin() -> None:
    host = _Host()
    host.ask(b"\x1bp\x002\xfa\x1bp\x012\xfa")
    assert host.pins == [2, 5]


def _by_another_generator() -> bytes:
    other = Dummy()
    other.set(align="center", bold=True, double_height=True, double_width=True)
    other.text("Title\n")
    other.set_with_default()
    other.qr("T-0001", native=True, size=6)
    other.barcode("590123412345", "EAN13", height=80, width=3)
    picture = Picture.new("1", (64, 24), 1)
    picture.paste(0, (0, 0, 32, 24))
    other.set(align="left")
    for way in ("graphics", "bitImageColumn", "bitImageRaster"):
        other.image(picture, impl=way)
    other.cut()
    return bytes(other.output)


def test_another_generators_receipt_is_read_whole() -> None:
    host = _Host()
    host.ask(_by_another_generator())
    (receipt,) = host.receipts
    assert (receipt.qr, receipt.barcodes, receipt.images, receipt.cut) == (["T-0001"], ["590123412345"], 3, "full")
    assert receipt.text[0] == "Title"
    assert receipt.unknown == []
    codes = zxingcpp.read_barcodes(receipt.strip.picture(torn=False))
    assert {code.text for code in codes} == {"T-0001", "5901234123457"}
    black = [paint() for _, paint in receipt.strip.pieces][-3:]
    assert [(piece.getpixel((5, 5)), piece.getpixel((40, 5))) for piece in black] == [(0, 255)] * 3


@given(st.lists(st.integers(1, 400), max_size=12))
@settings(max_examples=30, deadline=None)
def test_however_the_bytes_are_cut_up_the_receipt_is_the_same(sizes: list[int]) -> None:
    job, host = _by_another_generator(), _Host()
    for size in sizes:
        host.ask(job[:size])
        job = job[size:]
    for at in range(len(job)):
        host.ask(job[at : at + 1])
    (receipt,) = host.receipts
    assert bytes(receipt.raw) == _by_another_generator()
    assert (receipt.images, receipt.unknown) == (3, [])


@given(st.binary(max_size=200), st.binary(max_size=50))
@settings(max_examples=200, deadline=None)
def test_no_bytes_break_the_printer(noise: bytes, more: bytes) -> None:
    host = _Host()
    host.ask(noise)
    host.ask(b"\x1d" + more)
    host.printer.tear_off()
    host.ask(b"\x1b@well\n\x1dV\x00")
    assert host.receipts[-1].text[-1] == "well"


def test_a_command_it_does_not_know_is_named_and_the_rest_is_printed() -> None:
    host = _Host()
    host.ask(b"\x1bzA\n\x1d(Z\x02\x00xyB\n\x1bt\x07\x1dk\x0412\x00\x1dk\x025901234123450\x00C\n\x1dV\x00")
    (receipt,) = host.receipts
    assert receipt.unknown[:4] == ["1b 7a", "1d 28 5a 78 79", "code page 7", "bar code 4"]
    assert receipt.unknown[4].startswith("cannot draw '5901234123450'")
    assert receipt.text == ["A", "B", "C"]


def test_a_line_too_long_goes_on_in_the_next() -> None:
    host = _Host(width=384)
    host.ask(b"x" * 40 + b"\n\x1dV\x00")
    assert host.receipts[0].text == ["x" * 32, "x" * 8]


def test_power_lost_in_the_middle_leaves_a_receipt_marked_as_incomplete(tmp_path: Path) -> None:
    async def run() -> None:
        far = PrinterFarEnd(tmp_path)
        port = await far.start()
        await far.panel.start(tmp_path / "knobs")
        knobs = await KnobClient.connect(tmp_path / "knobs")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"half a receipt\n")
        await wait_until_async(lambda: far.inside._receipt.text)
        await knobs.turn("unplug")
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", port)
        await knobs.turn("plug")
        _, again = await asyncio.open_connection("127.0.0.1", port)
        again.write(b"whole\n\x1dV\x00")
        events = knobs.events()
        told = [await anext(events) for _ in range(4)]
        assert [args for event, args in told if event == "printed"] == [
            {"receipt": 1, "complete": False},
            {"receipt": 2, "complete": True},
        ]
        with pytest.raises(KnobRefusedError, match="0 or more"):
            await knobs.turn("paper_out_after", rows=-1)
        writer.close()
        again.close()
        await knobs.close()
        await far.close()

    asyncio.run(run())
    told = [json.loads(file.read_text()) for file in sorted(tmp_path.glob("*.json"))]
    assert [(receipt["text"], receipt["complete"]) for receipt in told] == [
        (["half a receipt"], False),
        (["whole"], True),
    ]
    assert (tmp_path / "000001.bin").read_bytes() == b"half a receipt\n"


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    async def print_one() -> None:
        far = PrinterFarEnd(tmp_path, pictures=False)
        far.inside.receive(b"hello\n\x1dV\x00")
        await far.close()

    asyncio.run(print_one())
    asyncio.run(print_one())
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "000001.bin", "000001.json", "000002.bin", "000002.json"
    ]  # fmt: skip
