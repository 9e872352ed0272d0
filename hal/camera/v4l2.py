"""USB cameras (UVC), through the kernel's Video4Linux and OpenCV.

Fits: any USB camera that Linux's uvcvideo drives (USB device class 0E), most webcams and document cameras. A camera on
the Raspberry Pi's ribbon cable is not one of them: it speaks libcamera, see ``picamera2``.
Sources: USB Video Class 1.5; the Linux kernel's Media userspace API, part Video for Linux; OpenCV's videoio.
Settings: ``device`` is the kernel's file; prefer ``/dev/v4l/by-id/...``, which stays the same when cameras are plugged
in another order. MJPG lets USB 2 carry 1280 x 720 at 30 a second, YUYV about 10.
Unconfirmed on metal: that every camera honours ``frames_per_second`` and a buffer of one picture (a camera may ignore
both; pictures are then newer or older by some tens of milliseconds, and codes are read all the same).

Sample settings: ``model = "v4l2"``, ``device = "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0"``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hal.camera.vision.capture import Capture, Colours
from hal.camera.vision.device import WorkerCamera
from hal.camera.vision.watch import Watch
from hal.device import ClaimedError, NoHardwareError

__all__ = ["Driver", "Settings", "open_capture"]

_SELECT_SECONDS = "2"
"""OpenCV waits so long for a picture (whole seconds; its own default is 10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Watch):
    """``device``: the kernel's file. ``width``, ``height``, ``frames_per_second``, ``pixels``: what the camera is asked
    for; it gives the nearest it has.
    """

    device: str = "/dev/video0"
    width: int = 1280
    height: int = 720
    frames_per_second: int = 15
    pixels: Literal["MJPG", "YUYV"] = "MJPG"


def open_capture(settings: Settings, video_capture: Callable[..., Any] | None = None) -> Capture:
    """Open the camera, in the worker. ``video_capture`` stands in for ``cv2.VideoCapture``.

    Raises ``NoHardwareError`` when there is no such device, ``ClaimedError`` when it cannot be opened.
    """
    if not Path(settings.device).exists():
        text = f"there is no camera at {settings.device}; check its cable"
        raise NoHardwareError(text)
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", _SELECT_SECONDS)
    import cv2  # noqa: PLC0415  only the worker loads OpenCV, not the kiosk that reads the settings

    opened = (video_capture or cv2.VideoCapture)(settings.device, cv2.CAP_V4L2)
    if not opened.isOpened():
        opened.release()
        text = f"{settings.device} cannot be opened; another program holds it, or it is no camera"
        raise ClaimedError(text)
    wanted = (
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*settings.pixels)),
        (cv2.CAP_PROP_FRAME_WIDTH, settings.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, settings.height),
        (cv2.CAP_PROP_FPS, settings.frames_per_second),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    )
    for key, value in wanted:
        opened.set(key, value)
    return _Opened(opened, settings.device)


class _Opened:
    def __init__(self, opened: Any, device: str) -> None:  # noqa: ANN401  OpenCV's own
        self._opened, self._device = opened, device

    def read(self) -> Colours | None:
        """See ``Capture.read``."""
        if not self._opened.grab():
            text = f"{self._device} gives no pictures; check its cable"
            raise NoHardwareError(text)
        whole, picture = self._opened.retrieve()
        return picture if whole else None

    def close(self) -> None:
        """See ``Capture.close``."""
        self._opened.release()


class Driver(WorkerCamera):
    """A USB camera."""

    model = "v4l2"
