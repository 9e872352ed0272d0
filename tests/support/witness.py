"""A sink that knows what a device may tell now: never data while it is lost, never what lay there before."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from hal.device import DeviceEvent, StatusChanged
from tests.support.rigs import Rig, essence

__all__ = ["HARMING", "Witness"]

HARMING = frozenset({"lossy", "garbled", "babble"})
"""The faults of a line under which a protocol without a check can only tell what came."""

_NOTHING = object()


@dataclass(slots=True)
class Witness:
    """Sees everything a driver tells, and keeps in ``wrongs`` what it should not have told.

    ``harmed``: the line harms bytes now and the protocol has no check against it, so that a wrong value is the line's.
    """

    rig: Rig
    there: bool = False
    harmed: bool = False
    statuses: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    told: int = 0
    now: object = _NOTHING
    before: object = _NOTHING
    _since: list[object] = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: DeviceEvent) -> None:
        """Take one event."""
        self._woken.set()
        if isinstance(event, StatusChanged):
            self._status(event)
        elif self.rig.data is not None and isinstance(event, self.rig.data):
            self._data(event)

    async def up(self) -> None:
        """Open, claim and enable the driver."""
        await self.rig.driver.open(self)
        await self.rig.driver.claim()
        await self.rig.driver.enable()

    async def operate(self, seconds: float = 10.0) -> bool:
        """Let the world act once and wait for what it must bring; false if that did not come in time.

        An act whose outcome the rig cannot know is done when anything was told.
        """
        told, self.before, self.now = self.told, self.now, _NOTHING
        self._since.clear()
        expected = await self.rig.act()
        self.now = _NOTHING if expected is None else expected
        for value in self._since:
            self._judge(value)
        return await self.until(
            lambda: self.told > told if expected is None else expected in self._since, seconds=seconds
        )

    async def until(self, condition: object, seconds: float = 10.0) -> bool:
        """Wait until ``condition()`` holds, looking after each event and now and then; false if it did not in time."""
        assert callable(condition)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not condition():
                    self._woken.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await self._woken.wait()
        return bool(condition())

    def _status(self, event: StatusChanged) -> None:
        if event.status == "warning":
            return
        if self.statuses and self.statuses[-1] == event.status:
            self.wrongs.append(f"{event.status} was told twice")
        self.statuses.append(event.status)
        self.there = event.status == "ready"

    def _data(self, event: DeviceEvent) -> None:
        self.told += 1
        value = essence(event)
        if not self.there:
            self.wrongs.append(f"told while lost: {event}")
        if value is None or value in self.rig.besides:
            return
        self._since.append(value)
        if self.now is not _NOTHING:
            self._judge(value)

    def _judge(self, value: object) -> None:
        """Now is right; what was before is right until now was told."""
        late = value == self.before and self.now not in self._since[: self._since.index(value)]
        if self.now is not _NOTHING and value != self.now and not late and not self.harmed:
            self.wrongs.append(f"told {value!r} where {self.now!r} is")
