"""A clock for journeys: time passes only when the journey says so, and then what was put off is done in order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from kiosk.checkout.moment import Moment
from kiosk.workstation.clock import SystemClock

__all__ = ["NOON", "JourneyClock", "Turning", "turn"]

NOON: Final = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
"""Tuesday, twelve o'clock in Dhaka."""
_TURNS: Final = 6
"""Turns of the engine's loop in which an input that is put is decided, and its effects are carried out."""


class Turning(Protocol):
    """What a clock asks of a kiosk: to have something done between two inputs."""

    def when_turned(self, deed: Callable[[], None]) -> None:
        """Have the engine's loop do something short, once."""


@dataclass(eq=False)
class _PutOff:
    """Something to be done at a time; also when that time really comes, if nobody hurries it."""

    due: float
    deed: Callable[[], None]
    waiting: set[_PutOff]
    real: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        self.waiting.discard(self)
        if self.real is not None:
            self.real.cancel()

    def do(self) -> None:
        if self in self.waiting:
            self.cancel()
            self.deed()


class JourneyClock:
    """The product's clock, at a day of our own, that can be hurried and set.

    Readings of devices are stamped by the machine and judged by their age, so ``mono_ms`` stays the machine's.
    """

    def __init__(self, zone: str = "Asia/Dhaka", start: datetime = NOON) -> None:
        self.trusted = True
        self._zone = ZoneInfo(zone)
        self._system = SystemClock(zone)
        self._wall_ms = int(start.timestamp() * 1000) - time.time_ns() // 1_000_000
        self._hurried = 0.0
        self._waiting: set[_PutOff] = set()

    # --- what the kiosk asks ---------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Now, with a fresh seed."""
        stamped = self._system.moment()
        hurried = int(self._hurried * 1000)
        utc_ms = stamped.utc_ms + self._wall_ms + hurried
        local = datetime.fromtimestamp(utc_ms / 1000, tz=UTC).astimezone(self._zone)
        return replace(
            stamped,
            utc_ms=utc_ms,
            mono_ms=stamped.mono_ms + hurried,
            local_date=local.date().isoformat(),
            local_time=local.strftime("%H:%M"),
            clock_trusted=self.trusted,
        )

    def mono_ms(self) -> int:
        """As devices stamp their readings."""
        return self._system.mono_ms()

    def after(self, seconds: float, deed: Callable[[], None]) -> _PutOff:
        """See ``Clock.after``."""
        put_off = _PutOff(self._now() + seconds, deed, self._waiting)
        put_off.real = asyncio.get_running_loop().call_later(seconds, put_off.do)
        self._waiting.add(put_off)
        return put_off

    # --- what a journey does -----------------------------------------------------------------------------------------

    def passes(self, seconds: float, at: Turning) -> None:
        """Time passes: whatever falls due is done in its order, and what follows from it before the next."""
        end = self._now() + seconds
        while True:
            turn(at)
            falling_due = [each for each in tuple(self._waiting) if each.due <= end]
            if not falling_due:
                break
            due = min(falling_due, key=lambda each: each.due)
            self._hurried += max(0.0, due.due - self._now())
            turn(at, due.do)
        self._hurried += max(0.0, end - self._now())

    def starts_at(self, local: str) -> None:
        """The machine starts at this time of the shop (``YYYY-MM-DDTHH:MM``)."""
        wanted = datetime.fromisoformat(local).replace(tzinfo=self._zone)
        self._wall_ms += int(wanted.timestamp() * 1000) - self.moment().utc_ms

    def is_set(self, local: str, at: Turning) -> None:
        """Somebody sets the clock, by the shop's time (``YYYY-MM-DDTHH:MM``); no time passes, the kiosk looks at it."""
        self.starts_at(local)
        self.passes(20, at)

    def _now(self) -> float:
        return time.monotonic() + self._hurried


def turn(at: Turning, deed: Callable[[], None] = lambda: None) -> None:
    """Have the engine's loop do something, and what follows from it."""
    for each in (deed, *(lambda: None,) * _TURNS):
        done = threading.Event()

        def do(each: Callable[[], None] = each, done: threading.Event = done) -> None:
            each()
            done.set()

        at.when_turned(do)
        assert done.wait(10), "the kiosk's loop does not turn"
