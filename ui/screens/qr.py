"""Paying by a code: the code, large enough for any telephone, with the sum and the time that is left."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PaymentCancelled
from kiosk.checkout.screen import QrBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.code import CodePicture
from ui.widgets.totals import AmountRow, BigAmount

__all__ = ["QrView"]

_MAY_CANCEL: Final = frozenset({"getting", "present"})
_TONES: Final = {
    "getting": ("soft", "on_soft", "qr"),
    "asking": ("help", "on_help", "qr"),
    "staff": ("help", "on_help", "hand"),
    "cancelling": ("quiet", "on_quiet", "qr"),
}
_MINUTE: Final = 60


class QrView(MomentView):
    """Draws ``QrBody``: as the other moments of paying, save while there is a code to scan."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="qr")
        self.cancel = PushButton(kit, kit.say("card.cancel"), self._cancel, icon="close")
        self.code = CodePicture(kit)
        self._side = Card(kit, padding=28)
        self._scan = kit.words(kit.say("qr.scan"), TypeSize.TITLE, face="Bold")
        self._name = kit.words("", TypeSize.LEAD, colour=kit.theme.on_soft, face="SemiBold")
        self._how = kit.words(kit.say("qr.how"), TypeSize.BODY, colour=kit.theme.muted)
        self._due = BigAmount(kit)
        self._left = AmountRow(kit, TypeSize.LEAD, face="Bold")
        self._stage = ""
        self.show_buttons(self.cancel)

    def show(self, screen: Screen) -> None:
        """Draw the stage; while a code is on show only the time changes, second by second."""
        body, kit = screen.body, self.kit
        assert isinstance(body, QrBody)  # noqa: S101 - the stage gives each view its own kind
        name = kit.speaker.name(body.tender.names) or kit.say("tender.qr")
        self._name.say(name)
        self.code.show(body.payload if body.stage == "present" else "")
        minutes, seconds = divmod(body.seconds_left, _MINUTE)
        self._left.show(kit.say("qr.left"), kit.speaker.digits(f"{minutes}:{seconds:02}"))
        self._due.show(kit.say("basket.due"), body.amount)
        if body.stage == self._stage:
            return
        self._stage = body.stage
        if body.stage == "present":
            self._put_up_code()
        else:
            self._put_up_words(body, name)
        self.show_buttons(*((self.cancel,) if body.stage in _MAY_CANCEL else ()))
        if self.area.w:
            self.arrange(self.area)

    def _put_up_code(self) -> None:
        self.progress.run(False)  # noqa: FBT003 - a switch
        self.drop(self._card, self.sign, self.heading, self.said, self.amount, self.progress)
        self.add(self.code, self._side, self._name, self._scan, self._how, self._due, self._left)

    def _put_up_words(self, body: QrBody, name: str) -> None:
        kit = self.kit
        self.drop(self.code, self._side, self._name, self._scan, self._how, self._due, self._left)
        self.add(self._card, self.sign, self.heading, self.said, self.amount, self.progress)
        self.repaint(*_TONES[body.stage])
        getting = body.stage == "getting"
        self.heading.say(name if getting else kit.say(f"card.{body.stage}"))
        self.said.say(kit.say("qr.getting") if getting else "")
        self.amount.show(kit.say("basket.due"), body.amount)
        self.progress.run(True)  # noqa: FBT003 - a switch

    def arrange(self, area: Area) -> None:
        """The code at one side, what to do with it at the other."""
        if self._stage != "present":
            super().arrange(area)
            return
        kit = self.kit
        page = self.page(area)
        gap = kit.px(24)
        if kit.portrait:
            first, second = page.top(min(page.w, page.h * (44 if kit.large else 54) // 100), gap)
        else:
            first, second = page.left(min(page.h, page.w * 56 // 100), gap)
        self.code.place(first)
        strip, second = second.bottom(kit.px(96 if kit.large else 112), kit.px(16))
        self.cancel.place(strip)
        self._side.place(second)
        self._arrange_side(self._side.inner)

    def _arrange_side(self, inner: Area) -> None:
        kit = self.kit
        left, rest = inner.bottom(kit.tall(48), kit.px(8))
        self._left.place(left)
        due, rest = rest.bottom(BigAmount.height_in(kit), kit.px(12))
        self._due.place(due)
        name, rest = rest.top(kit.tall(40), kit.px(4))
        self._name.place(name)
        scan, rest = rest.top(rest.h * 45 // 100, kit.px(8))
        self._scan.place(scan)
        self._how.place(rest)

    def _cancel(self) -> None:
        self.kit.submit(PaymentCancelled())
