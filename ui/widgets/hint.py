"""What to do next, in a sentence with a picture: the scanner's hint and its kin."""

from __future__ import annotations

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.icon import Icon

__all__ = ["Hint"]


class Hint(Block):
    """A tinted card with a large icon and a sentence."""

    def __init__(self, kit: Kit, icon: str = "scan", *, size: int = TypeSize.BODY, icon_size: int = 64) -> None:
        super().__init__(kit)
        theme = kit.theme
        self._ground = self.ground(theme.soft, edge=theme.on_soft if theme.edge else "")
        self._icon = Icon(kit, icon, icon_size, theme.on_soft)
        self._side = kit.px(icon_size)
        self._words = kit.words("", size, colour=theme.on_soft, face="SemiBold")
        self.add(self._icon, self._words)

    def show(self, said: str) -> None:
        """Say this."""
        self._words.say(said)

    def arrange(self, area: Area) -> None:
        """Icon left, words beside it."""
        self._ground.place(area)
        icon, rest = area.inset(self.kit.px(24), self.kit.px(8)).left(self._side, self.kit.px(20))
        self._icon.place(icon)
        self._words.place(rest)
