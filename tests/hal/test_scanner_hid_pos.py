"""The HID POS scanner: published reports, codes in pieces, Honeywell's orders, and noise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.scanner.hid_pos import HidPosScanner, Shape
from bench.far_ends.usb_hid import HidDevice
from hal.device import DeviceError, ProtocolError, StatusChanged
from hal.hid import parse
from hal.scanner import hid_pos
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead
from hal.scanner.hid_pos import Assembly, Layout, Piece, Refused, Whole, layout, piece
from tests.support.rigs import Seen, opened
from tests.support.rigs.usb_hid import PRODUCT, VENDOR, bus_of, hid_bus
from tests.support.waiting import wait_until_async

EAN = "5901234123457"
HONEYWELL = bytes.fromhex(
    "058C0902A10185020912A101 150026FF00750895010501093B8102 9503058C09FB09FC09FD8102 953809FE820201"
    "0666FF9502090409008102 058C25017501950109FF8102 75078103 C0C0"
)
VECTOR = bytes.fromhex("020D5D4530") + EAN.encode() + bytes(43) + bytes.fromhex("640000")
SHAPES = pytest.mark.parametrize("shape", ["usual", "spaced", "bare"])
USUAL = layout(parse(HONEYWELL))


def _layout(shape: Shape) -> Layout:
    return layout(parse(HidPosScanner(shape).report_descriptor))


# --- codec -------------------------------------------------------------------------------------------------------


def test_the_published_report_is_the_code() -> None:
    assert len(VECTOR) == 64
    assert piece(USUAL, VECTOR) == Piece(b"]E0", EAN.encode(), more=False)


def test_the_far_end_sends_the_published_report() -> None:
    assert HidPosScanner().reports(EAN, "]E0") == [VECTOR]


@SHAPES
@pytest.mark.parametrize("data", [EAN, "x", "https://example.org/" + "7" * 200, "x" * 56, "x" * 112])
def test_each_layout_gives_the_same_code(shape: Shape, data: str) -> None:
    where, assembly = _layout(shape), Assembly()
    told = [
        each for report in HidPosScanner(shape).reports(data, "]Q1") for each in assembly.take(piece(where, report))
    ]
    assert told == [Whole(b"]Q1", data.encode())]
    assert not assembly.pending


def test_the_spaced_layout_has_its_identifier_at_byte_three_and_data_at_six() -> None:
    report = HidPosScanner("spaced").reports(EAN, "]E0")[0]
    assert (report[3:6], report[6:19]) == (b"]E0", EAN.encode())
    assert piece(_layout("spaced"), report) == Piece(b"]E0", EAN.encode(), more=False)


@pytest.mark.parametrize(
    "report",
    [b"", VECTOR[:-1], VECTOR + b"\0", VECTOR[:1] + b"\x39" + VECTOR[2:], VECTOR[:2] + b"xxx" + VECTOR[5:]],
    ids=["empty", "short", "long", "counts too many", "no identifier"],
)
def test_a_report_that_is_none_is_refused_without_its_content(report: bytes) -> None:
    with pytest.raises(ProtocolError) as told:
        piece(USUAL, report)
    assert EAN not in str(told.value)


def test_a_device_that_reads_no_codes_is_no_scanner() -> None:
    with pytest.raises(ProtocolError, match="no HID POS scanner"):
        layout(parse(bytes.fromhex("058D 0920 A101 7508 9501 0940 8102 C0")))


@pytest.mark.parametrize(("suffix", "left"), [("\r", ""), ("\n", ""), ("\r\n", ""), ("\t", "\t"), ("\r\r", "\r")])
def test_one_configured_line_end_is_no_part_of_the_code(suffix: str, left: str) -> None:
    told = Assembly().take(Piece(b"]E0", (EAN + suffix).encode(), more=False))
    assert told == [Whole(b"]E0", (EAN + left).encode())]


def test_pieces_of_two_codes_are_never_glued() -> None:
    assembly = Assembly()
    assert assembly.take(Piece(b"]Q1", b"first", more=True)) == []
    refused, whole = assembly.take(Piece(b"]E0", EAN.encode(), more=False))
    assert isinstance(refused, Refused)
    assert whole == Whole(b"]E0", EAN.encode())


def test_a_code_whose_end_does_not_come_is_refused_and_the_next_one_is_itself() -> None:
    assembly = Assembly()
    assembly.take(Piece(b"]Q1", b"first", more=True))
    assert [type(each) for each in assembly.silence()] == [Refused]
    assert assembly.take(Piece(b"]Q1", b"second", more=False)) == [Whole(b"]Q1", b"second")]


def test_what_follows_a_disturbed_code_is_taken_for_its_tail() -> None:
    assembly = Assembly()
    assembly.take(Piece(b"]Q1", b"first", more=True))
    assert [type(each) for each in assembly.disturb()] == [Refused]
    assert assembly.pending
    assert assembly.take(Piece(b"]Q1", b"tail", more=True)) == []
    assert assembly.take(Piece(b"]Q1", b"tail", more=False)) == []
    assert assembly.take(Piece(b"]Q1", b"next", more=False)) == [Whole(b"]Q1", b"next")]
    assert assembly.disturb() == []


def test_a_code_without_end_is_refused_once_with_its_tail() -> None:
    assembly = Assembly()
    told = [each for _ in range(100) for each in assembly.take(Piece(b"]Q1", b"x" * 56, more=True))]
    assert [type(each) for each in told] == [Refused]
    assert assembly.take(Piece(b"]Q1", b"tail", more=False)) == []
    assert not assembly.pending


def _captured(identifier: bytes, data: bytes, *, more: bool) -> bytes:
    """A report as Honeywell's Voyager 1602g sends it: 3F is its own code id for an answer."""
    own = b"?" if identifier == b"]X0" else b"6"
    return b"\x02" + bytes([len(data)]) + identifier + data.ljust(56, b"\0") + own + bytes([0, more])


