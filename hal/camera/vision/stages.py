"""The ways of reading a picture, from the cheapest that reads most to the costliest that reads what is left.

A still picture goes through all of them until one reads something sure; a live stream gets one a frame, for the next
frame comes at once and shows the same thing a little differently. What a whole-picture reading finds of a linear code
is read again along its own bars: bands that agree become its votes, and bands that outvote it correct it.

OpenCV's barcode detector has no part in this: it reads UPC-A as EAN-8, and its way of finding bars is ``bars`` here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import zxingcpp

from hal.camera.vision.bars import Grey, read_along, read_bars
from hal.camera.vision.sightings import Sighting
from hal.camera.vision.symbologies import EVERY, PLAIN, is_linear, sighting

__all__ = ["STAGES", "SURE", "Picture", "Stage", "read_still"]

SURE = 3
"""Votes from which a linear code in one picture is sure."""

_SMALL = 640
"""Pixels of the longer side: a smaller picture is enlarged whole, of a larger one the middle."""


class Picture:
    """A grey picture and what is made of it once for all stages."""

    def __init__(self, grey: Grey) -> None:
        self.grey = grey

    @cached_property
    def half(self) -> Grey:
        """At half the size, each pixel the mean of four: less noise, and a quarter of the work."""
        return _resized(self.grey, 0.5)

    @cached_property
    def enlarged(self) -> tuple[Grey, float, float]:
        """Its middle at twice the size, and where that begins (x, y)."""
        rows, columns = self.grey.shape
        if max(rows, columns) <= _SMALL:
            return _resized(self.grey, 2), 0.0, 0.0
        top, left = rows // 4, columns // 4
        middle = self.grey[top : rows - top, left : columns - left]
        return _resized(middle, 2), float(left), float(top)


@dataclass(frozen=True, slots=True)
class Stage:
    """One way of reading."""

    name: str
    read: Callable[[Picture], list[Sighting]]


def read_still(grey: Grey) -> list[Sighting]:
    """Read one picture by every stage until something is sure; else what the stages saw most of, if anything."""
    picture, seen = Picture(grey), list[Sighting]()
    votes: Counter[tuple[str, str]] = Counter()
    for stage in STAGES:
        for each in stage.read(picture):
            seen.append(each)
            votes[each.data, each.kind] += SURE if each.is_matrix else each.votes
        if sure := [each for each in seen if votes[each.data, each.kind] >= SURE]:
            return _one_a_place(sure, votes)
    return _one_a_place(seen, votes)


def _one_a_place(seen: Sequence[Sighting], votes: Counter[tuple[str, str]]) -> list[Sighting]:
    """Each code once, and where several claim one place, the one with most votes."""
    kept: list[Sighting] = []
    for each in sorted(seen, key=lambda one: -votes[one.data, one.kind]):
        told = any(each.data == other.data and each.kind == other.kind for other in kept)
        rival = any(each.covers(other) and each.is_matrix == other.is_matrix for other in kept)
        if not told and not rival:
            kept.append(each)
    return kept


def _bars(picture: Picture) -> list[Sighting]:
    return read_bars(picture.grey, picture.half)


def _restored(picture: Picture) -> list[Sighting]:
    return read_bars(picture.grey, picture.half, restore=True)


def _half(picture: Picture) -> list[Sighting]:
    return _whole(picture, picture.half, 0.5, try_downscale=False, try_invert=False)


def _full(picture: Picture) -> list[Sighting]:
    return _whole(picture, picture.grey, 1.0)


def _sharp(picture: Picture) -> list[Sighting]:
    return _whole(picture, _sharpened(picture.grey), 1.0, try_invert=False)


def _close(picture: Picture) -> list[Sighting]:
    grey, left, top = picture.enlarged
    found = _decoded(grey, 2.0, try_invert=False)
    bars = [] if left else read_bars(grey, picture.grey)
    shifted = [_moved(each, left, top) for each in found] + [_shrunk(each) for each in bars]
    return _confirmed(picture, shifted)


def _even(picture: Picture) -> list[Sighting]:
    evened = cv2.createCLAHE(clipLimit=3, tileGridSize=(4, 4)).apply(picture.grey)
    return _whole(picture, evened, 1.0, binarizer=zxingcpp.Binarizer.GlobalHistogram)


STAGES: Final = (
    Stage("bars", _bars),
    Stage("half", _half),
    Stage("restored", _restored),
    Stage("full", _full),
    Stage("close", _close),
    Stage("sharp", _sharp),
    Stage("even", _even),
)
"""In the order in which a still goes through them."""


def _whole(picture: Picture, made: Grey, scale: float, **options: Any) -> list[Sighting]:  # noqa: ANN401  zxing-cpp's
    return _confirmed(picture, _decoded(made, scale, **options))


def _decoded(grey: Grey, scale: float, **options: Any) -> list[Sighting]:  # noqa: ANN401  zxing-cpp's
    found = zxingcpp.read_barcodes(grey, formats=EVERY, text_mode=PLAIN, **options)
    return [seen for each in found if (seen := sighting(each, scale)) is not None]


def _confirmed(picture: Picture, found: Iterable[Sighting]) -> list[Sighting]:
    """Each once; a linear code as its own bars read it, where they read."""
    told: dict[tuple[str, str], Sighting] = {}
    for each in found:
        seen = (read_along(picture.grey, each) or each) if is_linear(each) and each.votes < SURE else each
        told.setdefault((seen.data, seen.kind), seen)
    return list(told.values())


def _moved(seen: Sighting, left: float, top: float) -> Sighting:
    return seen.at(tuple((x + left, y + top) for x, y in seen.corners))


def _shrunk(seen: Sighting) -> Sighting:
    return seen.at(tuple((x / 2, y / 2) for x, y in seen.corners))


def _resized(grey: Grey, factor: float) -> Grey:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    size = tuple(max(int(length * factor), 1) for length in grey.shape[::-1])
    resized: Grey = cv2.resize(grey, size, interpolation=way)
    return resized


def _sharpened(grey: Grey) -> Grey:
    sharp: Grey = cv2.addWeighted(grey, 2.5, cv2.GaussianBlur(grey, (0, 0), 3), -1.5, 0)
    return sharp
