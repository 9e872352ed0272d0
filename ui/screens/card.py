"""Money is being asked for at the terminal: by card or voucher."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PaymentCancelled
from kiosk.checkout.screen import CardBody, Screen
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.screens.tender_choice import tender_icon
from ui.widgets.button import PushButton

__all__ = ["CardView"]

_MAY_CANCEL: Final = frozenset({"present"})
_FOR_STAFF: Final = frozenset({"staff", "signature"})
_TONES: Final = {
    "present": ("soft", "on_soft"),
    "asking": ("help", "on_help"),
    "staff": ("help", "on_help"),
    "cancelling": ("quiet", "on_quiet"),
    "signature": ("help", "on_help"),
    "remove_card": ("help", "on_help"),
}
_KEEP_IN: Final = frozenset({"present_card", "wait"})
"""Prompts after which the card must stay where it is."""


class CardView(MomentView):
    """Draws ``CardBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="card")
        self.cancel = PushButton(kit, kit.say("card.cancel"), self._cancel, icon="close")
        self.add(self.amount, self.progress)

    def show(self, screen: Screen) -> None:
        """Draw the stage of the payment."""
        body, kit = screen.body, self.kit
        assert isinstance(body, CardBody)  # noqa: S101 - the stage gives each view its own kind
        tone, ink = _TONES[body.prompt if body.prompt in _TONES else body.stage]
        icon = "hand" if body.stage in _FOR_STAFF else tender_icon(body.tender)
        self.repaint(tone, ink, icon)
        by_card = body.tender.kind == "card"
        if body.prompt and (by_card or body.prompt != "present_card"):
            heading = kit.say(f"card.prompt.{body.prompt}")
            said = kit.say("card.keep") if body.prompt in _KEEP_IN else ""
        elif body.stage == "present" and by_card:
            heading, said = kit.say("card.present"), kit.say("card.keep")
        elif body.stage == "present":
            heading = kit.speaker.name(body.tender.names) or kit.say(f"tender.{body.tender.kind}")
            said = kit.say("card.follow")
        else:
            heading, said = kit.say(f"card.{body.stage}"), ""
        self.heading.say(heading)
        self.said.say(said)
        self.amount.show(kit.say("basket.due"), body.amount)
        self.progress.run(True)  # noqa: FBT003 - a switch
        may_cancel = body.stage in _MAY_CANCEL and body.prompt != "remove_card"
        self.show_buttons(*((self.cancel,) if may_cancel else ()))
        if self.area.w:
            self.arrange(self.area)

    def _cancel(self) -> None:
        self.kit.submit(PaymentCancelled())
