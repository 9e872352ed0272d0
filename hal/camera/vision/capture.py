"""What a camera's driver brings to the worker: an open camera that gives one picture after another.

Here are only its types, so that the kiosk's process, which loads the drivers too, loads neither numpy nor OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt

    Colours = npt.NDArray[Any]
    """A picture as OpenCV has it: rows x columns x (blue, green, red), of ``uint8``."""
else:
    Colours = Any

__all__ = ["Capture", "Colours", "OpenCapture"]


class Capture(Protocol):
    """An open camera, used by one thread."""

    def read(self) -> Colours | None:
        """The next picture, ``None`` for one that came broken. Raises ``OSError`` or ``DeviceError`` when lost."""

    def close(self) -> None:
        """Release it."""


OpenCapture = Callable[[Any], Capture]
"""Opens a camera by its driver's settings. Raises ``OSError`` or ``DeviceError``."""
