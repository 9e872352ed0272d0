"""A small HTTPS server for far ends: one request a connection, and a cable to pull. What is answered is its owner's.

It keeps every connection from its first byte on, so that a TLS handshake under way can be ended, too.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bench.far_ends.credentials import Credentials

__all__ = ["Https", "Request", "Serve", "read_request"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the names of ``fields`` are in small letters."""

    method: str
    target: str
    fields: Mapping[str, str]
    body: bytes


Serve = Callable[[Request, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request; the connection is dropped when it comes back."""


class Https:
    """``start``, then each request goes to ``serve``, then ``unplug``."""

    def __init__(self, credentials: Credentials, serve: Serve) -> None:
        self.credentials = credentials
        self.address = ""
        self._serve = serve
        self._listener: socket.socket | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def plugged(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (0: any free port); gives the address."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.credentials.certificate, self.credentials.key)
        host, _, port = listen.rpartition(":")
        self._listener = socket.create_server((host, int(port)))
        self._listener.setblocking(False)  # noqa: FBT003  the library's own way
        self.address = f"{host}:{self._listener.getsockname()[1]}"
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener, tls)
        return self.address

    async def unplug(self) -> None:
        """Pull the cable: nobody listens, and who was being served is hung up on."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        asyncio.get_running_loop().remove_reader(listener)
        listener.close()
        await asyncio.sleep(0)  # each has begun, and so will end what it was given
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def plug(self) -> None:
        """Put the cable back, at the same address."""
        if self._listener is None:
            await self.start(self.address)

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext) -> None:
        with suppress(BlockingIOError, ConnectionError):
            connection, _ = listener.accept()
            connection.setblocking(False)  # noqa: FBT003  the library's own way
            task = asyncio.get_running_loop().create_task(self._take(connection, tls))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _take(self, connection: socket.socket, tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=tls)
        except (OSError, asyncio.CancelledError):
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await self._serve(await read_request(reader), reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, asyncio.LimitOverrunError):
            return
        finally:
            writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> Request:
    """One request, whole. Raises as a ``StreamReader`` does when it ends before."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    method, target, _ = head[0].split(" ", 2)
    return Request(method, target, fields, body)
