"""The life cycle of a device at the end of a byte port: supervised by one task, never believed when it is silent.

A subclass says how to ``converse``: speak with the device over ``self.port`` until it is gone. Everything happens on
the loop that opened the device. Whatever ends the conversation, the device is told ``lost`` once, its port is let go,
and it is looked for again: when udev says that something came, or after a pause that doubles up to
``longest_retry_ms``.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

from hal.arrivals import Arrivals
from hal.device import DeviceError, DeviceEvent, Health, Sink, StatusChanged, TimeoutExpiredError
from hal.lifecycle import Lifecycle
from hal.ports.port import Port, heard_within, settled_within

__all__ = ["StreamDevice", "first_to_end", "within"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_SHORTEST_PAUSE_S = 0.05
"""However often udev calls, a port is not tried more often."""


class StreamDevice(Lifecycle, ABC):
    """Told ``ready`` at the device's first proof of life and ``lost`` when the conversation ends; each once."""

    simulated = False
    capabilities: frozenset[str] = frozenset()

    def __init__(self, name: str, port: Port, *, retry_ms: int = 250, longest_retry_ms: int = 5_000) -> None:
        super().__init__(name)
        self.port = port
        self.turn = asyncio.Lock()
        """Held by whoever asks the device something, until its answer has come."""
        self._retry_s, self._longest_retry_s = retry_ms / 1000, longest_retry_ms / 1000
        self._alive = False
        self._lost = ""
        self._keeper: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    @abstractmethod
    async def converse(self) -> None:
        """Speak with the device until it is gone; the port is open.

        Calls ``answered`` at each proof of life. Ends by raising ``OSError`` or ``DeviceError`` with the cause; to come
        back is to hang up. Cancelled at ``close``.
        """

    async def probe(self) -> str:
        """Ask the device how it is, without a side effect; gives words for staff.

        Raises ``OSError`` or ``DeviceError``. A device that cannot be asked keeps this: that its port is open.
        """
        return "its port is open; it cannot be asked more"

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``; returns after the first attempt to open the port."""
        if self._sink is not None:
            return
        self._sink = sink
        self._tried.clear()
        self._keeper = asyncio.get_running_loop().create_task(self._keep(), name=f"device-{self.name}")
        await self._tried.wait()

    async def close(self) -> None:
        """See ``Device.close``."""
        keeper, self._keeper = self._keeper, None
        self._release()
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        self._sink, self._alive, self._lost = None, False, ""

    async def check_health(self) -> Health:
        """See ``Device.check_health``."""
        if not self._alive:
            return Health(ok=False, text=f"{self.name} at {self.port.where}: {self._lost or 'closed'}")
        try:
            words = await self.probe()
        except (OSError, DeviceError) as error:
            return Health(ok=False, text=f"{self.name} at {self.port.where}: {_words(error)}")
        return Health(ok=True, text=f"{self.name} at {self.port.where}: {words}")

    @property
    def alive(self) -> bool:
        """Whether the device has answered since its port was opened."""
        return self._alive

    def answered(self) -> None:
        """Take note of a proof of life; the first since the port was opened tells ``ready``."""
        if not self._alive:
            self._alive, self._lost = True, ""
            self._tell_status(StatusChanged(self.name, "ready"))
        self._tried.set()

    def tell(self, event: DeviceEvent) -> None:
        """Tell a data event, if the device is enabled and there; else it is dropped: nothing is told while lost."""
        if self._sink is not None and self._enabled and self._alive:
            self._sink(event)

    def warn(self, cause: str) -> None:
        """Tell a ``warning``: something is wrong, and the device is still there."""
        self._tell_status(StatusChanged(self.name, "warning", cause))

    async def read_within(self, milliseconds: int) -> bytes:
        """What has come over the port. Raises ``TimeoutExpiredError`` when nothing came in time (``heard_within``)."""
        data = await heard_within(self.port, milliseconds)
        if not data:
            text = f"no answer in {milliseconds} ms; check its power and its cable"
            raise TimeoutExpiredError(text)
        return data

    async def _keep(self) -> None:
        arrivals, pause = Arrivals(), self._retry_s
        arrivals.start()
        try:
            while True:
                was_alive = await self._converse_once()
                pause = self._retry_s if was_alive else min(pause * 2, self._longest_retry_s)
                await asyncio.sleep(min(_SHORTEST_PAUSE_S, pause))
                if await arrivals.wait(pause):
                    pause = self._retry_s
        finally:
            arrivals.stop()

    async def _converse_once(self) -> bool:
        """One port opened, one conversation, one farewell; true if the device answered in it."""
        cause = "hung up"
        try:
            await self.port.open()
            await self.converse()
        except (OSError, DeviceError) as error:
            cause = _words(error)
        except Exception as error:  # noqa: BLE001  a driver's surprise must not end the watch over its device
            _log.exception("%s: unexpected", self.name)
            cause = f"{type(error).__name__}: {error}"
        finally:
            await self._hang_up()
        was_alive, self._alive = self._alive, False
        if not self._lost:
            self._tell_status(StatusChanged(self.name, "lost", cause))
        self._lost = cause
        self._tried.set()
        return was_alive

    async def _hang_up(self) -> None:
        """Let the port go; a library that cannot even do that must not end the watch over the device."""
        try:
            await self.port.close()
        except Exception as error:  # noqa: BLE001  whatever it was, the port is opened anew
            _log.warning("%s: %s could not be closed: %s", self.name, self.port.where, error)

    def _tell_status(self, status: StatusChanged) -> None:
        if self._sink is not None:
            self._sink(status)


async def first_to_end(*deeds: Coroutine[object, object, None]) -> None:
    """Do all of these beside one another until the first ends, then stop the others; raises what that one raised.

    For a driver that listens and asks at once.
    """
    tasks = [asyncio.ensure_future(deed) for deed in deeds]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def within(answer: asyncio.Future[T], milliseconds: int) -> T:
    """The answer, when it comes in time. Raises ``TimeoutError``; a loop that was held up counts as no time."""
    if not await settled_within(answer, milliseconds):
        raise TimeoutError
    return answer.result()


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text or type(error).__name__
