"""A serial port, USB-CDC included, in asyncio. pyserial opens it and sets the line; the loop watches its descriptor.

pyserial: https://pyserial.readthedocs.io/en/latest/pyserial_api.html#serial.Serial (``exclusive`` takes a lock, so that
two programs never share a scale).
"""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import dataclass
from typing import Literal

import serial

from hal.device import ClaimedError, NoHardwareError

__all__ = ["Framing", "SerialLine", "SerialPort"]

Framing = Literal["8N1", "8E1", "8O1", "7E1", "7O1", "7N2", "7E2", "8N2"]
"""Data bits, parity (none, even, odd), stop bits."""

_PIECE = 4096


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How a line is set. ``path``: the device file; name it by ``/dev/serial/by-id/…`` or ``by-path``, which say which
    device it is, not by ``ttyUSB0``, which says which was found first.
    """

    path: str
    baud: int = 9_600
    framing: Framing = "8N1"
    dtr: bool = True
    rts: bool = True


class SerialPort:
    """See ``Port``."""

    def __init__(self, line: SerialLine) -> None:
        self._line = line
        self._serial: serial.Serial | None = None
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return self._line.path

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        line = self._line
        try:
            opened = serial.Serial(
                baudrate=line.baud,
                bytesize=int(line.framing[0]),
                parity=line.framing[1],
                stopbits=int(line.framing[2]),
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
            opened.dtr, opened.rts, opened.port = line.dtr, line.rts, line.path
            opened.open()
        except (serial.SerialException, OSError, ValueError) as error:
            raise _not_opened(line.path, error) from error
        self._serial = opened
        opened.reset_input_buffer()

    async def read(self) -> bytes:
        """See ``Port.read``."""
        while True:
            descriptor = self._descriptor()
            await self._until(descriptor, "read")
            try:
                data = os.read(descriptor, _PIECE)
            except BlockingIOError:
                continue
            if data:
                return data
            text = f"{self._line.path} hung up"  # ready to be read and nothing there: the line is gone
            raise ConnectionResetError(text)

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        rest = memoryview(data)
        while rest:
            descriptor = self._descriptor()
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BlockingIOError:
                await self._until(descriptor, "write")

    async def close(self) -> None:
        """See ``Port.close``."""
        if self._serial is None:
            return
        opened, self._serial = self._serial, None
        loop = asyncio.get_running_loop()
        loop.remove_reader(opened.fileno())
        loop.remove_writer(opened.fileno())
        for waiting in self._waiting:
            if not waiting.done():
                text = f"{self._line.path} was closed"
                waiting.set_exception(ConnectionResetError(text))
        opened.close()

    async def _until(self, descriptor: int, ready: Literal["read", "write"]) -> None:
        """Wait until the descriptor can be read from or written to. Raises ``ConnectionResetError`` at ``close``."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        self._waiting.add(waiting)
        watch, unwatch = (
            (loop.add_reader, loop.remove_reader) if ready == "read" else (loop.add_writer, loop.remove_writer)
        )
        watch(descriptor, _release, waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)
            if self._serial is not None:
                unwatch(descriptor)

    def _descriptor(self) -> int:
        if self._serial is None:
            text = f"{self._line.path} is not open"
            raise ConnectionResetError(text)
        return int(self._serial.fileno())


def _release(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _not_opened(path: str, error: Exception) -> NoHardwareError | ClaimedError:
    number = getattr(error, "errno", None)
    if number in {errno.EWOULDBLOCK, errno.EBUSY}:
        return ClaimedError(f"{path} is held by another program; end it")
    if number == errno.EACCES:
        return NoHardwareError(f"{path} may not be opened; is the user in the group dialout?")
    if number in {errno.ENOENT, errno.ENXIO, errno.ENODEV}:
        return NoHardwareError(f"{path} is not there; check cable and power")
    return NoHardwareError(f"{path}: {error}")
