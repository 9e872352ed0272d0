"""How a serial line is set: read back after opening, and said in words where the device is set otherwise.

A pseudo-terminal carries no parity. What its flags can show is tested on it; what a UART makes of a device that is set
otherwise is modelled at the far end (``bench.far_ends.uart``), bit by bit, and never tried on metal.
"""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Inside, Line
from bench.far_ends.scale.datalogic_single_cable import SingleCable
from bench.far_ends.scale.dialog06 import Dialog06
from bench.far_ends.scale.nci_scp01 import NciScp01
from bench.far_ends.scale.sma_scp0499 import SmaScp0499
from bench.far_ends.scale.toledo_8217 import Toledo8217
from bench.far_ends.scanner.serial import SerialScanner
from bench.far_ends.uart import Framing as TenBits
from bench.far_ends.uart import on_the_line, taken
from hal.device import NoHardwareError, ProtocolError, StatusChanged
from hal.drivers import load
from hal.ports.overheard import Overheard, parity_in
from hal.ports.serial import Flow, Framing, SerialLine, SerialPort, settle
from hal.scale import datalogic_single_cable, dialog06, nci_scp01, sma_scp0499, toledo_8217
from hal.scale.common.polled import Weighing
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead
from tests.support.rigs import Seen, opened
from tests.support.rigs.wired_scales import QUICK
from tests.support.waiting import wait_until_async

MILK = "8901234567890"
ANSWERS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "toledo_8217": (partial(toledo_8217.decode, unit="kg"), b"\x0201.250\r"),
    "nci_scp01": (partial(nci_scp01.decode, unit="kg"), b"\n01.250KG\r\n00\r\x03"),
    "sma_scp0499": (partial(sma_scp0499.decode, unit="kg"), b"\n 1G       1.250kg \r"),
    "dialog06": (dialog06.decode_weighed, b"\x0202\x1b3\x1b01250\x1b000199\x1b000249\x03"),
    "datalogic_single_cable": (datalogic_single_cable.decode, b"S14401250\r"),
}
SCALES: dict[str, Callable[[], Inside]] = {
    "toledo_8217": Toledo8217,
    "nci_scp01": NciScp01,
    "sma_scp0499": SmaScp0499,
    "dialog06": Dialog06,
}


@pytest.fixture
def slave() -> Iterator[int]:
    """The host's end of a pseudo-terminal, as a fresh serial port is: cooked."""
    master, number = os.openpty()
    yield number
    os.close(master)
    os.close(number)


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _flags(number: int, line: SerialLine) -> list[Any]:
    async def run() -> list[Any]:
        port = SerialPort(line)
        await port.open()
        try:
            return termios.tcgetattr(number)
        finally:
            await port.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("baud", "framing", "flow", "speed", "stop", "software"),
    [
        (9_600, "8N1", "none", termios.B9600, False, False),
        (4_800, "8N2", "none", termios.B4800, True, False),
        (115_200, "8N1", "xon_xoff", termios.B115200, False, True),
    ],
)
def test_a_line_is_set_as_it_was_asked_for_and_nothing_between_changes_a_byte(
    slave: int,
    baud: int,
    framing: Framing,
    flow: Flow,
    speed: int,
    stop: bool,  # noqa: FBT001  pytest's own way
    software: bool,  # noqa: FBT001  pytest's own way
) -> None:
    line = SerialLine(os.ttyname(slave), baud, framing, flow=flow)
    into, out, control, local, in_speed, out_speed, _ = _flags(slave, line)
    assert (in_speed, out_speed, control & termios.CSIZE) == (speed, speed, termios.CS8)
    assert bool(control & termios.CSTOPB) is stop
    assert bool(into & termios.IXON) is software
    assert control & termios.CREAD
    assert not control & termios.PARENB
    assert not into & (termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.INPCK | termios.PARMRK)
    assert not out & termios.OPOST
    assert not local & (termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)


