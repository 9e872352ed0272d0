"""Contact sheets: many pictures on few pages, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

__all__ = ["Shot", "contact_sheet"]

_FONT = Path(__file__).resolve().parents[1] / "ui" / "assets" / "fonts" / "NotoSansBengali-Medium.ttf"
_COLUMNS, _PER_PAGE = 3, 12
_CELL, _CAPTION, _GAP = (560, 350), 44, 16
_GROUND, _INK = "#f5f2ec", "#14211c"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture and what it shows."""

    path: Path
    caption: str


def contact_sheet(shots: Sequence[Shot], folder: Path) -> list[Path]:
    """Write ``contact-sheet-1.png`` and so on to ``folder``; gives their paths."""
    pages = []
    for number, start in enumerate(range(0, len(shots), _PER_PAGE), 1):
        page = shots[start : start + _PER_PAGE]
        path = folder / f"contact-sheet-{number}.png"
        _page(page).save(path)
        pages.append(path)
    return pages


def _page(shots: Sequence[Shot]) -> Image.Image:
    rows = -(-len(shots) // _COLUMNS)
    width, height = _CELL[0] + _GAP, _CELL[1] + _CAPTION + _GAP
    sheet = Image.new("RGB", (width * _COLUMNS + _GAP, height * rows + _GAP), _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(_FONT), 20)
    for place, shot in enumerate(shots):
        left = _GAP + place % _COLUMNS * width
        top = _GAP + place // _COLUMNS * height
        with Image.open(shot.path) as picture:
            small = picture.convert("RGB")
            small.thumbnail(_CELL)
            sheet.paste(small, (left, top))
        draw.text((left, top + _CELL[1] + 6), _shortened(shot.caption, font), fill=_INK, font=font)
    return sheet


def _shortened(caption: str, font: ImageFont.FreeTypeFont) -> str:
    while font.getlength(caption) > _CELL[0] and len(caption) > 1:
        caption = caption[:-2] + "…"
    return caption
