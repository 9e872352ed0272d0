"""The mechanics of a receipt printer: paper, cover, cutter, print head, drawer; and how it tells of them, bit by bit.

From the pages DLE EOT, GS r and GS a of Epson's command reference. The knobs are fields: who turns one calls the
interpreter's ``changed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Machine", "PaperState"]

PaperState = Literal["ok", "near_end", "out"]

_DRAWER, _ONLINE, _ERROR, _PAPER, _PANEL = 0x01, 0x02, 0x04, 0x08, 0x40
_CATEGORIES = {
    _DRAWER: b"\x04\x00\x00\x00",
    _ONLINE: b"\x28\x01\x00\x00",
    _ERROR: b"\x00\x6c\x00\x00",
    _PAPER: b"\x00\x00\x0f\x00",
    _PANEL: b"\x40\x02\x00\x00",
}
"""Which bits of the four bytes belong to each category that GS a asks for."""


@dataclass(slots=True)
class Machine:
    """``rows_left``: paper on the roll, in dots; ``None`` is plenty. ``jammed``: something stands in the cutter's way;
    ``cutter_stuck``: it ran into it. ``drawer_open`` pulls pin 3 of the drawer's connector low.
    """

    paper: PaperState = "ok"
    rows_left: int | None = None
    cover_open: bool = False
    jammed: bool = False
    cutter_stuck: bool = False
    hot: bool = False
    broken: bool = False
    button: bool = False
    drawer_open: bool = False

    @property
    def error(self) -> int:
        """The causes of an error, in the bits of DLE EOT 3."""
        return (0x08 if self.cutter_stuck else 0) | (0x20 if self.broken else 0) | (0x40 if self.hot else 0)

    @property
    def offline(self) -> bool:
        """Whether anything keeps it from printing."""
        return self.paper == "out" or self.cover_open or self.button or bool(self.error)

    def real_time(self, number: int) -> int:
        """The answer to DLE EOT ``number``, 1 to 4."""
        out, near = self.paper == "out", self.paper != "ok"
        feeding = 0x40 if self.button else 0
        flags = {
            1: (0 if self.drawer_open else 0x04) | (0x08 if self.offline else 0) | feeding,
            2: (0x04 if self.cover_open else 0) | feeding >> 3 | (0x20 if out else 0) | (0x40 if self.error else 0),
            3: self.error,
            4: (0x0C if near else 0) | (0x60 if out else 0),
        }
        return 0x12 | flags[number]

    def automatic(self) -> bytes:
        """The four bytes of automatic status."""
        out, near = self.paper == "out", self.paper != "ok"
        first = 0x10 | (0 if self.drawer_open else 0x04) | (0x08 if self.offline else 0)
        first |= (0x20 if self.cover_open else 0) | (0x40 if self.button else 0)
        return bytes([first, self.error, (0x03 if near else 0) | (0x0C if out else 0), 0])

    @staticmethod
    def changed(asked: int, before: bytes, now: bytes) -> bool:
        """Whether what GS a ``asked`` for differs between two automatic statuses."""
        masks = [mask for category, mask in _CATEGORIES.items() if asked & category]
        return any((old ^ new) & bit for mask in masks for old, new, bit in zip(before, now, mask, strict=True))

    def buffered(self, kind: int) -> int:
        """The answer to GS r ``kind``: 1 paper, 2 drawer."""
        if kind == 1:
            return (0x03 if self.paper != "ok" else 0) | (0x0C if self.paper == "out" else 0)
        return 0 if self.drawer_open else 0x01

    def use(self, rows: int) -> bool:
        """Take paper from the roll; false if nothing can be printed now."""
        if self.rows_left is not None and self.paper != "out":
            if self.rows_left < rows:
                self.paper, self.rows_left = "out", None
            else:
                self.rows_left -= rows
        return not self.offline

    def cut(self) -> bool:
        """Move the cutter; false if it is stuck."""
        self.cutter_stuck = self.cutter_stuck or self.jammed
        return not self.cutter_stuck

    def recover(self) -> bool:
        """Try the cutter again (DLE ENQ); false if there was nothing to recover from, or the jam is still there."""
        if not self.cutter_stuck or self.jammed or self.cover_open:
            return False
        self.cutter_stuck = False
        return True
