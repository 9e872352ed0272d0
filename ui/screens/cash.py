"""Cash: a member of staff comes and takes it."""

from __future__ import annotations

from kiosk.checkout.inputs import PaymentCancelled
from kiosk.checkout.screen import CashBody, Screen
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.widgets.button import PushButton

__all__ = ["CashView"]


class CashView(MomentView):
    """Draws ``CashBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="cash")
        self.heading.say(kit.say("cash.title"))
        self.said.say(kit.say("cash.staff"))
        self.cancel = PushButton(kit, kit.say("card.cancel"), self._cancel, icon="close")
        self.add(self.amount)
        self.show_buttons(self.cancel)

    def show(self, screen: Screen) -> None:
        """Draw the sum, rounded as cash is."""
        body, kit = screen.body, self.kit
        assert isinstance(body, CashBody)  # noqa: S101 - the stage gives each view its own kind
        self.amount.show(kit.say("cash.due"), body.due)
        rounding = [(kit.say("cash.rounding"), kit.money(body.rounding))] if body.rounding else []
        self.show_rows(rounding)
        if self.area.w:
            self.arrange(self.area)

    def _cancel(self) -> None:
        self.kit.submit(PaymentCancelled())
