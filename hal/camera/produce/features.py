"""What of a picture tells produce apart: colour, coarse shape and, where a network is at hand, what it sees.

The colours of all of the picture and of its middle as joint histograms of hue, saturation and value (the square root of
each bin, so that distances are Hellinger's), and histograms of oriented gradients (Dalal and Triggs, CVPR 2005) of a
thumbnail. A network adds the square root of its last, averaged layer, of length one.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FLOOR_SIZE",
    "LARGEST_SIDE",
    "SMALLEST_SIDE",
    "Network",
    "Picture",
    "PictureError",
    "checked",
    "floor",
    "together",
    "views",
]

Picture = NDArray[np.uint8]
"""Blue, green, red: (height, width, 3)."""

SMALLEST_SIDE: Final = 16
LARGEST_SIDE: Final = 10_000
"""Pixels; what is smaller shows nothing, what is larger is no frame of a camera."""

_THUMBNAIL: Final = 64
_CELL: Final = 16
_ANGLES: Final = 9
_BINS: Final = (16, 6, 4)
_GRADIENTS_COUNT: Final = 0.08
"""How much shape weighs beside colour: produce lies any way round."""
_FLOOR_COUNTS: Final = 0.3
"""How much colour and shape weigh beside a network's layer; chosen by cross-validation over training pictures."""
_WORKING_SIDE: Final = 320
"""Colours of a larger picture are those of its reduction."""

_BLOCKS: Final = (_THUMBNAIL // _CELL - 1) ** 2
FLOOR_SIZE: Final = 2 * _BINS[0] * _BINS[1] * _BINS[2] + _BLOCKS * 4 * _ANGLES


class PictureError(ValueError):
    """What was given is no picture that can be looked at; the text says why."""


class Network(Protocol):
    """Sees a picture as a row of numbers."""

    def see(self, picture: Picture) -> NDArray[np.float32]:
        """The averaged last layer, not negative."""


def checked(picture: Any) -> Picture:  # noqa: ANN401 - whatever a caller has
    """``picture`` as contiguous bytes. Raises ``PictureError`` for what is not (height, width, 3) of ``uint8``."""
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        kind = str(picture.dtype) if isinstance(picture, np.ndarray) else type(picture).__name__
        text = f"a picture is an array of uint8, not {kind}"
        raise PictureError(text)
    if picture.ndim != 3 or picture.shape[2] != 3:  # noqa: PLR2004 - height, width and the three colours
        text = f"a picture has the shape (height, width, 3), not {picture.shape}"
        raise PictureError(text)
    tall, wide = picture.shape[:2]
    if not SMALLEST_SIDE <= min(tall, wide) <= max(tall, wide) <= LARGEST_SIDE:
        text = f"a picture has sides of {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, not {wide} x {tall}"
        raise PictureError(text)
    return np.ascontiguousarray(picture)


def views(picture: Picture) -> tuple[Picture, ...]:
    """How the same thing might have lain there: as it is, mirrored, and nearer by a third and by half."""
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    return (picture, mirrored, _middle(picture, 3, 4), _middle(picture, 1, 2))


def together(picture: Picture, network: Network | None) -> NDArray[np.float32]:
    """All that is known of a picture, as one row: what the network sees, then ``floor``."""
    if network is None:
        return floor(picture)
    seen = np.sqrt(network.see(picture))
    length = float(np.linalg.norm(seen)) or 1.0
    return np.concatenate([seen / length, _FLOOR_COUNTS * floor(picture)]).astype(np.float32)


def floor(picture: Picture) -> NDArray[np.float32]:
    """Colour and coarse shape: ``FLOOR_SIZE`` numbers."""
    tall, wide = picture.shape[:2]
    shrink = _WORKING_SIDE / max(tall, wide)
    if shrink < 1:
        size = (max(1, round(wide * shrink)), max(1, round(tall * shrink)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    hsv = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV), np.uint8)
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    parts = [_colours(hsv), _colours(_middle(hsv, 1, 2)), _GRADIENTS_COUNT * _gradients(grey)]
    return np.concatenate(parts).astype(np.float32)


def _middle(picture: Picture, part: int, of: int) -> Picture:
    """The middle ``part / of`` of each side; at least a pixel."""
    tall, wide = picture.shape[:2]
    rows, columns = max(1, tall * part // of), max(1, wide * part // of)
    top, left = (tall - rows) // 2, (wide - columns) // 2
    return np.ascontiguousarray(picture[top : top + rows, left : left + columns])


def _colours(hsv: Picture) -> NDArray[np.float32]:
    counted = cv2.calcHist([hsv], [0, 1, 2], None, list(_BINS), [0, 180, 0, 256, 0, 256])
    found = np.asarray(counted, np.float32).ravel()
    return np.asarray(np.sqrt(found / found.sum()), np.float32)


def _gradients(grey: Picture) -> NDArray[np.float32]:
    """Per block of 2 x 2 cells, how much edge there is in each of nine directions, whatever the light."""
    small = np.asarray(cv2.resize(grey, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA), np.float32)
    across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=1)
    strength = np.hypot(across, down)
    place = np.degrees(np.arctan2(down, across)) % 180 / (180 / _ANGLES) - 0.5
    below = np.floor(place)
    share = place - below
    cells = np.zeros((_THUMBNAIL // _CELL, _THUMBNAIL // _CELL, _ANGLES), np.float32)
    rows, columns = np.mgrid[:_THUMBNAIL, :_THUMBNAIL] // _CELL
    angle = below.astype(np.int64) % _ANGLES
    np.add.at(cells, (rows, columns, angle), strength * (1 - share))
    np.add.at(cells, (rows, columns, (angle + 1) % _ANGLES), strength * share)
    steps = range(len(cells) - 1)
    return np.concatenate([_levelled(cells[y : y + 2, x : x + 2].ravel()) for y in steps for x in steps])


def _levelled(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Length one, no single direction above a fifth, length one again."""
    block = np.minimum(block / np.sqrt((block**2).sum() + np.float32(1e-3)), np.float32(0.2))
    return np.asarray(block / np.sqrt((block**2).sum() + np.float32(1e-3)), np.float32)
