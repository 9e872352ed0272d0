"""The base of a screen: it draws one kind of body and keeps nothing of the sale but what it was last shown."""

from __future__ import annotations

from kiosk.checkout.screen import Screen
from ui.area import Area
from ui.kit import Kit
from ui.text import Words
from ui.theme import MARGIN, TypeSize
from ui.widgets.block import Block

__all__ = ["TITLE_ROW", "View"]

TITLE_ROW = 72
"""Height of the row at the top that holds the title, and a notice when there is one."""


class View(Block):
    """``show`` draws a screen whose body is of this view's kind; ``arrange`` is given the window below the header."""

    def show(self, screen: Screen) -> None:
        """Draw ``screen``. Called again with each change."""
        raise NotImplementedError

    def close(self) -> None:
        """Another screen takes over: stop what moves, forget what was typed."""

    def notice_area(self, area: Area) -> Area:
        """Where a notice may stand: over the title, so that nothing below it moves."""
        return self.page(area).top(self.kit.tall(TITLE_ROW))[0]

    def page(self, area: Area) -> Area:
        """The area less the window's margins."""
        kit = self.kit
        return Area(area.x, area.y, area.w, area.h).inset(kit.px(MARGIN), kit.px(20))

    def title(self, said: str = "") -> Words:
        """The screen's title."""
        return self.kit.words(said, TypeSize.TITLE, face="Bold")


def side_by_side(kit: Kit, area: Area, *, side: int, below: int) -> tuple[Area, Area]:
    """Main part and side part: next to each other on a wide window, one over the other on a tall one.

    ``side`` is the side part's width in design pixels when wide, ``below`` its height when tall.
    """
    if kit.portrait:
        second, first = area.bottom(kit.px(below), kit.px(24))
    else:
        second, first = area.right(kit.px(side), kit.px(24))
    return first, second
