"""What was saved, offer by offer, over the basket; asked for by a touch and put away by one."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.checkout.screen import TotalsView
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.scroller import Row, Scroller
from ui.widgets.sheet import Sheet
from ui.widgets.totals import AmountRow, abs_money

__all__ = ["SavingsSheet"]

_ROW = 60
_SEEN = 5
"""Rows that stand without scrolling where there is room."""


_BAR = 20
"""So far beside the amounts the list's bar stands."""


class _Saved(AmountRow):
    """A row whose amount stands in line with the sum, clear of the list's bar."""

    def arrange(self, area: Area) -> None:
        """Less the bar's place."""
        super().arrange(Area(area.x, area.y, area.w - self.kit.px(_BAR), area.h))


class SavingsSheet(Sheet):
    """Offers and what each takes off, and what that is in all."""

    def __init__(self, kit: Kit, close: Callable[[], None]) -> None:
        self.offers = Scroller(kit)
        self._sum = AmountRow(kit, TypeSize.LEAD, colour=kit.theme.saving, face="Bold")
        self.back = PushButton(kit, kit.say("button.back"), close, role="primary", icon="back", size=TypeSize.LEAD)
        super().__init__(kit, icon="tag", title=kit.say("savings.title"))
        self.add(self.offers, self._sum, self.back)
        self._count = 0

    def show(self, totals: TotalsView) -> None:
        """Draw these; the sum is the discount of the basket."""
        kit = self.kit
        self._count = len(totals.savings)
        self.offers.show(
            tuple(
                Row(number, kit.tall(_ROW), (kit.speaker.name(names), kit.money(amount)), self._row, _fill)
                for number, (names, amount) in enumerate(totals.savings)
            )
        )
        self._sum.show(kit.say("savings.total"), kit.money(abs_money(totals.discount)))
        if self.area.w:
            self.arrange(self.area)

    def _row(self) -> AmountRow:
        return _Saved(self.kit, colour=self.kit.theme.ink, face="SemiBold")

    def arrange(self, area: Area) -> None:
        """The list takes what its rows need, up to what the window leaves; the icon gives way to them."""
        kit = self.kit
        room, icon_tall = area.inset(kit.px(24)), kit.px(72)
        around = kit.px(80) + kit.tall(64) + kit.px(16) + kit.tall(56) + kit.px(24) + kit.px(96)
        wanted = around + min(self._count, _SEEN) * kit.tall(_ROW)
        pictured = wanted + icon_tall <= room.h
        self._veil(area, room.centre(kit.px(720), wanted + (icon_tall if pictured else 0)))
        rest = self._card.inner
        self.keep(self._icon, pictured)
        if pictured:
            icon, rest = rest.top(icon_tall)
            self._icon.place(icon)
        title, rest = rest.top(kit.tall(64), kit.px(16))
        self._title.place(title)
        back, rest = rest.bottom(kit.px(96), kit.px(24))
        self.back.place(back)
        total, rest = rest.bottom(kit.tall(56))
        self._sum.place(total)
        self.offers.place(Area(rest.x, rest.y, rest.w + kit.px(_BAR), rest.h))


def _fill(row: AmountRow, value: tuple[str, str]) -> None:
    row.show(*value)
