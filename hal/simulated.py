"""What every simulator shares: the life cycle, a cable to pull, and a board of knobs.

A simulator loads only when the settings name it, says ``simulated = True``, and behaves by its category's contract:
a pulled cable is told as ``lost``, a device that is not there at ``open`` is found later, and what was claimed and
enabled before the loss is so again after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from hal.device import DeviceEvent, Health, NoHardwareError, Sink, StatusChanged
from hal.knobs import Board, KnobServer, Turn
from hal.lifecycle import Lifecycle

__all__ = ["SimulatedDevice"]


class SimulatedDevice(Lifecycle):
    """The common part of a simulator: a subclass adds its category's methods, its knobs and its state."""

    simulated = True
    capabilities: frozenset[str] = frozenset()
    category = ""

    def __init__(self, name: str, knob_socket: str) -> None:
        super().__init__(name)
        self._plugged = True
        board = Board(name, self.category, "simulated", self._all_knobs(), self._all_state)
        self._knob_server = KnobServer(board, knob_socket)

    def knobs(self) -> tuple[Turn, ...]:
        """The knobs this simulator adds to unplug and plug."""
        return ()

    def state(self) -> Mapping[str, object]:
        """What a late watcher must know to draw this device."""
        return {}

    def started(self) -> None:
        """The device is plugged and enabled from now on."""

    def stopped(self) -> None:
        """It no longer is; called once for every ``started``, and once more at close."""

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``ClaimedError`` when another process simulates this device."""
        if self._sink is not None:
            return
        await self._knob_server.start()
        self._sink = sink
        self._tell_status()

    def data_allowed(self) -> None:
        """Its work begins, if its cable is in."""
        if self._plugged:
            self.started()

    def data_stopped(self) -> None:
        """Its work is over."""
        self.stopped()

    async def close(self) -> None:
        """See ``Device.close``."""
        await self.disable()
        self.stopped()
        self._release()
        self._sink = None
        await self._knob_server.close()

    async def check_health(self) -> Health:
        """See ``Device.check_health``."""
        if self._sink is None:
            return Health(ok=False, text=f"{self.category} simulated: closed")
        if not self._plugged:
            return Health(ok=False, text=f"{self.category} simulated: unplugged; plug it in at the bench")
        return Health(ok=True, text=f"{self.category} simulated: plugged in, enabled={self._enabled}")

    async def unplug(self) -> None:
        """Pull the cable."""
        if self._plugged:
            self._plugged = False
            if self._enabled:
                self.stopped()
            self._tell_status()

    async def plug(self) -> None:
        """Put the cable back."""
        if not self._plugged:
            self._plugged = True
            if self._enabled:
                self.started()
            self._tell_status()

    def tell(self, event: DeviceEvent) -> None:
        """Tell a data event, if the device is open, plugged and enabled; else it is dropped."""
        if self._sink is not None and self._plugged and self._enabled:
            self._sink(event)

    def tell_watchers(self, event: str, **args: object) -> None:
        """Tell the bench what can be seen of the device from outside."""
        self._knob_server.tell(event, **args)

    @property
    def active(self) -> bool:
        """Open, plugged and enabled: data may flow."""
        return self._sink is not None and self._plugged and self._enabled

    def need_enabled(self) -> None:
        """Raise ``NotEnabledError`` before enable and ``NoHardwareError`` while unplugged."""
        super().need_enabled()
        if not self._plugged:
            text = f"{self.name} is unplugged; plug it in at the bench"
            raise NoHardwareError(text)

    def _tell_status(self) -> None:
        if self._sink is not None:
            if self._plugged:
                self._sink(StatusChanged(self.name, "ready"))
            else:
                self._sink(StatusChanged(self.name, "lost", "cable"))
        self._knob_server.tell("plugged", plugged=self._plugged)

    def _all_knobs(self) -> tuple[Turn, ...]:
        return (*self.knobs(), self.unplug, self.plug)

    def _all_state(self) -> dict[str, object]:
        return {"plugged": self._plugged, "enabled": self._enabled, **self.state()}
