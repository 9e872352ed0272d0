"""What little more would bring an offer to hold: in a place of its own, with a plus where a touch may take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.checkout.screen import HintView
from ui.area import Area
from ui.kit import Kit
from ui.text import Words
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.icon import Icon

__all__ = ["OfferHint"]

_LINE: Final = 1.4
_SIDE: Final = 68


class OfferHint(Block):
    """What it costs, of which item, by which offer. ``take`` is called with the hint when plus is pressed."""

    def __init__(self, kit: Kit, take: Callable[[HintView], None]) -> None:
        super().__init__(kit)
        theme = kit.theme
        self._hint: HintView | None = None
        self._take = take
        self._ground = self.ground(theme.soft, edge=theme.on_soft if theme.edge else "")
        self._icon = Icon(kit, "tag", 40, theme.on_soft)
        self._size: int = TypeSize.BODY if kit.portrait and not kit.large else TypeSize.NOTE
        self._says = kit.words("", self._size, colour=theme.ink, face="Bold")
        self._item = kit.words("", self._size, colour=theme.ink)
        self._offer = kit.words("", self._size, colour=theme.saving, face="Medium")
        self.plus = PushButton(kit, "", self._pressed, role="step", icon="plus", icon_size=32, radius=16)
        self.add(self._says, self._item, self._offer)

    def show(self, hint: HintView) -> None:
        """Say this."""
        kit, self._hint = self.kit, hint
        by_touch = hint.line is not None or bool(hint.choose)
        self._says.say(kit.say(hint.says))
        self._item.say(kit.speaker.name(hint.item) if hint.item is not None else "")
        self._offer.say(kit.say("hint.offer", offer=hint.offer, amount=hint.saving))
        self.keep(self.plus, by_touch)
        self.keep(self._icon, not by_touch)

    def _pressed(self) -> None:
        if self._hint is not None:
            self._take(self._hint)

    def tall(self, width: int) -> int:
        """The height it wants in a width of so many pixels."""
        lines = sum(self._lines(words, self._words_in(Area(0, 0, width, 0))) for words in self._said)
        return max(self.kit.px(84), lines * self.kit.tall(self._size * _LINE) + 2 * self.kit.px(12))

    @property
    def _said(self) -> list[Words]:
        return [words for words in (self._says, self._item, self._offer) if words.text]

    def _lines(self, words: Words, area: Area) -> int:
        return self.kit.lines(words.text, self._size, words.face, area.w)

    def _words_in(self, area: Area) -> Area:
        inner = area.inset(self.kit.px(20), self.kit.px(8))
        return inner.right(self.kit.px(_SIDE), self.kit.px(12))[1]

    def arrange(self, area: Area) -> None:
        """Words at the left, each as tall as it needs; plus, or the picture of an offer, at the right."""
        kit = self.kit
        self._ground.place(area)
        right = area.inset(kit.px(20), kit.px(8)).right(kit.px(_SIDE))[0]
        self.plus.place(right.centre(kit.px(_SIDE), kit.px(_SIDE)))
        self._icon.place(right.centre(kit.px(40), kit.px(40)))
        left, said = self._words_in(area), self._said
        needed = [self._lines(words, left) for words in said]
        each = min(kit.tall(self._size * _LINE), left.h // sum(needed)) if said else 0
        rest = left.centre(left.w, each * sum(needed))
        for words, lines in zip(said, needed, strict=True):
            place, rest = rest.top(each * lines)
            words.place(place)
