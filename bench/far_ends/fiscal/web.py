"""A small HTTPS server for far ends: one request a connection, a cable to pull, answers that can be spoilt."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

from bench.far_ends.card_reader.credentials import Credentials

__all__ = ["Fault", "Handler", "Web"]

Fault = Literal["none", "hang_up", "cut", "garbage", "empty", "busy", "silent", "deaf"]
"""``hang_up``, ``cut``, ``garbage``, ``empty``, ``silent``: what was asked is done, and its answer spoilt; ``busy``,
``deaf``: it is not done."""
Handler = Callable[[str, str, bytes, str], Awaitable[tuple[int, bytes]]]
"""(method, target, body, Authorization) -> (status, body)."""


class Web:
    """``start``, then requests go to ``handler``, then ``close``."""

    def __init__(self, credentials: Credentials, handler: Handler) -> None:
        self.credentials = credentials
        self.address = ""
        self.fault: Fault = "none"
        self._handler = handler
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
            task = asyncio.get_running_loop().create_task(self._serve(connection, tls))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _serve(self, connection: socket.socket, tls: ssl.SSLContext) -> None:
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
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, asyncio.LimitOverrunError):
            return
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        method, target, _ = head[0].split(" ", 2)
        if self.fault == "deaf":
            await reader.read()
        status, answer = 503, b"{}"
        if self.fault != "busy":
            status, answer = await self._handler(method, target, body, fields.get("authorization", ""))
        if self.fault == "silent":
            await reader.read()  # until whoever asked gives up
        await self._write(writer, status, answer)

    async def _write(self, writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        match self.fault:
            case "hang_up":
                return
            case "cut":
                body = body[: len(body) // 2]
            case "garbage":
                body = os.urandom(len(body))
            case "empty":
                head, body = b"HTTP/1.1 204 No Content\r\n\r\n", b""
            case _:
                pass
        writer.write(head + body)
        await writer.drain()
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
