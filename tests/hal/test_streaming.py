"""A device at the end of a byte port, over a real pseudo-terminal and a real socket, against a far end with faults."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.far_ends.line import Inside, Line
from hal.arrivals import Arrivals
from hal.device import ClaimedError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.ports.device_file import DeviceFile
from hal.ports.port import Port
from hal.ports.serial import SerialLine, SerialPort
from hal.ports.tcp import TcpPort
from hal.streaming import StreamDevice, first_to_end
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

KINDS = pytest.mark.parametrize("kind", ["pty", "tcp"])


@dataclass(frozen=True, slots=True)
class Counted:
    """The toy's data event."""

    device: str
    number: int


class Counter(StreamDevice):
    """Asks ``?`` and is told a number and a full stop."""

    async def converse(self) -> None:
        while True:
            await self.port.write(b"?")
            told = b""
            while not told.endswith(b"."):
                told += await self.read_within(150)
            if not told[:-1].isdigit():
                raise ProtocolError(told.hex())
            self.answered()
            self.tell(Counted(self.name, int(told[:-1])))


class Counting(Inside):
    """The toy's inside."""

    category, model = "counter", "toy"

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def receive(self, data: bytes) -> None:
        for _ in range(data.count(b"?")):
            self.count += 1
            self.send(b"%d." % self.count)

    def powered(self) -> None:
        self.count = 0


@asynccontextmanager
async def world(kind: str, folder: Path) -> AsyncIterator[tuple[Counter, Line]]:
    line = Line(Counting())
    if kind == "pty":
        port: Port = SerialPort(SerialLine(await line.start_pty(folder / "by-id" / "counter")))
    else:
        host, _, number = (await line.start_tcp()).partition(":")
        port = TcpPort(host, int(number))
    driver = Counter("counter", port, retry_ms=5, longest_retry_ms=20)
    try:
        yield driver, line
    finally:
        await driver.close()
        await line.close()


def _numbers(seen: Seen) -> list[int]:
    return [event.number for event in seen.of(Counted) if isinstance(event, Counted)]


async def _until_more(seen: Seen) -> None:
    before = len(seen.of(Counted))
    await wait_until_async(lambda: len(seen.of(Counted)) > before + 2, what="more data")


