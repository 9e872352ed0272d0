"""The ESC/POS driver's codec against published bytes, its text against lost letters, its parsers against any bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import ImageFont

from hal.device import ProtocolError
from hal.printer.contract import Cut, Document, Feed, Image, QrCode, Rule, TextLine
from hal.printer.escpos import Answers, Settings, Status, encode, read_status
from hal.raster import RasterError, Typesetter, find_font, fold, pack
from tests.support.rigs.printer.escpos import FONT, escpos_settings

SETTINGS = escpos_settings(host="printer")
TYPESETTER = Typesetter(FONT, FONT.replace("Regular", "Bold"), 26, 576)
LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.sampled_from("äçãéñÉõ£¥"), max_size=90)


def _encode(*parts: object, given: Settings = SETTINGS) -> bytes:
    return encode(Document("job", parts), given, TYPESETTER)  # type: ignore[arg-type]  # parts of any kind


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ((0x12, 0x12, 0x12), Status(online=True, paper="ok")),
        ((0x12, 0x12, 0x1E), Status(online=True, paper="near_end")),
        ((0x1A, 0x32, 0x7E), Status(online=False, paper="out")),
        ((0x1A, 0x16, 0x12), Status(online=False, paper="cover_open")),
        ((0x1A, 0x52, 0x12), Status(online=False, paper="error")),
        ((0x1A, 0x12, 0x12), Status(online=False, paper="ok")),
    ],
)
def test_status_bytes_are_read_as_the_manual_says(answers: tuple[int, int, int], status: Status) -> None:
    assert read_status(*answers) == status
    assert bool(status.trouble) == (status.paper in {"out", "cover_open", "error"} or not status.online)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_any_three_bytes_are_a_status_or_a_protocol_error(one: int, two: int, four: int) -> None:
    with suppress(ProtocolError):
        assert read_status(one, two, four).paper


def test_answers_of_three_kinds_are_sorted_out_of_one_stream() -> None:
    answers = Answers()
    for byte in b"\x12\x37\x22" + b"0001\x00" + b"\x7e\x03":
        answers.feed(bytes([byte]))
    assert (list(answers.statuses), answers.jobs, list(answers.buffered)) == ([0x12, 0x7E], {b"0001"}, [0x03])


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_bytes_in_any_pieces_are_sorted_alike_and_break_nothing(pieces: list[bytes]) -> None:
    whole, piecewise = Answers(), Answers()
    whole.feed(b"".join(pieces))
    for piece in pieces:
        piecewise.feed(piece)
    assert (whole.statuses, whole.jobs, whole.buffered) == (piecewise.statuses, piecewise.jobs, piecewise.buffered)


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
    given_settings = escpos_settings(host="printer", dots=dots)
    job = _encode(Rule(), Image(16, (b"\xff\xff",) * 300), Feed(2), given=given_settings)
    headers = [job[at + 4 : at + 8] for at in range(len(job)) if job[at : at + 4] == b"\x1dv0\x00"]
    width = (dots // 8).to_bytes(2, "little")
    assert headers == [width + rows.to_bytes(2, "little") for rows in (14, 128, 128, 44)]
    assert job.endswith(b"\n\n")


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


def test_a_machine_without_the_font_is_told_what_to_do() -> None:
    with pytest.raises(RasterError, match="set the printer's font"):
        find_font("/nowhere/font.ttf", "Regular")
    with pytest.raises(RasterError, match="is no font"):
        Typesetter(__file__, __file__, 26, 576).check()


@pytest.mark.parametrize(
    "wrong", [{"host": ""}, {"connection": "usb"}, {"connection": "serial"}, {"host": "printer", "dots": 600}]
)
def test_settings_that_lead_to_no_printer_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"needs host|dots is"):
        escpos_settings(**wrong)
