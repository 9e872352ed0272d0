"""Closed, with a reason people can read, and a door for staff."""

from __future__ import annotations

from kiosk.checkout.inputs import ViewRequested
from kiosk.checkout.screen import OutOfServiceBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.widgets.button import PushButton

__all__ = ["OutOfServiceView"]


class OutOfServiceView(MomentView):
    """Draws ``OutOfServiceBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="power", tone="alarm", ink="on_alarm")
        self.heading.say(kit.say("closed.title"))
        self.staff = PushButton(kit, kit.say("chrome.staff"), self._staff, role="secondary", icon="lock")
        self.add(self.staff)

    def show(self, screen: Screen) -> None:
        """Draw why."""
        body = screen.body
        assert isinstance(body, OutOfServiceBody)  # noqa: S101 - the stage gives each view its own kind
        self.said.say(self.kit.say(body.reason))

    def arrange(self, area: Area) -> None:
        """The door stands in the corner, out of a shopper's way."""
        super().arrange(area)
        kit = self.kit
        wide, tall = self.staff.natural_width(), kit.px(72)
        page = self.page(area)
        self.staff.place(Area(page.x + page.w - wide, page.y + kit.px(12), wide, tall))

    def _staff(self) -> None:
        self.kit.submit(ViewRequested("staff_sign_in"))
