"""What staff type and choose for an act: a price, a quantity or a weight with its limit in view, and a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from kiosk.checkout.screen import Reason
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad
from ui.widgets.sheet import Sheet

__all__ = ["DigitsPad", "NumberPad", "choices", "reason_sheet"]

_PART: Final = 72


class NumberPad(Block):
    """Covers the staff screen. ``written`` says a number as it will count, ``fits`` whether it may be; ``hint`` tells
    the limit. ``taken`` is given the number once it is confirmed.
    """

    def __init__(
        self,
        kit: Kit,
        *,
        title: str,
        hint: str,
        longest: int,
        written: Callable[[int], str],
        fits: Callable[[int], bool],
        taken: Callable[[int], None],
        cancelled: Callable[[], None],
    ) -> None:
        super().__init__(kit)
        self._written, self._fits, self._taken = written, fits, taken
        self._ground = self.ground(kit.theme.ground, radius=1)
        self._title = kit.words(title, TypeSize.TITLE, face="Bold")
        self._card = Card(kit)
        self._number = kit.words("", TypeSize.TOTAL, face="Bold", align="center", one_line=True)
        self._hint = kit.words(hint, TypeSize.BODY, align="center")
        self.keypad = Keypad(kit, self._typed, longest=longest)
        self.take = PushButton(
            kit, kit.say("keypad.enter"), self._take, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.cancel = PushButton(kit, kit.say("button.cancel"), cancelled, icon="close")
        self.add(self._title, self._card, self._number, self._hint, self.keypad, self.take, self.cancel)
        self._typed("")

    def _typed(self, entry: str) -> None:
        number = int(entry or 0)
        fits = bool(entry) and self._fits(number)
        theme = self.kit.theme
        self._number.say(self._written(number))
        self._number.paint(theme.ink if entry else theme.muted)
        self._hint.paint(theme.on_alarm if entry and not fits else theme.muted)
        self.take.enable(fits)

    def arrange(self, area: Area) -> None:
        """The number and its limit at one side, keys at the other."""
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
        number, hint = self._card.inner.top(kit.tall(120), kit.px(16))
        self._number.place(number)
        self._hint.place(hint.top(kit.tall(110))[0])

    def _take(self) -> None:
        self._taken(int(self.keypad.entry or 0))

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Nothing falls through to the screen below."""
        super().on_touch_down(touch)
        return True


class DigitsPad(NumberPad):
    """For a number that is no quantity: its noughts at the front count, and ``taken`` is given its digits."""

    def __init__(
        self,
        kit: Kit,
        *,
        title: str,
        hint: str,
        longest: int,
        taken: Callable[[str], None],
        cancelled: Callable[[], None],
    ) -> None:
        self._digits = taken
        super().__init__(
            kit,
            title=title,
            hint=hint,
            longest=longest,
            written=lambda _number: kit.speaker.digits(self.keypad.entry),
            fits=lambda _number: True,
            taken=lambda _number: self._digits(self.keypad.entry),
            cancelled=cancelled,
        )


def choices(
    kit: Kit, title: str, offered: tuple[tuple[str, Callable[[], None]], ...], cancelled: Callable[[], None]
) -> Sheet:
    """A sheet of things to do, and the way back."""
    parts = tuple(PushButton(kit, words, chosen, size=TypeSize.BODY) for words, chosen in offered)
    back = PushButton(kit, kit.say("button.back"), cancelled, icon="back", role="primary")
    return Sheet(kit, icon="person", title=title, parts=(*parts, back), part_height=_PART)


def reason_sheet(
    kit: Kit, reasons: tuple[Reason, ...], chosen: Callable[[str], None], cancelled: Callable[[], None]
) -> Sheet:
    """The shop's reasons for an act; ``chosen`` is given the code."""
    offered = tuple((kit.speaker.name(one.names), partial(chosen, one.code)) for one in reasons)
    return choices(kit, kit.say("staff.choose_reason"), offered, cancelled)
