"""The buyer's tax number is typed: on figures alone, or on letters too where one of the country's numbers has some."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import BuyerTyped, ViewRequested
from kiosk.checkout.screen import BuyerBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.code_keys import CodeKeys
from ui.widgets.field import Field
from ui.widgets.hint import Hint
from ui.widgets.keypad import Keypad

__all__ = ["BuyerNumberView"]

_SHORTEST: Final = 9
_LONGEST: Final = 14


class BuyerNumberView(View):
    """Draws ``BuyerBody``; what is being typed lives here and is forgotten on leaving."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title()
        self._hint = Hint(kit, "receipt", size=TypeSize.BODY)
        self.field = Field(kit, "", self._ignore, icon="receipt")
        self.field.focus(focused=True)
        self.keypad = Keypad(kit, self._typed, longest=_LONGEST)
        self.letters = CodeKeys(kit, self._typed, longest=_LONGEST)
        self.keys: Keypad | CodeKeys = self.keypad
        self.send = PushButton(
            kit, kit.say("keypad.enter"), self._send, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.back = PushButton(kit, kit.say("button.back"), self._back, icon="back")
        self.without = PushButton(kit, kit.say("buyer.without"), self._without, icon="close")
        self.add(self._title, self._hint, self.field, self.send, self.back)

    def show(self, screen: Screen) -> None:
        """What it is called, what was given so far, and the keys for it."""
        body, kit = screen.body, self.kit
        assert isinstance(body, BuyerBody)  # noqa: S101 - the stage gives each view its own kind
        self._title.say(kit.say("buyer.title", label=body.label))
        said = kit.say("buyer.given", number=kit.speaker.digits(body.given)) if body.given else kit.say("buyer.why")
        self._hint.show(said)
        keys: Keypad | CodeKeys = self.letters if body.letters else self.keypad
        if keys is not self.keys:
            self.drop(self.keys)
            self.keys = keys
        self.add(self.keys)
        self.keep(self.without, body.given)
        self._typed(self.keys.entry)
        if self.area.w:
            self.arrange(self.area)

    def close(self) -> None:
        """Nothing private is left for the next shopper."""
        self.keypad.entry = self.letters.entry = ""
        self._typed("")

    def _typed(self, entry: str) -> None:
        self.field.show(entry, self.kit.speaker.digits(entry))
        self.send.enable(len(entry) >= _SHORTEST)

    def arrange(self, area: Area) -> None:
        """Figures stand beside the field, letters below it; the ways on at the foot."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(96), kit.px(16))
        for button in (self.back, self.without):
            if button.parent is not None:
                place, buttons = buttons.left(max(kit.px(220), button.natural_width()), kit.px(16))
                button.place(place)
        self.send.place(buttons)
        self._arrange_keys(rest)

    def _arrange_keys(self, rest: Area) -> None:
        kit, keys = self.kit, self.keys
        board: Block = keys
        if isinstance(keys, Keypad) or kit.portrait:
            first, second = side_by_side(kit, rest, side=480, below=560)
            board.place(second)
            hint, rest = first.top(max(kit.px(160), kit.tall(140)), kit.px(16))
            self._hint.place(hint)
            self.field.place(rest.top(kit.px(96))[0])
            return
        told, rest = rest.top(max(kit.px(88), kit.tall(80)), kit.px(12))
        field, hint = told.columns(2, kit.px(16))
        self.field.place(field)
        self._hint.place(hint)
        board.place(rest)

    def _ignore(self) -> None:
        """The keys are always there."""

    def _send(self) -> None:
        self.kit.submit(BuyerTyped(self.keys.entry))

    def _without(self) -> None:
        self.kit.submit(BuyerTyped(""))

    def _back(self) -> None:
        self.kit.submit(ViewRequested("tender_choice"))
