"""A basket was put aside: take the slip, or, where there is no paper, a picture of its code."""

from __future__ import annotations

from functools import partial
from typing import Final

from kiosk.checkout.inputs import SlipTaken
from kiosk.checkout.screen import Screen, SlipBody
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.code import CodePicture

__all__ = ["SlipView"]

_SIGNS: Final = {
    "printing": ("soft", "on_soft", "receipt"),
    "printed": ("soft", "on_soft", "check"),
    "failed": ("help", "on_help", "warning"),
}
_CODE: Final = 460
_HOUR: Final = 60
_TWO_HOURS: Final = 120


class SlipView(MomentView):
    """Draws ``SlipBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="receipt")
        self.code = CodePicture(kit)
        self.done = PushButton(
            kit,
            kit.say("slip.done"),
            partial(kit.submit, SlipTaken()),
            role="primary",
            icon="check",
            size=TypeSize.LEAD,
            face="Bold",
        )
        self.add(self.amount, self.progress)

    def show(self, screen: Screen) -> None:
        """What it is for, what to take, and how long it is kept."""
        body, kit = screen.body, self.kit
        assert isinstance(body, SlipBody)  # noqa: S101 - the stage gives each view its own kind
        self.repaint(*_SIGNS[body.stage])
        title = kit.say("slip.title_counter" if body.counter else "slip.title")
        if body.stage == "failed":
            self.heading.say(kit.say("slip.photo") if body.code else title)
            what = kit.say("slip.photo_why") if body.code else kit.say("slip.what_counter")
            self.said.say(f"{what}\n{title}")
        else:
            self.heading.say(title)
            step = kit.say("slip.printing" if body.stage == "printing" else "slip.take")
            self.said.say(f"{step}\n{kit.say('slip.what_counter')}" if body.counter else step)
        self.amount.show(kit.say("slip.total"), body.total)
        self.keep(self.amount, not body.code)
        printing = body.stage == "printing"
        self.keep(self.progress, printing)
        self.progress.run(printing)
        self.code.show(body.code)
        self.keep(self.code, body.code)
        rows = [(kit.say("slip.reference"), kit.speaker.digits(body.reference))]
        if body.minutes:
            rows.append((_kept(kit, body.minutes), ""))
        self.show_rows([] if body.code else rows)  # the code is what matters, as large as it can be
        self.show_buttons(*(() if printing else (self.done,)))
        if self.area.w:
            self.arrange(self.area)

    def _arrange_card(self, inner: Area) -> None:
        """As others; a code stands above everything else, and what is said below it without a sign."""
        if self.code.parent is not None:
            side = min(self.kit.px(_CODE), inner.h * 62 // 100)
            code, inner = inner.top(side, self.kit.px(8))
            self.code.place(code.centre(side, side))
        super()._arrange_card(inner)


def _kept(kit: Kit, minutes: int) -> str:
    """How long it is kept, in the larger unit that fits."""
    if minutes >= _TWO_HOURS:
        return kit.say("slip.kept_hours", count=minutes // _HOUR)
    return kit.say("slip.kept_minutes", count=minutes)
