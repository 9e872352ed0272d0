"""The ESC/POS driver's codec against published bytes, its text against lost letters, its parsers against any bytes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import ImageFont

from hal.device import ProtocolError
from hal.printer.contract import LONGEST_QR, Barcode, Cut, Document, Feed, Image, QrCode, Rule, TextLine
from hal.printer.escpos import Driver
from hal.printer.protocol.job import Layout, encode
from hal.printer.protocol.status import Answers, Status, read_automatic, read_status
from hal.raster import RasterError, Typesetter, find_font, fold, pack
from tests.support.rigs.printer.escpos import FONT, escpos_settings

LAYOUT = Layout(576, "cp1252", "partial", 128)
TYPESETTER = Typesetter(FONT, FONT.replace("Regular", "Bold"), 26, 576)
LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.sampled_from("äçãéñÉõ£¥"), max_size=90)


def _encode(*parts: object, layout: Layout = LAYOUT) -> bytes:
    typesetter = replace(TYPESETTER, width=layout.width)
    return b"".join(encode(Document("job", parts), layout, typesetter))  # type: ignore[arg-type]  # parts of any kind


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ((0x12, 0x12, 0x12), Status("ok")),
        ((0x16, 0x12, 0x1E), Status("near_end", drawer_high=True)),
        ((0x1A, 0x32, 0x7E), Status("out")),
        ((0x1A, 0x16, 0x12), Status("cover_open")),
        ((0x1A, 0x52, 0x12, 0x1A), Status("cutter")),
        ((0x1A, 0x52, 0x12, 0x52), Status("head_hot")),
        ((0x1A, 0x52, 0x12, 0x32), Status("error")),
        ((0x1A, 0x52, 0x12, 0x12), Status("error")),
        ((0x5A, 0x1A, 0x12), Status("offline")),
    ],
)
def test_status_bytes_are_read_as_the_manual_says(answers: tuple[int, int, int], status: Status) -> None:
    assert read_status(*answers) == status
    assert bool(status.trouble) == (status.state not in {"ok", "near_end"})


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("14 00 00 00", Status("ok", drawer_high=True)),
        ("10 00 03 00", Status("near_end")),
        ("18 00 0f 00", Status("out")),
        ("3c 00 03 00", Status("cover_open", drawer_high=True)),
        ("18 08 00 00", Status("cutter")),
        ("18 40 00 00", Status("head_hot")),
        ("18 20 00 00", Status("error")),
        ("58 02 00 00", Status("offline")),
    ],
)
def test_automatic_status_is_read_as_the_manual_says(told: str, status: Status) -> None:
    assert read_automatic(bytes.fromhex(told)) == status
    answers = Answers()
    for byte in bytes.fromhex(told):
        assert answers.automatic is None
        answers.feed(bytes([byte]))
    assert (answers.automatic, answers.automatic_changes, answers.noise) == (status, 1, 0)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_any_bytes_are_a_status_or_a_protocol_error(one: int, two: int, four: int, three: int) -> None:
    with suppress(ProtocolError):
        assert read_status(one, two, four, three).state
    with suppress(ProtocolError):
        assert read_automatic(bytes([one, two, four, three])).state


def test_answers_of_five_kinds_are_sorted_out_of_one_stream_that_flow_control_interrupts() -> None:
    answers = Answers()
    for byte in (
        b"\x12" + b"\x37\x22" + b"00\x1301\x00" + b"\x7e\x03\x11" + b"\x14\x00\x13\x11\x03\x00" + b"\x37\x25\x00"
    ):
        answers.feed(bytes([byte]))
    assert (list(answers.statuses), list(answers.jobs), list(answers.buffered)) == ([0x12, 0x7E], [b"0001"], [0x03])
    assert (answers.automatic, answers.cleared, answers.noise) == (Status("near_end", drawer_high=True), 1, 0)


def test_half_an_answer_is_noise_and_what_follows_is_read() -> None:
    answers = Answers()
    answers.feed(b"\x14\x00\x12")
    answers.feed(b"\x37\x22ab\x12")
    assert (list(answers.statuses), list(answers.jobs), answers.automatic) == ([0x12, 0x12], [], None)
    assert answers.noise == 2 + 4
    answers.feed(b"\x37\x22wxyz\x00")
    assert list(answers.jobs) == [b"wxyz"]


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_bytes_in_any_pieces_are_sorted_alike_and_break_nothing(pieces: list[bytes]) -> None:
    whole, piecewise = Answers(), Answers()
    whole.feed(b"".join(pieces))
    for piece in pieces:
        piecewise.feed(piece)
    assert vars(whole) == vars(piecewise)


@given(st.binary(max_size=200))
def test_noise_is_no_word_on_a_job_unless_it_spells_one(noise: bytes) -> None:
    answers = Answers()
    answers.feed(noise)
    for job in answers.jobs:
        assert b"\x37\x22" + job + b"\x00" in noise.replace(b"\x11", b"").replace(b"\x13", b"")


def test_a_qr_code_is_stored_and_printed_by_the_five_functions() -> None:
    qr = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1\x1d(k\x06\x001P0T-1\x1d(k\x03\x001Q0"
    assert qr in _encode(QrCode("T-1"))


def test_latin_goes_as_text_in_the_code_page_and_ends_with_plain_letters() -> None:
    job = _encode(TextLine("Total", "1,99 €", bold=True), Cut())
    assert job == (
        b"\x1b@\x1bt\x10\x1bE\x01\x1d!\x00Total" + b" " * 37 + b"1,99 \x80\n\x1bE\x00\x1d!\x00\x1ba\x00\x1dVB\x00"
    )


def test_a_line_the_code_page_lacks_goes_as_raster_and_no_letter_becomes_a_question_mark() -> None:
    for text in ("আম", "Price ৳12", "Mango আম"):
        job = _encode(TextLine(text))
        assert b"\x1dv0\x00\x48\x00" in job
        assert b"?" not in job.replace(b"\x1dv0", b"")[:12]


def test_a_control_character_in_a_name_is_no_command() -> None:
    assert b"\x1bp\x00" not in _encode(TextLine("Drawer\x1bp\x00\x32\x32", "\x1dV\x00"))
    assert b"\x1dV" not in _encode(TextLine("Cut\x1dV\x00"))
    assert b"\x10\x04" not in _encode(QrCode("T\x10\x04\x01"))


@given(st.lists(st.binary(min_size=6, max_size=6), min_size=1, max_size=9))
def test_no_real_time_request_hides_among_dots(rows: list[bytes]) -> None:
    job = _encode(Image(48, (b"\x10\x04\x01\x10\x05\x10", *rows)))
    data = job[job.index(b"\x1dv0") + 8 :]
    for request in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        assert request not in data


@pytest.mark.parametrize("dots", [384, 512, 576])
def test_a_rule_and_a_tall_picture_fill_the_paper_in_strips(dots: int) -> None:
    layout = Layout(dots, "cp1252", "partial", 128)
    job = _encode(Rule(), Image(16, (b"\xff\xff",) * 300), Feed(2), layout=layout)
    headers = [job[at + 4 : at + 8] for at in range(len(job)) if job[at : at + 4] == b"\x1dv0\x00"]
    width = (dots // 8).to_bytes(2, "little")
    assert headers == [width + rows.to_bytes(2, "little") for rows in (14, 128, 128, 44)]
    assert job.endswith(b"\n\n")


def test_margins_are_set_first_and_everything_is_drawn_between_them() -> None:
    layout = Layout(576, "cp1252", "partial", 128, margin_left=24, margin_right=40)
    job = _encode(TextLine("left", "right"), Rule(), layout=layout)
    assert job.startswith(b"\x1b@\x1bt\x10\x1dL\x18\x00\x1dW\x00\x02")
    assert b"left" + b" " * (512 // 12 - 9) + b"right\n" in job
    assert b"\x1dv0\x00\x40\x00" in job


def test_a_small_printer_gets_small_strips_no_code_page_and_no_cut() -> None:
    layout = Layout(384, "ascii", "none", 24)
    lines = (TextLine("ã"), *[TextLine("a")] * 4)
    blocks = encode(Document("job", (*lines, Cut())), layout, replace(TYPESETTER, width=384))
    assert blocks[0] == b"\x1b@"
    heads = [block[:8] for block in blocks if block.startswith(b"\x1dv0")]
    assert heads == [b"\x1dv0\x000\x00" + bytes([rows, 0]) for rows in (24, len(blocks[2]) // 48)]
    assert blocks[-1] == b"\x1bd\x06"


def test_signs_have_stand_ins_where_a_code_page_lacks_them_and_a_no_break_space_is_a_space() -> None:
    ascii_only = replace(LAYOUT, code_page="ascii")
    assert b"3 x Tk 55.00 'off'\n" in _encode(TextLine("3 × Tk\u00a055.00 \u2018off\u2019"), layout=ascii_only)
    assert b"3 \xd7 Tk 55.00\n" in _encode(TextLine("3 × Tk\u202f55.00"))


def test_a_double_line_that_would_need_two_is_made_tall_only() -> None:
    layout = replace(LAYOUT, dots=384)
    assert b"\x1d!\x11TOTAL" + b" " * 5 + b"260.00\n" in _encode(TextLine("TOTAL", "260.00", size=2), layout=layout)
    assert b"\x1d!\x01GRAND TOTAL" + b" " * 12 + b"Tk 260.00\n" in _encode(
        TextLine("GRAND TOTAL", "Tk 260.00", size=2), layout=layout
    )


def test_a_drawn_double_line_that_would_need_two_is_made_smaller() -> None:
    typesetter = replace(TYPESETTER, width=384)
    short, long, longer = (
        len(typesetter.rows(text, "", align="left", bold=True, double=True))
        for text in ("আম", "শাপলা সুপারস্টোর", "শাপলা সুপারস্টোর, মিরপুর রোড, ঢাকা")
    )
    assert long < short < longer


def test_where_a_quarter_of_the_lines_must_be_drawn_all_are() -> None:
    few = _encode(TextLine("আম"), *[TextLine("plain")] * 4)
    many = _encode(TextLine("আম"), *[TextLine("plain")] * 3)
    assert (few.count(b"plain"), many.count(b"plain")) == (4, 0)


def test_an_ean_13_is_printed_with_its_digits_below() -> None:
    bars = b"\x1dh\x50\x1dw\x03\x1dH\x02\x1dk\x025901234123457\x00"
    assert bars in _encode(Barcode("5901234123457"))


@pytest.mark.parametrize(
    "digits", ["5901234123458", "590123412345", "59012341234570", "", "٥٩٠١٢٣٤١٢٣٤٥٧", "590123412345x"]
)
def test_what_no_scanner_would_read_is_no_barcode(digits: str) -> None:
    with pytest.raises(ValueError, match="13 digits"):
        Barcode(digits)


@given(st.integers(1, LONGEST_QR), st.sampled_from([384, 512, 576]))
@settings(max_examples=60, deadline=None)
def test_a_qr_code_of_any_length_fits_the_paper_with_white_around_it(length: int, dots: int) -> None:
    symbol = zxingcpp.create_barcode("a" * length, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    job = _encode(QrCode("a" * length), layout=replace(LAYOUT, dots=dots))
    module = job[job.index(b"\x1d(k\x03\x001C") + 7]
    assert 2 <= module <= 6
    assert (symbol.to_image(scale=1, add_quiet_zones=False).shape[1] + 8) * module <= dots


@pytest.mark.parametrize("data", ["", "x" * (LONGEST_QR + 1)])
def test_what_no_qr_code_holds_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="a QR code holds"):
        QrCode(data)


@given(LATIN, st.text("0123456789., ", max_size=10), st.sampled_from([16, 21, 32, 42, 48]))
def test_folding_keeps_every_word_and_the_width(left: str, right: str, room: int) -> None:
    folded = fold(left, right, room, len)
    assert "".join(near for near, _ in folded).replace(" ", "") == left.replace(" ", "")
    assert [far for _, far in folded if far] == ([right] if right else [])
    for near, far in folded:
        assert len(near) + len(far) + bool(far and near) <= max(room, len(far))


def test_indentation_survives_folding() -> None:
    assert fold("  Offer", "-20.00", 48, len) == [("  Offer", "-20.00")]


def test_bengali_conjuncts_are_joined_by_the_layout_engine() -> None:
    for word in ("ক্ষুদ্র", "স্বপ্ন", "অন্তর্ভুক্ত", "কেজি"):
        joined = ImageFont.truetype(FONT, 26, layout_engine=ImageFont.Layout.RAQM)
        apart = ImageFont.truetype(FONT, 26, layout_engine=ImageFont.Layout.BASIC)
        assert joined.getmask(word).getbbox() != apart.getmask(word).getbbox()
    rows = TYPESETTER.rows("ক্ষুদ্র", "৳১২", align="left", bold=False, double=False)
    halfway = 36
    assert any(any(row[:halfway]) for row in rows)
    assert any(any(row[halfway:]) for row in rows)


@given(st.text(max_size=60), st.text(max_size=12), st.sampled_from(["left", "centre", "right"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_text_is_printed_as_text_or_drawn(left: str, right: str, align: str, big: bool) -> None:  # noqa: FBT001  drawn
    line = TextLine(left, right, "centre" if align == "centre" else "left", big, 2 if big else 1)
    job = _encode(line)
    assert job.startswith(b"\x1b@\x1bt\x10")


def test_rows_are_packed_with_black_as_one_and_the_left_dot_first() -> None:
    picture = Picture.new("L", (10, 2), 255)
    picture.putpixel((0, 0), 0)
    picture.putpixel((9, 1), 0)
    assert pack(picture) == [b"\x80\x00", b"\x00\x40"]


_DEBIAN = "/usr/share/fonts/truetype/noto/NotoSansBengali-{}.ttf"


@pytest.mark.skipif(not Path(_DEBIAN.format("Bold")).is_file(), reason="fonts-noto-core is not installed")
@pytest.mark.parametrize(("text", "letter"), [("VISA 1234", "A"), ("চা Nº 4", "º"), ("€12", "€"), ("São", "ã")])
def test_what_a_font_of_one_script_lacks_is_drawn_in_another_and_never_as_an_empty_box(text: str, letter: str) -> None:
    system = replace(TYPESETTER, regular=_DEBIAN.format("Regular"), bold=_DEBIAN.format("Bold"))
    system.check()
    said = system.rows(text, "৳১২", align="left", bold=False, double=False)
    boxed = system.rows(text.replace(letter, "\U0010fffd"), "৳১২", align="left", bold=False, double=False)
    assert said != boxed


def test_a_machine_without_the_font_is_told_what_to_do() -> None:
    with pytest.raises(RasterError, match="set the printer's font"):
        find_font("/nowhere/font.ttf", "Regular")
    with pytest.raises(RasterError, match="is no font"):
        Typesetter(__file__, __file__, 26, 576).check()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": ""}, "needs host"),
        ({"connection": "usb"}, "needs host"),
        ({"connection": "serial"}, "needs host"),
        ({"host": "printer", "dots": 600}, "dots is"),
        ({"host": "printer", "margin_left": 12}, "multiple of 8"),
        ({"host": "printer", "profile": "generic_58", "margin_left": 200}, "no room"),
        ({"host": "printer", "strip_rows": 200}, "at most 128"),
        ({"host": "printer", "drawer_on_ms": 1}, "2 to 510"),
    ],
)
def test_settings_that_lead_to_no_printer_or_off_the_paper_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        escpos_settings(**wrong)


@pytest.mark.parametrize(
    ("given", "can"),
    [
        ({"profile": "tm_t88", "drawer": "pin2"}, {"asb", "confirm", "cutter", "drawer", "near_end"}),
        ({"profile": "generic_80"}, {"confirm", "cutter"}),
        ({"profile": "generic_58", "automatic_status": "yes"}, {"asb", "confirm"}),
        ({"profile": "tm_m30", "automatic_status": "no", "cut": "none"}, {"confirm", "near_end"}),
    ],
)
def test_a_driver_says_what_its_printer_can_do(given: dict[str, object], can: set[str]) -> None:
    assert Driver("printer", escpos_settings(host="printer", **given)).capabilities == can
