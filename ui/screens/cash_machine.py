"""Cash into the machine: what was put in, what is still to pay, what comes back."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import PaymentCancelled, RestOtherwise
from kiosk.checkout.screen import CashMachineBody, Screen
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.widgets.button import PushButton

__all__ = ["CashMachineView"]

_TONES: Final = {
    "insert": ("soft", "on_soft", "cash"),
    "ending": ("quiet", "on_quiet", "cash"),
    "staff": ("help", "on_help", "hand"),
}
_FULL: Final = 4
"""So many rows leave no room for words, in large text."""


class CashMachineView(MomentView):
    """Draws ``CashMachineBody``: the sum that is left is the large one, until nothing is."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="cash")
        self.cancel = PushButton(kit, kit.say("card.cancel"), self._cancel, icon="close")
        self.rest = PushButton(kit, kit.say("cash.rest_otherwise"), self._rest, icon="card")
        self.add(self.amount)
        self.show_buttons(self.cancel)

    def show(self, screen: Screen) -> None:
        """Draw the stage and the sums."""
        body, kit = screen.body, self.kit
        assert isinstance(body, CashMachineBody)  # noqa: S101 - the stage gives each view its own kind
        self.repaint(*_TONES[body.stage])
        what = "notes" if body.notes else "coins"
        self.heading.say(kit.say(f"cash.insert_{what}" if body.stage == "insert" else f"cash.machine_{body.stage}"))
        if body.change:
            self.amount.show(kit.say("cash.change"), body.change)
        else:
            self.amount.show(kit.say("cash.left"), body.left)
        rows = [(kit.say("cash.inserted"), kit.money(body.inserted))]
        if body.inserted:
            rows.insert(0, (kit.say("cash.due"), kit.money(body.due)))
        if body.rounding:
            rows.append((kit.say("cash.rounding"), kit.money(body.rounding)))
        if body.stage == "insert":
            rows += self._taken(body)
        self.said.say(kit.say("cash.change_comes") if body.stage == "insert" and len(rows) < _FULL else "")
        self.show_rows(rows)
        buttons = (self.cancel, self.rest) if body.part else (self.cancel,)
        self.show_buttons(*(buttons if body.stage == "insert" else ()))
        if self.area.w:
            self.arrange(self.area)

    def _taken(self, body: CashMachineBody) -> list[tuple[str, str]]:
        """What is taken now, true for each piece."""
        kit = self.kit
        if body.largest:
            return [(kit.say("cash.takes_up_to"), kit.money(body.largest))]
        ranges = (
            kit.money(least) if least == most else f"{kit.money(least)}\N{EN DASH}{kit.money(most)}"
            for least, most in body.ranges
        )
        return [(kit.say("cash.takes_only"), ", ".join(ranges))] if body.ranges else []

    def _rest(self) -> None:
        self.kit.submit(RestOtherwise())

    def _cancel(self) -> None:
        self.kit.submit(PaymentCancelled())
