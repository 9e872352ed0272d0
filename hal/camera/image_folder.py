"""A replay device: the pictures of a folder, as if a camera saw them. Loads only when the settings name it.

For a bench without a camera, for reproducing what a shop's camera could not read, and for tests: all behind the lens is
the real thing, worker and decoding included. Pictures are shown in order of name, round and round, each for
``hold_ms``; the folder is looked at anew each time. An empty folder shows grey; a missing one is a lost camera.

Sample settings: ``model = "image_folder"``, ``folder = "pictures"``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hal.camera.vision.capture import Capture, Colours
from hal.camera.vision.device import WorkerCamera
from hal.camera.vision.watch import Watch
from hal.device import NoHardwareError

__all__ = ["Driver", "Settings", "open_capture"]

_PICTURES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})
_EMPTY = (480, 640, 3)
_GREY = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Watch):
    """``folder``: JPEG, PNG, WebP or BMP pictures, each shown for ``hold_ms`` at ``frames_per_second``."""

    folder: str
    hold_ms: int = 1000
    frames_per_second: int = 15
    frozen_ms: int = 0

    def __post_init__(self) -> None:
        """Refuse times that make no sense."""
        super(Settings, self).__post_init__()
        if min(self.hold_ms, self.frames_per_second) <= 0:
            text = "hold_ms and frames_per_second are above 0"
            raise ValueError(text)


def open_capture(settings: Settings) -> Capture:
    """Look at the folder, in the worker. Raises ``NoHardwareError`` when there is none."""
    folder = _Folder(settings)
    folder.pictures()
    return folder


class _Folder:
    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.folder)
        self._hold, self._period = settings.hold_ms / 1000, 1 / settings.frames_per_second
        self._began = self._next = time.monotonic()
        self._shown: tuple[Path, int] | None = None
        self._colours: Colours | None = None

    def pictures(self) -> list[Path]:
        """What is there now, in order of name."""
        if not self._folder.is_dir():
            text = f"there is no folder {self._folder}"
            raise NoHardwareError(text)
        return sorted(file for file in self._folder.iterdir() if file.suffix.lower() in _PICTURES)

    def read(self) -> Colours | None:
        """See ``Capture.read``: paced like a camera."""
        self._next = max(self._next + self._period, time.monotonic())
        time.sleep(self._next - time.monotonic() if self._next > time.monotonic() else 0)
        files = self.pictures()
        if not files:
            return _grey()
        file = files[int((time.monotonic() - self._began) / self._hold) % len(files)]
        try:
            shown = (file, file.stat().st_mtime_ns)
            if shown != self._shown:
                self._shown, self._colours = shown, _decoded(file.read_bytes())
        except FileNotFoundError:  # taken away between two looks
            return None
        return self._colours

    def close(self) -> None:
        """See ``Capture.close``."""


def _grey() -> Colours:
    import numpy as np  # noqa: PLC0415  the same

    return np.full(_EMPTY, _GREY, np.uint8)


def _decoded(content: bytes) -> Colours | None:
    import cv2  # noqa: PLC0415  only the worker loads OpenCV, not the kiosk that reads the settings
    import numpy as np  # noqa: PLC0415  the same

    colours: Colours | None = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    return colours


class Driver(WorkerCamera):
    """A folder of pictures."""

    model = "image_folder"
    simulated = True
