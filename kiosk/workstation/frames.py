"""Pictures of the plate on disk, for staff: a file for each intervention, for its owner alone, erased when it is time.

The time at which a file must be gone is the file's own modification time: it is set with it, survives a restart, and
nothing else needs to be remembered. A file whose time lies further ahead than any may (the clock was set back) goes
too.
A folder that cannot be written costs the pictures and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, assert_never

from hal.camera.contract import Camera
from hal.device import DeviceError
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.workstation.devices import Rack

__all__ = ["FRAMES", "LONGEST_MS", "MOST_FRAMES", "FrameKeeper", "FrameStore"]

_log = logging.getLogger(__name__)

FRAMES: Final = "frames"
"""The folder, in the kiosk's data."""
MOST_FRAMES: Final = 6
"""Of one intervention: the newest."""
LONGEST_MS: Final = 72 * 3_600_000
_NAME: Final = re.compile(r"[0-9a-f-]{8,64}")
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
_MS: Final = 1_000_000
_SWEEP_S: Final = 20.0
_CAMERA_S: Final = 2.0


class FrameStore:
    """``folder``: made for its owner alone. Times are UTC milliseconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, intervention: str, jpegs: Sequence[bytes], erase_ms: int, *, share: bool) -> int:
        """Write the newest of them, and give how many; not ``share``: they are for the lane alone. 0: none could be."""
        if not _NAME.fullmatch(intervention) or not jpegs:
            return 0
        written = 0
        try:
            self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            self._folder.chmod(_PRIVATE_FOLDER)
            for number, jpeg in enumerate(jpegs[-MOST_FRAMES:]):
                place = self._folder / f"{intervention}.{number}.{'page' if share else 'lane'}.jpg"
                with os.fdopen(os.open(place, _FRESH, _PRIVATE_FILE), "wb") as file:
                    file.write(jpeg)
                os.utime(place, ns=(erase_ms * _MS, erase_ms * _MS))
                written += 1
        except OSError as error:
            _log.warning("pictures for staff are not kept: %s", error)
        return written

    def release(self, intervention: str, erase_ms: int) -> None:
        """It was judged: erased at this time, or before where that was set."""
        for file in self._of(intervention):
            with contextlib.suppress(OSError):
                until = min(file.stat().st_mtime_ns, erase_ms * _MS)
                os.utime(file, ns=(until, until))

    def tidy(self, waiting: Sequence[str], erase_ms: int) -> None:
        """Release all but those of ``waiting`` interventions."""
        for name in {file.name.split(".")[0] for file in self._files()} - set(waiting):
            self.release(name, erase_ms)

    def sweep(self, now_ms: int) -> int:
        """Erase what has had its time; gives how many files."""
        erased = 0
        for file in self._files():
            with contextlib.suppress(OSError):
                until = file.stat().st_mtime_ns // _MS
                if not now_ms < until <= now_ms + LONGEST_MS:
                    file.unlink()
                    erased += 1
        return erased

    def of(self, intervention: str) -> tuple[bytes, ...]:
        """The pictures kept of an intervention, oldest first; none once they are erased."""
        found = []
        for file in self._of(intervention):
            with contextlib.suppress(OSError):
                found.append(file.read_bytes())
        return tuple(found)

    def _of(self, intervention: str) -> list[Path]:
        return [file for file in self._files() if file.name.split(".")[0] == intervention]

    def _files(self) -> list[Path]:
        try:
            return sorted(self._folder.glob("*.jpg"))
        except OSError:
            return []


class FrameKeeper:
    """Carries out what is decided about pictures, and erases them when it is time; on the engine's loop.

    ``utc_ms``: the clock. A camera that is lost, or keeps no pictures, costs nothing and is told to nobody: staff judge
    without pictures then.
    """

    def __init__(
        self, store: FrameStore, *, rack: Rack, put: Callable[[i.Input], None], utc_ms: Callable[[], int]
    ) -> None:
        self.store = store
        self._rack, self._put, self._utc_ms = rack, put, utc_ms

    async def perform(self, effect: f.KeepFrames | f.ReleaseFrames | f.TidyFrames) -> None:
        """Do it."""
        match effect:
            case f.KeepFrames():
                await self._keep(effect)
            case f.ReleaseFrames():
                self.store.release(effect.intervention, self._utc_ms() + effect.after_ms)
            case f.TidyFrames():
                self.store.tidy(effect.waiting, self._utc_ms() + effect.after_ms)
            case _:
                assert_never(effect)
        self.store.sweep(self._utc_ms())

    async def run(self) -> None:
        """Erase what has had its time, until cancelled."""
        while True:
            self.store.sweep(self._utc_ms())
            await asyncio.sleep(_SWEEP_S)

    async def _keep(self, keep: f.KeepFrames) -> None:
        camera: Camera | None = self._rack.of("camera")
        if camera is None:
            return
        try:
            async with asyncio.timeout(_CAMERA_S):
                taken = await camera.recent()
        except (DeviceError, TimeoutError) as error:
            _log.info("no pictures for staff: %s", str(error) or "no answer in time")
            return
        until, jpegs = self._utc_ms() + keep.at_most_ms, [frame.jpeg for frame in taken]
        kept = self.store.keep(keep.intervention, jpegs, until, share=keep.share)
        if kept:
            self._put(i.FramesStored(keep.intervention, kept))
