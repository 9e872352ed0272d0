"""Cameras on the Raspberry Pi's ribbon cable (CSI), through libcamera and its Python library picamera2.

Fits: Camera Module 1, 2 and 3, HQ and Global Shutter Camera, and others that libcamera knows, on Raspberry Pi OS.
OpenCV's own V4L2 does not reach them: libcamera steers exposure, white balance and focus in software.
Source: "The Picamera2 Library", Raspberry Pi Ltd: ``Picamera2.global_camera_info``, ``create_video_configuration``,
``capture_array``. Its pixel format ``RGB888`` lies in memory as blue, green, red, which is what OpenCV wants.
The library comes with the system (``apt install python3-picamera2``) and not with pip: the kiosk's environment must see
the system's packages. It is imported only when a camera is opened.
Unconfirmed on metal: the time until the first picture, and that ``AfMode`` 2 (continuous focus) is refused by modules
without a lens motor as the manual says (it is set only where the camera lists the control).

Sample settings: ``model = "picamera2"``, ``camera = 0``.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from hal.camera.vision.capture import Capture, Colours
from hal.camera.vision.device import WorkerCamera
from hal.camera.vision.watch import Watch
from hal.device import NoHardwareError

__all__ = ["Driver", "Settings", "open_capture"]

_CONTINUOUS_FOCUS = 2
_BUFFERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Watch):
    """``camera``: its number (``rpicam-hello --list-cameras``). Size and rate are what libcamera is asked for."""

    camera: int = 0
    width: int = 1280
    height: int = 720
    frames_per_second: int = 15


def open_capture(settings: Settings, library: Any = None) -> Capture:  # noqa: ANN401  a module without types
    """Open the camera, in the worker. ``library`` stands in for the module ``picamera2``.

    Raises ``NoHardwareError`` when the library or the camera is not there; what libcamera raises goes through.
    """
    if library is None:
        try:
            library = importlib.import_module("picamera2")
        except ImportError as error:
            text = "picamera2 is not installed: apt install python3-picamera2, on Raspberry Pi OS"
            raise NoHardwareError(text) from error
    there = len(library.Picamera2.global_camera_info())
    if settings.camera >= there:
        text = f"there is no camera {settings.camera}, of {there}; check its ribbon cable, with the power off"
        raise NoHardwareError(text)
    return _Opened(library.Picamera2(settings.camera), settings)


class _Opened:
    def __init__(self, camera: Any, settings: Settings) -> None:  # noqa: ANN401  the library's own
        self._camera = camera
        try:
            main = {"size": (settings.width, settings.height), "format": "RGB888"}
            controls: dict[str, object] = {"FrameRate": settings.frames_per_second}
            if "AfMode" in camera.camera_controls:
                controls["AfMode"] = _CONTINUOUS_FOCUS
            camera.configure(camera.create_video_configuration(main=main, controls=controls, buffer_count=_BUFFERS))
            camera.start()
        except BaseException:
            camera.close()
            raise

    def read(self) -> Colours | None:
        """See ``Capture.read``. It blocks for ever when the sensor stops; the worker notices and ends itself."""
        picture: Colours = self._camera.capture_array("main")
        return picture

    def close(self) -> None:
        """See ``Capture.close``."""
        self._camera.stop()
        self._camera.close()


class Driver(WorkerCamera):
    """A camera of the Raspberry Pi."""

    model = "picamera2"
