"""SSI: published packets on both sides of the wire, any bytes in any cut, and codes told once each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.scanner.zebra_ssi import ZebraSsi, packet
from hal.device import DeviceError, NoHardwareError, StatusChanged
from hal.scanner import zebra_ssi
from hal.scanner.contract import CodeRead
from hal.scanner.zebra_ssi import Code, Packet, Packets, Refused, Scans, Settings, encode
from tests.support.pieces import pieces
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

CODE = b"\x0b5901234123457"
EAN = Code("5901234123457", "]E0")


@pytest.mark.parametrize(
    ("opcode", "data", "wire"),
    [
        (0xD0, b"", "04 d0 04 00 ff 28"),
        (0xE9, b"", "04 e9 04 00 ff 0f"),
        (0xEA, b"", "04 ea 04 00 ff 0e"),
        (0xD1, b"\x01", "05 d1 04 00 01 ff 25"),
        (0xC6, b"\xff\xee\x01", "07 c6 04 00 ff ee 01 fd 41"),
    ],
)
def test_commands_are_the_published_bytes(opcode: int, data: bytes, wire: str) -> None:
    assert encode(opcode, data).hex(" ") == wire


def test_both_sides_agree_on_a_captured_packet() -> None:
    captured = bytes.fromhex("07 f3 00 00 01 4e 52 fe 65")
    assert packet(0xF3, b"\x01NR") == captured
    assert Packets().feed(captured) == [Packet(0xF3, 0, b"\x01NR")]


def test_a_wrong_check_sum_is_no_packet_and_what_follows_is_one() -> None:
    harmed = bytearray(packet(0xF3, CODE))
    harmed[6] ^= 1
    packets = Packets()
    assert packets.feed(bytes(harmed)) == []
    assert packets.damaged
    assert packets.feed(packet(0xF3, CODE)) == [Packet(0xF3, 0, CODE)]


def test_noise_is_not_taken_for_a_harmed_code() -> None:
    packets = Packets()
    assert packets.feed(b"\xff\x00noise\x03") == []
    assert packets.damaged
    assert not packets.harmed
    assert packets.feed(packet(0xF3, CODE)[:-1] + b"\x00") == []
    assert packets.harmed


def test_silence_frees_the_packet_behind_one_that_never_ended() -> None:
    packets = Packets()
    assert packets.feed(packet(0xF3, CODE)[:9] + packet(0xA4, b"R1")) == []
    assert packets.silence() == [Packet(0xA4, 0, b"R1")]
    assert packets.damaged
    assert not packets.pending


_MESSAGES = st.tuples(st.sampled_from([0xD0, 0xD1, 0xA4, 0xF3]), st.binary(max_size=40), st.sampled_from([0, 1, 2]))


@settings(max_examples=150, deadline=None)
@given(st.lists(_MESSAGES, max_size=6), st.lists(st.integers(0, 10_000), max_size=12))
def test_packets_arrive_whole_however_the_bytes_are_cut(
    messages: list[tuple[int, bytes, int]], cuts: list[int]
) -> None:
    wire = b"".join(packet(opcode, data, status) for opcode, data, status in messages)
    packets = Packets()
    told = [each for piece in pieces(wire, cuts) for each in packets.feed(piece)]
    assert told == [Packet(opcode, status, data) for opcode, data, status in messages]
    assert not packets.damaged


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=30), st.none()), max_size=10))
def test_noise_makes_no_code_and_takes_none_away(noises: list[bytes | None]) -> None:
    packets, told, sent = Packets(), [], 0
    for noise in noises:  # ``None`` is a packet, after a pause of the line
        if noise is None:
            told += packets.silence()
            told += packets.feed(packet(0xF3, CODE))
            sent += 1
        else:
            told += packets.feed(noise)
    told += packets.silence()
    assert [each for each in told if each.opcode == 0xF3] == [Packet(0xF3, 0, CODE)] * sent


def _scans() -> Scans:
    return Scans("utf-8", 2_000)


def test_a_code_sent_again_is_told_once() -> None:
    scans = _scans()
    assert scans.take(Packet(0xF3, 0, CODE), 0) == EAN
    assert scans.take(Packet(0xF3, 1, CODE), 2_000) is None
    assert scans.take(Packet(0xF3, 1, CODE), 4_000) is None


def test_the_same_code_scanned_again_is_told_again() -> None:
    scans = _scans()
    assert [scans.take(Packet(0xF3, 0, CODE), now) for now in (0, 300)] == [EAN, EAN]


def test_a_code_sent_again_whose_first_sending_was_harmed_is_new() -> None:
    scans = _scans()
    assert scans.take(Packet(0xF3, 0, CODE), 0) == EAN
    scans.harmed()
    assert scans.take(Packet(0xF3, 1, CODE), 500) == EAN


def test_a_code_sent_again_long_after_is_new() -> None:
    scans = _scans()
    assert scans.take(Packet(0xF3, 0, CODE), 0) == EAN
    assert scans.take(Packet(0xF3, 1, CODE), 60_000) == EAN


def test_a_code_in_pieces_is_joined_and_a_piece_sent_again_counts_once() -> None:
    scans = _scans()
    assert scans.take(Packet(0xF3, 2, b"\x1chttps://id"), 0) is None
    assert scans.take(Packet(0xF3, 3, b"\x1chttps://id"), 2_000) is None
    assert scans.take(Packet(0xF3, 0, b"\x1c.example/1"), 2_100) == Code("https://id.example/1", "]Q1")


def test_pieces_of_a_code_whose_end_never_came_are_not_glued_to_the_next() -> None:
    scans = _scans()
    assert scans.take(Packet(0xF3, 2, b"\x1cabc"), 0) is None
    assert scans.take(Packet(0xF3, 0, b"\x1cdef"), 7_000) == Code("def", "]Q1")
    assert scans.take(Packet(0xF3, 2, b"\x1cabc"), 8_000) is None
    assert scans.take(Packet(0xF3, 0, CODE), 8_100) == EAN


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x08036000291452", Code("036000291452", "]E0")),
        (b"\x0a96385074\r\n", Code("96385074", "]E4")),
        (b"\x0f0109506000134352\x1d10A", Code("0109506000134352\x1d10A", "]C1")),
        (b"\x7dany", Code("any", "")),
        (b"\x1c]Q3010950", Code("010950", "]Q3")),
        (b"\x0b\x0012", Refused("3 bytes with control characters")),
        (b"\x0b", Refused("0 bytes; a code has 1 to 4096")),
        (b"", Refused("a packet without a type")),
        (b"\x01NR", None),
    ],
)
def test_the_type_says_the_symbology(data: bytes, told: Code | Refused | None) -> None:
    assert _scans().take(Packet(0xF3, 0, data), 0) == told


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=30), st.integers(0, 9_000)), max_size=12))
def test_any_packets_are_borne_and_a_clean_code_after_them_is_told_once(
    packets: list[tuple[int, bytes, int]],
) -> None:
    scans, now = _scans(), 0
    for status, data, pause in packets:
        now += pause
        scans.take(Packet(0xF3, status, data), now)
    assert scans.take(Packet(0xF3, 0, CODE), now + 60_000) == EAN
    assert scans.take(Packet(0xF3, 1, CODE), now + 60_100) is None


def test_a_code_without_an_end_is_refused() -> None:
    scans = _scans()
    told = [scans.take(Packet(0xF3, 2, b"\x1c" + bytes((65 + number,)) * 240), number) for number in range(20)]
    assert [each for each in told if each is not None] == [Refused("more than 4096 bytes")]


@asynccontextmanager
async def world(
    folder: Path, given_: Mapping[str, Any] | None = None, response_ms: int = 100
) -> AsyncIterator[tuple[zebra_ssi.Driver, ZebraSsi, Line]]:
    inside = ZebraSsi(response_ms=response_ms)
    line = Line(inside)
    path = await line.start_pty(folder / "scanner")
    quick: Mapping[str, Any] = {"answer_ms": 200, "alive_ms": 40, "gap_ms": 20, "response_ms": 100, "retry_ms": 10}
    driver = zebra_ssi.Driver("scanner", Settings(port=path, **{**quick, **(given_ or {})}))
    try:
        yield driver, inside, line
    finally:
        await driver.close()
        await line.close()


def _codes(seen: Seen) -> list[str]:
    return [event.data for event in seen.of(CodeRead) if isinstance(event, CodeRead)]


def test_the_scanner_reads_only_while_enabled(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path) as (driver, inside, _line):
            seen = await opened(driver)
            assert inside.packeted
            assert await inside.scan(data="590", symbology="]E0") == {"read": True}
            await wait_until_async(lambda: _codes(seen) == ["590"], what="the code")
            await driver.disable()
            assert await inside.scan(data="591", symbology="]E0") == {"read": False}
            await driver.enable()
            assert await inside.scan(data="592", symbology="]E0") == {"read": True}
            await wait_until_async(lambda: _codes(seen) == ["590", "592"], what="the code")
            await driver.close()
            assert not inside.scanning

    asyncio.run(run())


def test_a_lost_acknowledgement_makes_no_second_scan(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path) as (driver, inside, _line):
            seen = await opened(driver)
            await inside.double()
            await inside.scan(data="5901234123457", symbology="]E0")
            await inside.scan(data="96385074", symbology="]E4")
            await wait_until_async(lambda: "96385074" in _codes(seen), what="the next code")
            assert _codes(seen) == ["5901234123457", "96385074"]

    asyncio.run(run())


def test_a_harmed_packet_is_asked_for_again_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"alive_ms": 60_000}, response_ms=60_000) as (driver, inside, _line):
            seen = await opened(driver)
            send = inside.send

            def harm_once(data: bytes) -> None:
                inside.send = send
                send(data[:-1] + b"\x00")

            inside.send = harm_once
            await inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: _codes(seen) == ["5901234123457"], what="the code")

    asyncio.run(run())


def test_a_code_from_before_the_scanner_was_back_is_acknowledged_and_not_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"answer_ms": 60}, response_ms=500) as (driver, inside, line):
            seen = await opened(driver)
            await line.fault(kind="silent")
            await inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            await line.fault(kind="none")
            await wait_until_async(lambda: seen.statuses[-1] == "ready" and not inside._waiting, what="ready")
            await inside.scan(data="96385074", symbology="]E4")
            await wait_until_async(lambda: _codes(seen)[-1:] == ["96385074"], what="the next code")
            lost = [event for event in seen.events if isinstance(event, StatusChanged)][-2]
            ready = [event for event in seen.events if isinstance(event, StatusChanged)][-1]
            between = seen.events[seen.events.index(lost) + 1 : seen.events.index(ready, seen.events.index(lost))]
            assert between == []

    asyncio.run(run())


def test_a_long_code_comes_in_pieces(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path) as (driver, inside, _line):
            seen = await opened(driver)
            long = "https://id.example/" + "চাল" * 200
            await inside.scan(data=long, symbology="]Q1")
            await wait_until_async(lambda: _codes(seen) == [long], what="the code")

    asyncio.run(run())


def test_beeps_and_health_are_asked_of_the_scanner(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"bad_beep": 200}) as (driver, inside, line):
            told: list[str] = []
            inside.tell = lambda event, **args: told.append(f"{event} {args}")
            await opened(driver)
            await driver.beep("good")
            assert told == ["beep {'sound': 'good'}"]
            with pytest.raises(DeviceError, match="refuses E6"):
                await driver.beep("bad")
            assert "NBRPAAC0" in (await driver.check_health()).text
            await line.unplug()
            with pytest.raises(NoHardwareError):
                await driver.beep("good")

    asyncio.run(run())


def test_a_host_trigger_starts_each_reading(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"host_trigger": True}) as (driver, inside, _line):
            seen = await opened(driver)
            assert inside.triggered
            await inside.scan(data="590", symbology="]E0")
            await wait_until_async(lambda: _codes(seen) == ["590"] and inside.triggered, what="another reading")
            await driver.disable()
            assert not inside.triggered

    asyncio.run(run())
