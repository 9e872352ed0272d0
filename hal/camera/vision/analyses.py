"""What a worker can tell of its newest picture when it is asked by name: a function of the picture, told as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import cv2

from hal.camera.vision.capture import Colours

__all__ = ["ANALYSES", "Analysis"]

Analysis = Callable[[Colours], Mapping[str, object]]


def _picture(colours: Colours) -> Mapping[str, object]:
    """How it is lit and focused: mean (0 dark to 255 light), spread, and sharpness (variance of the Laplacian)."""
    grey = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)
    mean, spread = cv2.meanStdDev(grey)
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    return {
        "width": grey.shape[1],
        "height": grey.shape[0],
        "mean": round(float(mean[0, 0])),
        "spread": round(float(spread[0, 0])),
        "sharpness": round(float(edges[0, 0]) ** 2),
    }


ANALYSES: Final[Mapping[str, Analysis]] = {"picture": _picture}
"""By the name they are asked for."""