@pytest.mark.parametrize("framing", [each for each in get_args(Framing) if each[1] != "N" or each[0] != "8"])
def test_a_line_that_stays_at_another_framing_is_refused_in_words_each_time(slave: int, framing: Framing) -> None:
    line = SerialLine(os.ttyname(slave), framing=framing)
    before = _descriptors()
    for _ in range(2):
        with pytest.raises(NoHardwareError, match=f"cannot be set to 9600 baud {framing}: "):
            _flags(slave, line)
    assert _descriptors() == before
    assert _flags(slave, SerialLine(os.ttyname(slave)))


def test_the_kernel_is_told_to_check_the_parity_it_was_told_of(slave: int) -> None:
    tty.setraw(slave)
    with pytest.raises(NoHardwareError, match="stays at 8N"):
        settle(slave, SerialLine("/dev/pts/x", framing="7E1"))
    assert termios.tcgetattr(slave)[0] & termios.INPCK
    assert not termios.tcgetattr(slave)[0] & (termios.IGNPAR | termios.PARMRK)


# -- what a UART makes of the other's characters -----------------------------------------------------------------


def test_the_bits_of_a_character_are_those_of_the_standard() -> None:
    assert on_the_line(b"W\r\x02", "7E1") == b"\xd7\x8d\x82"
    assert on_the_line(b"W\r\x02", "7O1") == b"\x57\x0d\x02"
    assert taken(b"\xd7\x8d\x82", "7E1", wrong=b"") == b"W\r\x02"
    assert taken(b"\xd7\x8d\x82", "7O1", wrong=b"\0") == b"\0\0\0"


@given(st.binary(max_size=80).map(lambda data: bytes(byte & 0x7F for byte in data)), st.sampled_from(["7E1", "7O1"]))
def test_two_ends_that_are_set_alike_carry_every_character(data: bytes, framing: TenBits) -> None:
    assert taken(on_the_line(data, framing), framing, wrong=b"") == data


@given(st.text(alphabet="\x02\x03\x1b\r\n 0123456789.kgWS]E", min_size=7), st.sampled_from(["7E1", "7O1"]))
def test_a_parity_bit_is_known_where_there_is_one_and_never_seen_in_plain_text(text: str, framing: TenBits) -> None:
    data = text.encode()
    bits = on_the_line(data, framing)
    assert parity_in(data) == ""
    assert parity_in(bits) == ("" if bits == data else framing)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_words_or_none(data: bytes) -> None:
    overheard = Overheard()
    for at in range(0, len(data), 7):
        overheard.add(data[at : at + 7])
    assert isinstance(overheard.words(), str)
    assert len(data) >= 7 or not overheard.words()


@pytest.mark.parametrize("model", ANSWERS)
def test_a_character_that_failed_its_parity_check_makes_no_weight(model: str) -> None:
    """A NUL in any place of an answer, as the kernel gives it, is refused, or no weight that stands still."""
    decode, raw = ANSWERS[model]
    assert _state(decode, raw) == "stable"
    for at in range(len(raw)):
        assert _state(decode, raw[:at] + b"\0" + raw[at + 1 :]) != "stable"


def _state(decode: Callable[[bytes], Any], raw: bytes) -> str:
    try:
        weighed = decode(raw)
    except ProtocolError:
        return "refused"
    return weighed.state if isinstance(weighed, Weighing) else "stable"


# -- a device that is set otherwise than its line ----------------------------------------------------------------


Check = Callable[[Line, Any, Seen], Awaitable[None]]


def _on_a_line(category: str, model: str, inside: Inside, folder: Path, check: Check, **given: Any) -> None:  # noqa: ANN401
    """``device``, ``host``, ``strict``: how the two ends are set; the rest: the driver's settings."""

    async def run() -> None:
        line = Line(inside)
        where = await line.start_pty(folder / "by-id" / model)
        await line.framing(**{name: given.pop(name) for name in ("device", "host", "strict") if name in given})
        driver: Any = load(category, model, category, {"framing": "8N1", "port": where, **given})
        try:
            await check(line, driver, await opened(driver))
        finally:
            await driver.close()
            await line.close()

    asyncio.run(run())


