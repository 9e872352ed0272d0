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

from bench.far_ends.line import Line
from bench.far_ends.printer.escpos import PrinterInside
from bench.far_ends.printer.interpreter import Interpreter, Make, PaperState, Receipt
from bench.knobs import KnobClient, KnobRefusedError
from tests.support.waiting import wait_until_async


class _Host:
    """A printer without a cable: what it answers and what it finished."""

    def __init__(self, make: Make | None = None) -> None:
        self.answers = b""
        self.receipts: list[Receipt] = []
        self.pins: list[int] = []
        self.printer = Interpreter(self._answer, self.receipts.append, self.pins.append, make)

    def _answer(self, data: bytes) -> None:
        self.answers += data

    def ask(self, data: bytes) -> bytes:
        self.answers = b""
        self.printer.receive(data)
        return self.answers


@pytest.mark.parametrize(
    ("paper", "cover", "answers"),
    [
        ("ok", "closed", "16 12 12 12"),
        ("near_end", "closed", "16 12 12 1e"),
        ("out", "closed", "1e 32 12 7e"),
        ("ok", "open", "1e 16 12 12"),
    ],
)
def test_status_is_answered_in_real_time(paper: PaperState, cover: str, answers: str) -> None:
    host = _Host()
    host.printer.machine.paper, host.printer.machine.cover_open = paper, cover == "open"
    assert host.ask(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04").hex(" ") == answers


def test_automatic_status_is_told_at_once_and_at_every_change() -> None:
    host = _Host()
    assert host.ask(b"\x1da\xff").hex(" ") == "14 00 00 00"
    host.printer.machine.paper = "near_end"
    host.answers = b""
    host.printer.changed()
    assert host.answers.hex(" ") == "14 00 03 00"
    host.printer.machine.cover_open = True
    host.answers = b""
    host.printer.changed()
    host.printer.changed()
    assert host.answers.hex(" ") == "3c 00 03 00"


def test_buffered_requests_wait_while_there_is_no_paper_and_real_time_ones_do_not() -> None:
    host = _Host()
    host.printer.machine.paper = "out"
    assert host.ask(b"text\n\x1dr1\x1d(H\x06\x0000abcd") == b""
    assert host.ask(b"\x10\x04") == b""
    assert host.ask(b"\x04") == b"\x7e"
    host.printer.machine.paper = "ok"
    host.printer.changed()
    assert host.answers == b"\x7e" + b"\x00" + b"\x37\x22abcd\x00"


def test_clearing_the_buffers_tears_off_what_was_begun_and_keeps_what_follows() -> None:
    host = _Host()
    host.ask(b"one\n")
    host.printer.machine.paper = "out"
    host.ask(b"two\n")
    host.ask(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08three\n\x1dV\x00")
    host.printer.machine.paper = "ok"
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
    host = _Host(Make(width=384))
    host.ask(b"x" * 40 + b"\n\x1dV\x00")
    assert host.receipts[0].text == ["x" * 32, "x" * 8]


def test_power_lost_in_the_middle_leaves_a_receipt_marked_as_incomplete(tmp_path: Path) -> None:
    async def run() -> None:
        inside = PrinterInside(tmp_path)
        far = Line(inside)
        _, _, port = (await far.start_tcp()).partition(":")
        await far.panel.start(tmp_path / "knobs")
        knobs = await KnobClient.connect(tmp_path / "knobs")
        _, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(b"half a receipt\n")
        await wait_until_async(lambda: inside.inside._receipt.text)
        await knobs.turn("unplug")
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", int(port))
        await knobs.turn("plug")
        _, again = await asyncio.open_connection("127.0.0.1", int(port))
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
    for _ in range(2):
        PrinterInside(tmp_path, pictures=False).receive(b"hello\n\x1dV\x00")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "000001.bin", "000001.json", "000002.bin", "000002.json"
    ]  # fmt: skip


def test_a_stuck_cutter_stops_it_until_the_jam_is_out_and_it_is_told_to_go_on() -> None:
    host = _Host()
    host.ask(b"\x1da\xff")
    host.printer.machine.jammed = True
    assert host.ask(b"one\n\x1dV\x00").hex(" ") == "1c 08 00 00"
    assert host.ask(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03").hex(" ") == "1e 52 1a"
    assert host.ask(b"\x10\x05\x02") == b""
    host.printer.machine.jammed = False
    assert host.ask(b"\x10\x05\x01").hex(" ") == "14 00 00 00"
    assert [(receipt.text, receipt.cut) for receipt in host.receipts] == [(["one"], "full")]


def test_a_hot_head_a_held_button_and_a_breakdown_are_told_apart() -> None:
    host = _Host()
    told = {}
    for name in ("hot", "button", "broken"):
        setattr(host.printer.machine, name, True)
        told[name] = host.ask(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03").hex(" ")
        setattr(host.printer.machine, name, False)
    assert told == {"hot": "1e 52 52", "button": "5e 1a 12", "broken": "1e 52 32"}


def test_automatic_status_is_told_only_of_what_was_asked_for_and_ends_with_initialisation() -> None:
    host = _Host()
    host.ask(b"\x1da\x01")
    host.printer.machine.paper = "near_end"
    host.answers = b""
    host.printer.changed()
    assert host.answers == b""
    assert host.ask(b"\x1bp\x0022").hex(" ") == "10 00 03 00"
    host.ask(b"\x1b@")
    host.printer.machine.drawer_open = False
    host.printer.changed()
    assert host.answers == b""
    assert host.ask(b"\x1dr2").hex(" ") == "01"


def test_a_cheap_printer_gives_no_words_tells_no_changes_and_clears_nothing() -> None:
    host = _Host(Make(words_on_jobs=False, tells_changes=False, clears=False))
    assert host.ask(b"one\n\x1da\xff\x1d(H\x06\x0000abcd\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08two\n") == b""
    host.printer.tear_by_hand()
    (receipt,) = host.receipts
    assert (receipt.text, receipt.cut) == (["one", "two"], "torn")
    assert receipt.unknown == ["1d 61 ff", "1d 28 48 30 30", "10 14 08"]


def test_a_full_buffer_loses_what_comes_and_says_stop_before_where_it_can() -> None:
    deaf = _Host(Make(buffer=64))
    deaf.printer.stalled = True
    deaf.ask(b"x" * 100)
    assert deaf.printer.lost == 36
    polite = _Host(Make(buffer=64, flow="xon_xoff"))
    polite.printer.machine.paper = "out"
    assert polite.ask(b"\n" * 40) == b"\x13"
    polite.answers = b""
    polite.printer.machine.paper = "ok"
    polite.printer.changed()
    assert (polite.answers, polite.printer.lost) == (b"\x11", 0)


def test_margins_move_what_is_printed_and_break_lines_between_them() -> None:
    host = _Host(Make(width=384))
    host.ask(b"\x1dL\x30\x00\x1dW\x78\x00" + b"x" * 12 + b"\n\x1dV\x00")
    (receipt,) = host.receipts
    assert receipt.text == ["x" * 10, "xx"]
    picture = receipt.strip.picture(torn=False)
    box = picture.point(lambda level: 255 - level).getbbox()
    assert box is not None
    assert 24 + 48 <= box[0] < box[2] <= 24 + 48 + 120


def test_the_digits_stand_below_an_ean_13_where_asked_for() -> None:
    heights = []
    for digits in (b"", b"\x1dH\x02"):
        host = _Host()
        host.ask(b"\x1dh\x50" + digits + b"\x1dk\x025901234123457\x00\x1dV\x00")
        heights.append(host.receipts[0].strip.rows)
        (code,) = zxingcpp.read_barcodes(host.receipts[0].strip.picture(torn=False))
        assert code.text == "5901234123457"
    assert heights == [80, 104]
