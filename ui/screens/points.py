"""Head office is asked for a member's points; the shopper may go on without them at any time."""

from __future__ import annotations

from kiosk.checkout.inputs import PaymentCancelled
from kiosk.checkout.screen import PointsBody, Screen
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.widgets.button import PushButton

__all__ = ["PointsScreen"]


class PointsScreen(MomentView):
    """Draws ``PointsBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="star")
        self.without = PushButton(kit, kit.say("points.without"), self._without, icon="close")
        self.add(self.amount, self.progress)

    def show(self, screen: Screen) -> None:
        """Draw what is asked for."""
        body, kit = screen.body, self.kit
        assert isinstance(body, PointsBody)  # noqa: S101 - the stage gives each view its own kind
        self.heading.say(kit.say("points.asking"))
        self.said.say(kit.say("points.asking_said"))
        self.amount.show(kit.say("points.amount", points=body.points), body.amount)
        self.progress.run(True)  # noqa: FBT003 - a switch
        self.show_buttons(self.without)
        if self.area.w:
            self.arrange(self.area)

    def _without(self) -> None:
        self.kit.submit(PaymentCancelled())
