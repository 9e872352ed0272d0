"""The workstation's clock: the only place where the checkout's time and chance come from."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from kiosk.checkout.moment import Moment

__all__ = ["Cancellable", "Clock", "SystemClock"]

_SEED_BYTES = 10


class Cancellable(Protocol):
    """What has been put off."""

    def cancel(self) -> None:
        """It is not done any more."""


class Clock(Protocol):
    """Stamps moments, and says when one has come."""

    def moment(self) -> Moment:
        """Now, with a fresh seed."""

    def mono_ms(self) -> int:
        """Milliseconds on the machine's monotonic clock, as devices stamp their readings."""

    def after(self, seconds: float, deed: Callable[[], None]) -> Cancellable:
        """Have something short done on the running loop when so many seconds have passed."""


class SystemClock:
    """The machine's clock, in the store's time zone.

    ``confirmed_by``: a file that exists once the time was confirmed since power-up (systemd-timesyncd makes one); a
    Pi has no battery and starts in the past. Empty: the clock is believed. ``time_ns``: nanoseconds since 1970.
    """

    def __init__(self, time_zone: str, confirmed_by: str = "", *, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._time_ns = time_ns
        self._zone = ZoneInfo(time_zone)
        self._confirmed_by = Path(confirmed_by) if confirmed_by else None

    def moment(self) -> Moment:
        """Now, with a fresh seed."""
        utc_ms = self._time_ns() // 1_000_000
        local = datetime.fromtimestamp(utc_ms // 1000, tz=UTC).astimezone(self._zone)
        return Moment(
            utc_ms=utc_ms,
            mono_ms=self.mono_ms(),
            seed=int.from_bytes(os.urandom(_SEED_BYTES), "big"),
            local_date=local.date().isoformat(),
            clock_trusted=self._confirmed_by is None or self._confirmed_by.exists(),
            local_time=local.strftime("%H:%M"),
        )

    def mono_ms(self) -> int:
        """Milliseconds on the machine's monotonic clock, as devices stamp their readings."""
        return time.monotonic_ns() // 1_000_000

    def after(self, seconds: float, deed: Callable[[], None]) -> Cancellable:
        """Have something short done on the running loop when so many seconds have passed."""
        return asyncio.get_running_loop().call_later(seconds, deed)
