"""How many of one line: for quantities too large to tap one by one."""

from __future__ import annotations

from kiosk.checkout.inputs import LineVoidRequested, QuantityEntered, ViewRequested
from kiosk.checkout.screen import LineView, QuantityBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad
from ui.widgets.line_row import amount_line
from ui.widgets.picture_tile import PictureTile

__all__ = ["QuantityView"]


class QuantityView(View):
    """Draws ``QuantityBody``; only the typed digits live here."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._line: LineView | None = None
        self._maximum = 1
        self._title = self.title(kit.say("quantity.title"))
        self._card = Card(kit)
        self._picture = PictureTile(kit, size=TypeSize.TITLE)
        self._name = kit.words("", TypeSize.LEAD, face="Bold")
        self._each = kit.words("", TypeSize.BODY, colour=kit.theme.muted)
        self._number = kit.words("", TypeSize.TOTAL, face="Bold", align="center", one_line=True)
        self._most = kit.words("", TypeSize.BODY, colour=kit.theme.muted, align="center")
        self.keypad = Keypad(kit, self._typed, longest=3)
        self.set = PushButton(
            kit, kit.say("quantity.set"), self._set, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.remove = PushButton(kit, kit.say("button.remove"), self._remove, role="alarm", icon="bin")
        self.back = PushButton(kit, kit.say("button.back"), self._back, icon="back")
        self.add(self._title, self._card, self._picture, self._name, self._each, self._number, self._most)
        self.add(self.keypad, self.set, self.remove, self.back)

    def show(self, screen: Screen) -> None:
        """Draw the line and its quantity."""
        body, kit = screen.body, self.kit
        assert isinstance(body, QuantityBody)  # noqa: S101 - the stage gives each view its own kind
        self._line, self._maximum = body.line, body.maximum
        self._picture.show(body.line.names, body.line.picture)
        self._name.say(kit.speaker.name(body.line.names))
        self._each.say(amount_line(kit, body.line))
        self._most.say(kit.say("quantity.maximum", maximum=body.maximum))
        self._typed(self.keypad.entry)

    def close(self) -> None:
        """Forget what was typed."""
        self.keypad.entry = ""

    def _typed(self, entry: str) -> None:
        shown = entry or str(self._line.quantity if self._line is not None else "")
        self._number.say(self.kit.speaker.digits(shown))
        self._number.paint(self.kit.theme.ink if entry else self.kit.theme.muted)
        quantity = int(entry or 0)
        self.set.enable(1 <= quantity <= self._maximum)
        too_many = quantity > self._maximum
        self._most.paint(self.kit.theme.on_alarm if too_many else self.kit.theme.muted)

    def arrange(self, area: Area) -> None:
        """The line at one side, the keys at the other."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        back, buttons = buttons.left(kit.px(220), kit.px(16))
        remove, confirm = buttons.left(max(kit.px(220), self.remove.natural_width()), kit.px(16))
        self.back.place(back)
        self.remove.place(remove)
        self.set.place(confirm)
        first, second = side_by_side(kit, rest, side=480, below=560)
        self.keypad.place(second)
        self._card.place(first)
        inner = self._card.inner
        line, inner = inner.top(kit.tall(120), kit.px(8))
        side = min(line.h, kit.px(112))
        tile, words = line.left(side, kit.px(20))
        self._picture.place(tile.centre(side, side))
        each, name = words.bottom(kit.tall(38))
        self._name.place(name)
        self._each.place(each)
        middle = inner.centre(inner.w, kit.tall(150))
        number, most = middle.top(kit.tall(92))
        self._number.place(number)
        self._most.place(most)

    def _set(self) -> None:
        if self._line is not None and self.keypad.entry:
            self.kit.submit(QuantityEntered(self._line.line, int(self.keypad.entry)))

    def _remove(self) -> None:
        if self._line is not None:
            self.kit.submit(LineVoidRequested(self._line.line))

    def _back(self) -> None:
        self.kit.submit(ViewRequested("basket"))
