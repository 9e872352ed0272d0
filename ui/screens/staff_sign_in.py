"""Staff sign in: a PIN on the pad, or a badge at the scanner."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PinTyped, ViewRequested
from kiosk.checkout.screen import Screen, StaffSignInBody
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.field import Field
from ui.widgets.hint import Hint
from ui.widgets.keypad import Keypad

__all__ = ["StaffSignInView"]

_SHORTEST: Final = 4
_LONGEST: Final = 8
_DOT: Final = "•"


class StaffSignInView(View):
    """Draws ``StaffSignInBody``; the PIN lives here until it is sent, and is never shown."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("sign_in.title"))
        self._hint = Hint(kit, "badge", size=TypeSize.LEAD, icon_size=88)
        self._hint.show(kit.say("sign_in.pin"))
        self._attempts = kit.words("", TypeSize.BODY, colour=kit.theme.on_alarm, face="SemiBold")
        self.field = Field(kit, "", self._ignore, icon="lock", size=TypeSize.TITLE)
        self.field.focus(focused=True)
        self.keypad = Keypad(kit, self._typed, longest=_LONGEST)
        self.send = PushButton(
            kit, kit.say("keypad.enter"), self._send, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.back = PushButton(kit, kit.say("button.back"), self._back, icon="back")
        self._locked = False
        self.add(self._title, self._hint, self._attempts, self.field, self.keypad, self.send, self.back)

    def show(self, screen: Screen) -> None:
        """How many tries are left, if some were used."""
        body, kit = screen.body, self.kit
        assert isinstance(body, StaffSignInBody)  # noqa: S101 - the stage gives each view its own kind
        if body.second_for is not None:
            self._title.say(kit.say("sign_in.second", act=kit.say(f"act.{body.second_for}")))
        else:
            self._title.say(kit.say("sign_in.title"))
        left = body.attempts_left
        self._locked = left == 0
        if left is None:
            self._attempts.say("")
        else:
            self._attempts.say(kit.say("sign_in.attempts", count=left) if left else kit.say("sign_in.locked"))
        self._typed(self.keypad.entry)

    def close(self) -> None:
        """Forget the PIN."""
        self.keypad.entry = ""
        self.field.show("", "")

    def _typed(self, entry: str) -> None:
        self.field.show(entry, _DOT * len(entry))
        self.send.enable(len(entry) >= _SHORTEST and not self._locked)

    def arrange(self, area: Area) -> None:
        """The hint and the field at one side, the keys at the other."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        back, send = buttons.left(kit.px(240), kit.px(16))
        self.back.place(back)
        self.send.place(send)
        first, second = side_by_side(kit, rest, side=480, below=560)
        self.keypad.place(second)
        field, first = first.bottom(kit.px(88), kit.px(8))
        self.field.place(field)
        attempts, first = first.bottom(kit.tall(48), kit.px(16))
        self._attempts.place(attempts)
        self._hint.place(first)

    def _ignore(self) -> None:
        """The keys are always there."""

    def _send(self) -> None:
        pin, self.keypad.entry = self.keypad.entry, ""
        self._typed("")
        self.kit.submit(PinTyped(pin))

    def _back(self) -> None:
        self.kit.submit(ViewRequested("basket"))
