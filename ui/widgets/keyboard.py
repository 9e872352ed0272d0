"""A keyboard on the screen in three scripts: Bengali, Latin (with Portuguese letters), digits.

The Bengali letters stand in the order of the alphabet, which every reader knows; a layout for typists is known to few
shoppers. The first row shows vowel signs after a consonant and whole vowels elsewhere; one key shows the others
(``দই`` and ``বউ`` need a whole vowel after a consonant).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton, Role

__all__ = ["Keyboard", "Script", "script_of"]

Script = Literal["beng", "latn", "digits"]

_SIGNS: Final = tuple("ািীুূৃেৈোৌ্")
_VOWELS: Final = tuple("আইঈউঊঋএঐওঔঅ")
_BENGALI: Final = (
    tuple("কখগঘঙচছজঝঞট"),
    tuple("ঠডঢণতথদধনপফ"),
    tuple("বভমযরলশষসহৎ"),
    ("vowels", "ড়", "ঢ়", "য়", "ং", "ঃ", "ঁ"),
)
_LATIN: Final = (tuple("qwertyuiop"), tuple("asdfghjklç"), tuple("zxcvbnmãéó"))
_DIGITS: Final = (tuple("12345"), tuple("67890"))
_NAMES: Final[dict[str, str]] = {"beng": "কখগ", "latn": "abc", "digits": "123"}
_ORDER: Final[tuple[Script, ...]] = ("beng", "latn", "digits")
_CONSONANTS: Final = range(0x0995, 0x09BA)
_DOTTED_CIRCLE: Final = "◌"
_NUKTA: Final = "়"
_FEW: Final = 4
_FEW_ROWS: Final = 76
_MANY_ROWS: Final = 60


def script_of(language: str) -> Script:
    """The script a language is written in."""
    return "beng" if language.startswith("bn") else "latn"


class Keyboard(Block):
    """Keeps the ``entry`` and gives it to ``typed`` after each key. ``put_away`` hides it; ``grown`` says that it
    wants another height.
    """

    def __init__(
        self, kit: Kit, typed: Callable[[str], None], put_away: Callable[[], None], grown: Callable[[], None]
    ) -> None:
        super().__init__(kit)
        self._typed, self._put_away, self._grown = typed, put_away, grown
        self.entry = ""
        self.script: Script = script_of(kit.language)
        self._other_vowels = False
        self.keys: dict[str, PushButton] = {}
        self._rows: list[list[str]] = []
        self._build()

    def start(self, entry: str = "") -> None:
        """Begin anew."""
        self.entry, self._other_vowels = entry, False
        self._settle()

    def press(self, key: str) -> None:
        """What a key does."""
        if key in _ORDER:
            self.script = key
            self._build()
            self._grown()
            return
        if key == "hide":
            self._put_away()
            return
        if key == "vowels":
            self._other_vowels = not self._other_vowels
        else:
            self._other_vowels = False
            self.entry = self.entry[:-1] if key == "back" else self.entry + (" " if key == "space" else key)
        self._settle()
        self._typed(self.entry)

    @property
    def wanted_height(self) -> int:
        """How tall it would stand, in pixels: the fewer rows, the taller the keys, and none below the least target."""
        rows = len(self._rows)
        return rows * self.kit.px(_FEW_ROWS if rows <= _FEW else _MANY_ROWS) + (rows - 1) * self.kit.px(8)

    @property
    def signs(self) -> bool:
        """Whether the first Bengali row shows vowel signs."""
        last = self.entry.removesuffix(_NUKTA)[-1:]
        after_consonant = bool(last) and (ord(last) in _CONSONANTS or last in "ড়ঢ়য়")
        return after_consonant != self._other_vowels

    def _settle(self) -> None:
        """Write the first Bengali row as it should be now."""
        if self.script == "beng":
            for sign, vowel in zip(_SIGNS, _VOWELS, strict=True):
                self.keys[sign].say(_DOTTED_CIRCLE + sign if self.signs else vowel)
            self.keys["vowels"].say("".join(_VOWELS[:2]) if self.signs else _DOTTED_CIRCLE + _SIGNS[0])

    def _build(self) -> None:
        self.drop(*self.keys.values())
        rows = {"beng": (_SIGNS, *_BENGALI), "latn": _LATIN, "digits": _DIGITS}[self.script]
        others = [script for script in _ORDER if script != self.script]
        self._rows = [list(row) for row in rows]
        controls = [*others, "space", "back", "hide"]
        self._rows.append(controls)
        self.keys = {key: self._key(key) for row in self._rows for key in row}
        self.add(*self.keys.values())
        self._settle()

    def _key(self, key: str) -> PushButton:
        def pressed() -> None:
            if self.script == "beng" and key in _SIGNS:
                self.press(key if self.signs else _VOWELS[_SIGNS.index(key)])
            else:
                self.press(key)

        icons = {"back": "backspace", "hide": "keyboard"}
        said = {"space": self.kit.say("keyboard.space"), "vowels": "", "back": "", "hide": ""}
        role: Role = "key" if key not in icons and key not in said and key not in _NAMES else "key_soft"
        words = said.get(key, _NAMES.get(key, key))
        size = TypeSize.BODY if role == "key_soft" else TypeSize.LEAD
        return PushButton(
            self.kit,
            words,
            pressed,
            role=role,
            icon=icons.get(key, ""),
            icon_size=30,
            size=size,
            face="Medium",
            radius=12,
        )

    def arrange(self, area: Area) -> None:
        """Rows of equal keys; the space bar takes what is left of its row."""
        gap = self.kit.px(6 if self.kit.portrait else 8)
        for names, row in zip(self._rows, area.rows(len(self._rows), gap), strict=True):
            if "space" in names:
                self._arrange_controls(names, row, gap)
                continue
            widest = max(len(names) for names in self._rows[:-1])
            cells = row.columns(widest, gap)
            spare = (widest - len(names)) * (cells[0].w + gap) // 2
            for key, cell in zip(names, cells, strict=False):
                self.keys[key].place(Area(cell.x + spare, cell.y, cell.w, cell.h))

    def _arrange_controls(self, names: list[str], row: Area, gap: int) -> None:
        side = self.kit.px(108)
        rest = row
        for key in names[: names.index("space")]:
            cell, rest = rest.left(side, gap)
            self.keys[key].place(cell)
        for key in reversed(names[names.index("space") + 1 :]):
            cell, rest = rest.right(side, gap)
            self.keys[key].place(cell)
        self.keys["space"].place(rest)
