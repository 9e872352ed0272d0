"""Codes in one picture and over many: every symbology of a shop, any angle, agreement before belief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hal.camera.vision.agreement import Agreement, points_needed, same_thing
from hal.camera.vision.bars import Grey, read_bars
from hal.camera.vision.restoring import SPREADS, Spread, restored
from hal.camera.vision.sightings import Sighting
from hal.camera.vision.stages import STAGES, Picture, Stage, read_still
from hal.camera.vision.stream import Stream

F = zxingcpp.BarcodeFormat
GS1 = "(01)05901234123457(10)ABC(21)12"
GS1_DATA = "010590123412345710ABC\x1d2112"
SHOP = [
    (F.EAN13, "5901234123457", "5901234123457", "]E0"),
    (F.EAN8, "96385074", "96385074", "]E4"),
    (F.UPCA, "036000291452", "0036000291452", "]E0"),
    (F.UPCE, "04252614", "0042100005264", "]E0"),
    (F.Code128, "ABC-123", "ABC-123", "]C0"),
    (F.Code39, "LANE-7", "LANE-7", "]A0"),
    (F.ITF, "15901234123454", "15901234123454", "]I1"),
    (F.DataBarOmni, "04412345678909", "0104412345678909", "]e0"),
    (F.DataBarStk, "04412345678909", "0104412345678909", "]e0"),
    (F.DataBarStkOmni, "04412345678909", "0104412345678909", "]e0"),
    (F.DataBarLtd, "0100068510889102", "0100068510889102", "]e0"),
    (F.DataBarExp, "[01]90012345678908[3922]795", "01900123456789083922795", "]e0"),
    (F.DataBarExpStk, "[01]90012345678908[3922]795", "01900123456789083922795", "]e0"),
    (F.QRCode, "https://example.com/01/05901234123457", "https://example.com/01/05901234123457", "]Q1"),
    (F.MicroQRCode, "12345", "12345", "]Q1"),
    (F.DataMatrix, "abc", "abc", "]d1"),
    (F.PDF417, "abc", "abc", "]L2"),
    (F.Aztec, "abc", "abc", "]z0"),
]
GS1_FORMS = [(F.Code128, "]C1"), (F.DataMatrix, "]d2"), (F.QRCode, "]Q3")]
LINEAR = [row for row in SHOP if row[3] in {"]E0", "]E4", "]C0", "]A0", "]I1"}]


def _scene(code: object, *, angle: float = 0.0, size: tuple[int, int] = (480, 640)) -> Grey:
    """A code on a grey counter, turned by so many degrees."""
    card = np.array(code)
    scene = np.full(size, 120, np.uint8)
    top, left = (size[0] - card.shape[0]) // 2, (size[1] - card.shape[1]) // 2
    scene[top : top + card.shape[0], left : left + card.shape[1]] = card
    turn = cv2.getRotationMatrix2D((size[1] / 2, size[0] / 2), angle, 1)
    turned: Grey = cv2.warpAffine(scene, turn, (size[1], size[0]), borderValue=120)
    return turned


def _drawn(form: zxingcpp.BarcodeFormat, data: str, *, gs1: bool = False, scale: int = 2) -> object:
    code = zxingcpp.create_barcode(data, form, gs1=True) if gs1 else zxingcpp.create_barcode(data, form)
    return code.to_image(scale=scale, add_quiet_zones=True)


def _half(grey: Grey) -> Grey:
    half: Grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return half


@pytest.mark.parametrize(("form", "drawn", "data", "symbology"), SHOP, ids=lambda each: str(each)[:20])
def test_every_symbology_of_a_shop_is_told_as_a_scanner_tells_it(
    form: zxingcpp.BarcodeFormat, drawn: str, data: str, symbology: str
) -> None:
    scale = 1 if form in {F.DataBarExp, F.DataBarExpStk, F.PDF417} else 2
    found = read_still(_scene(_drawn(form, drawn, scale=scale)))
    assert [(seen.data, seen.symbology) for seen in found] == [(data, symbology)]


@pytest.mark.parametrize(("form", "symbology"), GS1_FORMS, ids=lambda each: str(each)[:20])
def test_gs1_element_strings_keep_their_separators(form: zxingcpp.BarcodeFormat, symbology: str) -> None:
    found = read_still(_scene(_drawn(form, GS1, gs1=True, scale=1 if form is F.Code128 else 2)))
    assert [(seen.data, seen.symbology) for seen in found] == [(GS1_DATA, symbology)]


@pytest.mark.parametrize("angle", [0, 15, 45, 70, 90, 135, 180, 250])
@pytest.mark.parametrize("row", LINEAR, ids=lambda row: str(row[0]))
def test_a_linear_code_is_read_at_any_angle(row: tuple[zxingcpp.BarcodeFormat, str, str, str], angle: int) -> None:
    grey = _scene(_drawn(row[0], row[1]), angle=angle)
    found = read_bars(grey, _half(grey))
    assert [(seen.data, seen.symbology) for seen in found] == [row[2:]]
    assert found[0].votes >= 3
    assert abs(found[0].centre[0] - 320) < 20
    assert abs(found[0].centre[1] - 240) < 60


def test_two_codes_in_one_picture_are_both_read() -> None:
    left, right = (np.array(_drawn(F.EAN13, data, scale=2)) for data in ("5901234123457", "4006381333931"))
    scene = np.full((480, 700), 120, np.uint8)
    for card, at in ((left, 30), (right, 400)):
        scene[100 : 100 + card.shape[0], at : at + card.shape[1]] = card
    found = read_bars(scene, _half(scene))
    assert {seen.data for seen in found} == {"5901234123457", "4006381333931"}


def test_what_focus_blurred_is_read_by_its_bars_alone() -> None:
    grey = cv2.GaussianBlur(_scene(_drawn(F.EAN13, "5901234123457", scale=3)), (0, 0), 1.8)
    assert [seen.data for seen in read_bars(grey, _half(grey))] == ["5901234123457"]
    assert zxingcpp.read_barcodes(grey) == []


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
@given(grey=arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
@settings(max_examples=15, deadline=None)
def test_no_picture_is_too_small_or_too_odd_for_a_stage(stage: Stage, grey: Grey) -> None:
    assert isinstance(stage.read(Picture(grey)), list)


def _seen(data: str, *, kind: str = "EAN-13", symbology: str = "]E0", at: float = 100, votes: int = 8) -> Sighting:
    corners = ((at, 100), (at + 200, 100), (at + 200, 180), (at, 180))
    return Sighting(data, symbology, kind, corners, votes)


def _told(agreement: Agreement, pictures: Sequence[Sequence[Sighting]], *, period_ms: int = 50) -> list[str]:
    told = []
    for number, picture in enumerate(pictures):
        told += [seen.data for seen in agreement.see(picture, number * period_ms)]
    return told


def test_one_picture_is_never_enough() -> None:
    assert _told(Agreement(), [[_seen("A", votes=12)]]) == []
    assert _told(Agreement(), [[_seen("A")], [_seen("A")]]) == ["A"]


def test_a_code_that_a_picture_shows_twice_is_still_one_picture() -> None:
    assert _told(Agreement(), [[_seen("A"), _seen("A", at=500)]]) == []
    assert _told(Agreement(), [[_seen("A"), _seen("A", at=500)]] * 2) == ["A"]


def test_two_codes_one_above_the_other_are_both_read_and_told() -> None:
    above, below = (np.array(_drawn(F.EAN13, data, scale=2)) for data in ("5901234123457", "4006381333931"))
    scene = np.full((480, 640), 235, np.uint8)
    for card, at in ((above, 40), (below, 220)):
        scene[at : at + card.shape[0], 100 : 100 + card.shape[1]] = card
    found = read_bars(scene, _half(scene))
    assert {seen.data for seen in found} == {"5901234123457", "4006381333931"}
    assert set(_told(Agreement(), [found] * 3)) == {"5901234123457", "4006381333931"}


def test_a_short_code_needs_more_pictures_than_a_long_one() -> None:
    assert points_needed("UPC-E") > points_needed("EAN-8") > points_needed("EAN-13")
    short = [_seen("96385074", kind="EAN-8", symbology="]E4")]
    assert _told(Agreement(), [short] * 2) == []
    assert _told(Agreement(), [short] * 3) == ["96385074"]


def test_a_faint_reading_counts_half() -> None:
    assert _told(Agreement(), [[_seen("A", votes=1)]] * 3) == []
    assert _told(Agreement(), [[_seen("A", votes=1)]] * 4) == ["A"]


def test_of_two_readings_of_one_place_neither_is_told_until_one_outweighs_the_other() -> None:
    right, wrong = [_seen("A")], [_seen("B")]
    assert _told(Agreement(), [right, wrong] * 10) == []
    assert _told(Agreement(), [wrong, right, right, right]) == ["A"]


def test_two_products_side_by_side_are_told_apart_and_each_once() -> None:
    both = [_seen("A", at=100), _seen("B", at=500)]
    assert _told(Agreement(), [both] * 40) == ["A", "B"]


def test_a_linear_and_a_matrix_code_of_one_pack_are_one_thing() -> None:
    ean = _seen("5901234123457")
    matrix = _seen("010590123412345710ABC", kind="Data Matrix", symbology="]d2", at=350)
    link = _seen("https://example.com/01/05901234123457", kind="QR Code", symbology="]Q1", at=350)
    assert same_thing(ean) == same_thing(matrix) == same_thing(link)
    assert len(_told(Agreement(), [[ean, matrix]] * 10)) == 1
    other = replace(matrix, data="010400638133393110ABC")
    assert len(_told(Agreement(), [[ean, other]] * 10)) == 2


def test_a_code_that_moves_is_the_same_code() -> None:
    assert _told(Agreement(), [[_seen("A", at=100 + 30 * number)] for number in range(20)]) == ["A"]


def test_a_code_may_be_told_again_after_it_left_and_not_before() -> None:
    here, away = [_seen("A")], list[Sighting]()
    agreement = Agreement(gone_ms=500)
    assert _told(agreement, [here] * 5 + [away] * 9 + [here] * 5) == ["A"]
    agreement.forget()
    assert _told(agreement, [here] * 5 + [away] * 12 + [here] * 5) == ["A", "A"]


def test_a_code_that_is_held_while_no_pictures_come_is_not_told_twice() -> None:
    """A busy machine, a camera that stood still: nobody saw the pack go."""
    agreement = Agreement(gone_ms=500)
    moments = [0, 50, 100, 5_000, 5_050, 9_000, 60_000, 60_050]
    told = [seen.data for at in moments for seen in agreement.see([_seen("A")], at)]
    assert told == ["A"]


def test_a_few_late_pictures_without_a_code_do_not_say_that_it_left() -> None:
    away: list[list[Sighting]] = [[]]
    agreement = Agreement(gone_ms=500)
    assert _told(agreement, [[_seen("A")]] * 3 + away * 3 + [[_seen("A")]] * 3, period_ms=900) == ["A"]
    agreement.forget()
    assert _told(agreement, [[_seen("A")]] * 3 + away * 5 + [[_seen("A")]] * 3, period_ms=900) == ["A", "A"]


def test_the_next_product_at_the_same_place_is_told_soon() -> None:
    agreement = Agreement()
    told = _told(agreement, [[_seen("A")]] * 100 + [[_seen("B")]] * 15)
    assert told == ["A", "B"]


@given(st.lists(st.lists(st.sampled_from("ABCD"), max_size=3, unique=True), max_size=40))
@settings(max_examples=100)
def test_nothing_is_told_that_was_not_seen_in_two_pictures(pictures: list[list[str]]) -> None:
    agreement, seen_in = Agreement(), dict.fromkeys("ABCD", 0)
    for number, picture in enumerate(pictures):
        for each in picture:
            seen_in[each] += 1
        for told in agreement.see([_seen(each) for each in picture], number * 50):
            assert seen_in[told.data] >= 2


def test_a_stream_reads_with_one_stage_a_picture_and_tells_a_code_once() -> None:
    stream, told = Stream(), []
    bars, code = _scene(_drawn(F.EAN13, "5901234123457")), _scene(_drawn(F.QRCode, "abc"))
    for number in range(40):
        told += [seen.data for seen in stream.see(bars if number < 20 else code, number * 50)]
    assert told == ["5901234123457", "abc"]


@pytest.mark.parametrize("spoil", ["focus", "movement"])
def test_what_no_sharpening_shows_is_restored(spoil: str) -> None:
    card = _scene(_drawn(F.EAN13, "5901234123457", scale=3))
    kernel = np.full((1, 9), 1 / 9)
    grey = cv2.GaussianBlur(card, (0, 0), 2.6) if spoil == "focus" else cv2.filter2D(card, -1, kernel)
    assert read_bars(grey, _half(grey)) == []
    found = read_bars(grey, _half(grey), restore=True)
    assert [(seen.data, seen.symbology) for seen in found] == [("5901234123457", "]E0")]


@given(width=st.integers(1, 700), spread=st.sampled_from(SPREADS))
@settings(max_examples=40, deadline=None)
def test_restoring_keeps_lines_as_long_as_they_were(width: int, spread: Spread) -> None:
    lines = np.full((3, width), 100, np.float32)
    made = restored(lines, spread, 2)
    assert made.shape == lines.shape
    assert np.isfinite(made).all()