def _causes(seen: Seen, status: str) -> list[str]:
    return [each.cause for each in seen.events if isinstance(each, StatusChanged) and each.status == status]


def _named(framing: TenBits) -> Check:
    async def check(line: Line, _driver: object, seen: Seen) -> None:
        await wait_until_async(lambda: _causes(seen, "lost"), what="lost")
        (cause,) = _causes(seen, "lost")
        assert f"the device speaks {framing}" in cause
        assert not seen.of(Reading)
        await line.framing(device=framing, host=framing)
        await wait_until_async(lambda: seen.statuses == ["lost", "ready"], what="there, once both are set alike")

    return check


@pytest.mark.parametrize("framing", ["7E1", "7O1"])
@pytest.mark.parametrize("model", SCALES)
def test_a_scale_with_a_parity_bit_is_lost_and_its_framing_is_named(
    model: str, framing: TenBits, tmp_path: Path
) -> None:
    _on_a_line("scale", model, SCALES[model](), tmp_path, _named(framing), device=framing, host="8N1", **QUICK)


@pytest.mark.parametrize(("device", "host"), [("7O1", "7E1"), ("7E1", "7O1")])
def test_characters_that_all_fail_their_check_are_named_as_such(device: TenBits, host: TenBits, tmp_path: Path) -> None:
    async def check(_line: Line, _driver: object, seen: Seen) -> None:
        await wait_until_async(lambda: _causes(seen, "lost"), what="lost")
        assert "fail their parity check" in _causes(seen, "lost")[0]

    _on_a_line("scale", "sma_scp0499", SmaScp0499(), tmp_path, check, device=device, host=host, **QUICK)


def test_a_scale_that_drops_what_fails_its_own_check_is_silent_and_the_framing_is_among_the_causes(
    tmp_path: Path,
) -> None:
    async def check(_line: Line, _driver: object, seen: Seen) -> None:
        await wait_until_async(lambda: _causes(seen, "lost"), what="lost")
        assert "check power, cable, speed and framing" in _causes(seen, "lost")[0]

    given = {"device": "7E1", "host": "8N1", "strict": True, **QUICK}
    _on_a_line("scale", "toledo_8217", Toledo8217(), tmp_path, check, **given)


@pytest.mark.parametrize("framing", ["7E1", "7O1"])
def test_a_scanner_with_a_parity_bit_is_warned_of_by_its_framing_and_none_of_its_codes_is_told(
    framing: TenBits, tmp_path: Path
) -> None:
    inside = SerialScanner()

    async def check(line: Line, _driver: object, seen: Seen) -> None:
        await inside.scan(data=MILK, symbology="]E0")
        await wait_until_async(lambda: _causes(seen, "warning"), what="a warning")
        assert f"the device speaks {framing}" in _causes(seen, "warning")[0]
        assert not seen.of(CodeRead)
        await line.framing(device=framing, host=framing)
        await inside.scan(data=MILK, symbology="]E0")
        await wait_until_async(lambda: seen.of(CodeRead), what="a code, once both are set alike")

    _on_a_line("scanner", "serial", inside, tmp_path, check, device=framing, host="8N1", gap_ms=20)


def test_a_single_cable_with_a_parity_bit_is_warned_of_by_its_framing(tmp_path: Path) -> None:
    inside = SingleCable()

    async def check(_line: Line, _driver: object, seen: Seen) -> None:
        await inside.scan(data=MILK, symbology="]E0")
        await wait_until_async(lambda: _causes(seen, "warning"), what="a warning")
        assert "the device speaks 7O1" in _causes(seen, "warning")[0]
        assert not seen.of(CodeRead)

    given = {"device": "7O1", "host": "8N1", "gap_ms": 20}
    _on_a_line("scanner", "datalogic_single_cable", inside, tmp_path, check, **given)
