"""The serial scanner: its frames under any cut and any noise, and the driver against its far end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.scanner.serial import SerialScanner
from hal.device import DeviceError, StatusChanged
from hal.drivers import load
from hal.scanner import serial
from hal.scanner.contract import CodeRead
from hal.scanner.serial import Answer, Code, Frames, Refused, Settings, Suffix
from tests.support.pieces import pieces
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

SUFFIXES = {"cr": b"\r", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="]"), min_size=1, max_size=30)
IDS = st.sampled_from(["]C0", "]C1", "]d2", "]Q1"])


@pytest.mark.parametrize(
    ("given_", "line", "code"),
    [
        ({}, b"]E05901234123457\r", Code("5901234123457", "]E0")),
        ({"suffix": "crlf"}, b"]E496385074\r\n", Code("96385074", "]E4")),
        (
            {"suffix": "tab", "prefix": "\x02"},
            b"\x02]C10109506000134352\x1d10A\t",
            Code("0109506000134352\x1d10A", "]C1"),
        ),
        ({"suffix": "etx", "aim": False}, b"036000291452\x03", Code("036000291452", "")),
        ({}, "]Q1https://id.example/চাল\r".encode(), Code("https://id.example/চাল", "]Q1")),
        ({"encoding": "iso-8859-1"}, b"]Q1pre\xe7o\r", Code("preço", "]Q1")),
    ],
)
def test_a_line_is_a_code(given_: dict[str, Any], line: bytes, code: Code) -> None:
    assert Frames(Settings(port="/dev/ttyS0", **given_)).feed(line) == [code]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"5901234123457\r", "AIM identifier"),
        (b"x]E05901234123457\r", "AIM identifier"),
        (b"]C0590\x00123\r", "control characters"),
        (b"]C1\r", "0 bytes"),
        (b"]E0\r", "not the digits"),
        (b"]E0590l234123457\r", "not the digits"),
        (b"]E059012]E05901234123457\r", "second AIM identifier"),
        (b"]Q1\xff\xfe\r", "not utf-8"),
    ],
)
def test_a_line_that_is_no_code_is_refused(line: bytes, reason: str) -> None:
    (refused,) = Frames(Settings(port="/dev/ttyS0")).feed(line)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_scanner_set_to_cr_lf_after_all_is_understood() -> None:
    frames = Frames(Settings(port="/dev/ttyS0"))
    assert frames.feed(b"]E0590\r\n]E0591\r\n") == [Code("590", "]E0"), Code("591", "]E0")]
    assert frames.silence() == [Refused("1 bytes of a code whose end did not come")]


def test_half_a_code_is_never_glued_to_the_next() -> None:
    frames = Frames(Settings(port="/dev/ttyS0"))
    assert frames.feed(b"]E0590123") == []
    assert isinstance(frames.silence()[0], Refused)
    assert not frames.pending
    assert frames.feed(b"]E05901234123457\r") == [Code("5901234123457", "]E0")]


def test_the_rest_of_an_endless_line_is_no_code_either() -> None:
    frames = Frames(Settings(port="/dev/ttyS0"))
    assert [type(each) for each in frames.feed(b"]E0" + b"1" * 5000)] == [Refused]
    assert frames.feed(b"1" * 5000) == []
    assert frames.feed(b"]E0590\r]E0591\r") == [Code("591", "]E0")]


def test_without_a_suffix_silence_ends_a_code() -> None:
    frames = Frames(Settings(port="/dev/ttyS0", suffix="none"))
    assert frames.feed(b"]E0590123") + frames.feed(b"4123457") == []
    assert frames.silence() == [Code("5901234123457", "]E0")]
    assert frames.silence() == []


def test_an_answer_to_a_menu_command_is_told_from_the_codes_around_it() -> None:
    frames = Frames(Settings(port="/dev/ttyS0"))
    frames.expect("REVINF?.")
    wire = b"]E0590\rREVINF: one\r\ntwo\x06.]E0591\r"
    told = [each for byte in wire for each in frames.feed(bytes([byte]))]
    assert told == [Code("590", "]E0"), Answer("REVINF: one two", ""), Code("591", "]E0")]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(IDS, TEXTS), max_size=6),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from([*SUFFIXES]),
)
def test_codes_arrive_whole_however_the_bytes_are_cut(
    codes: list[tuple[str, str]], cuts: list[int], suffix: Suffix
) -> None:
    wire = b"".join(identifier.encode() + text.encode() + SUFFIXES[suffix] for identifier, text in codes)
    frames = Frames(Settings(port="/dev/ttyS0", suffix=suffix))
    told = [each for piece in pieces(wire, cuts) for each in frames.feed(piece)]
    assert told == [Code(text, identifier) for identifier, text in codes]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.none()), max_size=12))
@example([b"]E", None, b"05901234123457\r"])
def test_noise_between_codes_never_makes_a_code_of_its_own_digits(noises: list[bytes | None]) -> None:
    frames, told, sent = Frames(Settings(port="/dev/ttyS0")), [], 0
    for noise in noises:  # ``None`` is a pause of the line
        if noise is None:
            told += frames.silence()
        else:
            told += frames.feed(noise.replace(b"]", b"["))
            told += frames.feed(b"\r]E05901234123457\r")
            sent += 1
    codes = [each for each in told if isinstance(each, Code)]
    assert codes == [Code("5901234123457", "]E0")] * sent


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=10), st.sampled_from([*SUFFIXES, "none"]), st.booleans())
def test_any_bytes_are_borne(pieces: list[bytes], suffix: Suffix, aim: bool) -> None:  # noqa: FBT001  hypothesis gives it
    frames = Frames(Settings(port="/dev/ttyS0", suffix=suffix, aim=aim))
    frames.expect("REVINF?.")
    for piece in pieces:
        frames.feed(piece)
    frames.silence()
    assert not frames.pending


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"port": "nowhere"},
        {"port": "/dev/x", "trigger": True},
        {"port": "/dev/x", "commands": "honeywell", "query": "REVINF?"},
        {"port": "/dev/x", "gap_ms": 0},
        {"port": "/dev/x", "encoding": "utf-7"},
    ],
)
def test_settings_that_no_scanner_has_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DeviceError):
        load("scanner", "serial", "scanner", wrong)


@asynccontextmanager
async def world(
    folder: Path, given_: Mapping[str, Any] | None = None
) -> AsyncIterator[tuple[serial.Driver, SerialScanner, Line]]:
    inside = SerialScanner()
    line = Line(inside)
    path = await line.start_pty(folder / "scanner")
    driver = serial.Driver("scanner", Settings(port=path, retry_ms=10, **(given_ or {})))
    try:
        yield driver, inside, line
    finally:
        await driver.close()
        await line.close()


def _codes(seen: Seen) -> list[str]:
    return [event.data for event in seen.of(CodeRead) if isinstance(event, CodeRead)]


def _warnings(seen: Seen) -> list[str]:
    told = [event for event in seen.events if isinstance(event, StatusChanged)]
    return [event.cause for event in told if event.status == "warning"]


def test_half_a_code_is_warned_of_once_and_the_next_is_read(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"gap_ms": 30}) as (driver, inside, _line):
            seen = await opened(driver)
            for _ in range(2):
                await inside.half_frame()
                await wait_until_async(lambda: driver._frames.pending, what="half a code")
                await wait_until_async(lambda: not driver._frames.pending, what="silence")
            assert len(_warnings(seen)) == 1
            await inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: _codes(seen) == ["5901234123457"], what="the code")
            await inside.half_frame()
            await wait_until_async(lambda: len(_warnings(seen)) == 2, what="a new warning")
            assert seen.statuses == ["ready"]

    asyncio.run(run())


def test_the_same_code_sent_twice_is_two_codes(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path) as (driver, inside, _line):
            seen = await opened(driver)
            await inside.double()
            await inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: _codes(seen) == ["5901234123457"] * 2, what="both")

    asyncio.run(run())


def test_a_triggered_scanner_reads_while_enabled_again_and_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"commands": "honeywell", "trigger": True}) as (driver, inside, line):
            await inside.mode(presentation=False)
            assert await inside.scan(data="1") == {"read": False}
            seen = await opened(driver)
            for code in ("590", "591"):
                await wait_until_async(lambda: inside.triggered, what="a trigger")
                assert await inside.scan(data=code, symbology="]E0") == {"read": True}
                await wait_until_async(lambda: code in _codes(seen), what=code)  # noqa: B023
            await wait_until_async(lambda: inside.triggered, what="a trigger")
            await driver.disable()
            await wait_until_async(lambda: not inside.triggered, what="no trigger")
            await driver.enable()
            await wait_until_async(lambda: inside.triggered, what="a trigger")
            await line.unplug()
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            await line.plug()
            await wait_until_async(lambda: inside.triggered, what="a trigger after the cable")

    asyncio.run(run())


def test_health_is_what_the_scanner_answers(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"commands": "honeywell", "query": "REVINF?.", "answer_ms": 60}) as (
            driver,
            _inside,
            line,
        ):
            await opened(driver)
            health = await driver.check_health()
            assert health.ok
            assert "FW 10.2" in health.text
            await line.fault(kind="silent")
            health = await driver.check_health()
            assert not health.ok
            assert "no answer" in health.text

    asyncio.run(run())


def test_a_menu_command_the_scanner_does_not_know_is_warned_of(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"commands": "honeywell", "menu": "XYZABC1!"}) as (driver, _inside, _line):
            seen = await opened(driver)
            assert any("does not know" in cause for cause in _warnings(seen))
            assert seen.statuses == ["ready"]

    asyncio.run(run())


def test_a_honeywell_beeps_and_a_plain_scanner_is_left_alone(tmp_path: Path) -> None:
    async def run(commands: str) -> list[tuple[str, dict[str, Any]]]:
        async with world(tmp_path / commands, {"commands": commands}) as (driver, inside, _line):
            told: list[tuple[str, dict[str, Any]]] = []
            inside.tell = lambda event, **args: told.append((event, args))
            seen = await opened(driver)
            await driver.beep("good")
            await driver.beep("bad")
            await inside.scan(data="590", symbology="]E0")
            await wait_until_async(lambda: _codes(seen) == ["590"] and len(told) in {0, 4}, what="the beeps")
            return told

    assert asyncio.run(run("honeywell")) == [("beep", {"sound": "good"})] * 4
    assert asyncio.run(run("none")) == []
