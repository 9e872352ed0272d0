"""The sample shop's pictures: cropped photographs of produce, and drawn tiles for everything else."""

from __future__ import annotations

from pathlib import Path

__all__ = ["make_pictures"]


def make_pictures(photographs: Path, root: Path) -> None:
    """Write every picture below ``root / "pictures"``."""
