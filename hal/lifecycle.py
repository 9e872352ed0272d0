"""The part of a device's life that is the same for each: opened with a sink, then claimed, then enabled."""

from __future__ import annotations

from hal.device import NotEnabledError, Sink

__all__ = ["Lifecycle"]


class Lifecycle:
    """What ``open`` and ``close`` of a driver's base rest on: they set and drop ``_sink``, and call ``_release``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._sink: Sink | None = None
        self._claimed = False
        self._enabled = False

    async def claim(self) -> None:
        """See ``Device.claim``."""
        if self._sink is None:
            text = f"{self.name} is not open"
            raise NotEnabledError(text)
        self._claimed = True

    async def enable(self) -> None:
        """See ``Device.enable``."""
        if not self._claimed:
            text = f"{self.name} is not claimed"
            raise NotEnabledError(text)
        if not self._enabled:
            self._enabled = True
            self.data_allowed()

    async def disable(self) -> None:
        """See ``Device.disable``."""
        if self._enabled:
            self._enabled = False
            self.data_stopped()

    def data_allowed(self) -> None:
        """Called at each change to enabled."""

    def data_stopped(self) -> None:
        """Called at each change back; not when it is closed while enabled."""

    @property
    def enabled(self) -> bool:
        """Whether data may flow."""
        return self._enabled

    def need_enabled(self) -> None:
        """Raise ``NotEnabledError`` before enable."""
        if not self._enabled:
            text = f"{self.name} is not enabled"
            raise NotEnabledError(text)

    def _release(self) -> None:
        self._claimed = self._enabled = False
