"""Pictures with what stands in them: a folder, and a manifest of ``file``, ``symbology``, ``expected_normalised``.

Expected text is normalised: GTINs in 14 digits, UPC-E expanded; DataBar without brackets and separators. A picture with
several codes has a row for each.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["DATA", "Picture", "Sample", "grey_of", "known", "load", "normalised", "picture_of", "spread"]

DATA = Path(__file__).parents[2] / "data" / "vision"
Picture = npt.NDArray[Any]

_TRADE = frozenset({"ean13", "ean8", "upca", "upce"})
_DATABAR_GTIN = frozenset({"databar14", "databaromni", "databarltd", "databarlimited"})
_GTIN_STRING = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """One code in one picture. ``also``: what else is in it, in every symbology's writing."""

    file: Path
    symbology: str
    expected: str
    also: frozenset[str] = frozenset()

    def is_there(self, data: str) -> bool:
        """This, or another code of the picture."""
        return self.matches(data) or data.zfill(14) in self.also or normalised("", data) in self.also

    def matches(self, data: str) -> bool:
        """Exactly what is expected."""
        return normalised(self.symbology, data) == normalised(self.symbology, self.expected)

    def with_also(self, more: Iterable[str]) -> Sample:
        """The same, with more that is in the picture."""
        return replace(self, also=self.also | set(more))


def load(images: Path, manifest: Path) -> list[Sample]:
    """The samples of a folder. Raises ``OSError``, ``KeyError`` for a manifest without its three columns."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    by_file: dict[str, set[str]] = {}
    for row in rows:
        by_file.setdefault(row["file"], set()).add(normalised(row["symbology"], row["expected_normalised"]))
    return [
        Sample(images / row["file"], row["symbology"], row["expected_normalised"], frozenset(by_file[row["file"]]))
        for row in rows
    ]


def normalised(symbology: str, data: str) -> str:
    """A code as the manifests write it.

    >>> normalised("databar14", "(01)04412345678909")
    '04412345678909'
    """
    symbology = "".join(filter(str.isalnum, symbology.lower()))  # EAN-13 is ean13
    plain = data.replace("\x1d", "").replace("{GS}", "").replace("\r\n", "\n").strip("\n")
    if symbology in _TRADE:
        return plain.zfill(14)
    if symbology.startswith("databar"):
        plain = plain.replace("(", "").replace(")", "")
    if symbology in _DATABAR_GTIN and len(plain) == _GTIN_STRING and plain.startswith("01"):
        return plain[2:]
    return plain


def picture_of(file: Path) -> Picture:
    """In colours, what was transparent on white. Raises ``ValueError`` for a file that is no picture."""
    read = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if read is None:
        text = f"{file} is no picture"
        raise ValueError(text)
    picture: Picture = read if read.dtype == np.uint8 else cv2.convertScaleAbs(read, alpha=1 / 256)
    if picture.ndim == 2:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    if picture.shape[2] == 4:
        opaque = picture[:, :, 3:].astype(np.float32) / 255
        return np.asarray(picture[:, :, :3] * opaque + 255 * (1 - opaque), np.uint8)
    return picture


def grey_of(picture: Picture) -> Picture:
    """As the decoders take it."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def known(samples: Iterable[Sample]) -> frozenset[str]:
    """Every code of the manifest, as 14 digits."""
    return frozenset(sample.expected.zfill(14) for sample in samples)


def spread(samples: Sequence[Sample], most: int) -> list[Sample]:
    """At most so many, spread evenly over all."""
    step = max(-(-len(samples) // most), 1)
    return list(samples[::step])
