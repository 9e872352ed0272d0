"""Staff key in a code for the shopper: a pad over the staff screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.code_keys import CodeKeys
from ui.widgets.field import Field

__all__ = ["LONGEST_CODE", "CodePad"]

LONGEST_CODE: Final = 24
"""Longer codes are scanned, not typed."""


class CodePad(Block):
    """Covers the staff screen; ``taken`` is given the code once it is confirmed."""

    def __init__(self, kit: Kit, *, title: str, taken: Callable[[str], None], cancelled: Callable[[], None]) -> None:
        super().__init__(kit)
        self._taken = taken
        self._ground = self.ground(kit.theme.ground, radius=1)
        self._title = kit.words(title, TypeSize.TITLE, face="Bold")
        self.field = Field(kit, kit.say("coupon.field"), lambda: None, icon="tag")
        self.field.focus(focused=True)
        self.keys = CodeKeys(kit, self._typed, longest=LONGEST_CODE)
        self.take = PushButton(
            kit, kit.say("keypad.enter"), self._take, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.cancel = PushButton(kit, kit.say("button.cancel"), cancelled, icon="close")
        self.add(self._title, self.field, self.keys, self.take, self.cancel)
        self._typed("")

    def _typed(self, entry: str) -> None:
        self.field.show(entry)
        self.take.enable(bool(entry))

    def _take(self) -> None:
        self._taken(self.keys.entry)

    def arrange(self, area: Area) -> None:
        """Title, field, keys, and the two ways out below."""
        kit = self.kit
        self._ground.place(area)
        title, rest = area.inset(kit.px(32), kit.px(20)).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        cancel, take = buttons.left(max(kit.px(240), self.cancel.natural_width()), kit.px(16))
        self.cancel.place(cancel)
        self.take.place(take)
        field, rest = rest.top(kit.px(96), kit.px(16))
        self.field.place(field)
        self.keys.place(rest)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Nothing falls through to the screen below."""
        super().on_touch_down(touch)
        return True
