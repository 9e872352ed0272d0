"""A small mark on something: an icon, and its words where there is room for them."""

from __future__ import annotations

from typing import Final

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.icon import Icon

__all__ = ["Badge"]

_ICON: Final = 24
_GAP: Final = 8
_EDGE: Final = 10


class Badge(Block):
    """Not to be pressed: what is under it is."""

    def __init__(self, kit: Kit, icon: str, words: str) -> None:
        super().__init__(kit)
        theme = kit.theme
        self._ground = self.ground(theme.soft, radius=12, edge=theme.on_soft if theme.edge else "")
        self._icon = Icon(kit, icon, _ICON, theme.on_soft)
        self._words = kit.words(words, TypeSize.NOTE, colour=theme.on_soft, face="SemiBold", one_line=True)
        self.add(self._icon, self._words)

    @property
    def icon_width(self) -> int:
        """The pixels it takes without its words."""
        return self.kit.px(_ICON + 2 * _EDGE)

    def arrange(self, area: Area) -> None:
        """Icon left, words beside it; the icon alone where they would not fit."""
        self._ground.place(area)
        kit = self.kit
        spoken = area.w > 2 * self.icon_width
        self.keep(self._words, spoken)
        inner = area.inset(kit.px(_EDGE), 0) if spoken else area
        if not spoken:
            self._icon.place(inner)
            return
        icon, rest = inner.left(kit.px(_ICON), kit.px(_GAP))
        self._icon.place(icon)
        self._words.place(rest)
