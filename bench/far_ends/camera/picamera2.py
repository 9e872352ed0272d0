"""A Raspberry Pi camera as its library shows it: an object with the interface of the module ``picamera2``.

After "The Picamera2 Library" (Raspberry Pi Ltd): a camera is configured, then started; ``capture_array`` waits for the
next picture for ever, and while the sensor gives none it does not come back; a camera that is opened twice raises
``RuntimeError``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.far_ends.camera.emulated import PictureCable

__all__ = ["Library"]


class Library:
    """The module; ``path`` is that of an ``EmulatedCamera``, which is listed while it is there."""

    def __init__(self, path: str) -> None:
        self.Picamera2 = type("Picamera2", (_Camera,), {"path": path})


class _Camera:
    path = ""

    def __init__(self, camera_num: int = 0) -> None:
        self.camera_controls: dict[str, tuple[object, ...]] = {"FrameRate": (1.0, 120.0, 30.0), "AfMode": (0, 2, 0)}
        self._number = camera_num
        self._configured: dict[str, Any] | None = None
        self._cable: PictureCable | None = None

    @classmethod
    def global_camera_info(cls) -> list[dict[str, object]]:
        """The cameras that are there."""
        return [{"Model": "imx708", "Num": 0, "Location": 2}] if Path(cls.path).exists() else []

    @staticmethod
    def create_video_configuration(
        *, main: dict[str, object], controls: dict[str, object], buffer_count: int
    ) -> dict[str, object]:
        """A configuration for video."""
        return {"use": "video", "main": main, "controls": controls, "buffer_count": buffer_count}

    def configure(self, configuration: dict[str, Any]) -> None:
        """Take a configuration. Raises ``RuntimeError`` for a format or a control that there is not."""
        if configuration["main"]["format"] != "RGB888" or set(configuration["controls"]) - set(self.camera_controls):
            text = "Failed to configure camera"
            raise RuntimeError(text)
        self._configured = configuration

    def start(self) -> None:
        """Begin to take pictures. Raises ``RuntimeError`` before ``configure``."""
        if self._configured is None:
            text = "Camera has not been configured"
            raise RuntimeError(text)
        self._cable = PictureCable(self.path, None)

    def capture_array(self, name: str) -> Any:  # noqa: ANN401  an array
        """The next picture, rows x columns x (blue, green, red). Raises ``RuntimeError`` when not started."""
        if self._cable is None or name != "main":
            text = "Camera is not running"
            raise RuntimeError(text)
        picture = None
        while picture is None:  # libcamera gives whole pictures only
            picture = cv2.imdecode(np.frombuffer(self._cable.jpeg(), np.uint8), cv2.IMREAD_COLOR)
        return picture

    def stop(self) -> None:
        """Take no more."""

    def close(self) -> None:
        """Release the camera."""
        if self._cable is not None:
            self._cable.close()
            self._cable = None
