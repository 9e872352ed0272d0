"""A paper voucher is worth more than it pays: what would be lost is read before it is."""

from __future__ import annotations

from functools import partial

from kiosk.checkout.inputs import ViewRequested, VoucherAgreed
from kiosk.checkout.screen import Screen, VoucherRestBody
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.theme import TypeSize
from ui.widgets.button import PushButton

__all__ = ["VoucherRestView"]


class VoucherRestView(MomentView):
    """Draws ``VoucherRestBody``. Neither answer is the easier one to touch: both buttons look alike."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="warning", tone="help", ink="on_help")
        self.heading.say(kit.say("voucher.rest_title"))
        self.said.say(kit.say("voucher.rest_said"))
        self.back = PushButton(
            kit,
            kit.say("value.other_way"),
            partial(kit.submit, ViewRequested("tender_choice")),
            icon="back",
            size=TypeSize.LEAD,
            face="Bold",
        )
        self.add(self.amount)

    def show(self, screen: Screen) -> None:
        """What is lost, large; under it what the voucher is worth and what of that pays."""
        body, kit = screen.body, self.kit
        assert isinstance(body, VoucherRestBody)  # noqa: S101 - the stage gives each view its own kind
        self.amount.show(kit.say("voucher.rest_lost"), body.lost)
        self.show_rows(
            [
                (kit.say("voucher.rest_worth"), kit.money(body.worth)),
                (kit.say("voucher.rest_pays"), kit.money(body.pays)),
            ]
        )
        agree = PushButton(
            kit,
            kit.say("voucher.rest_agree"),
            partial(kit.submit, VoucherAgreed(body.lost.minor)),
            icon="check",
            size=TypeSize.LEAD,
            face="Bold",
        )
        self.show_buttons(self.back, agree)
        if self.area.w:
            self.arrange(self.area)
