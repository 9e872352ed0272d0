"""A gift card, a store credit or a paper voucher is scanned (or its number typed), and head office is asked."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PaymentCancelled, ValueNumberTyped, ViewRequested
from kiosk.checkout.screen import Screen, ValueBody
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.field import Field
from ui.widgets.hint import Hint
from ui.widgets.keypad import Keypad
from ui.widgets.progress import Progress
from ui.widgets.totals import BigAmount

__all__ = ["ValueCardView"]

_SHORTEST: Final = 16
_LONGEST: Final = 24
_HINT: Final = 110
"""The hint needs as much; where there is less, the sum gives way: it was on show just before."""
_SHOWN: Final = 4
"""Digits stand in groups of as many, as on a card."""


class ValueCardView(View):
    """Draws ``ValueBody``; the number being typed lives here and is forgotten on leaving."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title()
        self._hint = Hint(kit, "scan", size=TypeSize.LEAD, icon_size=88)
        self._due = BigAmount(kit, align="center")
        self._or = kit.words(kit.say("value.or_type"), TypeSize.BODY, colour=kit.theme.muted)
        self.field = Field(kit, kit.say("value.field"), self._ignore, icon="gift")
        self.field.focus(focused=True)
        self.keypad = Keypad(kit, self._typed, longest=_LONGEST)
        self._progress = Progress(kit)
        self.send = PushButton(
            kit, kit.say("button.continue"), self._send, role="primary", size=TypeSize.LEAD, face="Bold"
        )
        self.back = PushButton(kit, kit.say("value.other_way"), self._back, icon="back")
        self._asking = self._keyed = False
        self.add(self._title, self._hint, self._due, self.back)

    def show(self, screen: Screen) -> None:
        """Waiting for a code, or for head office."""
        body, kit = screen.body, self.kit
        assert isinstance(body, ValueBody)  # noqa: S101 - the stage gives each view its own kind
        self._asking, self._keyed = body.stage == "asking", body.keyed and body.stage == "present"
        self._title.say(kit.speaker.name(body.tender.names) or kit.say(f"tender.{body.tender.kind}"))
        voucher = body.tender.kind == "paper_voucher"
        scan = "value.scan_voucher" if voucher else "value.scan_card"
        self._hint.show(kit.say("value.asking" if self._asking else scan))
        self._due.show(kit.say("basket.due"), body.amount)
        for part in (self._or, self.field, self.keypad, self.send):
            self.keep(part, self._keyed)
        self.keep(self._progress, self._asking)
        self._progress.run(self._asking)
        self._typed(self.keypad.entry)
        if self.area.w:
            self.arrange(self.area)

    def close(self) -> None:
        """Nothing private is left for the next shopper."""
        self.keypad.entry = ""
        self.field.show("")
        self._progress.run(False)  # noqa: FBT003 - a switch

    def _typed(self, entry: str) -> None:
        groups = " ".join(entry[at : at + _SHOWN] for at in range(0, len(entry), _SHOWN))
        self.field.show(groups, self.kit.speaker.digits(groups))
        self.send.enable(_SHORTEST <= len(entry) <= _LONGEST)

    def arrange(self, area: Area) -> None:
        """The hint and the sum at one side, the keys (where a number may be typed) at the other."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        buttons, rest = rest.bottom(kit.px(104), kit.px(16))
        if not self._keyed:
            self.back.place(buttons.left(max(kit.px(320), self.back.natural_width()))[0])
            self._arrange_said(rest.centre(min(rest.w, kit.px(960)), rest.h))
            return
        back, send = buttons.left(max(kit.px(260), self.back.natural_width()), kit.px(16))
        self.back.place(back)
        self.send.place(send)
        first, second = side_by_side(kit, rest, side=480, below=560)
        self.keypad.place(second)
        field, first = first.bottom(kit.px(88), kit.px(4))
        self.field.place(field)
        said, first = first.bottom(kit.tall(44), kit.px(16))
        self._or.place(said)
        self._arrange_said(first)

    def _arrange_said(self, area: Area) -> None:
        high = BigAmount.height_in(self.kit)
        room = area.h >= high + self.kit.tall(_HINT)
        self.keep(self._due, room)
        if room:
            due, area = area.bottom(high, self.kit.px(12))
            self._due.place(due)
        self._hint.place(area.centre(area.w, min(area.h, self.kit.tall(260))))
        self._progress.place(area.bottom(self.kit.px(72))[0])

    def _ignore(self) -> None:
        """The keys are always there."""

    def _send(self) -> None:
        number = self.keypad.entry
        self.keypad.entry = ""
        self._typed("")
        self.kit.submit(ValueNumberTyped(number))

    def _back(self) -> None:
        self.kit.submit(PaymentCancelled() if self._asking else ViewRequested("tender_choice"))
