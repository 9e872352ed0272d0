"""A strip that says what happened and what to do next."""

from __future__ import annotations

from typing import Final, Literal

from kivy.animation import Animation

from ui.area import Area
from ui.kit import Kit
from ui.theme import Motion, TypeSize
from ui.widgets.block import Block
from ui.widgets.icon import Icon

__all__ = ["Level", "NoticeStrip"]

Level = Literal["info", "warning", "error"]

_LOOK: Final[dict[Level, tuple[str, str, str]]] = {
    "info": ("soft", "on_soft", "info"),
    "warning": ("help", "on_help", "warning"),
    "error": ("alarm", "on_alarm", "warning"),
}
"""Level -> ground, ink, icon."""


class NoticeStrip(Block):
    """Icon and up to two lines of words on the colour of its level."""

    def __init__(self, kit: Kit, *, size: int = TypeSize.BODY, shadow: bool = False, radius: int = 16) -> None:
        super().__init__(kit)
        theme = kit.theme
        self.level: Level = "info"
        self._ground = self.ground(theme.soft, radius=radius, edge=theme.on_soft if theme.edge else "", shadow=shadow)
        self._icon = Icon(kit, "info", 32, theme.on_soft)
        self._words = kit.words("", size, colour=theme.on_soft, face="SemiBold")
        self.add(self._icon, self._words)

    @property
    def said(self) -> str:
        """What it says."""
        return str(self._words.text)

    def show(self, said: str, level: Level, icon: str = "") -> None:
        """Say this."""
        self.level = level
        ground, ink, own_icon = _LOOK[level]
        colour = self.kit.theme.colour(ink)
        self._ground.paint(self.kit.theme.colour(ground))
        if self.kit.theme.edge:
            self._ground.edge(colour)
        self._icon.become(icon or own_icon)
        self._icon.paint(colour)
        self._words.paint(colour)
        self._words.say(said)

    def appear(self) -> None:
        """Come into view, without a jump where motion is wanted."""
        Animation.cancel_all(self)
        if self.kit.calm:
            self.opacity = 1
            return
        self.opacity = 0
        Animation(opacity=1, duration=Motion.CALM, t="out_quad").start(self)

    def arrange(self, area: Area) -> None:
        """Icon left, words beside it."""
        self._ground.place(area)
        icon, rest = area.inset(self.kit.px(20), self.kit.px(2)).left(self.kit.px(32), self.kit.px(16))
        self._icon.place(icon)
        self._words.place(rest)
