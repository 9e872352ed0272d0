"""Roads to a broker that a test makes long, narrow, stuck or cut, while it waits for something else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bench.cable import Cable

__all__ = ["Road", "road_to"]

_PATIENCE_S = 10.0


class Road:
    """A cable with a thread of its own. ``port`` is its near end."""

    def __init__(self, far: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="road", daemon=True)
        self._thread.start()
        self._cable = Cable("127.0.0.1", far)
        self.port = 0
        self._do(self._open)

    def long(self, delay_s: float) -> None:
        """Every byte is so long under way, in either direction."""
        self._cable.delay_s = delay_s

    def narrow(self, bytes_per_s: int) -> None:
        """So much passes in a second; 0: all there is."""
        self._cable.bytes_per_s = bytes_per_s

    def cut(self) -> None:
        """Every connection ends at once, and none can be made."""
        self._do(self._cable.unplug)

    def stick(self) -> None:
        """Connections stand, and nothing crosses them."""
        self._loop.call_soon_threadsafe(self._cable.flows.clear)

    def mend(self) -> None:
        """All is well again."""
        self._cable.delay_s, self._cable.bytes_per_s = 0.0, 0
        self._loop.call_soon_threadsafe(self._cable.flows.set)
        self._do(self._cable.plug)

    def close(self) -> None:
        """Let everything go."""
        self._do(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self.port = await self._cable.start(0, None)

    async def _end(self) -> None:
        self._cable.flows.set()  # what is stuck would never hear that its connection has ended
        await self._cable.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, deed: Callable[[], Awaitable[None]]) -> None:
        async def done() -> None:
            await deed()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(_PATIENCE_S)


@contextmanager
def road_to(port: int, *, round_trip_s: float = 0.0) -> Iterator[Road]:
    """A road to a loopback port, for the time of the block."""
    road = Road(port)
    road.long(round_trip_s / 2)
    try:
        yield road
    finally:
        road.close()
