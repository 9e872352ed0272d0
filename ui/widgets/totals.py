"""The money side: what it comes to, what was saved, and the tax inside or on top. The total never moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.checkout.screen import Money, TotalsView
from ui.area import Area
from ui.kit import Kit
from ui.text import Align, Face
from ui.theme import SMALLEST_TARGET, TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card

__all__ = ["AmountRow", "BigAmount", "TotalsCard", "abs_money"]

_FLAT: Final = 1.8
"""So many times as wide as high: the tax then stands beside the total."""
_LEAST: Final = 28
"""Height of a row that can still be read."""


class AmountRow(Block):
    """A name at the left, an amount at the right."""

    def __init__(self, kit: Kit, size: int = TypeSize.BODY, *, colour: str = "", face: Face = "Medium") -> None:
        super().__init__(kit)
        self._size: int = size
        self._face: Face = face
        self._name = kit.words("", size, colour=colour or kit.theme.muted)
        self._amount = kit.words("", size, colour=colour or kit.theme.ink, face=face, align="right", one_line=True)
        self.add(self._name, self._amount)

    def show(self, name: str, amount: str) -> None:
        """Show these."""
        self._name.say(name)
        self._amount.say(amount)
        if self.area.w:
            self.arrange(self.area)

    def arrange(self, area: Area) -> None:
        """The amount takes what it needs, the name the rest."""
        needed = min(self.kit.wide(self._amount.text, self._size, self._face) + 1, area.w * 2 // 3)
        amount, name = area.right(needed, self.kit.px(12))
        self._amount.place(amount)
        self._name.place(name)


class BigAmount(Block):
    """The sum that matters, as large as it can be, with its name above or ``beside``."""

    def __init__(self, kit: Kit, *, align: Align = "left", beside: bool = False) -> None:
        super().__init__(kit)
        self._beside = beside
        name_align: Align = "left" if beside else align
        self._name = kit.words("", TypeSize.BODY, colour=kit.theme.muted, align=name_align)
        self._amount = kit.words("", TypeSize.TOTAL, face="Bold", align=align, one_line=True)
        self.add(self._name, self._amount)

    def show(self, name: str, amount: Money) -> None:
        """Show these."""
        self._name.say(name)
        self._amount.say(self.kit.money(amount))

    @staticmethod
    def height_in(kit: Kit) -> int:
        """How tall it wants to be."""
        return kit.tall(40) + kit.tall(80)

    def arrange(self, area: Area) -> None:
        """Name over amount."""
        name, amount = area.left(area.w // 3) if self._beside else area.top(self.kit.tall(40))
        self._name.place(name)
        self._amount.place(amount)


class TotalsCard(Block):
    """Subtotal and savings above, the total in the middle, "of which VAT" below.

    With ``explain`` what is saved is a button that calls it.
    """

    def __init__(self, kit: Kit, explain: Callable[[], None] | None = None) -> None:
        super().__init__(kit)
        self._card = Card(kit)
        self.savings = (
            PushButton(kit, "", explain, role="soft", icon="next", icon_size=28, trailing=True, radius=16)
            if explain is not None
            else None
        )
        self._big = BigAmount(kit)
        self._above: list[AmountRow] = []
        self._below: list[AmountRow] = []
        self.add(self._card, self._big)

    def show(self, totals: TotalsView) -> None:
        """Draw these sums."""
        kit = self.kit
        above = [(kit.say("basket.subtotal"), kit.money(totals.subtotal))]
        below: list[tuple[str, str]] = []
        if self.savings is not None:
            self.savings.say(kit.say("basket.savings", amount=abs_money(totals.discount)))
            self.keep(self.savings, totals.discount)
        elif totals.discount:
            above.append((kit.say("basket.discount"), kit.money(-abs_money(totals.discount))))
        name = kit.speaker.tax(totals.tax_names)
        for row in (row for row in totals.tax if row.tax):
            rate = kit.speaker.percent(row.rate.basis_points)
            if totals.tax_included:
                below.append((kit.say("basket.tax_included", name=name, rate=rate), kit.money(row.tax)))
            else:
                above.append((kit.say("basket.tax_added", name=name, rate=rate), kit.money(row.tax)))
        if totals.paid or totals.credit is not None:
            above = [] if kit.large else above
            above.append((kit.say("basket.total"), kit.money(totals.total)))
            if totals.credit is not None:
                above.append((kit.say("basket.credit"), kit.money(-totals.credit)))
            if totals.paid:
                above.append((kit.say("basket.paid"), kit.money(-totals.paid)))
            self._big.show(kit.say("basket.due"), totals.due)
        else:
            self._big.show(kit.say("basket.total"), totals.total)
        self._above = self._rows(self._above, above, TypeSize.BODY)
        self._below = self._rows(self._below, below, TypeSize.NOTE)
        if self.area.w:
            self.arrange(self.area)

    def _rows(self, have: list[AmountRow], wanted: list[tuple[str, str]], size: int) -> list[AmountRow]:
        while len(have) < len(wanted):
            have.append(AmountRow(self.kit, size))
        self.drop(*have[len(wanted) :])
        have = have[: len(wanted)]
        for row, (name, amount) in zip(have, wanted, strict=True):
            row.show(name, amount)
        self.add(*have)
        return have

    def arrange(self, area: Area) -> None:
        """Rows from the top down, the total at a fixed height, tax beneath it; in a flat area tax stands beside it."""
        self._card.place(area)
        inner = self._card.inner
        if area.w >= _FLAT * area.h:
            total, beside = inner.left(inner.w * 9 // 20, self.kit.px(24))
            self._arrange_total(total, button=None)
            self._arrange_beside(beside)
            return
        below, rest = inner.bottom(2 * self.kit.tall(30), self.kit.px(4))
        self._arrange_total(rest, button=self._button)
        self._arrange_below(below)

    @property
    def _button(self) -> PushButton | None:
        return self.savings if self.savings is not None and self.savings.parent is not None else None

    def _arrange_total(self, area: Area, *, button: PushButton | None) -> None:
        kit = self.kit
        tall = kit.px(SMALLEST_TARGET) if button is not None else 0
        big, rest = area.bottom(min(BigAmount.height_in(kit), area.h - tall - kit.px(4)), kit.px(4))
        self._big.place(big)
        if button is not None:
            place, rest = rest.bottom(tall, kit.px(4))
            button.place(place)
        self._arrange_above(rest)

    def _arrange_beside(self, area: Area) -> None:
        below, rest = area.bottom(len(self._below) * self.kit.tall(30), self.kit.px(8))
        self._arrange_below(below)
        if (button := self._button) is not None:
            button.place(rest.top(min(rest.h, self.kit.px(SMALLEST_TARGET)))[0])

    def _arrange_below(self, area: Area) -> None:
        tall = self.kit.tall(30)
        if self._below:
            tall = min(tall, area.h // len(self._below))
        for row in self._below:
            strip, area = area.top(tall)
            row.place(strip)

    def _arrange_above(self, area: Area) -> None:
        """What leads to the total, from the top down; where not all of it can be read, the last of it."""
        fit = min(len(self._above), area.h // self.kit.px(_LEAST))
        tall = min(self.kit.tall(38), area.h // fit) if fit else 0
        for place, row in enumerate(self._above, start=fit - len(self._above)):
            self.keep(row, place >= 0)
            if place >= 0:
                strip, area = area.top(tall)
                row.place(strip)


def abs_money(amount: Money) -> Money:
    """An amount without its sign."""
    return -amount if amount.minor < 0 else amount
