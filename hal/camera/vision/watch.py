"""How closely a camera is watched: the settings that every camera's driver shares."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """``gone_ms``: a code not seen for so long has left, and may be told again. ``stale_ms``: without a good picture
    for so long the camera is lost. ``frozen_ms``: so too with the very same picture (0: it may stand still for ever).
    ``retry_ms``: pause before a lost camera is opened again. ``produce_model``: the file by which it guesses produce
    (``hal.camera.produce.recogniser``); empty: it guesses none.
    """

    gone_ms: int = 1500
    stale_ms: int = 2000
    frozen_ms: int = 10_000
    retry_ms: int = 1000
    produce_model: str = ""

    def __post_init__(self) -> None:
        """Refuse times that make no sense."""
        if min(self.gone_ms, self.stale_ms, self.retry_ms) <= 0 or self.frozen_ms < 0:
            text = "gone_ms, stale_ms and retry_ms are above 0, frozen_ms 0 or above"
            raise ValueError(text)
