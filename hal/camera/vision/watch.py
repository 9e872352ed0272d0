"""How closely a camera is watched: the settings that every camera's driver shares."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Watch", "plate_of"]


_WHOLE = 100
_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """``gone_ms``: a code not seen for so long has left, and may be told again. ``stale_ms``: without a good picture
    for so long the camera is lost. ``frozen_ms``: so too with the very same picture (0: it may stand still for ever).
    ``retry_ms``: pause before a lost camera is opened again. ``produce_model``: the file by which it guesses produce
    (``hal.camera.produce.recogniser``); empty: it guesses none. ``recent``: how many pictures of the plate are kept in
    memory for staff (at most 12; 0: none), one every ``recent_every_ms``; ``plate``: where the plate is in the picture,
    as left, top, width and height in percent (``25,50,50,40``), without which none are kept.
    """

    gone_ms: int = 1500
    stale_ms: int = 2000
    frozen_ms: int = 10_000
    retry_ms: int = 1000
    produce_model: str = ""
    recent: int = 0
    recent_every_ms: int = 500
    plate: str = ""

    def __post_init__(self) -> None:
        """Refuse times that make no sense."""
        if min(self.gone_ms, self.stale_ms, self.retry_ms) <= 0 or self.frozen_ms < 0:
            text = "gone_ms, stale_ms and retry_ms are above 0, frozen_ms 0 or above"
            raise ValueError(text)
        if self.recent < 0 or self.recent_every_ms <= 0 or (self.recent and plate_of(self.plate) is None):
            text = "recent pictures are kept only of a plate: left, top, width and height in percent, as 25,50,50,40"
            raise ValueError(text)


def plate_of(written: str) -> tuple[int, int, int, int] | None:
    """Left, top, width and height in percent; ``None`` for what is no part of a picture.

    >>> plate_of("25, 50, 50, 40"), plate_of("60,0,50,50"), plate_of("")
    ((25, 50, 50, 40), None, None)
    """
    parts = [part.strip() for part in written.split(",")]
    if len(parts) != _PARTS or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    left, top, width, height = map(int, parts)
    inside = width > 0 and height > 0 and left + width <= _WHOLE and top + height <= _WHOLE
    return (left, top, width, height) if inside else None
