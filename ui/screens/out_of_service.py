"""Closed, with a reason people can read in each language of the shop, and a door for staff."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import ViewRequested
from kiosk.checkout.screen import OutOfServiceBody, Screen
from kiosk.checkout.text import text
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.text import Words
from ui.theme import TypeSize
from ui.widgets.button import PushButton

__all__ = ["OutOfServiceView"]

_TITLE: Final = 36
_REASON: Final = 64
_GAP: Final = 16


class OutOfServiceView(MomentView):
    """Draws ``OutOfServiceBody``. Nobody can choose a language here, so that all are spoken."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="power", tone="alarm", ink="on_alarm")
        self.heading.say(kit.say("closed.title"))
        self.staff = PushButton(kit, kit.say("chrome.staff"), self._staff, role="secondary", icon="lock")
        self._note = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, align="center")
        self._others: list[tuple[Words, Words]] = []
        self.add(self.staff, self._note)

    def show(self, screen: Screen) -> None:
        """Draw why, in the language of the look and below it in each other one."""
        body, kit = screen.body, self.kit
        assert isinstance(body, OutOfServiceBody)  # noqa: S101 - the stage gives each view its own kind
        self.said.say(kit.say(body.reason))
        others = [kit.speaker_of(each) for each in screen.chrome.languages if each != kit.language]
        while len(self._others) < len(others):
            title = kit.words("", TypeSize.BODY, face="Bold", align="center")
            self._others.append((title, kit.words("", TypeSize.BODY, colour=kit.theme.muted, align="center")))
            self.add(*self._others[-1])
        for speaker, (title, reason) in zip(others, self._others, strict=True):
            title.say(speaker.say(text("closed.title")))
            reason.say(speaker.say(body.reason))
        note = kit.say(body.for_staff) if body.for_staff is not None else ""
        self._note.say(kit.say("closed.for_staff", what=note) if note else "")
        if self.area.w:
            self.arrange(self.area)

    def arrange(self, area: Area) -> None:
        """The door stands in the corner below the card, out of a shopper's way."""
        kit = self.kit
        tall = max(kit.px(72), kit.tall(56))
        strip, rest = area.bottom(tall + kit.px(24))
        super().arrange(rest)
        door = self.page(strip).right(self.staff.natural_width())[0]
        self.staff.place(Area(door.x, area.y + kit.px(16), door.w, tall))

    def _arrange_card(self, inner: Area) -> None:
        """What staff should know at the very bottom, the other languages over it, the first in what is left."""
        kit = self.kit
        note, rest = inner.bottom(kit.tall(_REASON) if self._note.text else 0)
        self._note.place(note)
        for title, reason in reversed(self._others):
            row, rest = rest.bottom(kit.tall(_REASON))
            reason.place(row)
            row, rest = rest.bottom(kit.tall(_TITLE))
            title.place(row)
            rest = rest.bottom(kit.px(_GAP))[1]
        super()._arrange_card(rest)

    def _staff(self) -> None:
        self.kit.submit(ViewRequested("staff_sign_in"))
