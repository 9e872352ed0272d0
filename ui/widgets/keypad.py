"""Digits to press, in the script of the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton

__all__ = ["Keypad"]

_KEYS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "back")


class Keypad(Block):
    """Twelve keys: one to nine, clear, nought, back. ``typed`` is given the whole entry after each key."""

    def __init__(self, kit: Kit, typed: Callable[[str], None], *, longest: int) -> None:
        super().__init__(kit)
        self._typed, self._longest = typed, longest
        self.entry = ""
        self.keys = {key: self._key(key) for key in _KEYS}
        self.add(*self.keys.values())

    def _key(self, key: str) -> PushButton:
        def pressed() -> None:
            self.press(key)

        if key == "back":
            return PushButton(self.kit, "", pressed, role="key_soft", icon="backspace", icon_size=36, radius=16)
        if key == "clear":
            return PushButton(self.kit, self.kit.say("keypad.clear"), pressed, role="key_soft", radius=16)
        digit = self.kit.speaker.digits(key)
        return PushButton(self.kit, digit, pressed, role="key", size=TypeSize.TITLE, face="SemiBold", radius=16)

    def press(self, key: str) -> None:
        """What a key does."""
        if key == "clear":
            self.entry = ""
        elif key == "back":
            self.entry = self.entry[:-1]
        elif len(self.entry) < self._longest:
            self.entry += key
        self._typed(self.entry)

    def arrange(self, area: Area) -> None:
        """Four rows of three."""
        gap = self.kit.px(12)
        places = [cell for row in area.rows(4, gap) for cell in row.columns(3, gap)]
        for button, place in zip(self.keys.values(), places, strict=True):
            button.place(place)
