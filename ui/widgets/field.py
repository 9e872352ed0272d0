"""A field that shows what is typed on our own keys, with a caret. No key of the system reaches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Rectangle

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize, rgba
from ui.widgets.block import Block
from ui.widgets.icon import Icon

__all__ = ["Field"]


class Field(Block):
    """``hint`` stands in it while it is empty; ``touched`` opens the keyboard."""

    def __init__(
        self, kit: Kit, hint: str, touched: Callable[[], None], *, icon: str = "", size: int = TypeSize.LEAD
    ) -> None:
        super().__init__(kit)
        theme = kit.theme
        self._hint, self._touched, self._size = hint, touched, size
        self._focused = False
        self._ground = self.ground(theme.card, radius=16, edge=theme.outline)
        self._icon = Icon(kit, icon, 32, theme.muted) if icon else None
        self._words = kit.words(hint, size, colour=theme.muted, face="Medium", one_line=True)
        with self.canvas.after:
            self._caret_colour = Color(*rgba(theme.primary, 0))
            self._caret = Rectangle()
        self.entry = ""
        self.add(self._words)
        if self._icon is not None:
            self.add(self._icon)

    def show(self, entry: str, shown: str | None = None) -> None:
        """What was typed; ``shown`` where something else stands for it (dots for a PIN)."""
        self.entry = entry
        written = shown if shown is not None else entry
        self._words.say(written or self._hint)
        self._words.paint(self.kit.theme.ink if written else self.kit.theme.muted)
        self._place_caret()

    def focus(self, *, focused: bool) -> None:
        """Whether the keys write here."""
        self._focused = focused
        self._caret_colour.a = 1 if focused else 0
        self._ground.edge(self.kit.theme.primary if focused else self.kit.theme.outline)

    def arrange(self, area: Area) -> None:
        """Icon, then words."""
        self._ground.place(area)
        inner = area.inset(self.kit.px(20), self.kit.px(4))
        if self._icon is not None:
            icon, inner = inner.left(self.kit.px(32), self.kit.px(16))
            self._icon.place(icon)
        self._words.place(inner.inset(self.kit.px(6), 0))
        self._place_caret()

    def _place_caret(self) -> None:
        written = self._words.text if self._words.text != self._hint else ""
        wide = self.kit.wide(written, self._size, "Medium") if written else 0
        tall = min(self.kit.type_px(self._size) * 5 // 4, int(self.height * 7 // 10))
        x = min(
            self._words.x + wide + (self.kit.px(3) if wide else -self.kit.px(4)), self._words.right - self.kit.px(3)
        )
        self._caret.pos = (x, self.y + (self.height - tall) / 2)
        self._caret.size = (self.kit.px(3), tall)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Open the keyboard."""
        if self.area.holds(*touch.pos):
            self._touched()
            return True
        return False
