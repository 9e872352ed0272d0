"""Undoing what focus and movement did to lines across a bar code.

A lens out of focus spreads each edge about like a Gaussian, a moving hand like a box as long as the way it went. Lines
that are means along the bars have little noise left, so dividing their spectrum by that of the spread (Wiener's filter,
N. Wiener, "Extrapolation, Interpolation, and Smoothing of Stationary Time Series", 1949) gives back bars that no
sharpening shows. How much it was spread nobody knows: a few amounts are tried, and lines that read by a wrong one are
rare enough for a vote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["SPREADS", "Spread", "restored"]

Lines = npt.NDArray[Any]

_MARGIN = 200
"""Samples mirrored at the ends, so that a line's two ends do not meet."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What was done to an edge: ``pixels`` is a Gaussian's standard deviation or a movement's length.

    ``doubt``: the noise that is reckoned with, as a share of the signal's power; more gives less sharp lines.
    """

    by: Literal["focus", "movement"]
    pixels: float
    doubt: float


SPREADS: Final = (
    Spread("focus", 3.0, 3e-3),
    Spread("movement", 7.0, 1e-3),
    Spread("focus", 2.5, 1e-3),
    Spread("movement", 9.0, 1e-3),
    Spread("focus", 2.0, 3e-3),
    Spread("focus", 3.5, 5e-4),
    Spread("movement", 5.0, 1e-3),
    Spread("focus", 3.0, 5e-4),
    Spread("movement", 12.0, 1e-3),
)
"""In the order in which they are tried: what reads most of what is left first."""


def restored(lines: Lines, spread: Spread, samples_per_pixel: int) -> Lines:
    """Lines (count x samples, ``float32``) as they were before ``spread``."""
    width = lines.shape[1]
    length = 1 << (width + _MARGIN - 1).bit_length()
    before = (length - width) // 2
    wide = np.pad(lines, ((0, 0), (before, length - width - before)), mode="reflect" if width > length // 2 else "edge")
    transfer = _TRANSFER[spread.by](np.fft.rfftfreq(length), spread.pixels * samples_per_pixel)
    spectrum = np.fft.rfft(wide, axis=1) * (transfer / (transfer * transfer + spread.doubt))
    sharp = np.fft.irfft(spectrum, length, axis=1)[:, before : before + width]
    return np.ascontiguousarray(sharp, np.float32)


def _focus(frequency: npt.NDArray[Any], sigma: float) -> npt.NDArray[Any]:
    return np.asarray(np.exp(-2 * (np.pi * frequency * sigma) ** 2))


def _movement(frequency: npt.NDArray[Any], length: float) -> npt.NDArray[Any]:
    return np.asarray(np.sinc(frequency * length))


_TRANSFER: Final[dict[str, Callable[[npt.NDArray[Any], float], npt.NDArray[Any]]]] = {
    "focus": _focus,
    "movement": _movement,
}
