"""How many: one less, the number, one more. At one, "one less" takes the line away and shows a bin."""

from __future__ import annotations

from collections.abc import Callable

from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton

__all__ = ["Stepper"]


class Stepper(Block):
    """Three targets in a row. The number opens the pad for large quantities."""

    def __init__(
        self, kit: Kit, *, less: Callable[[], None], number: Callable[[], None], more: Callable[[], None]
    ) -> None:
        super().__init__(kit)
        self.less = PushButton(kit, "", less, role="step", icon="minus", icon_size=28, radius=16)
        self.number = PushButton(kit, "", number, role="key", size=TypeSize.LEAD, face="Bold", radius=12)
        self.more = PushButton(kit, "", more, role="step", icon="plus", icon_size=28, radius=16)
        self.add(self.less, self.number, self.more)

    def show(self, quantity: int) -> None:
        """The number as it stands."""
        self.less.icon("bin" if quantity <= 1 else "minus")
        self.number.say(self.kit.speaker.digits(str(quantity)))

    def arrange(self, area: Area) -> None:
        """Square buttons at both ends."""
        side, gap = self.kit.px(64), self.kit.px(8)
        less, rest = area.left(side, gap)
        more, number = rest.right(side, gap)
        self.less.place(less.centre(side, side))
        self.more.place(more.centre(side, side))
        self.number.place(number.centre(number.w, side))