def test_a_captured_answer_to_a_menu_command_is_its_data_and_then_its_verdict() -> None:
    first = b"Product Name: Voyager 1602g\r\nBoot Revision: : 8992\r\nSoft"
    reports = [
        _captured(b"]X0", first, more=True),
        _captured(b"]X0", b"um: N/A\r\n", more=False),
        _captured(b"]Z6", b"REVINF\x06.", more=False),
    ]
    assembly = Assembly()
    told = [each for report in reports for each in assembly.take(piece(USUAL, report))]
    assert told == [Whole(b"]X0", first + b"um: N/A"), Whole(b"]Z6", b"REVINF\x06.")]


@given(st.lists(st.binary(max_size=70), max_size=20), st.booleans())
@settings(max_examples=100, deadline=None)
def test_noise_brings_no_error_but_the_word_for_it(reports: list[bytes], padded: bool) -> None:  # noqa: FBT001  hypothesis gives it
    assembly = Assembly()
    for report in reports:
        try:
            told = assembly.take(piece(USUAL, report.ljust(64, b"\0") if padded else report))
        except ProtocolError:
            told = assembly.disturb()
        assert all(len(each.data) <= MAXIMUM_CODE_LENGTH + 2 for each in told if isinstance(each, Whole))


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=300), st.data())
@settings(max_examples=100, deadline=None)
def test_a_long_code_that_loses_reports_never_becomes_a_longer_or_a_mixed_one(data: str, draw: st.DataObject) -> None:
    reports = HidPosScanner().reports(data, "]Q1")
    lost = draw.draw(st.sets(st.integers(0, len(reports) - 1)))
    assembly, told = Assembly(), []
    for at, report in enumerate(reports):
        if at not in lost:
            told += assembly.take(piece(USUAL, report))
    whole = [each.data.decode() for each in told if isinstance(each, Whole)]
    assert all(len(each) <= len(data) for each in whole)
    if len(reports) - 1 in lost:
        assert whole == []
    elif not lost:
        assert whole == [data]


# --- driver ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world(inside: HidPosScanner, **more: object) -> AsyncIterator[tuple[hid_pos.Driver, HidDevice, Seen]]:
    async with hid_bus(inside) as device:
        given_: dict[str, object] = {"retry_ms": 5, "answer_ms": 2000, "piece_ms": 2000, **more}
        driver = hid_pos.Driver("scanner", hid_pos.Settings(VENDOR, PRODUCT, **given_), bus_of(device))  # type: ignore[arg-type]  # a test's own
        try:
            yield driver, device, await opened(driver)
        finally:
            await driver.close()


def _codes(seen: Seen) -> list[str]:
    return [event.data for event in seen.of(CodeRead) if isinstance(event, CodeRead)]


def _warnings(seen: Seen) -> list[str]:
    return [
        event.cause
        for event in seen.of(StatusChanged)
        if isinstance(event, StatusChanged) and event.status == "warning"
    ]


def test_codes_come_with_their_symbology_however_long_they_are() -> None:
    async def run() -> None:
        inside = HidPosScanner(suffix="\r")
        async with world(inside) as (_driver, _device, seen):
            await inside.scan(data=EAN, symbology="]E0")
            await inside.scan(data="7" * 3000, symbology="]Q1")
            await inside.scan(data="0109506000134352\x1d10A", symbology="]d2")
            await inside.scan(data="ABC", symbology="")
            await wait_until_async(lambda: len(_codes(seen)) == 4, what="four codes")
            assert seen.of(CodeRead) == [
                CodeRead("scanner", EAN, "]E0"),
                CodeRead("scanner", "7" * 3000, "]Q1"),
                CodeRead("scanner", "0109506000134352\x1d10A", "]d2"),
                CodeRead("scanner", "ABC", ""),
            ]

    asyncio.run(run())


def test_a_lost_end_is_warned_of_and_the_next_code_is_whole() -> None:
    async def run() -> None:
        inside = HidPosScanner()
        async with world(inside, piece_ms=40) as (_driver, _device, seen):
            await inside.lose_the_end(data="7" * 100)
            await wait_until_async(lambda: _warnings(seen), what="a warning")
            await inside.scan(data="8" * 20, symbology="]Q1")
            await wait_until_async(lambda: _codes(seen), what="the next code")
            assert _codes(seen) == ["8" * 20]
            assert _warnings(seen) == ["56 bytes of a code without its end"]

    asyncio.run(run())


