"""HID report descriptors, from published ones and from noise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.device import ProtocolError
from hal.hid import LONGEST_DESCRIPTOR, LONGEST_REPORT, Field, parse, usage

SCANNER = bytes.fromhex(
    "058C0902A10185020912A101 150026FF00750895010501093B8102 9503058C09FB09FC09FD8102 953809FE820201"
    "0666FF9502090409008102 058C25017501950109FF8102 75078103 C0C0"
)
BOOT_MOUSE = bytes.fromhex(
    "05010902A1010901A100050919012903150025019503750181029501750581010501093009311581257F750895028106C0C0"
)
"""HID 1.11, appendix E.10."""
BOOT_KEYBOARD = bytes.fromhex(
    "05010906A101050719E029E71500250175019508810295017508810195057501050819012905910295017503910195067508"
    "150025650507190029658100C0"
)
"""HID 1.11, appendix B.1."""


def _field(found: Field | None) -> Field:
    assert found is not None
    return found


def test_a_mouse_has_three_buttons_and_two_signed_axes() -> None:
    mouse = parse(BOOT_MOUSE)
    assert not mouse.numbered
    assert mouse.applications == (usage(1, 2),)
    assert mouse.sizes == {("input", 0): 3}
    report = bytes([0b101, 0x7F, 0x81])
    assert [_field(mouse.find(usage(9, each), "input")).numbers(report) for each in (1, 2, 3)] == [(1,), (0,), (1,)]
    across, down = _field(mouse.find(usage(1, 0x30), "input")), _field(mouse.find(usage(1, 0x31), "input"))
    assert (across.numbers(report), down.numbers(report)) == ((127,), (-127,))
    assert across.collections == (usage(1, 2), usage(1, 1))


def test_a_keyboard_has_an_array_of_keys_and_an_output_report_of_lamps() -> None:
    keyboard = parse(BOOT_KEYBOARD)
    assert keyboard.sizes == {("input", 0): 8, ("output", 0): 1}
    keys = _field(keyboard.find(usage(7, 4), "input"))
    assert keys.is_array
    assert (keys.bit, keys.size, keys.count) == (16, 8, 6)
    pressed = [keys.usage_of(number) for number in keys.numbers(bytes.fromhex("0200041E00000000"))]
    assert pressed[:2] == [usage(7, 4), usage(7, 0x1E)]
    assert keys.usage_of(0x66) is None
    assert keys.number_of(usage(7, 0x1E)) == 0x1E
    lamps = keyboard.blank("output", 0)
    _field(keyboard.find(usage(8, 2), "output")).put(lamps, (1,))
    assert lamps == b"\x02"


def test_a_scanner_s_report_is_numbered_and_its_last_usage_has_all_that_remain() -> None:
    scanner = parse(SCANNER)
    assert scanner.numbered
    assert scanner.sizes == {("input", 2): 64}
    places = {
        each: (_field(scanner.find(usage(0x8C, each), "input")).bit // 8, scanner.find(usage(0x8C, each), "input"))
        for each in (0xFB, 0xFC, 0xFD, 0xFE, 0xFF)
    }
    assert {each: byte for each, (byte, _) in places.items()} == {0xFB: 2, 0xFC: 3, 0xFD: 4, 0xFE: 5, 0xFF: 63}
    assert _field(places[0xFE][1]).count == 56
    assert _field(scanner.find(usage(1, 0x3B), "input")).bit == 8


@pytest.mark.parametrize(
    ("maximum", "minimum", "expected"),
    [("25FF", "1500", 255), ("25FF", "15FF", -1), ("26FF00", "1500", 255), ("27FFFFFFFF", "1500", 2**32 - 1)],
)
def test_a_maximum_is_signed_only_beside_a_minimum_below_zero(maximum: str, minimum: str, expected: int) -> None:
    told = parse(bytes.fromhex(f"0501 0901 A101 {minimum} {maximum} 7508 9501 0930 8102 C0"))
    assert told.fields[0].logical_maximum == expected


@pytest.mark.parametrize(("item", "expected"), [("550F", -1), ("5503", 3), ("5508", -8), ("55FD", -3)])
def test_a_unit_s_exponent_is_a_nibble_or_a_signed_byte(item: str, expected: int) -> None:
    told = parse(bytes.fromhex(f"0501 0901 A101 {item} 651A 3500 4664 00 2564 7508 9501 0930 8102 C0"))
    assert (told.fields[0].exponent, told.fields[0].unit, told.fields[0].physical_maximum) == (expected, 0x1A, 100)


def test_pushed_state_comes_back_and_extended_usages_bring_their_own_page() -> None:
    told = parse(bytes.fromhex("0501 0901 A101 7508 9501 A4 7510 0B 4000 8D00 8102 B4 0930 8102 C0".replace(" ", "")))
    assert [(each.usage, each.bit, each.size) for each in told.fields] == [
        (usage(0x8D, 0x40), 0, 16),
        (usage(1, 0x30), 16, 8),
    ]


def test_of_delimited_usages_the_preferred_one_is_kept() -> None:
    told = parse(bytes.fromhex("0501 0901 A101 7508 9501 A901 0930 0931 A900 8102 C0".replace(" ", "")))
    assert [each.usages for each in told.fields] == [((usage(1, 0x30), usage(1, 0x30)),)]


def test_long_items_are_passed_over() -> None:
    told = parse(bytes.fromhex("FE02AA0102 0501 0901 A101 7508 9501 0930 8102 C0"))
    assert len(told.fields) == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("", "1 to 4096"),
        ("26FF", "middle of an item"),
        ("FE05", "middle of an item"),
        ("C0", "never began"),
        ("A101", "not closed"),
        ("B4", "pops"),
        ("A4" * 33, "pushes too deep"),
        ("A100" * 33, "deep"),
        ("8500", "report id 0"),
        ("75089501 0901 8102 8501", "all reports have one or none"),
        ("7508 97FFFFFFFF 0901 8102", "longer than"),
        ("77FFFFFFFF 9501 0901 8102", "longer than"),
        ("1903 2901 8102", "no range"),
    ],
)
def test_what_cannot_be_is_refused_in_words(bad: str, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        parse(bytes.fromhex(bad))


def test_a_range_of_four_thousand_million_usages_costs_nothing() -> None:
    told = parse(bytes.fromhex("1B000000 00 2BFFFF0000 7508 9504 8102".replace(" ", "")))
    assert [each.usage for each in told.fields] == [0, 1, 2, 3]
    array = parse(bytes.fromhex("1B00000000 2BFFFF0000 7508 9504 26FF00 8100"))
    assert array.fields[0].usage_of(7) == 7


def test_a_report_too_short_for_a_field_is_no_number() -> None:
    with pytest.raises(ProtocolError, match="ends before"):
        _field(parse(BOOT_MOUSE).find(usage(1, 0x31), "input")).numbers(b"\x00\x01")


def test_there_is_no_blank_of_a_report_that_is_none() -> None:
    with pytest.raises(ProtocolError, match="no feature report 9"):
        parse(SCANNER).blank("feature", 9)


def _check_bounded(descriptor: bytes, report: bytes) -> None:
    try:
        told = parse(descriptor)
    except ProtocolError:
        return
    assert all(0 <= size <= LONGEST_REPORT for size in told.sizes.values())
    for each in told.fields:
        assert each.bit + each.size * each.count <= told.size(each.kind, each.report) * 8
        filled = report.ljust(told.size(each.kind, each.report), b"\0")
        numbers = each.numbers(filled)
        assert len(numbers) == each.count
        written = bytearray(filled)
        each.put(written, numbers)
        assert each.numbers(bytes(written)) == numbers


@given(st.binary(max_size=200), st.binary(max_size=64))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_descriptor_within_bounds_or_refused(descriptor: bytes, report: bytes) -> None:
    _check_bounded(descriptor, report)


ITEMS = st.builds(
    lambda prefix, data: bytes([prefix & 0xFC | min(len(data), 3)]) + data[: 4 if len(data) > 2 else len(data)],
    st.sampled_from(
        [0x04, 0x14, 0x24, 0x54, 0x74, 0x84, 0x94, 0x08, 0x18, 0x28, 0x80, 0x90, 0xB0, 0xA0, 0xC0, 0xA4, 0xB4]
    ),
    st.sampled_from([b"", b"\x01", b"\x08", b"\x10", b"\xff", b"\x8c\x00", b"\xff\x00", b"\x40\x00\x8d\x00"]),
)


@given(st.lists(ITEMS, max_size=60), st.binary(max_size=64))
@settings(max_examples=100, deadline=None)
def test_any_items_are_a_descriptor_within_bounds_or_refused(items: list[bytes], report: bytes) -> None:
    _check_bounded(b"".join(items)[:LONGEST_DESCRIPTOR], report)


@given(st.integers(0, len(SCANNER) - 1), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_a_real_descriptor_with_one_wrong_byte_is_within_bounds_or_refused(at: int, byte: int) -> None:
    _check_bounded(SCANNER[:at] + bytes([byte]) + SCANNER[at + 1 :], bytes(64))
