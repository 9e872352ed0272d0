"""A screen with one thing to say: a large sign, a title, a sentence, an amount, and at most two buttons."""

from __future__ import annotations

from typing import Final

from ui.area import Area
from ui.kit import Kit
from ui.screens.view import View
from ui.theme import TypeSize
from ui.widgets.block import Ground
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.icon import Icon
from ui.widgets.progress import Progress
from ui.widgets.totals import AmountRow, BigAmount

__all__ = ["MomentView"]

_SIGN: Final = 152
_SMALL_SIGN: Final = 88
"""Where there is less room than this, words go first and there is no sign."""

_WIDEST: Final = 760


class MomentView(View):
    """The layout of paying, thanks and their kin. ``show`` is written by each; it fills in the parts."""

    def __init__(self, kit: Kit, *, icon: str, tone: str = "soft", ink: str = "on_soft") -> None:
        super().__init__(kit)
        theme = kit.theme
        self._card = Card(kit, padding=24 if kit.large else 40)
        self.add(self._card)
        self._sign_ground = Ground(
            kit,
            self._card.canvas,
            colour=theme.colour(tone),
            radius=_SIGN / 2,
            edge=theme.colour(ink) if theme.edge else "",
        )
        self.sign = Icon(kit, icon, 72, theme.colour(ink))
        self.heading = kit.words("", TypeSize.TITLE, face="Bold", align="center")
        self.said = kit.words("", TypeSize.LEAD, colour=theme.muted, align="center")
        self.amount = BigAmount(kit, align="center")
        self.rows: list[AmountRow] = []
        self.progress = Progress(kit)
        self.buttons: tuple[PushButton, ...] = ()
        self.add(self.sign, self.heading, self.said)

    def repaint(self, tone: str, ink: str, icon: str) -> None:
        """Another sign."""
        theme = self.kit.theme
        self._sign_ground.paint(theme.colour(tone))
        if theme.edge:
            self._sign_ground.edge(theme.colour(ink))
        self.sign.become(icon)
        self.sign.paint(theme.colour(ink))

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Names and amounts under the sum."""
        while len(self.rows) < len(rows):
            self.rows.append(AmountRow(self.kit))
        self.drop(*self.rows[len(rows) :])
        self.rows = self.rows[: len(rows)]
        for row, (name, amount) in zip(self.rows, rows, strict=True):
            row.show(name, amount)
        self.add(*self.rows)

    def show_buttons(self, *buttons: PushButton) -> None:
        """These and no others."""
        self.drop(*(button for button in self.buttons if button not in buttons))
        self.buttons = buttons
        self.add(*buttons)

    def close(self) -> None:
        """Nothing moves unseen."""
        self.progress.run(False)  # noqa: FBT003 - a switch

    def arrange(self, area: Area) -> None:
        """Everything about the middle; the buttons at the bottom."""
        kit = self.kit
        page = self.page(area).centre(kit.px(960), area.h)
        rest = page.top(kit.tall(72) if kit.portrait else 0)[1]
        if self.buttons:
            strip, rest = rest.bottom(kit.px(96 if kit.large else 112), kit.px(16))
            for button, place in zip(self.buttons, strip.columns(len(self.buttons), kit.px(16)), strict=True):
                button.place(place)
        self._card.place(rest)
        self._arrange_card(self._card.inner)

    def _arrange_card(self, inner: Area) -> None:
        kit = self.kit
        side = kit.px(_SIGN)
        amount = BigAmount.height_in(kit) if self.amount.parent is not None else 0
        progress = kit.px(56) if self.progress.parent is not None else 0
        row = kit.tall(36)
        fixed = amount + progress + row * len(self.rows) + kit.tall(60) + kit.px(16)
        long = "\n" in self.said.text or kit.wide(self.said.text, TypeSize.LEAD) > min(inner.w, kit.px(_WIDEST))
        said = kit.tall(84 if long or not self.said.text else 48)
        if not self.said.text:  # the title's second line: rows come before it
            said = max(0, min(said, inner.h - fixed))
        side = min(side, inner.h - fixed - said)
        if side < kit.px(_SMALL_SIGN):
            side = 0
        block = inner.centre(min(inner.w, kit.px(_WIDEST)), fixed + said + side)
        sign, rest = block.top(side, kit.px(8))
        circle = sign.centre(side, side)
        self.sign.opacity = 1 if side else 0
        self._sign_ground.place(circle)
        self.sign.place(circle)
        heading, rest = rest.top(kit.tall(60) + (0 if self.said.text else said))
        self.heading.place(heading)
        words, rest = rest.top(said if self.said.text else 0, kit.px(8))
        self.said.place(words)
        dots, rest = rest.top(progress)
        self.progress.place(dots)
        big, rest = rest.top(amount)
        self.amount.place(big)
        for part in self.rows:
            place, rest = rest.top(row)
            part.place(place)
