"""Scanner and scale on one line: published lines, any order and any cut of them, and two lives on one cable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.scale.datalogic_single_cable import SingleCable, label
from hal.device import ClaimedError, DeviceError, ProtocolError, StatusChanged
from hal.ports.shared import SharedPort
from hal.scale import datalogic_single_cable as scale
from hal.scale.common.polled import Weighing
from hal.scale.contract import Reading
from hal.scanner import datalogic_single_cable as scanner
from hal.scanner.contract import CodeRead
from tests.support.pieces import pieces
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"S08F5901234123457\r", ("5901234123457", "]E0")),
        (b"S08FF96385074\r", ("96385074", "]E4")),
        (b"S08A036000291452\r", ("036000291452", "]E0")),
        (b"S08E123456\r", ("123456", "]E0")),
        (b"S08B39289510002308107\r", ("9289510002308107", "]C0")),
        (b"S08R409506000134352\r", ("0109506000134352", "]e0")),
        (b"S08R40109506000134352\r", ("0109506000134352", "]e0")),
        (b"S08RX0109506000134352392112\r", ("0109506000134352392112", "]e0")),
        (b"S08QRhttps://id.example/1\r", ("https://id.example/1", "]Q1")),
        (b"S03\r", None),
    ],
)
def test_a_label_is_a_code(line: bytes, code: tuple[str, str] | None) -> None:
    assert scanner.decode_label(line) == code


@pytest.mark.parametrize(
    "line",
    [
        b"S08F590123412345\r", b"S08F5901234123457", b"S08F59012S14400260\r", b"S08Z123\r", b"S08\r",
        b"5901234123457\r", b"xS08F5901234123457\r", b"S08QR\x07\r", b"S08FF9638507\r", b"\r", b"S14400260\r",
    ],
)  # fmt: skip
def test_what_is_no_label_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        scanner.decode_label(line)


@pytest.mark.parametrize(
    ("line", "weighing"),
    [
        (b"S14400260\r", Weighing("stable", 260, -3, "kg")),
        (b"S14410215\r", Weighing("stable", 10_215, -3, "kg")),
        (b"S143\r", Weighing("zero")),
        (b"S140\r", Weighing("needs_zero")),
        (b"S141\r", Weighing("motion")),
        (b"S142\r", Weighing("over")),
        (b"S145\r", Weighing("under")),
    ],
)
def test_a_published_answer_is_a_weight_or_why_there_is_none(line: bytes, weighing: Weighing) -> None:
    assert scale.decode(line) == weighing


def test_pounds_have_four_digits_and_two_decimals() -> None:
    assert scale.decode(b"S1440125\r", "lb") == Weighing("stable", 125, -2, "lb")


@pytest.mark.parametrize(
    "line",
    [b"S1440026\r", b"S144\r", b"S14400000\r", b"S146\r", b"S1100260\r", b"S14400260", b"S08F590\r", b"S144-0260\r"],
)
def test_no_other_line_is_a_weight(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        scale.decode(line)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=24))
def test_any_bytes_are_refused_or_an_answer_and_nothing_else(line: bytes) -> None:
    for decode in (scale.decode, scanner.decode_label, scale.whole):
        try:
            told = decode(line)
        except ProtocolError:
            continue
        if isinstance(told, Weighing) and told.state == "stable":
            assert line == b"S144%05d\r" % told.value


def test_the_far_end_says_what_the_driver_reads() -> None:
    assert scanner.decode_label(label("5901234123457", "]E0")) == ("5901234123457", "]E0")
    assert scanner.decode_label(label("a b", "]Q1")) == ("a b", "]Q1")


@dataclass(slots=True)
class Both:
    """Both drivers on one cable, and its far end."""

    scanner: scanner.Driver
    scale: scale.Driver
    inside: SingleCable
    line: Line


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[Both]:
    inside = SingleCable(settle_looks=1)
    line = Line(inside)
    path = await line.start_pty(folder / "magellan")
    codes = scanner.Driver("scanner", scanner.Settings(path, framing="8N1", gap_ms=20, retry_ms=10))
    weights = scale.Driver(
        "produce_scale",
        scale.Settings(path, framing="8N1", gap_ms=20, poll_ms=5, answer_ms=100, retry_ms=10, certified=True),
    )
    try:
        yield Both(codes, weights, inside, line)
    finally:
        await codes.close()
        await weights.close()
        await line.close()


def _codes(seen: Seen) -> list[str]:
    return [event.data for event in seen.of(CodeRead) if isinstance(event, CodeRead)]


def _weights(seen: Seen) -> list[int]:
    return [event.value for event in seen.of(Reading) if isinstance(event, Reading) and event.state == "stable"]


def test_scans_and_weights_share_the_line_and_never_mix(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            codes, weights = await opened(it.scanner), await opened(it.scale)
            await it.inside.put(grams=1250)
            await wait_until_async(lambda: 1250 in _weights(weights), what="the weight")
            for number in range(40):
                await it.inside.scan(data=f"CODE{number}", symbology="]C0")
                await asyncio.sleep(0.001 * (number % 7))  # at other moments of the scale's round
            await wait_until_async(lambda: len(_codes(codes)) == 40, what="the codes")
            assert _codes(codes) == [f"CODE{number}" for number in range(40)]
            assert set(_weights(weights)) == {1250}
            assert {event.state for event in weights.of(Reading)} <= {"stable", "motion", "zero"}  # type: ignore[attr-defined]  # readings

    asyncio.run(run())


def test_a_pulled_cable_loses_both_and_brings_both_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            codes, weights = await opened(it.scanner), await opened(it.scale)
            await it.line.unplug()
            for seen in (codes, weights):
                await wait_until_async(lambda: seen.statuses == ["ready", "lost"], what="lost")  # noqa: B023
            await it.line.plug()
            for seen in (codes, weights):
                await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="back")  # noqa: B023
            await wait_until_async(lambda: it.inside.reading, what="the scanner to be told")
            await it.inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: _codes(codes) == ["5901234123457"], what="a code")

    asyncio.run(run())


def test_one_that_closes_or_is_disabled_does_not_silence_the_other(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            codes, weights = await opened(it.scanner), await opened(it.scale)
            await it.scanner.disable()
            await it.inside.put(grams=300)
            await wait_until_async(lambda: 300 in _weights(weights), what="the weight")
            await it.scanner.enable()
            await it.scale.close()
            await wait_until_async(lambda: it.inside.reading, what="the scanner to be told")
            await it.inside.scan(data="5901234123457", symbology="]E0")
            await wait_until_async(lambda: _codes(codes) == ["5901234123457"], what="a code")
            weights = await opened(it.scale)
            await it.scanner.close()
            await wait_until_async(lambda: 300 in _weights(weights), what="the weight again")

    asyncio.run(run())


def test_half_a_label_is_warned_of_and_glued_to_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            codes, weights = await opened(it.scanner), await opened(it.scale)
            await it.inside.put(grams=300)
            await it.inside.half_frame(data="ABCDEFGH", symbology="]C0")
            await wait_until_async(lambda: 300 in _weights(weights), what="the weight")
            await wait_until_async(lambda: _warned(codes), what="a warning")
            await it.inside.scan(data="NEXT", symbology="]C0")
            await wait_until_async(lambda: _codes(codes) == ["NEXT"], what="the next code")
            assert set(_weights(weights)) == {300}

    asyncio.run(run())


def _warned(seen: Seen) -> bool:
    return any(isinstance(event, StatusChanged) and event.status == "warning" for event in seen.events)


def test_the_scale_cannot_be_zeroed_over_the_cable_and_says_where(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            await opened(it.scale)
            with pytest.raises(DeviceError, match="press zero"):
                await it.scale.zero()

    asyncio.run(run())


def test_the_scale_s_health_is_an_answer(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as it:
            await opened(it.scale)
            await wait_until_async(lambda: it.scale.alive, what="the scale")
            health = await it.scale.check_health()
            assert health.ok
            assert "S14 answered: zero" in health.text

    asyncio.run(run())


def test_two_ports_of_one_cable_are_set_alike(tmp_path: Path) -> None:
    async def run() -> None:
        line = Line(SingleCable())
        path = await line.start_pty(tmp_path / "magellan")
        one = SharedPort(path, meant=lambda _line: True)
        other = SharedPort(path, baud=19_200, meant=lambda _line: True)
        await one.open()
        with pytest.raises(ClaimedError, match="same baud"):
            await other.open()
        await one.close()
        await other.open()
        await other.close()
        await line.close()

    asyncio.run(run())


def test_one_may_come_while_the_last_other_goes(tmp_path: Path) -> None:
    async def run() -> None:
        inside = SingleCable()
        line = Line(inside)
        path = await line.start_pty(tmp_path / "magellan")
        one, other, third = (SharedPort(path, meant=lambda _line: True) for _ in range(3))
        await one.open()
        await asyncio.gather(one.close(), other.open())
        await third.open()
        await inside.scan(data="X", symbology="]C0")
        assert await other.read() == await third.read() == b"S08B3X\r"
        await other.close()
        await third.close()
        await line.close()

    asyncio.run(run())


class Script:
    """A line that brings pieces, ``None`` for a silence, and then hangs up."""

    where = "script"

    def __init__(self, coming: list[bytes | None]) -> None:
        self.coming = coming

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def write(self, data: bytes) -> None:
        """Nobody listens."""

    async def read(self) -> bytes:
        await asyncio.sleep(0)
        if not self.coming:
            raise ConnectionResetError
        piece = self.coming.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        assert piece is not None
        return piece


def test_a_surprise_on_the_line_is_told_to_all(caplog: pytest.LogCaptureFixture) -> None:
    class Clumsy(Script):
        async def read(self) -> bytes:
            message = "clumsy"
            raise ZeroDivisionError(message)

    async def run() -> None:
        one = SharedPort("/dev/ttyS9", meant=lambda _line: True)
        one._line = Clumsy([])
        await one.open()
        with pytest.raises(ConnectionResetError, match="clumsy"):
            await one.read()
        await one.close()

    asyncio.run(run())
    assert "unexpected" in caplog.text


_LINES = st.one_of(
    st.integers(1, 99_999).map(lambda value: b"S144%05d\r" % value),
    st.sampled_from([b"S140\r", b"S141\r", b"S143\r"]),
    st.text("ABC0123456789", min_size=1, max_size=12).map(lambda text: b"S08B3" + text.encode() + b"\r"),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_LINES, max_size=8), st.lists(st.integers(0, 500), max_size=10))
def test_lines_in_any_order_and_any_cut_reach_whom_they_are_meant_for(lines: list[bytes], cuts: list[int]) -> None:
    assert _heard(list(pieces(b"".join(lines), cuts))) == (
        [line for line in lines if line.startswith(b"S0")],
        [line for line in lines if line.startswith(b"S1")],
    )


@settings(max_examples=30, deadline=None)
@given(_LINES, st.integers(1, 30), _LINES)
def test_a_line_broken_off_spoils_itself_only(broken: bytes, at: int, whole: bytes) -> None:
    half = broken[: 1 + at % (len(broken) - 1)]
    codes, weights = _heard([half, None, whole])
    assert [line for line in (*codes, *weights) if line.endswith(b"\r")] == [whole]


def _heard(coming: list[bytes | None]) -> tuple[list[bytes], list[bytes]]:
    async def run() -> tuple[list[bytes], list[bytes]]:
        one = SharedPort("/dev/ttyS9", gap_ms=1, meant=scanner._meant)
        other = SharedPort("/dev/ttyS9", gap_ms=1, meant=scale._meant)
        one._line = other._line = Script(coming)
        await one.open()
        await other.open()
        both_heard = (await _all(one), await _all(other))
        await one.close()
        await other.close()
        return both_heard

    return asyncio.run(run())


async def _all(port: SharedPort) -> list[bytes]:
    heard = []
    while True:
        try:
            heard.append(await port.read())
        except ConnectionResetError:
            return heard
