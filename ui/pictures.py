"""Where a product's picture lies on this kiosk, and the tile that stands in where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from zlib import crc32

__all__ = ["Pictures", "initial"]

_ENDINGS: Final = (".jpg", ".png", ".webp")
_SIGNS: Final = range(0x0981, 0x0984)


@lru_cache(maxsize=4096)
def _find(folder: Path, picture: str) -> str | None:
    for ending in _ENDINGS:
        path = folder / f"{picture}{ending}"
        if path.is_file():
            return str(path)
    path = folder / picture
    return str(path) if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Pictures:
    """The folder of product pictures, from the settings; ``None`` where the shop has none."""

    folder: Path | None = None

    def path(self, picture: str | None) -> str | None:
        """The file of a picture id. ``None`` for an unknown id, and for one that would leave the folder."""
        if self.folder is None or not picture or "/" in picture or picture.startswith("."):
            return None
        return _find(self.folder, picture)

    @staticmethod
    def tint(key: str, tints: int) -> int:
        """Which of ``tints`` colours belongs to an item: always the same one."""
        return crc32(key.encode()) % tints


def initial(name: str) -> str:
    """The letter that stands for a name: its first, without signs that cannot stand alone."""
    for letter in name:
        if letter.isalnum() and ord(letter) not in _SIGNS:
            return letter.upper()
    return ""
