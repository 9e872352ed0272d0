"""The life cycle of a device behind a blocking library: a thread of its own, and a look now and then.

A subclass says how to ``link``, ``look`` and ``unlink``; these three, and whatever it passes to ``run``, are called on
the device's thread, one at a time, and must come back in bounded time. Everything else happens on the loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, TypeVar

from hal.device import DeviceError, DeviceEvent, Health, NotEnabledError, Sink, StatusChanged, TimeoutExpiredError
from hal.lifecycle import Lifecycle

__all__ = ["BlockingDevice"]

T = TypeVar("T")
Look = TypeVar("Look")

_log = logging.getLogger(__name__)


class BlockingDevice(Lifecycle, ABC, Generic[Look]):
    """Told ``lost`` once and ``ready`` once; looked at every ``poll_ms``.

    While it is lost the pause before it is linked again doubles, up to ``longest_retry_ms``: a library may print a page
    whenever it finds nobody.
    ``hang_ms``: longer than the longest call. A library that does not come back by then has lost its device: a thread
    cannot be ended, so it is waited for, but nothing of the device is believed meanwhile.
    """

    simulated = False
    capabilities: frozenset[str] = frozenset()

    def __init__(self, name: str, *, poll_ms: int, longest_retry_ms: int = 5_000, hang_ms: int = 60_000) -> None:
        super().__init__(name)
        self.linked = False
        self.stopping = threading.Event()
        self._poll_seconds, self._hang_seconds = poll_ms / 1000, hang_ms / 1000
        self._longest_retry_seconds = max(poll_ms, longest_retry_ms) / 1000
        self._lost = ""
        self._thread: ThreadPoolExecutor | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._looked_once = asyncio.Event()
        self._look_now = asyncio.Event()

    @abstractmethod
    def link(self) -> None:
        """Open the port. Raises ``OSError`` or ``DeviceError``."""

    @abstractmethod
    def look(self) -> Look:
        """Ask the device how it is. Raises ``OSError`` or ``DeviceError`` when it is gone."""

    @abstractmethod
    def unlink(self) -> None:
        """Release the port, whatever state it is in."""

    def looked(self, look: Look) -> None:
        """Take what ``look`` gave; on the loop."""

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``; returns after the first attempt to link."""
        if self._sink is not None:
            return
        self._sink = sink
        self.stopping.clear()
        self._looked_once.clear()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"device-{self.name}")
        self._keeper = asyncio.get_running_loop().create_task(self._keep())
        await self._looked_once.wait()

    async def close(self) -> None:
        """See ``Device.close``; waits for the call under way on the device's thread."""
        self._release()
        keeper, self._keeper = self._keeper, None
        thread, self._thread = self._thread, None
        self.stopping.set()
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        self.linked, self._sink, self._lost = False, None, ""
        if thread is None:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(thread, self.unlink)
        except Exception as error:  # noqa: BLE001  closed it is, whatever its library makes of it
            _log.warning("%s could not be let go: %s", self.name, error)
        finally:
            thread.shutdown(wait=False)  # its last call is over, or nobody waits for it any more

    async def check_health(self) -> Health:
        """See ``Device.check_health``: whether it answers now."""
        if not self.linked:
            return Health(ok=False, text=f"{self.name}: not linked; check cable and power")
        try:
            await self.run(self.look)
        except (OSError, DeviceError) as error:
            self.look_soon()
            return Health(ok=False, text=f"{self.name}: {error}")
        return Health(ok=True, text=f"{self.name}: answers")

    async def run(self, act: Callable[[], T]) -> T:
        """Do something on the device's thread. Raises ``NotEnabledError`` when it is closed."""
        if self._thread is None:
            text = f"{self.name} is closed"
            raise NotEnabledError(text)
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def tell(self, event: DeviceEvent) -> None:
        """Tell the sink."""
        if self._sink is not None:
            self._sink(event)

    def look_soon(self) -> None:
        """Look now, not at the next round."""
        self._look_now.set()

    async def _keep(self) -> None:
        pause = self._poll_seconds
        while True:
            self._look_now.clear()
            try:
                look = await self._in_time(self.run(self._link_and_look))
                self._tell_ready()
                self.looked(look)
            except (OSError, DeviceError) as error:
                self._tell_lost(str(error) or type(error).__name__)
                await self._let_go()
            except Exception as error:  # noqa: BLE001  a library's surprise must not end the watch over the device
                _log.exception("%s: unexpected", self.name)
                self._tell_lost(f"{type(error).__name__}: {error}")
                await self._let_go()
            self._looked_once.set()
            pause = self._poll_seconds if self.linked else min(pause * 2, self._longest_retry_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._look_now.wait()

    async def _let_go(self) -> None:
        """Unlink; a library that cannot even do that must not end the watch over the device."""
        try:
            await self.run(self.unlink)
        except Exception as error:  # noqa: BLE001  whatever it was, the device is linked anew
            _log.warning("%s could not be let go: %s", self.name, error)

    async def _in_time(self, call: Coroutine[Any, Any, Look]) -> Look:
        """The call's result; one that hangs is told as lost at once, and is a failure when it comes back at last."""
        task = asyncio.ensure_future(call)
        try:
            await asyncio.wait({task}, timeout=self._hang_seconds)
            if task.done():
                return task.result()
            self._tell_lost(f"its driver has not come back for {self._hang_seconds:g} s")
            self._looked_once.set()
            await task
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            del task  # its exception's traceback leads here: the circle would keep alive what the driver let go of
        text = f"{self.name}: its driver came back late"
        raise TimeoutExpiredError(text)

    def _link_and_look(self) -> Look:
        if not self.linked:
            self.link()
        return self.look()

    def _tell_ready(self) -> None:
        if not self.linked:
            self.linked, self._lost = True, ""
            self.tell(StatusChanged(self.name, "ready"))

    def _tell_lost(self, cause: str) -> None:
        self.linked = False
        if not self._lost:
            self._lost = cause
            self.tell(StatusChanged(self.name, "lost", cause))
