"""What a worker can tell of its newest picture when it is asked by name: a function of the picture, told as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hal.camera.produce.recogniser import ModelError, Recogniser
from hal.camera.vision.capture import Colours

__all__ = ["ANALYSES", "Analysis", "analyses"]

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


def analyses(produce_model: str) -> Mapping[str, Analysis]:
    """All that there are, and ``produce`` where a model of it is named: five keys and their scores, best first.

    A model that cannot be used is told by each asking of ``produce``: the camera reads codes all the same.
    """
    return {**ANALYSES, "produce": _produce(Path(produce_model))} if produce_model else ANALYSES


def _produce(model: Path) -> Analysis:
    try:
        recogniser = Recogniser.load(model)
    except ModelError as error:
        reason = str(error)

        def refuse(_colours: Colours) -> Mapping[str, object]:
            raise ModelError(reason)

        return refuse

    def guess(colours: Colours) -> Mapping[str, object]:
        return {"guesses": [[guess.key, guess.score] for guess in recogniser.likeliest(colours)]}

    guess(np.zeros((32, 32, 3), np.uint8))  # a network's first look takes longest, and nobody waits for this one
    return guess
