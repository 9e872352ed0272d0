"""``make vision``. ``IMAGES=folder MANIFEST=file.csv`` measures other pictures, ``PARTS=stills,frames`` some of it.

It fails when a stream, after agreement over its pictures, tells a code that is not there. How much is read, and how
fast, is told beside its target.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import cv2

from tests.benchmarks.vision import latency, pictures, streams
from tests.benchmarks.vision.samples import DATA, Sample, load
from tools.report import Report

__all__ = ["PARTS", "main"]

PARTS: Final[Mapping[str, Callable[[Report, list[Sample]], None]]] = {
    "stills": pictures.stills,
    "frames": pictures.frames,
    "streams": streams.held_before_the_camera,
    "blank": streams.nothing_to_read,
    "latency": latency.to_the_kiosk,
}


def _samples(part: str) -> list[Sample]:
    images = os.environ.get("IMAGES")
    if images:
        return load(Path(images), Path(os.environ.get("MANIFEST") or Path(images) / "manifest.csv"))
    folder = DATA / ("barcodes" if part == "stills" else "ean13_photos")
    return load(folder, folder / "manifest.csv")


def main() -> int:
    """Measure what was asked for. Exit code 2 for a part that there is not or pictures that cannot be had."""
    wanted = [part for part in os.environ.get("PARTS", "").split(",") if part] or list(PARTS)
    if unknown := [part for part in wanted if part not in PARTS]:
        sys.stderr.write(f"vision: there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    cv2.setNumThreads(1)  # as in the worker
    with Report("vision") as report:
        for part in wanted:
            report.progress(part)
            try:
                samples = _samples(part)
            except (OSError, KeyError) as error:
                sys.stderr.write(f"vision: the pictures cannot be had: {type(error).__name__} {error}\n")
                return 2
            PARTS[part](report, samples)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
