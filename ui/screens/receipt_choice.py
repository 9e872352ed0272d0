"""Paid: paper, or none, where the law leaves the choice."""

from __future__ import annotations

from functools import partial

from kiosk.checkout.inputs import ReceiptChosen
from kiosk.checkout.screen import ReceiptChoiceBody, Screen
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.theme import TypeSize
from ui.widgets.button import PushButton

__all__ = ["ReceiptChoiceView"]


class ReceiptChoiceView(MomentView):
    """Draws ``ReceiptChoiceBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="check")
        self.heading.say(kit.say("receipt_choice.title"))
        paper, none = ReceiptChosen("paper"), ReceiptChosen("none")
        self.choices = {
            "paper": PushButton(
                kit,
                kit.say("receipt_choice.paper"),
                partial(kit.submit, paper),
                role="primary",
                icon="receipt",
                icon_size=40,
                size=TypeSize.LEAD,
                face="Bold",
            ),
            "none": PushButton(kit, kit.say("receipt_choice.none"), partial(kit.submit, none), size=TypeSize.LEAD),
        }

    def show(self, screen: Screen) -> None:
        """Draw what may be chosen."""
        body, kit = screen.body, self.kit
        assert isinstance(body, ReceiptChoiceBody)  # noqa: S101 - the stage gives each view its own kind
        self.said.say(kit.say("receipt_choice.paid", total=body.total))
        self.show_rows([(kit.say("cash.change"), kit.money(body.change))] if body.change else [])
        self.show_buttons(*(self.choices[choice] for choice in body.choices))
        if self.area.w:
            self.arrange(self.area)
