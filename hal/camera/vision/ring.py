"""The last seconds before the camera, kept in memory for staff: few pictures, small ones, of the plate alone.

Only the **plate zone** ever enters the ring: what stands outside it (a face above the scale, the shop behind) is cut
off before a picture is kept, and made into no JPEG. OpenCV's wheel brings no model that finds faces, so nothing
here claims to blur one; a zone that shows the plate shows hands at most. The memory is bounded by count, width and
bytes.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import cv2

from hal.camera.vision.capture import Colours

__all__ = ["MOST_BYTES", "MOST_KEPT", "NOWHERE", "WIDEST", "Kept", "Ring", "zone"]

MOST_KEPT: Final = 12
WIDEST: Final = 480
"""Pixels: enough to tell an onion from a banana."""
MOST_BYTES: Final = 48 * 1024
"""Of one JPEG; a picture that needs more is kept coarser, or not at all."""
NOWHERE: Final = (0, 0, 0, 0)
"""No plate: nothing of a picture."""
_QUALITIES: Final = (70, 45, 25)
_PERCENT: Final = 100


class Kept(NamedTuple):
    """A picture of the plate: JPEG bytes, its size in pixels, and when it was taken (monotonic milliseconds)."""

    jpeg: bytes
    width: int
    height: int
    mono_ms: int


class Ring:
    """``kept`` pictures at most, one every ``every_ms``; ``plate`` is left, top, width, height in percent."""

    def __init__(self, kept: int, every_ms: int, plate: tuple[int, int, int, int]) -> None:
        self._ring: deque[Kept] = deque(maxlen=min(kept, MOST_KEPT))
        self._every_ms, self._plate = every_ms, plate

    def see(self, picture: Colours, mono_ms: int) -> None:
        """Keep the plate of this picture, if it is time for one."""
        if (
            not self._ring.maxlen
            or self._plate == NOWHERE
            or (self._ring and mono_ms - self._ring[-1].mono_ms < self._every_ms)
        ):
            return
        small = _small(zone(picture, self._plate))
        jpeg = _jpeg(small)
        if jpeg:
            self._ring.append(Kept(jpeg, small.shape[1], small.shape[0], mono_ms))

    def recent(self) -> tuple[Kept, ...]:
        """What is kept, oldest first."""
        return tuple(self._ring)

    def forget(self) -> None:
        """Keep nothing of it."""
        self._ring.clear()


def zone(picture: Colours, plate: tuple[int, int, int, int]) -> Colours:
    """The part of a picture that shows the plate."""
    high, wide = picture.shape[:2]
    left, top, width, height = plate
    x, y = wide * left // _PERCENT, high * top // _PERCENT
    return picture[y : y + max(1, high * height // _PERCENT), x : x + max(1, wide * width // _PERCENT)]


def _small(picture: Colours) -> Colours:
    high, wide = picture.shape[:2]
    if wide <= WIDEST:
        return picture
    return cv2.resize(picture, (WIDEST, max(1, high * WIDEST // wide)), interpolation=cv2.INTER_AREA)


def _jpeg(picture: Colours) -> bytes:
    """As fine as fits; empty where nothing does."""
    for quality in _QUALITIES:
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(jpeg) <= MOST_BYTES:
            return jpeg.tobytes()
    return b""
