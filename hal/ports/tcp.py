"""A TCP connection as a byte port: devices on the network, and serial devices behind a terminal server."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

from hal.device import NoHardwareError

__all__ = ["TcpPort"]

_PIECE = 4096
_CLOSE_S = 1.0
_KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))
"""Seconds of silence before the first probe, seconds between probes, probes unanswered."""


class TcpPort:
    """See ``Port``. A peer that vanishes without a word is found by the driver's own time-out.

    For a device that is silent by nature there is none: keep-alive probes end such a connection after about 25 s.
    """

    def __init__(self, host: str, port: int, *, connect_timeout_ms: int = 3_000) -> None:
        self._host, self._port = host, port
        self._connect_seconds = connect_timeout_ms / 1000
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return f"{self._host}:{self._port}"

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        try:
            async with asyncio.timeout(self._connect_seconds):
                self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:  # a TimeoutError is one, with no text
            why = os.strerror(error.errno).lower() if error.errno else "no answer"
            text = f"no connection to {self.where}: {why}; check cable, power and address"
            raise NoHardwareError(text) from error
        connected: socket.socket = self._writer.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEP_ALIVE:
            connected.setsockopt(socket.IPPROTO_TCP, option, value)

    async def read(self) -> bytes:
        """See ``Port.read``."""
        if self._reader is None:
            text = f"{self.where} is not open"
            raise ConnectionResetError(text)
        data = await self._reader.read(_PIECE)
        if not data:
            text = f"{self.where} hung up"
            raise ConnectionResetError(text)
        return data

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        if self._writer is None:
            text = f"{self.where} is not open"
            raise ConnectionResetError(text)
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """See ``Port.close``; what was not sent is dropped."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is None:
            return
        writer.transport.abort()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await writer.wait_closed()
