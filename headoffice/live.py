"""Telling open pages what changed: topics from any thread, gathered for each page until it has sent the last ones."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

__all__ = ["Hub", "Listener"]


class Listener:
    """One open page. Topics that come while it is busy are told together."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._some = asyncio.Event()
        self._topics: set[str] = set()
        self.closed = False

    def told(self, topics: Iterable[str]) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._add, frozenset(topics))

    def _add(self, topics: frozenset[str]) -> None:
        self._topics |= topics
        self._some.set()

    def close(self) -> None:
        """The house closes: the page shall hang up. From any thread."""
        self.closed = True
        self.told(())

    async def next(self, timeout: float) -> list[str]:  # noqa: ASYNC109 - the bound is the heartbeat
        """The topics that changed, in order of name; empty after ``timeout`` seconds of silence."""
        try:
            await asyncio.wait_for(self._some.wait(), timeout)
        except TimeoutError:
            return []
        self._some.clear()
        topics, self._topics = sorted(self._topics), set()
        return topics


class Hub:
    """Every open page listens here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()

    def tell(self, topics: set[str]) -> None:
        """From any thread; nothing is kept for pages that are not open."""
        with self._lock:
            for listener in self._listeners:
                listener.told(topics)

    def close(self) -> None:
        """Ask every page to hang up."""
        with self._lock:
            for listener in self._listeners:
                listener.close()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        """A page is open while the block runs."""
        listener = Listener()
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)
