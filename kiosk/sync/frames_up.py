"""Pictures that the checkout keeps for staff, on their way to the attendant's page.

The folder is the checkout's and only read here. A picture is sent once by this process, one at a look, and only while
every record of the journal is acknowledged: what was sold goes first, always. A lost one is no loss: nobody waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from kiosk.sync.settings import SyncSettings
from messages import envelope, topics
from messages.errors import MessageError
from messages.frames import HIGHEST_NUMBER, MOST_BYTES, FrameTaken

__all__ = ["FramesUp"]

_FOLDER: Final = "frames"
_SHARED: Final = "page"
_PARTS: Final = 4
_MS: Final = 1_000_000


class PublishFrame(Protocol):
    """How one goes out."""

    def __call__(self, topic: str, payload: bytes, *, qos: int, expiry_s: int) -> bool:
        """``False``: not connected, or no room."""


class FramesUp:
    """``drained``: whether the journal is acknowledged to its end. ``utc_ms``: the clock."""

    def __init__(
        self,
        settings: SyncSettings,
        *,
        publish: PublishFrame,
        drained: Callable[[], bool],
        utc_ms: Callable[[], int] = lambda: time.time_ns() // _MS,
    ) -> None:
        self._kiosk = settings.kiosk
        self._folder = Path(settings.journal).parent / _FOLDER
        self._publish, self._drained, self._utc_ms = publish, drained, utc_ms
        self._sent: set[str] = set()

    def tick(self) -> None:
        """Send the next one, if there is any and nothing more important waits."""
        files = sorted(self._folder.glob(f"*.{_SHARED}.jpg"))
        self._sent &= {file.name for file in files}
        waiting = next((file for file in files if file.name not in self._sent), None)
        if waiting is not None and self._drained() and self._send(waiting):
            self._sent.add(waiting.name)

    def _send(self, file: Path) -> bool:
        """Whether it needs no other try: sent, or not to be sent."""
        parts = file.name.split(".")
        try:
            jpeg, erase_ms = file.read_bytes(), file.stat().st_mtime_ns // _MS
        except OSError:
            return True
        left_s = (erase_ms - self._utc_ms()) // 1000
        ours = len(parts) == _PARTS and parts[1].isdecimal() and int(parts[1]) <= HIGHEST_NUMBER
        if not ours or left_s <= 0 or len(jpeg) > MOST_BYTES:
            return True
        try:
            taken = FrameTaken(
                kiosk=self._kiosk, intervention=parts[0], number=int(parts[1]), erase_ms=erase_ms, jpeg=jpeg
            )
            payload = envelope.encode(taken, source=f"kiosk/v1/{self._kiosk}")
        except MessageError:
            return True
        return self._publish(topics.frames_up(self._kiosk), payload, qos=0, expiry_s=int(left_s))
