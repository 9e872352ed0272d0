"""Reading a linear code by its bars: find them at any angle, straighten them, read many lines across.

A linear code says the same along the whole length of its bars. So: where do edges run one way (the structure tensor,
on a coarse grid); along which direction; then sample that region upright, average short bands along the bars, which
takes noise away and nothing else, sharpen or restore across them, which undoes what focus and movement did, and read
each band by itself. Bands that agree are votes. One line that reads by accident is none.

Pure functions on grey pictures (``uint8``, rows x columns). References: Bigün and Granlund, "Optimal orientation
detection of linear symmetry", ICCV 1987 (the tensor); Gallo and Manduchi, "Reading 1D Barcodes with Mobile Phones
Using Deformable Templates", PAMI 2011 (why sampling along the bars beats thresholding a picture).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from hal.camera.vision.restoring import SPREADS, Spread, restored
from hal.camera.vision.sightings import Point, Sighting
from hal.camera.vision.symbologies import LINEAR, PLAIN, sighting

__all__ = ["Grey", "Region", "find_regions", "read_along", "read_bars"]

Grey = npt.NDArray[Any]
"""Rows x columns of ``uint8``."""
Lines = npt.NDArray[Any]
"""Rows x samples of ``float32``."""

_CELL = 16
"""Pixels of the frame to a side of the grid's cells: several bars of the smallest code that can be read."""
_SMALLEST = 12
"""Cells of the smallest region: about 50 by 50 pixels with the blur."""
_WEAK = 200.0
"""Coherent energy (squared Sobel response) below which there are no edges, only noise."""
_ONE_WAY = 0.5
"""Least coherence: 1 where all edges run one way, 0 where none does."""
_SAME_WAY = 0.9
"""Least cosine of twice the angle between a cell's direction and its region's."""
_FAINT = 0.12
"""Energy of a cell beside the strongest of its region."""

_ACROSS = 2
"""Samples per pixel across the bars."""
_BANDS, _ROWS = 12, 6
"""Lines that are read in a region, and rows that are averaged for each."""
_REGIONS, _ENOUGH = 3, 2
"""Regions that are looked into, and bands that must agree."""
_QUIET = 0.15
"""How much is sampled beyond both ends, of the region's length: a quiet zone is 7 to 11 of 95 modules."""
_SMOOTHING, _SLIGHT = 0.8, 0.5
"""Radius in pixels, where nothing is sharpened, and where lines were restored."""
_REREAD = 0.06
"""How far to both sides of the line on which a code was seen it is read again, of its length."""
_BLOCKS = 32
"""Of so many parts of a line the local threshold is made."""

_read_line = partial(
    zxingcpp.read_barcodes,
    formats=LINEAR,
    try_rotate=False,
    try_downscale=False,
    try_invert=False,
    binarizer=zxingcpp.Binarizer.FixedThreshold,
    text_mode=PLAIN,
)


