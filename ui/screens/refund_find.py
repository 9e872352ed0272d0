"""Staff look for the sale that something comes back from: its receipt is scanned, or its number typed."""

from __future__ import annotations

from kiosk.checkout.inputs import SaleSought, ViewRequested
from kiosk.checkout.screen import RefundFindBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.code_pad import LONGEST_CODE
from ui.screens.view import TITLE_ROW, View
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.code_keys import CodeKeys
from ui.widgets.field import Field
from ui.widgets.hint import Hint

__all__ = ["RefundFindView"]


class RefundFindView(View):
    """Draws ``RefundFindBody``; the number being typed lives here and is forgotten on leaving."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("refund.title_find"))
        self._hint = Hint(kit, "scan", size=TypeSize.BODY)
        self.field = Field(kit, kit.say("refund.type"), self._ignore, icon="receipt")
        self.field.focus(focused=True)
        self.keys = CodeKeys(kit, self._typed, longest=LONGEST_CODE)
        self.send = PushButton(
            kit, kit.say("keypad.enter"), self._send, role="primary", icon="search", size=TypeSize.LEAD, face="Bold"
        )
        self.back = PushButton(kit, kit.say("button.back"), self._back, icon="back")
        self._busy = False
        self.add(self._title, self._hint, self.field, self.keys, self.send, self.back)

    def show(self, screen: Screen) -> None:
        """Ready for a receipt, or asking head office."""
        body = screen.body
        assert isinstance(body, RefundFindBody)  # noqa: S101 - the stage gives each view its own kind
        self._busy = body.busy
        self._hint.show(self.kit.say("refund.asking" if body.busy else "refund.scan"))
        self._typed(self.keys.entry)

    def close(self) -> None:
        """The next one begins anew."""
        self.keys.start()
        self._typed("")

    def _typed(self, entry: str) -> None:
        self.field.show(entry)
        self.send.enable(bool(entry) and not self._busy)

    def arrange(self, area: Area) -> None:
        """What to do and the field above, keys below them, and the two ways on at the foot."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(96), kit.px(16))
        back, send = buttons.left(max(kit.px(260), self.back.natural_width()), kit.px(16))
        self.back.place(back)
        self.send.place(send)
        told, rest = rest.top(max(kit.px(88), kit.tall(80)), kit.px(12))
        if kit.portrait:
            hint = told
            field, rest = rest.top(kit.px(96), kit.px(16))
        else:
            field, hint = told.columns(2, kit.px(16))
        self._hint.place(hint)
        self.field.place(field)
        self.keys.place(rest)

    def _ignore(self) -> None:
        """The keys are always there."""

    def _send(self) -> None:
        self.kit.submit(SaleSought(self.keys.entry))

    def _back(self) -> None:
        self.kit.submit(ViewRequested("staff"))
