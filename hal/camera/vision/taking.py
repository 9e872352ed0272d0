"""Taking pictures: the newest one that a camera gave, and whether it is worth believing.

A capture runs on a thread of its own in the worker, for a camera's library may block as long as it likes. Only the
newest picture is kept: who reads slowly sees the present, not the past.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hal.camera.vision.capture import Capture, Colours
from hal.camera.vision.watch import Watch
from hal.device import DeviceError

__all__ = ["Freshness", "Newest", "Taken"]

_OPENING_S = 10.0
"""A camera that is not open by then hangs: the slowest take a few seconds to set their exposure."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture, its number from 1, and when it came (monotonic milliseconds, the same clock in all processes)."""

    picture: Colours
    number: int
    mono_ms: int


class Freshness:
    """Tells a live picture from one that stands still. A sensor's noise makes no two pictures the same to the last bit.

    A picture of one tone (a covered lens, a dark shop) may repeat, and says nothing. ``frozen_ms`` 0: never frozen.
    """

    _STEP = 16
    """Of so many rows one is looked at."""
    _ONE_TONE = 2.0
    """Standard deviation of a picture that shows nothing."""

    def __init__(self, frozen_ms: int) -> None:
        self._frozen_ms = frozen_ms
        self._print = 0
        self._since_ms: int | None = None
        self._changed = False

    def see(self, picture: Colours, mono_ms: int) -> bool:
        """Take a picture; whether the camera is believed live. The first one alone proves nothing.

        Raises ``DeviceError`` when the same picture has come for ``frozen_ms``.
        """
        if not self._frozen_ms:
            return True
        rows = np.ascontiguousarray(picture[:: self._STEP])
        seen = zlib.crc32(rows.data)
        if self._since_ms is None or seen != self._print or float(rows.std()) < self._ONE_TONE:
            self._changed = self._changed or self._since_ms is not None
            self._print, self._since_ms = seen, mono_ms
        elif mono_ms - self._since_ms >= self._frozen_ms:
            text = f"the picture has stood still for {(mono_ms - self._since_ms) / 1000:.0f} s"
            raise DeviceError(text)
        return self._changed


class Newest:
    """Opens a camera, takes its pictures on a thread until ``stop``, and opens it again when it is lost.

    ``status`` is told (ready, "") or (lost, cause) at every change, on that thread.
    """

    def __init__(
        self, open_capture: Callable[[], Capture], watch: Watch, *, status: Callable[[str, str], None]
    ) -> None:
        self._open, self._watch, self._status = open_capture, watch, status
        self._due: float | None = None
        self._condition = threading.Condition()
        self._taken: Taken | None = None
        self._count = 0
        self._said = ""
        self._stopping = threading.Event()
        threading.Thread(target=self._run, name="capture", daemon=True).start()

    @property
    def count(self) -> int:
        """Pictures taken so far."""
        return self._count

    @property
    def overdue(self) -> bool:
        """The camera's library has not come back from a call."""
        due = self._due
        return due is not None and time.monotonic() > due

    def newest(self) -> Taken | None:
        """The newest picture; ``None`` while the camera is lost."""
        with self._condition:
            return self._taken

    def after(self, number: int, seconds: float) -> Taken | None:
        """The newest picture if it is newer than ``number``; waits at most so long for one."""
        with self._condition:
            self._condition.wait_for(lambda: self._taken is not None and self._taken.number > number, seconds)
            return self._taken if self._taken is not None and self._taken.number > number else None

    def stop(self) -> None:
        """Take no more; the thread ends by itself or with the process."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_all()
            except Exception as error:  # noqa: BLE001  a library's surprise is a lost camera, not a dead thread
                with self._condition:
                    self._taken = None
                self._say("lost", str(error) or type(error).__name__)
            self._due = None
            self._stopping.wait(self._watch.retry_ms / 1000)

    def _take_all(self) -> None:
        self._due = time.monotonic() + _OPENING_S
        capture = self._open()
        try:
            freshness, good = Freshness(self._watch.frozen_ms), _now_ms()
            while not self._stopping.is_set():
                self._due = time.monotonic() + self._watch.stale_ms / 1000
                picture, now = capture.read(), _now_ms()
                if picture is not None:
                    good = now
                    self._take(picture, now, freshness)
                elif now - good > self._watch.stale_ms:
                    text = f"nothing but broken pictures for {self._watch.stale_ms / 1000:g} s"
                    raise DeviceError(text)
        finally:
            capture.close()

    def _take(self, picture: Colours, now: int, freshness: Freshness) -> None:
        if freshness.see(picture, now):
            with self._condition:
                self._count += 1
                self._taken = Taken(picture, self._count, now)
                self._condition.notify_all()
            self._say("ready", "")

    def _say(self, status: str, cause: str) -> None:
        if status != self._said:
            self._said = status
            self._status(status, cause)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
