"""Frames as a camera at a till gives them: a photograph before a background, then spoilt; and frames without a code.

The degradations: focus (Gaussian blur of 1, 2 and 3 pixels), movement (7 pixels along, 11 pixels aslant), sensor noise,
too little light, hard compression, and turning by 15, 45 and 90 degrees. ``clean`` is none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from tests.benchmarks.vision.samples import DATA, Picture, picture_of

__all__ = ["DEGRADATIONS", "SIZE", "Scenes", "held", "jittered"]

SIZE: Final = (1280, 720)
_LARGEST = (0.55, 0.75)
"""Share of the frame's width and height that a photograph may take."""

Degradation = Callable[[Picture, np.random.Generator], Picture]


def _focus(sigma: float) -> Degradation:
    return lambda frame, _: cv2.GaussianBlur(frame, (0, 0), sigma)


def _movement(length: int, degrees: float) -> Degradation:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), degrees, 1)
    turned = np.asarray(cv2.warpAffine(kernel, turn, (length, length)))
    return lambda frame, _: cv2.filter2D(frame, -1, turned / turned.sum())


def _noise(sigma: float) -> Degradation:
    def spoil(frame: Picture, chance: np.random.Generator) -> Picture:
        noise = chance.normal(0, sigma, frame.shape)
        return np.asarray(np.clip(frame + noise, 0, 255), np.uint8)

    return spoil


def _dark(frame: Picture, chance: np.random.Generator) -> Picture:
    return _noise(8)(np.asarray(frame * 0.35, np.uint8), chance)


def _compressed(frame: Picture, _: np.random.Generator) -> Picture:
    done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 30])
    decoded = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    assert done
    assert decoded is not None
    return decoded


def _turned(degrees: float) -> Degradation:
    turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), degrees, 1)
    return lambda frame, _: cv2.warpAffine(frame, turn, SIZE, borderMode=cv2.BORDER_REFLECT)


DEGRADATIONS: Final[Mapping[str, Degradation]] = {
    "clean": lambda frame, _: frame,
    "focus 1 px": _focus(1),
    "focus 2 px": _focus(2),
    "focus 3 px": _focus(3),
    "movement 7 px, 0 degrees": _movement(7, 0),
    "movement 11 px, 45 degrees": _movement(11, 45),
    "noise 15": _noise(15),
    "dark 0.35, noise 8": _dark,
    "jpeg quality 30": _compressed,
    "turned 15 degrees": _turned(15),
    "turned 45 degrees": _turned(45),
    "turned 90 degrees": _turned(90),
}


class Scenes:
    """Backgrounds, and what can be put before them."""

    def __init__(self, folder: Path = DATA / "backgrounds") -> None:
        self._backgrounds = [
            cv2.resize(picture_of(file), SIZE, interpolation=cv2.INTER_CUBIC) for file in sorted(folder.glob("*.jpg"))
        ]

    def before(self, number: int, photograph: Picture) -> Picture:
        """A photograph in the middle of a frame, as large as it may be, before background ``number``."""
        rows, columns = photograph.shape[:2]
        scale = min(SIZE[0] * _LARGEST[0] / columns, SIZE[1] * _LARGEST[1] / rows)
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        shown = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=way)
        frame = self._backgrounds[number % len(self._backgrounds)].copy()
        rows, columns = shown.shape[:2]
        top, left = (SIZE[1] - rows) // 2, (SIZE[0] - columns) // 2
        frame[top : top + rows, left : left + columns] = shown
        return frame

    def empty(self, number: int, chance: np.random.Generator) -> Picture:
        """A frame without a code, with what looks like one: stripes, chequers, print, or only the background."""
        frame = self._backgrounds[number % len(self._backgrounds)].copy()
        kind = number % 5
        if kind in {1, 2}:
            card = _stripes(chance) if kind == 1 else _chequers(chance)
            rows, columns = card.shape
            top, left = (int(chance.integers(0, room)) for room in (SIZE[1] - rows, SIZE[0] - columns))
            frame[top : top + rows, left : left + columns] = card[:, :, None]
            return _turned(float(chance.uniform(-30, 30)))(frame, chance)
        if kind == 3:
            _print(frame, chance)
        if kind == 4:
            return _noise(float(chance.uniform(2, 20)))(frame, chance)
        return frame


def _stripes(chance: np.random.Generator) -> Picture:
    """Bars and spaces of any width, as on shirts and ventilation grilles."""
    widths = chance.integers(1, 14, int(chance.integers(20, 120)))
    row = np.repeat(np.where(np.arange(len(widths)) % 2, 30, 225), widths).astype(np.uint8)[:900]
    return np.tile(row, (int(chance.integers(60, 300)), 1))


def _chequers(chance: np.random.Generator) -> Picture:
    """Black and white squares by chance, as in woven cloth."""
    side, cell = int(chance.integers(10, 40)), int(chance.integers(3, 12))
    squares = chance.integers(0, 2, (side, side)).astype(np.uint8) * 200 + 30
    return np.asarray(np.kron(squares, np.ones((cell, cell), np.uint8))[:600, :900], np.uint8)


def _print(frame: Picture, chance: np.random.Generator) -> None:
    for _ in range(25):
        words = "".join(chance.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789|/ "), 24))
        at = (int(chance.integers(0, 900)), int(chance.integers(20, 720)))
        cv2.putText(frame, words, at, cv2.FONT_HERSHEY_SIMPLEX, float(chance.uniform(0.4, 1.6)), (20, 20, 20), 2)


def jittered(frame: Picture, count: int, chance: np.random.Generator) -> Iterator[Picture]:
    """The same scene in a hand that is never quite still: some pixels, a degree, a hundredth of the size."""
    for _ in range(count):
        turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), chance.normal(0, 1), 1 + chance.normal(0, 0.01))
        turn[:, 2] = turn[:, 2] + chance.normal(0, 4, 2)
        yield cv2.warpAffine(frame, turn, SIZE, borderMode=cv2.BORDER_REFLECT)


def held(photographs: list[Picture]) -> list[Picture]:
    """Each photograph before a background of its own."""
    scenes = Scenes()
    return [scenes.before(number, photograph) for number, photograph in enumerate(photographs)]