def test_three_reports_without_sense_and_the_scanner_is_lost() -> None:
    async def run() -> None:
        inside = HidPosScanner()
        async with world(inside) as (_driver, _device, seen):
            for _ in range(2):
                inside.send(b"\x02\x01")
            await inside.scan(data=EAN, symbology="]E0")
            await wait_until_async(lambda: _codes(seen), what="a code")
            assert seen.statuses == ["ready"]
            for _ in range(3):
                inside.send(b"\x02\x01")
            await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="lost and back")

    asyncio.run(run())


def test_a_scanner_that_can_be_told_does_not_read_while_disabled() -> None:
    async def run() -> None:
        inside = HidPosScanner()
        async with world(inside) as (driver, device, seen):
            await wait_until_async(lambda: not inside.prevented, what="reading")
            await driver.disable()
            await wait_until_async(lambda: inside.prevented, what="reading prevented")
            assert await inside.scan(data=EAN) == {"read": False}
            await driver.enable()
            await wait_until_async(lambda: not inside.prevented, what="reading again")
            await driver.disable()
            await device.unplug()
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            await device.plug()
            await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready")
            await wait_until_async(lambda: inside.prevented, what="reading prevented")

    asyncio.run(run())


@pytest.mark.parametrize("makers", [False, True])
def test_the_host_may_start_each_reading(makers: bool) -> None:  # noqa: FBT001  a parameter of the test
    async def run() -> None:
        inside = HidPosScanner(makers=makers)
        async with world(inside, trigger=True) as (driver, _device, seen):
            inside.presentation = False
            for each in ("1" * 8, "2" * 8):
                await wait_until_async(lambda: inside.triggered, what="triggered")
                await inside.scan(data=each, symbology="]C0")
            await wait_until_async(lambda: _codes(seen) == ["1" * 8, "2" * 8], what="two codes")
            await wait_until_async(lambda: inside.triggered, what="triggered again")
            await driver.disable()
            await wait_until_async(lambda: not inside.triggered, what="untriggered")

    asyncio.run(run())


@pytest.mark.parametrize(("makers", "sound", "sounds"), [(False, "good", 1), (False, "bad", 1), (True, "bad", 3)])
def test_it_beeps_as_it_can(makers: bool, sound: str, sounds: int) -> None:  # noqa: FBT001  a parameter of the test
    async def run() -> None:
        inside = HidPosScanner(makers=makers)
        async with world(inside) as (driver, _device, _seen):
            heard: list[object] = []
            inside.tell = lambda event, **args: heard.append((event, args)) if event == "beep" else None
            assert driver.capabilities == {"beep", "trigger"}
            await driver.beep(sound)  # type: ignore[arg-type]  # a parameter of the test
            await wait_until_async(lambda: len(heard) == sounds, what="beeps")
            assert makers or heard == [("beep", {"sound": sound})]

    asyncio.run(run())


def test_a_honeywell_leaves_keyboard_mode_and_answers_menu_commands() -> None:
    async def run() -> None:
        inside = HidPosScanner(makers=True)
        async with world(inside, query="REVINF?.", menu="XXXYYY.") as (driver, _device, seen):
            assert not inside.typing
            await wait_until_async(lambda: _warnings(seen), what="a warning")
            assert _warnings(seen) == ["its menu command: the scanner does not know the command"]
            health = await driver.check_health()
            assert health.ok
            assert "FW 10.2" in health.text
            assert _codes(seen) == []

    asyncio.run(run())


def test_health_is_asked_of_the_device_itself() -> None:
    async def run() -> None:
        async with world(HidPosScanner()) as (driver, device, _seen):
            assert (await driver.check_health()).ok
            await device.fault(kind="deaf")
            assert not (await driver.check_health()).ok

    asyncio.run(run())


def test_no_code_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        inside = HidPosScanner()
        async with world(inside, piece_ms=40) as (_driver, _device, seen):
            await inside.lose_the_end(data="7" * 100)
            inside.send(inside.reports("77777777", "]E0")[0][:20])
            await inside.scan(data="77777777x", symbology="]E4")
            await wait_until_async(lambda: _warnings(seen), what="a warning")
            await inside.scan(data=EAN, symbology="]E0")
            await wait_until_async(lambda: _codes(seen), what="a code")

    with caplog.at_level(logging.DEBUG, "hal"):
        asyncio.run(run())
    assert "7777" not in caplog.text
    assert caplog.text


@pytest.mark.parametrize(
    "wrong", [{"usb_vendor": 0}, {"piece_ms": 0}, {"menu": "."}, {"query": "REVINF"}], ids=lambda each: next(iter(each))
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, DeviceError)):
        hid_pos.Settings(**{"usb_vendor": VENDOR, "usb_product": PRODUCT, **wrong})  # type: ignore[arg-type]  # wrong on purpose