@dataclass(frozen=True, slots=True)
class Region:
    """Where edges run one way. ``angle`` (radians) points across the bars; the bounds are along it and along them."""

    angle: float
    across: tuple[float, float]
    along: tuple[float, float]

    def at(self, across: float, along: float) -> Point:
        """A point of the region, in pixels of the frame."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return cos * across - sin * along, sin * across + cos * along


def read_bars(grey: Grey, half: Grey, *, restore: bool = False) -> list[Sighting]:
    """The linear codes in the strongest regions that have enough votes; of two at one place, the one with more.

    ``half`` is the same picture at half the size. ``restore`` tries what focus and movement may have done to it, which
    reads most of what else does not, and takes three times as long.
    """
    ways = _RESTORE if restore else _SHARPEN
    return [seen for region in find_regions(half, _REGIONS) for seen in _read_region(grey, region, ways)]


def read_along(grey: Grey, seen: Sighting) -> Sighting | None:
    """Read a linear code that was seen again, along its own bars; ``None`` when fewer than two bands agree."""
    top_left, top_right, bottom_right, bottom_left = seen.corners
    start = ((top_left[0] + bottom_left[0]) / 2, (top_left[1] + bottom_left[1]) / 2)
    end = ((top_right[0] + bottom_right[0]) / 2, (top_right[1] + bottom_right[1]) / 2)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    cos, sin = math.cos(angle), math.sin(angle)
    left, right = (x * cos + y * sin for x, y in (start, end))
    middle, reach = start[1] * cos - start[0] * sin, max((right - left) * _REREAD, 2.0)
    found = _read_region(grey, Region(angle, (left, right), (middle - reach, middle + reach)), _SHARPEN)
    return found[0] if found else None


def find_regions(half: Grey, most: int) -> Iterator[Region]:
    """At most ``most`` regions of a picture at half size, those with the strongest edges first."""
    grid = (half.shape[1] * 2 // _CELL, half.shape[0] * 2 // _CELL)
    if min(grid) < 1:
        return
    dx, dy = (cv2.Sobel(half, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    xx, yy, xy = (cv2.resize(each, grid, interpolation=cv2.INTER_AREA) for each in (dx * dx, dy * dy, dx * dy))
    raw = (xx - yy, 2 * xy)  # the doubled angle, in which opposite edges agree
    cos, sin, energy = (cv2.blur(each, (5, 5)) for each in (*raw, xx + yy))
    strength = cv2.magnitude(cos, sin)
    coherence = strength / (energy + 1e-3)
    score = np.where(coherence > _ONE_WAY, strength * coherence * coherence, 0)
    for _ in range(most):
        _, peak, _, (x, y) = cv2.minMaxLoc(score)
        if peak <= _WEAK:
            return
        alike = (cos * cos[y, x] + sin * sin[y, x]) > _SAME_WAY * strength * strength[y, x]
        mask = alike & (score > 0) & (strength > _FAINT * strength[y, x])
        _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
        cells = (labels == labels[y, x]) & mask
        cells[y, x] = True
        score[cv2.dilate(cells.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0
        if np.count_nonzero(cells) >= _SMALLEST:
            yield _region(cells, raw)


def _region(cells: npt.NDArray[np.bool_], raw: Sequence[Lines]) -> Region:
    angle = 0.5 * math.atan2(float(raw[1][cells].sum()), float(raw[0][cells].sum()))
    y, x = np.nonzero(cells)
    right, down = (x + 0.5) * _CELL, (y + 0.5) * _CELL
    across = right * math.cos(angle) + down * math.sin(angle)
    along = down * math.cos(angle) - right * math.sin(angle)
    return Region(angle, (float(across.min()), float(across.max())), (float(along.min()), float(along.max())))


def _bands(grey: Grey, region: Region) -> tuple[Lines, Region]:
    """Twelve lines across the region, two samples a pixel, and the region they cover, quiet zones included."""
    quiet = (region.across[1] - region.across[0]) * _QUIET + _CELL * 1.5
    wide = replace(region, across=(region.across[0] - quiet, region.across[1] + quiet))
    width, height = int((wide.across[1] - wide.across[0]) * _ACROSS), _BANDS * _ROWS
    step = max(wide.along[1] - wide.along[0], 1.0) / height
    (x, y), cos, sin = wide.at(wide.across[0], wide.along[0] + step / 2), math.cos(wide.angle), math.sin(wide.angle)
    back = np.array([[cos / _ACROSS, -sin * step, x], [sin / _ACROSS, cos * step, y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    upright = cv2.warpAffine(grey, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return upright.reshape(_BANDS, _ROWS, width).mean(axis=1, dtype=np.float32), wide


@dataclass(slots=True)
class _Votes:
    """Readings of a region's lines that say the same; where they stand, as samples across and numbers of bands."""

    first: Sighting
    left: float
    right: float
    bands: list[int]

    def overlap(self, other: _Votes) -> bool:
        """Both stand at the same place of the region."""
        aside = self.right < other.left or other.right < self.left
        return not aside and min(self.bands) <= max(other.bands) and min(other.bands) <= max(self.bands)

    def sighting(self, wide: Region) -> Sighting:
        """In the frame, as tall as the bands that were read."""
        left, right = (wide.across[0] + end / _ACROSS for end in (self.left, self.right))
        thick = (wide.along[1] - wide.along[0]) / _BANDS
        top, bottom = wide.along[0] + min(self.bands) * thick, wide.along[0] + (max(self.bands) + 1) * thick
        corners = (wide.at(left, top), wide.at(right, top), wide.at(right, bottom), wide.at(left, bottom))
        return replace(self.first, corners=corners, votes=len(self.bands))


def _read_region(grey: Grey, region: Region, ways: Sequence[Way]) -> list[Sighting]:
    """What enough lines of a region say, most votes first; the next way is tried while nothing has more than enough."""
    lines, wide = _bands(grey, region)
    votes: dict[tuple[str, str], _Votes] = {}
    for way in ways:
        for number, line in enumerate(_black_and_white(way(lines))):
            for found in _read_line(line[None]):
                if (seen := sighting(found)) is not None:
                    ends = [x for x, _ in seen.corners]
                    voted = votes.setdefault((seen.data, seen.kind), _Votes(seen, min(ends), max(ends), []))
                    voted.bands.append(number)
        if any(len(each.bands) > _ENOUGH for each in votes.values()):
            break
    kept: list[_Votes] = []
    for each in sorted(votes.values(), key=lambda one: -len(one.bands)):
        if len(each.bands) >= _ENOUGH and not any(each.overlap(other) for other in kept):
            kept.append(each)
    return [each.sighting(wide) for each in kept]


def _sharpened(lines: Lines, radius: float, strength: float) -> Lines:
    return lines * (1 + strength) - _blurred(lines, radius * _ACROSS) * strength


def _restored(lines: Lines, spread: Spread) -> Lines:
    return _blurred(restored(lines, spread, _ACROSS), _SLIGHT * _ACROSS)


def _black_and_white(sharp: Lines) -> Grey:
    """Each line cut at the middle between its local lightest and darkest."""
    count, width = sharp.shape
    size = max(width // _BLOCKS, 4)
    blocks = sharp[:, : width // size * size].reshape(count, -1, size)
    around = np.ones((1, 3), np.uint8)
    middle = (cv2.dilate(blocks.max(axis=2), around) + cv2.erode(blocks.min(axis=2), around)) * np.float32(0.5)
    threshold = cv2.resize(middle, (width, count), interpolation=cv2.INTER_LINEAR)
    return np.where(sharp > threshold, np.uint8(255), np.uint8(0))


def _blurred(lines: Lines, sigma: float) -> Lines:
    blurred: Lines = cv2.GaussianBlur(lines, (int(sigma * 3) * 2 + 1, 1), sigma, sigmaY=1e-3)
    return blurred


Way = Callable[[Lines], Lines]
_SHARPEN: Final[Sequence[Way]] = (
    partial(_sharpened, radius=1.5, strength=3.0),
    partial(_sharpened, radius=2.5, strength=4.0),
    partial(_blurred, sigma=_SMOOTHING * _ACROSS),
    partial(_sharpened, radius=3.5, strength=6.0),
)
"""Unsharp masks (radius in pixels), in turn: what a hand's distance blurs first."""
_RESTORE: Final[Sequence[Way]] = tuple(partial(_restored, spread=spread) for spread in SPREADS)
