"""What the printer's far end has kept: a folder of receipts, each with its text, and a picture where one was drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Receipt", "Receipts"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt: ``lines`` are what could be read as text, ``qr`` the data of its QR codes."""

    name: str
    lines: tuple[str, ...]
    qr: tuple[str, ...]
    complete: bool
    picture: bool
    taken: float

    def as_shown(self) -> dict[str, Any]:
        """For the bench page; ``picture`` is ``None`` where none was drawn."""
        return {
            "picture": f"/receipts/{self.name}.png" if self.picture else None,
            "text": "\n".join(self.lines),
            "complete": self.complete,
            "time": datetime.fromtimestamp(self.taken).astimezone().strftime("%H:%M:%S"),
        }


class Receipts:
    """Reads the folder; ``fresh`` gives what came since the last call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: set[str] = set()

    def all(self) -> list[Receipt]:
        """Every receipt, in the order in which they came out."""
        return [_read(path) for path in sorted(self.folder.glob("*.json"))]

    def fresh(self) -> list[Receipt]:
        """Those not given before."""
        new = [path for path in sorted(self.folder.glob("*.json")) if path.name not in self._seen]
        self._seen.update(path.name for path in new)
        return [_read(path) for path in new]


def _read(path: Path) -> Receipt:
    told = json.loads(path.read_text(encoding="utf-8"))
    return Receipt(
        name=path.stem,
        lines=tuple(told.get("text", ())),
        qr=tuple(told.get("qr", ())),
        complete=bool(told.get("complete", False)),
        picture=path.with_suffix(".png").exists(),
        taken=path.stat().st_mtime,
    )
