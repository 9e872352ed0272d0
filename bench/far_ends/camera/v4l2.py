"""A USB camera as OpenCV shows it: a class with the interface of ``cv2.VideoCapture`` over ``EmulatedCamera``.

As OpenCV's V4L2 part does (modules/videoio/src/cap_v4l.cpp): ``grab`` is false when the device is gone or has given
nothing for the time of its select; ``retrieve`` is false when a picture arrived that cannot be decoded.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from bench.far_ends.camera.emulated import PictureCable

__all__ = ["VideoCapture"]

_SELECT_S = 2.0


class VideoCapture:
    """``device`` is the path of an ``EmulatedCamera``."""

    def __init__(self, device: str, _backend: int) -> None:
        self.asked: dict[int, float] = {}
        self._jpeg = b""
        self._cable: PictureCable | None = None
        try:
            self._cable = PictureCable(device, _SELECT_S)
        except OSError:
            self._cable = None

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """Whether the device could be opened."""
        return self._cable is not None

    def set(self, key: int, value: float) -> bool:
        """Take a property, as a camera may: without heeding it."""
        self.asked[key] = value
        return True

    def grab(self) -> bool:
        """Wait for a picture."""
        try:
            self._jpeg = b"" if self._cable is None else self._cable.jpeg()
        except OSError:
            return False
        return bool(self._jpeg)

    def retrieve(self) -> tuple[bool, Any]:
        """Decode what was grabbed."""
        picture = cv2.imdecode(np.frombuffer(self._jpeg, np.uint8), cv2.IMREAD_COLOR)
        return picture is not None, picture

    def release(self) -> None:
        """Close the device."""
        if self._cable is not None:
            self._cable.close()
            self._cable = None
