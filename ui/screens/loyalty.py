"""Member sign-in: scan a card, or type a phone number."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PhoneTyped, ViewRequested
from kiosk.checkout.screen import LoyaltyBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.field import Field
from ui.widgets.hint import Hint
from ui.widgets.keypad import Keypad
from ui.widgets.progress import Progress

__all__ = ["LoyaltyView"]

_SHORTEST: Final = 6
_LONGEST: Final = 13


class LoyaltyView(View):
    """Draws ``LoyaltyBody``; the number being typed lives here and is forgotten on leaving."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("loyalty.title"))
        self._hint = Hint(kit, "scan", size=TypeSize.LEAD, icon_size=88)
        self._or = kit.words(kit.say("loyalty.phone"), TypeSize.BODY, colour=kit.theme.muted)
        self.field = Field(kit, kit.say("loyalty.phone_field"), self._ignore, icon="phone")
        self.field.focus(focused=True)
        self.keypad = Keypad(kit, self._typed, longest=_LONGEST)
        self._progress = Progress(kit)
        self.send = PushButton(
            kit, kit.say("button.continue"), self._send, role="primary", size=TypeSize.LEAD, face="Bold"
        )
        self.skip = PushButton(kit, kit.say("loyalty.skip"), self._skip, icon="back")
        self._busy = self._sent = False
        self.add(self._title, self._hint, self._or, self.field, self.keypad, self.send, self.skip)

    def show(self, screen: Screen) -> None:
        """Ready for a card or a number, or asking head office."""
        body = screen.body
        assert isinstance(body, LoyaltyBody)  # noqa: S101 - the stage gives each view its own kind
        self._busy = body.busy
        if self._sent and not body.busy and screen.notice is not None and screen.notice.level == "warning":
            self._sent, self.keypad.entry = False, ""  # it was refused; the next one is typed anew
        self._hint.show(self.kit.say("loyalty.busy" if body.busy else "loyalty.scan"))
        self.keep(self._progress, body.busy)
        self._progress.run(body.busy)
        self._typed(self.keypad.entry)

    def close(self) -> None:
        """Nothing private is left for the next shopper."""
        self._sent, self.keypad.entry = False, ""
        self.field.show("")
        self._progress.run(False)  # noqa: FBT003 - a switch

    def _typed(self, entry: str) -> None:
        self.field.show(entry, self.kit.speaker.digits(entry))
        self.send.enable(len(entry) >= _SHORTEST and not self._busy)

    def arrange(self, area: Area) -> None:
        """The hint and the field at one side, the keys at the other."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        skip, send = buttons.left(max(kit.px(260), self.skip.natural_width()), kit.px(16))
        self.skip.place(skip)
        self.send.place(send)
        first, second = side_by_side(kit, rest, side=480, below=560)
        self.keypad.place(second)
        field, first = first.bottom(kit.px(88), kit.px(4))
        self.field.place(field)
        said, first = first.bottom(kit.tall(44), kit.px(16))
        self._or.place(said)
        self._hint.place(first)
        self._progress.place(first.bottom(kit.px(72))[0])

    def _ignore(self) -> None:
        """The keys are always there."""

    def _send(self) -> None:
        self._sent = True
        self.kit.submit(PhoneTyped(self.keypad.entry))

    def _skip(self) -> None:
        self.kit.submit(ViewRequested("basket"))
