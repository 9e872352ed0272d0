"""The web service of a fiscal far end: JSON over HTTPS, and answers that can be spoilt."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

from bench.far_ends.credentials import Credentials
from bench.far_ends.https import Https, Request

__all__ = ["Fault", "Handler", "Web"]

Fault = Literal["none", "hang_up", "cut", "garbage", "empty", "busy", "silent", "deaf"]
"""``hang_up``, ``cut``, ``garbage``, ``empty``, ``silent``: what was asked is done, and its answer spoilt; ``busy``,
``deaf``: it is not done."""
Handler = Callable[[str, str, bytes, str], Awaitable[tuple[int, bytes]]]
"""(method, target, body, Authorization) -> (status, body)."""


class Web(Https):
    """``start``, then requests go to ``handler``, then ``unplug``."""

    def __init__(self, credentials: Credentials, handler: Handler) -> None:
        super().__init__(credentials, self._answer)
        self.fault: Fault = "none"
        self._handler = handler

    async def _answer(self, asked: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault == "deaf":
            await reader.read()
        status, answer = 503, b"{}"
        if self.fault != "busy":
            authorization = asked.fields.get("authorization", "")
            status, answer = await self._handler(asked.method, asked.target, asked.body, authorization)
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
