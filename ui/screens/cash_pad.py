"""How much cash staff took: typed as on a till, the last digits are the minor units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from kiosk.checkout.screen import Money
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad
from ui.widgets.totals import AmountRow

__all__ = ["CashPad"]

_LONGEST: Final = 9


class CashPad(Block):
    """Covers the staff screen. ``taken`` is given the sum; nothing typed means the exact sum."""

    def __init__(self, kit: Kit, due: Money, taken: Callable[[Money], None], cancelled: Callable[[], None]) -> None:
        super().__init__(kit)
        self._due, self._taken = due, taken
        self._ground = self.ground(kit.theme.ground, radius=1)
        self._title = kit.words(kit.say("staff.cash_received_ask"), TypeSize.TITLE, face="Bold")
        self._card = Card(kit)
        self._rows = (AmountRow(kit, TypeSize.LEAD), AmountRow(kit, TypeSize.LEAD), AmountRow(kit, TypeSize.LEAD))
        self.keypad = Keypad(kit, self._typed, longest=_LONGEST)
        self.take = PushButton(
            kit, kit.say("act.cash_received"), self._take, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.cancel = PushButton(kit, kit.say("button.cancel"), cancelled, icon="close")
        self.add(self._title, self._card, *self._rows, self.keypad, self.take, self.cancel)
        self._typed("")

    @property
    def received(self) -> Money:
        """What was typed, or the sum due."""
        return replace(self._due, minor=int(self.keypad.entry)) if self.keypad.entry else self._due

    def _typed(self, _entry: str) -> None:
        kit, received = self.kit, self.received
        change = received - self._due
        due, given, back = self._rows
        due.show(kit.say("cash.due"), kit.money(self._due))
        given.show(kit.say("cash.received"), kit.money(received))
        if change.minor < 0:
            back.show(kit.say("basket.due"), kit.money(-change))
        else:
            back.show(kit.say("cash.change"), kit.money(change))
        self.take.enable(received.minor > 0)

    def arrange(self, area: Area) -> None:
        """Sums at one side, keys at the other."""
        kit = self.kit
        self._ground.place(area)
        page = area.inset(kit.px(32), kit.px(20))
        title, rest = page.top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        cancel, take = buttons.left(kit.px(240), kit.px(16))
        self.cancel.place(cancel)
        self.take.place(take)
        first, second = side_by_side(kit, rest, side=480, below=560)
        self.keypad.place(second)
        self._card.place(first)
        inner = self._card.inner
        for row in self._rows:
            place, inner = inner.top(kit.tall(72), kit.px(8))
            row.place(place)

    def _take(self) -> None:
        self._taken(self.received)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Nothing falls through to the screen below."""
        super().on_touch_down(touch)
        return True
