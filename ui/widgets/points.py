"""Loyalty points on the screen: how many there are, and a choice of how many to pay with."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import TenderChosen
from kiosk.checkout.screen import PointsChoice, PointsView
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card

__all__ = ["PointsStrip", "balance_said", "points_rows"]

_DAY_H: Final = 24
_SAID: Final = 40
_BUTTONS: Final = 88


def balance_said(kit: Kit, view: PointsView) -> str:
    """What the member has, and from when that is known where it is not of just now."""
    if view.balance is None:
        return ""
    if not view.hours_old:
        return kit.say("points.has", points=view.balance)
    if view.hours_old < 2 * _DAY_H:
        return kit.say("points.had_hours", points=view.balance, age=view.hours_old)
    return kit.say("points.had_days", points=view.balance, age=view.hours_old // _DAY_H)


def points_rows(kit: Kit, view: PointsView) -> list[tuple[str, str]]:
    """Names and numbers at the end of a sale."""
    rows = [(kit.say("thanks.points_earned"), kit.say("points.more", points=view.earned))]
    if view.balance is not None:
        rows.append((kit.say("thanks.points_balance"), kit.say("points.count", points=view.balance)))
    return rows


class PointsStrip(Block):
    """Fewer, so many, more; or what is used already, and the way back."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._card = Card(kit)
        self._said = kit.words("", TypeSize.BODY, face="Medium")
        self.less = PushButton(kit, "", self._fewer, role="step", icon="minus", icon_size=28)
        self.more = PushButton(kit, "", self._more, role="step", icon="plus", icon_size=28)
        self.use = PushButton(kit, "", self._use, role="soft", icon="star", size=TypeSize.BODY, face="Bold")
        self.undo = PushButton(kit, kit.say("points.undo"), self._undo, icon="back")
        self._choice: PointsChoice | None = None
        self._chosen = 0
        self.add(self._card, self._said)

    @staticmethod
    def height_in(kit: Kit) -> int:
        """How tall it wants to be."""
        return kit.tall(_SAID) + kit.px(_BUTTONS) + kit.px(56)

    def show(self, choice: PointsChoice) -> None:
        """Draw what may be chosen; at first as much as may be."""
        kit, before = self.kit, self._choice
        self._choice = choice
        if before is None or before.most != choice.most or not choice.least <= self._chosen <= choice.most:
            self._chosen = choice.most
        has = balance_said(kit, choice.has) or kit.say("points.pay")
        used = kit.say("points.used", points=choice.used, amount=choice.used_value) if choice.used else ""
        why = kit.say(choice.why) if choice.why is not None else ""
        self._said.say(used or "\n".join(filter(None, (has, why))))
        for part in (self.less, self.use, self.more):
            self.keep(part, choice.most)
        self.keep(self.undo, choice.used)
        self._number()
        if self.area.w:
            self.arrange(self.area)

    def _number(self) -> None:
        choice = self._choice
        if choice is None or not choice.most:
            return
        worth = choice.step_value * (self._chosen // choice.step)
        self.use.say(self.kit.say("points.use", points=self._chosen, amount=worth))
        self.less.enable(self._chosen - choice.step >= choice.least)
        self.more.enable(self._chosen + choice.step <= choice.most)

    def arrange(self, area: Area) -> None:
        """What there is above, the choice below."""
        kit = self.kit
        self._card.place(area)
        inner = area.inset(kit.px(20), kit.px(14))
        if self.undo.parent is not None:
            undo, said = inner.right(inner.w * 2 // 5, kit.px(16))
            self.undo.place(undo.centre(undo.w, kit.px(_BUTTONS)))
            self._said.place(said)
            return
        if self.use.parent is None:
            self._said.place(inner)
            return
        said, rest = inner.top(kit.tall(_SAID), kit.px(8))
        self._said.place(said)
        side = min(kit.px(_BUTTONS), rest.h)
        less, rest = rest.left(side, kit.px(8))
        more, use = rest.right(side, kit.px(8))
        for button, place in ((self.less, less), (self.use, use), (self.more, more)):
            button.place(place.centre(place.w, side))

    def _fewer(self) -> None:
        self._step(-1)

    def _more(self) -> None:
        self._step(1)

    def _step(self, way: int) -> None:
        choice = self._choice
        if choice is None:
            return
        self._chosen = min(choice.most, max(choice.least, self._chosen + way * choice.step))
        self._number()

    def _use(self) -> None:
        self._choose(self._chosen)

    def _undo(self) -> None:
        self._choose(0)

    def _choose(self, points: int) -> None:
        if self._choice is not None:
            self.kit.submit(TenderChosen(self._choice.tender_id, points))
