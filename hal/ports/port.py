"""What a byte port does. A driver for a device on a wire speaks to this and does not know which wire it is."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

__all__ = ["Port", "heard_within", "settled_within"]

_TURNS = 6
"""Turns of the loop that bring what already came: watch the port, look, wake the reader, hand on, see the result."""


class Port(Protocol):
    """A line of bytes to one device, on the loop's thread, never blocking it.

    Opened and closed any number of times; ``close`` from any state leaves nothing behind.
    """

    @property
    def where(self) -> str:
        """The port in words, as the settings name it: ``/dev/serial/by-id/…``, ``192.0.2.9:9100``."""

    async def open(self) -> None:
        """Take the port for ourselves. What the device said before is not ours and is dropped.

        Raises ``NoHardwareError`` when it is not there and ``ClaimedError`` when somebody else has it.
        """

    async def read(self) -> bytes:
        """What has come, at least one byte; waits for it. Raises ``OSError`` when the line is gone."""

    async def write(self, data: bytes) -> None:
        """Send all of it. Raises ``OSError`` when the line is gone."""

    async def close(self) -> None:
        """Let the port go."""


async def heard_within(port: Port, milliseconds: int) -> bytes:
    """What has come over the port; nothing when it was silent so long. Raises ``OSError`` when the line is gone.

    Time in which the loop itself was held up counts as none: what came meanwhile is read, not called silence.
    """
    reading = asyncio.ensure_future(port.read())
    try:
        return reading.result() if await settled_within(reading, milliseconds) else b""
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.wait({reading})


async def settled_within(future: asyncio.Future[Any], milliseconds: int) -> bool:
    """Whether it is done in time; one that is not is left as it is. A loop that was held up counts as no time."""
    await asyncio.wait({future}, timeout=milliseconds / 1000)
    for _ in range(_TURNS):
        if not future.done():
            await asyncio.sleep(0)
    return future.done()
