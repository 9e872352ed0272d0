"""Goodbye: take your things, and what became of the receipt."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.screen import Screen, ThanksBody
from ui.area import Area
from ui.kit import Kit
from ui.screens.moment import MomentView
from ui.widgets.code import CodePicture
from ui.widgets.points import points_rows

__all__ = ["ThanksView"]

_SIGNS: Final = {
    "signing": ("soft", "on_soft", "receipt"),
    "held": ("help", "on_help", "warning"),
    "printing": ("soft", "on_soft", "receipt"),
    "printed": ("soft", "on_soft", "check"),
    "declined": ("soft", "on_soft", "check"),
    "failed": ("help", "on_help", "warning"),
}
_CODE: Final = 240
_WITH_PAPER: Final = frozenset({"signing", "printing", "printed"})
_UNDER_WAY: Final = frozenset({"signing", "printing"})


class ThanksView(MomentView):
    """Draws ``ThanksBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, icon="check")
        self._code = CodePicture(kit)
        self.add(self.amount, self.progress)

    def show(self, screen: Screen) -> None:
        """Draw the end of the sale."""
        body, kit = screen.body, self.kit
        assert isinstance(body, ThanksBody)  # noqa: S101 - the stage gives each view its own kind
        self.repaint(*_SIGNS[body.receipt])
        self.heading.say(kit.say("thanks.title"))
        what, take = self._words(body)
        self.said.say(what if body.receipt == "held" or not take else f"{what}\n{take}")
        self.amount.show(kit.say("refund.returned" if body.returned else "thanks.total"), body.total)
        printing = body.receipt in _UNDER_WAY
        self.keep(self.progress, printing)
        self.progress.run(printing)
        self._code.show(body.exit_code)
        self.keep(self._code, body.exit_code)
        rows = [(kit.say("cash.change"), kit.money(body.change))] if body.change else []
        if body.saved:
            rows.append((kit.say("basket.discount"), kit.money(body.saved)))
        rows += points_rows(kit, body.points) if body.points else []
        named = "thanks.returned_reference" if body.returned else "thanks.reference"
        rows.append((kit.say(named), kit.speaker.digits(body.reference)))
        if body.exit_code:  # room for the code: what was saved and earned is on the receipt
            rows = rows[: 1 if body.change else 0]
            self.said.say(f"{kit.say('thanks.exit')}\n{what}")
        self.show_rows(rows)
        if self.area.w:
            self.arrange(self.area)

    def _words(self, body: ThanksBody) -> tuple[str, str]:
        """What became of the paper, and what is to be taken along; whoever brought something back takes no goods."""
        kit, paper = self.kit, body.receipt in _WITH_PAPER
        if not body.returned:
            take = kit.say("thanks.take" if paper else "thanks.take_items")
            return kit.say(f"thanks.{body.receipt}"), take
        waits = body.receipt in ("signing", "held")
        what = kit.say(f"thanks.returned_{body.receipt}" if waits else f"thanks.{body.receipt}")
        return what, kit.say("thanks.returned_take") if paper else ""

    def _arrange_card(self, inner: Area) -> None:
        """As others; a code for the gate stands above everything else."""
        if self._code.parent is not None:
            code, inner = inner.top(min(self.kit.px(_CODE), inner.h * 2 // 5), self.kit.px(8))
            self._code.place(code.centre(code.h, code.h))
        super()._arrange_card(inner)
