"""The sample shop's pictures: cropped photographs of produce, and drawn tiles for everything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from samples.build.canvas import SIZE, hexadecimal
from samples.build.packs import draw_department, draw_pack
from samples.build.produce_art import PRODUCE_ART, draw_produce

__all__ = ["make_pictures"]

_JPEG_QUALITY = 82


def make_pictures(photographs: Path, root: Path) -> None:
    """Write every picture below ``root / "pictures"``; photographs as ``shop/photographs.json`` chose them."""
    folder = root / "pictures"
    chosen = json.loads((root / "shop" / "photographs.json").read_text("utf-8"))
    for slug, file in chosen.items():
        with Image.open(photographs / file) as photograph:
            square = ImageOps.fit(photograph.convert("RGB"), (SIZE, SIZE), Image.Resampling.LANCZOS)
            square.save(folder / f"{slug}.jpg", quality=_JPEG_QUALITY, optimize=True)
    for slug in PRODUCE_ART:
        draw_produce(slug).save(folder / f"{slug}.png")
    colours = {}
    for row in _rows(root / "shop" / "departments.jsonl"):
        colours[row["department"]] = hexadecimal(row["colour"])
        draw_department(row["department"], colours[row["department"]]).save(
            folder / f"department-{row['department']}.png"
        )
    packs = {(row["pack"], row["department"]) for row in _rows(root / "shop" / "nouns.jsonl")}
    for pack, department in sorted(packs):
        draw_pack(pack, colours[department]).save(folder / f"pack-{pack}-{department}.png")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)
