"""The Unix socket where the checkout connects: lines of ``messages.local``, bounded, junk refused and survived."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec

from messages.local import MAXIMUM_LINE, FromCheckout, FromSync, Refused, decode_from_checkout, encode

__all__ = ["LocalServer", "Peer"]

_MOST_UNREAD = 1_048_576
"""Bytes a peer may leave unread before its connection is given up: it will connect again and be told the standing."""
_MODE = 0o660


class Peer:
    """One connection. Sending to a peer that has gone, or does not read, is no error."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, record: FromSync) -> None:
        """One record, soon."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > _MOST_UNREAD:
            self._writer.transport.abort()
            return
        self._writer.write(encode(record))

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class LocalServer:
    """Listens for as long as it is entered. ``received`` is told every record, with who sent it."""

    def __init__(self, path: Path, received: Callable[[FromCheckout, Peer], None], log: logging.Logger) -> None:
        self._path = path
        self._received = received
        self._log = log
        self._peers: set[Peer] = set()
        self._server: asyncio.Server | None = None

    @property
    def connected(self) -> bool:
        """Somebody is there."""
        return bool(self._peers)

    def tell(self, record: FromSync) -> None:
        """Send to whoever is connected."""
        for peer in tuple(self._peers):
            peer.send(record)

    async def __aenter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MAXIMUM_LINE)
        self._path.chmod(_MODE)
        return self

    async def __aexit__(self, *reason: object) -> None:
        if self._server is not None:
            self._server.close()
        for peer in tuple(self._peers):
            await peer.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(writer)
        self._peers.add(peer)
        try:
            await self._listen(reader, peer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._peers.discard(peer)
            await peer.close()

    async def _listen(self, reader: asyncio.StreamReader, peer: Peer) -> None:
        while True:
            line = await _read_line(reader)
            if line is None:
                peer.send(Refused(f"a line of more than {MAXIMUM_LINE} bytes"))
                continue
            try:
                record = decode_from_checkout(line)
            except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
                peer.send(Refused(str(fault)[:200]))
                continue
            try:
                self._received(record, peer)
            except Exception:  # noqa: BLE001 - whatever it is, it is logged and the line stays open
                self._log.exception("a %s of the checkout could not be handled", type(record).__name__)


async def _read_line(reader: asyncio.StreamReader) -> bytes | None:
    """The next line without its end; ``None`` for one that was too long and is skipped. Raises
    ``asyncio.IncompleteReadError`` at the end of the stream.
    """
    too_long = False
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as overrun:
            await reader.readexactly(max(overrun.consumed, 1))
            too_long = True
            continue
        return None if too_long else line[:-1]
