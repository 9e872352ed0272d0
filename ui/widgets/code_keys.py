"""Keys for what is printed as a code: Latin capitals, digits and the hyphen, in every language as they are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton

__all__ = ["CodeKeys"]

_ROWS: Final = ("1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM")
_BACK_KEYS: Final = 2
"""The key that takes the last sign away is so many keys wide."""


class CodeKeys(Block):
    """Keeps the ``entry``, at most ``longest`` signs, and gives it to ``typed`` after each key."""

    def __init__(self, kit: Kit, typed: Callable[[str], None], *, longest: int) -> None:
        super().__init__(kit)
        self._typed, self._longest = typed, longest
        self.entry = ""
        self.keys = {key: self._key(key) for row in _ROWS for key in row}
        self.back = PushButton(
            kit, "", lambda: self.press("back"), role="key_soft", icon="backspace", icon_size=30, radius=12
        )
        self.add(*self.keys.values(), self.back)

    def _key(self, key: str) -> PushButton:
        return PushButton(
            self.kit, key, lambda: self.press(key), role="key", size=TypeSize.LEAD, face="Medium", radius=12
        )

    def press(self, key: str) -> None:
        """What a key does."""
        if key == "back":
            self.entry = self.entry[:-1]
        elif len(self.entry) < self._longest:
            self.entry += key
        self._typed(self.entry)

    def start(self) -> None:
        """Begin anew."""
        self.entry = ""

    def arrange(self, area: Area) -> None:
        """Rows of equal keys, the last beside the key that takes away."""
        gap = self.kit.px(6 if self.kit.portrait else 8)
        rows = [row.columns(len(_ROWS[0]), gap) for row in area.rows(len(_ROWS), gap)]
        for names, cells in zip(_ROWS, rows, strict=True):
            for key, cell in zip(names, cells, strict=False):
                self.keys[key].place(cell)
        first, last = rows[-1][-_BACK_KEYS], rows[-1][-1]
        self.back.place(Area(first.x, first.y, last.x + last.w - first.x, first.h))
