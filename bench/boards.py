"""All the knob boards of the little world: each followed as it comes and goes with its process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.knobs import KnobClient, KnobRefusedError

__all__ = ["Boards"]

_AGAIN = 0.3
_PATIENCE = 10.0

Told = Callable[[str, str, Mapping[str, Any]], None]
"""Called with board, event and arguments. ``here`` and ``gone`` are told when a board appears or goes."""


class Boards:
    """Keeps a line to every board and passes on what it tells. ``sockets`` is board name -> path of its socket.

    ``turned`` hears of every knob that was turned: board, knob, arguments.
    """

    def __init__(self, sockets: Mapping[str, Path], told: Told, *, patience: float = _PATIENCE) -> None:
        self._sockets = dict(sockets)
        self._told = told
        self._patience = patience
        self.turned: Callable[[str, str, Mapping[str, Any]], None] = lambda *_: None
        self._clients: dict[str, KnobClient] = {}
        self._present = {board: asyncio.Event() for board in sockets}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Follow every board until ``close``."""
        self._tasks = [asyncio.create_task(self._follow(name, path)) for name, path in self._sockets.items()]

    async def close(self) -> None:
        """Hang up; each board that was there is told as gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def here(self, board: str) -> bool:
        """The board answers now."""
        return board in self._clients

    async def until_here(self, board: str, seconds: float = 30.0) -> None:
        """Wait for a board. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds):
            await self._present[board].wait()

    async def standing(self) -> dict[str, Mapping[str, Any]]:
        """What each board that is there tells of itself as it stands now."""
        found: dict[str, Mapping[str, Any]] = {}
        for board in sorted(self._clients):
            with contextlib.suppress(KnobRefusedError):  # it went meanwhile, or is stuck
                found[board] = await self.turn(board, "describe")
        return found

    async def turn(self, board: str, knob: str, **args: object) -> Any:  # noqa: ANN401 - a result is any JSON value
        """Turn a knob. Raises ``KnobRefusedError`` with words for the person at the bench."""
        client = self._clients.get(board)
        if client is None:
            here = f"{board} is not there now (its process is down)"
            message = here if board in self._sockets else f"there is no board called {board!r:.40}"
            raise KnobRefusedError(message)
        try:
            async with asyncio.timeout(self._patience):
                result = await client.turn(knob, **args)
        except TimeoutError:
            message = f"{board} did not answer within {self._patience:g} s"
            raise KnobRefusedError(message) from None
        except OSError:
            message = f"{board} went away while it was being turned"
            raise KnobRefusedError(message) from None
        self.turned(board, knob, args)
        return result

    async def _follow(self, name: str, path: Path) -> None:
        while True:
            with contextlib.suppress(OSError, KnobRefusedError):
                client = await KnobClient.connect(path)
                try:
                    await self._listen(name, client)
                finally:
                    self._present[name].clear()
                    if self._clients.pop(name, None) is not None:
                        self._told(name, "gone", {})
                    await client.close()
            await asyncio.sleep(_AGAIN)

    async def _listen(self, name: str, client: KnobClient) -> None:
        async with asyncio.timeout(self._patience):
            about = await client.describe()
        self._clients[name] = client
        self._present[name].set()
        self._told(name, "here", about)
        async for event, args in client.events():
            self._told(name, event, args)
