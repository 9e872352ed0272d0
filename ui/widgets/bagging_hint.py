"""What to do in the bagging area, until it is done; with the touches that end it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.checkout.screen import BaggingView
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.icon import Icon

__all__ = ["BaggingHint"]

_LINE: Final = 1.4
_BUTTON: Final = 76
_ICON: Final = 48


class BaggingHint(Block):
    """A sentence on the colour of help. ``own_bag`` and ``skip`` are called when their buttons are pressed."""

    def __init__(self, kit: Kit, own_bag: Callable[[], None], skip: Callable[[int], None]) -> None:
        super().__init__(kit)
        theme = kit.theme
        self._view: BaggingView | None = None
        self._skip_line = skip
        self._size: int = TypeSize.NOTE if kit.large else TypeSize.BODY
        self._ground = self.ground(theme.help, edge=theme.on_help if theme.edge else "")
        self._icon = Icon(kit, "scale", _ICON, theme.on_help)
        self._words = kit.words("", self._size, colour=theme.on_help, face="SemiBold")
        self.own_bag = PushButton(kit, kit.say("bagging.own_bag"), own_bag, role="key", size=self._size)
        self.skip = PushButton(kit, kit.say("bagging.skip"), self._skip, role="key", size=self._size)
        self.add(self._icon, self._words)

    @property
    def said(self) -> str:
        """What it says."""
        return str(self._words.text)

    def show(self, view: BaggingView) -> None:
        """Say this."""
        self._view = view
        self._words.say(self.kit.say(view.says))
        self.keep(self.own_bag, view.own_bag)
        self.keep(self.skip, view.skip is not None)

    def _skip(self) -> None:
        if self._view is not None and self._view.skip is not None:
            self._skip_line(self._view.skip)

    @property
    def _buttons(self) -> list[PushButton]:
        return [each for each in (self.own_bag, self.skip) if each.parent is not None]

    def tall(self, width: int) -> int:
        """The height it wants in a width of so many pixels."""
        kit = self.kit
        lines = kit.lines(self.said, self._size, "SemiBold", self._beside(Area(0, 0, width, 0)).w)
        words = max(kit.px(_ICON), lines * kit.tall(self._size * _LINE))
        return words + 2 * kit.px(14) + (kit.px(_BUTTON) + kit.px(12) if self._buttons else 0)

    def _beside(self, area: Area) -> Area:
        return area.inset(self.kit.px(20), self.kit.px(14)).left(self.kit.px(_ICON), self.kit.px(16))[1]

    def arrange(self, area: Area) -> None:
        """Words beside the icon, touches below."""
        kit = self.kit
        self._ground.place(area)
        inner, buttons = area.inset(kit.px(20), kit.px(14)), self._buttons
        if buttons:
            row, inner = inner.bottom(kit.px(_BUTTON), kit.px(12))
            for button, place in zip(buttons, row.columns(len(buttons), kit.px(16)), strict=True):
                button.place(place)
        icon, rest = inner.left(kit.px(_ICON), kit.px(16))
        self._icon.place(icon.centre(kit.px(_ICON), kit.px(_ICON)))
        self._words.place(rest)
