"""A loop whose clock is the test's: time passes where nothing is to be done, at once, and when the loop is held up."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["HeldUpLoop", "run_on_its_own_clock"]

T = TypeVar("T")
_START = 1_000.0


class HeldUpLoop(asyncio.SelectorEventLoop):
    """``time`` stands still while something runs. What is ready is done first; with nothing ready it is later."""

    def __init__(self) -> None:
        self._now = _START
        super().__init__(_Selector(self))

    def time(self) -> float:
        """See ``asyncio.AbstractEventLoop.time``: the test's."""
        return self._now

    def hold_up(self, seconds: float) -> None:
        """Something on the loop takes so long."""
        self._now += seconds


class _Selector(selectors.DefaultSelector):
    """Looks at the real descriptors and waits for none of them."""

    def __init__(self, loop: HeldUpLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            message = "nothing is ready and nothing is waited for: the test would hang"
            raise RuntimeError(message)
        if not ready and timeout:
            self._loop.hold_up(timeout)
        return ready


def run_on_its_own_clock(deed: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` on a ``HeldUpLoop``."""
    with asyncio.Runner(loop_factory=HeldUpLoop) as runner:
        return runner.run(deed)
