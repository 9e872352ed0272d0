"""The rack: brings the kiosk's devices up, keeps them up, and lets no driver's fault out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from hal.device import Device, DeviceError, DeviceEvent, StatusChanged

__all__ = ["Mounted", "Rack"]

_log = logging.getLogger(__name__)

_SWITCHED: Final = {"scanner": ("scanner", "camera"), "scale": ("scale",)}
"""Categories whose data the checkout lets flow and stops, by the category of the effect's device."""
_PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0)
"""How long a device that could not be opened is left alone, the last one again and again."""
COMING_UP_S: Final = 10.0
"""How long something asked of a device waits for it to come up: after a power cut the first effect is there first."""
_CLOSE_S: Final = 2.0
"""A driver that has not closed by then is left to the end of the process."""


@dataclass(slots=True)
class Mounted:
    """A device with its category and where it stands. ``wanted``: its data should flow."""

    category: str
    device: Device
    wanted: bool
    came_up: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def up(self) -> bool:
        """It was opened, claimed and set to what is wanted."""
        return self.came_up.is_set()


class Rack:
    """Belongs to the engine's loop. ``tell`` takes what devices tell, ``lost`` what could not be opened."""

    def __init__(
        self,
        devices: Sequence[tuple[str, Device]],
        *,
        tell: Callable[[DeviceEvent], None],
        lost: Callable[[str, str], None],
        ready: Callable[[str], None],
        close_s: float = _CLOSE_S,
    ) -> None:
        switched = {category for categories in _SWITCHED.values() for category in categories}
        self._mounted = [Mounted(category, device, category not in switched) for category, device in devices]
        self._tell, self._lost, self._ready, self._close_s = tell, lost, ready, close_s
        self._said_lost: set[str] = set()
        """Devices whose own last word is that they are lost."""
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, name: str) -> Any:  # noqa: ANN401 - its category says what it can do
        """The device of this name; ``None`` if the settings name none."""
        return next((each.device for each in self._mounted if each.device.name == name), None)

    def category_of(self, name: str) -> str:
        """The category of the device of this name; empty if the settings name none."""
        return next((each.category for each in self._mounted if each.device.name == name), "")

    def of(self, category: str) -> Any:  # noqa: ANN401 - its category says what it can do
        """The first device of a category; ``None`` if the settings name none."""
        return next((each.device for each in self._mounted if each.category == category), None)

    async def ready(self, category: str, *, seconds: float = COMING_UP_S) -> Any:  # noqa: ANN401 - as above
        """The first device of a category, once it has come up or ``seconds`` have passed; ``None`` as above."""
        mounted = next((each for each in self._mounted if each.category == category), None)
        if mounted is None:
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await mounted.came_up.wait()
        return mounted.device

    def start(self) -> None:
        """Bring all devices up, each in its own time."""
        for mounted in self._mounted:
            self._spawn(self._bring_up(mounted))

    async def stop(self) -> None:
        """Close all devices; what was under way is cut."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        loop = asyncio.get_running_loop()
        closing = {loop.create_task(_closed(each.device), name=each.device.name) for each in self._mounted}
        if not closing:
            return
        _, hanging = await asyncio.wait(closing, timeout=self._close_s)
        for task in hanging:  # not waited for: a driver may not let go even when it is told to
            _log.error("%s has not closed within %g s; it is left behind", task.get_name(), self._close_s)
            task.cancel()

    def let_flow(self, name: str, *, wanted: bool) -> None:
        """Let a device give data, or stop it. ``scanner`` means everything that reads codes."""
        for mounted in self._mounted:
            reads = name == "scanner" and mounted.category in _SWITCHED["scanner"]
            if (reads or mounted.device.name == name) and mounted.wanted != wanted:
                mounted.wanted = wanted
                if mounted.up:
                    self._spawn(self._switch(mounted))

    async def _bring_up(self, mounted: Mounted) -> None:
        name, attempt = mounted.device.name, 0
        while True:
            self._said_lost.discard(name)
            try:
                await mounted.device.open(self._sink)
                await mounted.device.claim()
                await self._switch(mounted)
            except DeviceError as error:
                self._lost(name, str(error))
            except Exception as error:  # noqa: BLE001 - a driver's fault must not end the engine
                _log.exception("%s: its driver failed", name)
                self._lost(name, f"driver: {type(error).__name__}")
            else:
                mounted.came_up.set()
                self._sink_ready(name, after_failure=attempt > 0)
                return
            with suppress(Exception):
                await mounted.device.close()
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            attempt += 1

    async def _switch(self, mounted: Mounted) -> None:
        async with mounted.turn:
            done: bool | None = None
            while done != mounted.wanted:  # it may become another while the device is told
                wanted = mounted.wanted
                await (mounted.device.enable() if wanted else mounted.device.disable())
                done = wanted

    def _sink_ready(self, name: str, *, after_failure: bool) -> None:
        if after_failure and name not in self._said_lost:
            self._sink(StatusChanged(name, "ready"))
        self._ready(name)

    def _sink(self, event: DeviceEvent) -> None:
        """What a device tells, with no fault of ours going back into its driver."""
        if isinstance(event, StatusChanged) and event.status != "warning":
            (self._said_lost.add if event.status == "lost" else self._said_lost.discard)(event.device)
        try:
            self._tell(event)
            if isinstance(event, StatusChanged) and event.status == "ready":
                self._ready(event.device)
        except Exception:  # noqa: BLE001 - the driver's loop must go on
            _log.exception("%s: %s could not be taken in", event.device, type(event).__name__)

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.get_running_loop().create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _closed(device: Device) -> None:
    """Close it; a driver's fault must not keep the others open."""
    try:
        await device.close()
    except Exception:  # noqa: BLE001 - as said above
        _log.exception("%s could not be closed", device.name)


async def _guarded(work: Any) -> None:  # noqa: ANN401 - a coroutine
    try:
        await work
    except DeviceError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - a driver's fault must not end the engine
        _log.exception("a driver failed")
