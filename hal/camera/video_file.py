"""A replay device: a recorded video, as if a camera saw it. Loads only when the settings name it.

For a bench without a camera and for tests: all behind the lens is the real thing, worker and decoding included. It
runs at its own rate, round and round, or once with ``repeat = false``; then the camera is lost.

Sample settings: ``model = "video_file"``, ``file = "pictures/shopper.avi"``.
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

_RATES = (1.0, 120.0)
_USUAL_RATE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Watch):
    """``file``: any video that OpenCV reads. ``repeat``: from the beginning again at its end."""

    file: str
    repeat: bool = True
    frozen_ms: int = 0


def open_capture(settings: Settings) -> Capture:
    """Open the video, in the worker. Raises ``NoHardwareError`` when it is not there or no video."""
    return _Video(settings)


class _Video:
    def __init__(self, settings: Settings) -> None:
        import cv2  # noqa: PLC0415  only the worker loads OpenCV, not the kiosk that reads the settings

        self._file, self._repeat = settings.file, settings.repeat
        self._need_file()
        self._rewind = cv2.CAP_PROP_POS_FRAMES
        self._video = cv2.VideoCapture(settings.file, cv2.CAP_FFMPEG)
        if not self._video.isOpened():
            text = f"{settings.file} is no video that can be read"
            raise NoHardwareError(text)
        rate = self._video.get(cv2.CAP_PROP_FPS)
        self._period = 1 / (rate if _RATES[0] <= rate <= _RATES[1] else _USUAL_RATE)
        self._next = time.monotonic()

    def read(self) -> Colours | None:
        """See ``Capture.read``: paced as it was recorded."""
        self._need_file()
        there, picture = self._video.read()
        if not there and self._repeat:
            self._video.set(self._rewind, 0)
            there, picture = self._video.read()
        if not there:
            text = f"{self._file} has come to its end"
            raise NoHardwareError(text)
        self._next = max(self._next + self._period, time.monotonic())
        time.sleep(max(self._next - time.monotonic(), 0))
        colours: Colours = picture
        return colours

    def close(self) -> None:
        """See ``Capture.close``."""
        self._video.release()

    def _need_file(self) -> None:
        if not Path(self._file).is_file():
            text = f"there is no video {self._file}"
            raise NoHardwareError(text)


class Driver(WorkerCamera):
    """A recorded video."""

    model = "video_file"
    simulated = True
