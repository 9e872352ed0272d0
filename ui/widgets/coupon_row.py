"""A coupon or an owed gift below the lines of the basket: its name, what it gives, and a way to take a coupon off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.checkout.screen import CouponView, GiftView
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.icon import Icon

__all__ = ["CouponRow", "coupon_height"]

_ROW: Final = 102


def coupon_height(kit: Kit) -> int:
    """How tall the row is, in pixels."""
    return kit.tall(_ROW)


class CouponRow(Block):
    """A row of the basket. ``take_off`` is called with the coupon's code; a gift has nothing to touch."""

    def __init__(self, kit: Kit, take_off: Callable[[str], None]) -> None:
        super().__init__(kit)
        self._returned = take_off
        self._code = ""
        self._icon = Icon(kit, "tag", 32, kit.theme.saving)
        self._name = kit.words("", TypeSize.BODY, face="SemiBold")
        self._small = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self._gives = kit.words("", TypeSize.LEAD, colour=kit.theme.saving, face="Bold", align="right", one_line=True)
        self.take_off = PushButton(kit, "", self._touched, role="step", icon="bin", icon_size=28, radius=16)
        self.add(self._icon, self._name, self._small, self._gives)

    def show(self, told: CouponView | GiftView) -> None:
        """Draw this coupon or gift."""
        kit = self.kit
        self._name.say(kit.speaker.name(told.names))
        if isinstance(told, GiftView):
            self._code = ""
            self._icon.become("star")
            self._small.say(kit.say("gift.row", count=told.units))
            self._gives.say("")
        else:
            self._code = told.code
            self._icon.become("tag")
            self._small.say(kit.say("coupon.row" if told.gives or told.gift else "coupon.row_nothing"))
            self._gives.say(kit.money(-told.gives) if told.gives else "")
        self.keep(self.take_off, bool(self._code))

    def arrange(self, area: Area) -> None:
        """Icon, words, button and amount across."""
        kit = self.kit
        inner = area.inset(kit.px(12), kit.px(8))
        icon, rest = inner.left(kit.px(72), kit.px(16))
        self._icon.place(icon.centre(kit.px(32), kit.px(32)))
        gives, rest = rest.right(kit.px(164 if kit.large else 144), kit.px(12))
        self._gives.place(gives)
        if self.take_off.parent is not None:
            button, rest = rest.right(kit.px(64), kit.px(12))
            self.take_off.place(button.centre(kit.px(64), kit.px(64)))
        small, name = rest.bottom(kit.tall(30))
        self._name.place(name)
        self._small.place(small)

    def _touched(self) -> None:
        self._returned(self._code)
