"""Closed, with a reason people can read, and a door for staff."""

from __future__ import annotations

from kiosk.checkout.inputs import ViewRequested
from kiosk.checkout.screen import OutOfServiceBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.theme import TypeSize
from ui.widgets.button import PushButton

__all__ = ["OutOfServiceView"]


class OutOfServiceView(MomentView):
    """Draws ``OutOfServiceBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="power", tone="alarm", ink="on_alarm")
        self.heading.say(kit.say("closed.title"))
        self.staff = PushButton(kit, kit.say("chrome.staff"), self._staff, role="secondary", icon="lock")
        self._note = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, align="center")
        self.add(self.staff, self._note)

    def show(self, screen: Screen) -> None:
        """Draw why."""
        body = screen.body
        assert isinstance(body, OutOfServiceBody)  # noqa: S101 - the stage gives each view its own kind
        self.said.say(self.kit.say(body.reason))
        note = self.kit.say(body.for_staff) if body.for_staff is not None else ""
        self._note.say(self.kit.say("closed.for_staff", what=note) if note else "")

    def arrange(self, area: Area) -> None:
        """The door stands in the corner, out of a shopper's way."""
        super().arrange(area)
        kit = self.kit
        wide, tall = self.staff.natural_width(), kit.px(72)
        page = self.page(area)
        self.staff.place(Area(page.x + page.w - wide, page.y + kit.px(12), wide, tall))
        self._note.place(self._card.inner.bottom(kit.tall(72))[0])

    def _staff(self) -> None:
        self.kit.submit(ViewRequested("staff_sign_in"))
