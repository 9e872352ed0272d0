"""A file descriptor in asyncio: the loop watches it, and who waits on it is freed when it closes."""

from __future__ import annotations

import asyncio
import os
from typing import Literal

__all__ = ["Descriptor"]

_PIECE = 4096


class Descriptor:
    """An open, non-blocking descriptor whose owner is elsewhere. ``where`` names it in errors.

    ``release`` before the owner closes it: nothing is watched afterwards and everybody who waited is told.
    """

    def __init__(self, number: int, where: str) -> None:
        self._number = number
        self._where = where
        self._released = False
        self._waiting: set[asyncio.Future[None]] = set()

    async def read(self) -> bytes:
        """What has come, at least one byte; waits for it. Raises ``OSError`` when the other side is gone."""
        while True:
            await self._until("read")
            try:
                data = os.read(self._number, _PIECE)
            except BlockingIOError:
                continue
            if data:
                return data
            text = f"{self._where} hung up"  # ready to be read and nothing there: the line is gone
            raise ConnectionResetError(text)

    async def write(self, data: bytes) -> None:
        """Write all of it. Raises ``OSError`` when the other side is gone."""
        rest = memoryview(data)
        while rest:
            self._check()
            try:
                rest = rest[os.write(self._number, rest) :]
            except BlockingIOError:
                await self._until("write")

    def release(self) -> None:
        """Watch it no more and free who waits."""
        self._released = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._number)
        loop.remove_writer(self._number)
        for waiting in self._waiting:
            if not waiting.done():
                text = f"{self._where} was closed"
                waiting.set_exception(ConnectionResetError(text))

    async def _until(self, ready: Literal["read", "write"]) -> None:
        """Wait until it can be read from or written to. Raises ``ConnectionResetError`` at ``release``."""
        self._check()
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        self._waiting.add(waiting)
        watch, unwatch = (
            (loop.add_reader, loop.remove_reader) if ready == "read" else (loop.add_writer, loop.remove_writer)
        )
        watch(self._number, _free, waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)
            if not self._released:
                unwatch(self._number)

    def _check(self) -> None:
        if self._released:
            text = f"{self._where} is not open"
            raise ConnectionResetError(text)


def _free(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