@KINDS
def test_data_comes_in_order_and_ready_is_told_once(kind: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with world(kind, tmp_path) as (driver, _line):
            seen = await opened(driver)
            await _until_more(seen)
            assert seen.statuses == ["ready"]
            assert _numbers(seen) == sorted(set(_numbers(seen)))

    asyncio.run(run())


@KINDS
@pytest.mark.parametrize("fault", ["silent", "babble", "lossy", "garbled"])
def test_a_harmed_line_is_lost_once_and_comes_back_by_itself(kind: str, fault: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with world(kind, tmp_path) as (driver, line):
            seen = await opened(driver)
            await _until_more(seen)
            await line.fault(kind=fault)  # type: ignore[arg-type]  # the parameters are the kinds
            await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
            assert not (await driver.check_health()).ok or fault != "silent"
            await line.fault(kind="none")
            await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
            await _until_more(seen)
            assert all(one != other for one, other in zip(seen.statuses, seen.statuses[1:], strict=False))

    asyncio.run(run())


@KINDS
def test_bytes_that_come_one_by_one_make_the_same_data(kind: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with world(kind, tmp_path) as (driver, line):
            await line.fault(kind="slow")
            seen = await opened(driver)
            await _until_more(seen)
            assert seen.statuses == ["ready"]

    asyncio.run(run())


@KINDS
def test_a_replugged_device_starts_anew(kind: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with world(kind, tmp_path) as (driver, line):
            seen = await opened(driver)
            await _until_more(seen)
            await line.unplug()
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            told = len(seen.of(Counted))
            await line.plug()
            await wait_until_async(lambda: len(seen.of(Counted)) > told, what="data again")
            assert seen.statuses == ["ready", "lost", "ready"]
            assert _numbers(seen)[told] == 1

    asyncio.run(run())


def test_one_serial_port_serves_one_program(tmp_path: Path) -> None:
    async def run() -> None:
        async with world("pty", tmp_path) as (driver, _line):
            await opened(driver)
            second = SerialPort(SerialLine(driver.port.where))
            with pytest.raises(ClaimedError):
                await second.open()
            await second.close()

    asyncio.run(run())


def test_a_port_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(NoHardwareError, match="check cable"):
            await SerialPort(SerialLine(str(tmp_path / "none"))).open()

    asyncio.run(run())


def test_closing_a_port_frees_who_waits_on_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with world("pty", tmp_path) as (driver, _line):
            await driver.port.open()
            waiting = asyncio.create_task(driver.port.read())
            await asyncio.sleep(0)
            await driver.port.close()
            with pytest.raises(ConnectionResetError):
                await waiting

    asyncio.run(run())


def test_a_surprise_inside_a_driver_ends_the_conversation_not_the_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Clumsy(Counter):
        stumbles = 1

        async def converse(self) -> None:
            if self.stumbles:
                self.stumbles -= 1
                message = "clumsy"
                raise ZeroDivisionError(message)
            await super().converse()

    async def run() -> None:
        async with world("pty", tmp_path) as (driver, _line):
            clumsy = Clumsy("counter", driver.port, retry_ms=5, longest_retry_ms=20)
            with caplog.at_level(logging.ERROR, "hal.streaming"):
                seen = await opened(clumsy)
                await _until_more(seen)
            assert seen.statuses == ["lost", "ready"]
            await clumsy.close()

    asyncio.run(run())
    assert "unexpected" in caplog.text


def test_a_port_that_cannot_even_be_closed_ends_no_watch(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Sticky(SerialPort):
        sticks = 2

        async def close(self) -> None:
            await super().close()
            if self.sticks:
                self.sticks -= 1
                raise OSError(errno.EIO, "no such device any more")

    async def run() -> None:
        async with world("pty", tmp_path) as (_driver, line):
            port = Sticky(SerialLine(str(tmp_path / "by-id" / "counter")))
            device = Counter("counter", port, retry_ms=5, longest_retry_ms=20)
            port.sticks = 0
            seen = await opened(device)
            await _until_more(seen)
            port.sticks = 1
            await line.unplug()
            await wait_until_async(lambda: seen.statuses == ["ready", "lost"], what="lost")
            await line.plug()
            await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready again")
            await device.close()

    asyncio.run(run())
    assert "could not be closed" in caplog.text


def test_what_came_while_the_loop_was_held_up_is_read_not_called_silence(tmp_path: Path) -> None:
    async def run() -> None:
        async with world("pty", tmp_path) as (driver, line):
            await driver.port.open()
            reading = asyncio.create_task(driver.read_within(20))
            await asyncio.sleep(0)
            os.write(line._master, b"7.")
            time.sleep(0.1)  # noqa: ASYNC251  the loop is held up: that is the point
            assert await reading == b"7."
            with pytest.raises(TimeoutExpiredError):
                await driver.read_within(5)
            await driver.port.close()

    asyncio.run(run())


def test_of_deeds_beside_one_another_the_first_to_end_ends_all() -> None:
    ended: list[str] = []

    async def fails() -> None:
        message = "hung up"
        raise ConnectionResetError(message)

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("stopped")

    with pytest.raises(ConnectionResetError):
        asyncio.run(first_to_end(goes_on(), fails()))
    assert ended == ["stopped"]


def test_a_device_file_is_opened_read_and_hung_up(tmp_path: Path) -> None:
    async def run() -> None:
        seen: list[int] = []
        line = Line(Counting())
        port = DeviceFile(await line.start_pty(tmp_path / "event0"), opened=seen.append)
        await port.open()
        assert len(seen) == 1
        await port.write(b"?")
        assert await port.read() == b"1."
        await port.write(b"?")
        assert await port.read() == b"2."
        await line.unplug()
        with pytest.raises(OSError, match=r"hung up|error"):
            await port.read()
        await port.close()
        with pytest.raises(NoHardwareError, match="check cable"):
            await port.open()
        with pytest.raises(ConnectionResetError):
            await port.read()
        await line.close()

    asyncio.run(run())


def test_a_device_file_that_may_not_be_grabbed_is_held_by_another(tmp_path: Path) -> None:
    def grab(_descriptor: int) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    async def run() -> None:
        line = Line(Counting())
        port = DeviceFile(await line.start_pty(tmp_path / "event0"), opened=grab)
        before = _handles()
        with pytest.raises(ClaimedError):
            await port.open()
        assert _handles() == before
        await line.close()

    asyncio.run(run())


def test_a_connection_to_a_silent_device_is_kept_alive_by_probes(tmp_path: Path) -> None:
    async def run() -> None:
        async with world("tcp", tmp_path) as (driver, _line):
            await driver.port.open()
            assert isinstance(driver.port, TcpPort)
            assert driver.port._writer is not None
            connected = driver.port._writer.get_extra_info("socket")
            assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
            await driver.port.close()

    asyncio.run(run())


def _handles() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  a count of names, nothing to walk


def _pair(pairs: list[socket.socket]) -> Callable[[], socket.socket]:
    def listen() -> socket.socket:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        near.setblocking(False)  # noqa: FBT003  the library's own way
        pairs.append(far)
        return near

    return listen


def test_word_of_an_arrival_ends_the_wait_and_is_told_once() -> None:
    async def run() -> None:
        far: list[socket.socket] = []
        arrivals = Arrivals(_pair(far))
        arrivals.start()
        far[0].send(b"libudev\0")
        assert await arrivals.wait(10)
        assert not await arrivals.wait(0)
        arrivals.stop()
        far[0].close()

    asyncio.run(run())


def test_without_udev_waiting_is_polling() -> None:
    def listen() -> socket.socket:
        raise PermissionError

    async def run() -> None:
        arrivals = Arrivals(listen)
        arrivals.start()
        assert not await arrivals.wait(0)
        arrivals.stop()

    asyncio.run(run())
