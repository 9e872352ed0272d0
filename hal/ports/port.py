"""What a byte port does. A driver for a device on a wire speaks to this and does not know which wire it is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Port"]


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
