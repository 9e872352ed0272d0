"""What of a sale comes back: staff choose lines, how many of each, why, and where the goods go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from kiosk.checkout.inputs import ReturnAllChosen, ReturnLineChosen, ReturnsConfirmed, ViewRequested
from kiosk.checkout.screen import Disposition, RefundLinesBody, ReturnLineView, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.staff_pads import NumberPad, choices
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.picture_tile import PictureTile
from ui.widgets.scroller import Row, Scroller
from ui.widgets.totals import BigAmount

__all__ = ["RefundLinesView"]

_SIDE: Final = 380
_BELOW: Final = 640
_LINE_ROW: Final = 120
_CHOSEN_ROW: Final = 76
_PLACES: Final[tuple[Disposition, ...]] = ("shelf", "damaged", "supplier")
_Shown = tuple[ReturnLineView, str]


class _Line(Block):
    """A line of the sale: what it was, whether it may come back, and what of it shall."""

    def __init__(
        self,
        kit: Kit,
        take: Callable[[ReturnLineView], None],
        where: Callable[[ReturnLineView], None],
        leave: Callable[[ReturnLineView], None],
    ) -> None:
        super().__init__(kit)
        self._shown: ReturnLineView | None = None
        self._tile = PictureTile(kit)
        self._name = kit.words("", TypeSize.BODY, face="SemiBold")
        self._small = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self._price = kit.words("", TypeSize.BODY, face="Bold", align="right", one_line=True)
        self.take = PushButton(kit, "", partial(self._with, take), role="step", icon="back", icon_size=28, radius=16)
        self.where = PushButton(kit, "", partial(self._with, where), role="soft", radius=16, size=TypeSize.NOTE)
        self.leave = PushButton(kit, "", partial(self._with, leave), role="step", icon="bin", icon_size=28, radius=16)
        self.add(self._tile, self._name, self._small, self._price, self.take, self.where, self.leave)

    def show(self, shown: _Shown) -> None:
        """The line, and what is said of its return."""
        line, said = shown
        kit = self.kit
        self._shown = line
        self._tile.show(line.names, line.picture)
        self._name.say(kit.speaker.name(line.names))
        self._price.say(kit.money(line.paid))
        left = kit.say("refund.left", left=line.left, sold=line.sold)
        self._small.say(kit.say(line.why) if line.why is not None else left)
        self._small.paint(kit.theme.on_alarm if line.why is not None else kit.theme.muted)
        self.where.say(said)
        self.keep(self.take, not line.closed and not line.chosen)
        self.keep(self.where, line.chosen)
        self.keep(self.leave, line.chosen)

    def arrange(self, area: Area) -> None:
        """Picture, words, price, touch; below them what was chosen."""
        kit = self.kit
        inner = area.inset(kit.px(8), kit.px(6))
        if self.where.parent is not None:
            chosen, inner = inner.bottom(kit.px(_CHOSEN_ROW - 12), kit.px(6))
            leave, where = chosen.right(kit.px(64), kit.px(12))
            self.leave.place(leave)
            self.where.place(where)
        button, inner = inner.right(kit.px(64), kit.px(12))
        self.take.place(button.centre(kit.px(64), kit.px(64)))
        side = min(inner.h, kit.px(64))
        tile, inner = inner.left(side, kit.px(16))
        self._tile.place(tile.centre(side, side))
        price, inner = inner.right(kit.px(150), kit.px(12))
        self._price.place(price)
        small, name = inner.bottom(kit.tall(34))
        self._small.place(small)
        self._name.place(name)

    def _with(self, deed: Callable[[ReturnLineView], None]) -> None:
        if self._shown is not None:
            deed(self._shown)


class RefundLinesView(View):
    """Draws ``RefundLinesBody``; only an open question (how many, why, where to) lives here."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._body: RefundLinesBody | None = None
        self._title = self.title(kit.say("refund.title_lines"))
        self._card = Card(kit)
        self.list = Scroller(kit, gap=8)
        self._side = Card(kit)
        self._facts = kit.words("", TypeSize.BODY, colour=kit.theme.muted)
        self._total = BigAmount(kit)
        self.confirm = PushButton(
            kit,
            kit.say("refund.take"),
            partial(kit.submit, ReturnsConfirmed()),
            role="primary",
            icon="check",
            size=TypeSize.LEAD,
            face="Bold",
        )
        self.all = PushButton(kit, kit.say("refund.take_all"), self._ask_all, role="soft", radius=20)
        self.back = PushButton(kit, kit.say("button.back"), partial(kit.submit, ViewRequested("staff")), icon="back")
        self.question: Block | None = None
        self.add(self._title, self._card, self.list, self._side, self._facts, self._total)
        self.add(self.all, self.confirm, self.back)

    def show(self, screen: Screen) -> None:
        """Draw the sale's lines and what is chosen of them."""
        body, kit = screen.body, self.kit
        assert isinstance(body, RefundLinesBody)  # noqa: S101 - the stage gives each view its own kind
        self._body = body
        reference, day = kit.speaker.digits(body.reference), kit.speaker.date(body.sold_on)
        self._facts.say(kit.say("refund.sale", reference=reference, date=day))
        self._total.show(kit.say("refund.total"), body.total)
        self.all.enable(any(not line.closed and line.chosen < line.left for line in body.lines))
        self.confirm.enable(any(line.chosen for line in body.lines))
        self.list.show(
            tuple(
                Row(
                    line.line,
                    kit.tall(_LINE_ROW) + (kit.px(_CHOSEN_ROW) if line.chosen else 0),
                    (line, self._said(line)),
                    self._make_line,
                    _Line.show,
                )
                for line in body.lines
            )
        )
        if self.question is not None:
            self._put(self.question)
        if self.area.w:
            self.arrange(self.area)

    def close(self) -> None:
        """No question outlives the screen."""
        self._put(None)

    def _make_line(self) -> _Line:
        return _Line(self.kit, self._ask_units, self._ask_where, self._leave)

    def _said(self, line: ReturnLineView) -> str:
        """How many come back, why, and where they go."""
        kit, body = self.kit, self._body
        if body is None or not line.chosen:
            return ""
        reason = next((kit.speaker.name(names) for code, names, _ in body.reasons if code == line.reason), line.reason)
        units = kit.speaker.digits(str(line.chosen))
        return f"{units} \N{MULTIPLICATION SIGN} {reason} · {kit.say(f'refund.goes_{line.disposition}')}"

    # --- questions -----------------------------------------------------------------------------------------------

    def _put(self, question: Block | None) -> None:
        if self.question is not None:
            self.drop(self.question)
        self.question = question
        if question is not None:
            self.add(question)
            question.place(self.area)

    def _away(self) -> None:
        self._put(None)

    def _ask_units(self, line: ReturnLineView) -> None:
        """How many, where there are several; then why."""
        kit = self.kit
        if line.left == 1:
            self._ask_reason(line, 1)
            return
        self._put(
            NumberPad(
                kit,
                title=kit.speaker.name(line.names),
                hint=kit.say("refund.left", left=line.left, sold=line.sold),
                longest=len(str(line.left)),
                written=lambda number: kit.speaker.digits(str(number)),
                fits=lambda number: 1 <= number <= line.left,
                taken=partial(self._ask_reason, line),
                cancelled=self._away,
            )
        )

    def _ask_reason(self, line: ReturnLineView, units: int) -> None:
        kit, body = self.kit, self._body
        if body is None:
            return
        offered = tuple(
            (kit.speaker.name(names), partial(self._choose, ReturnLineChosen(line.line, units, code, goes)))
            for code, names, goes in body.reasons
        )
        self._put(choices(kit, kit.say("refund.reason"), offered, self._away))

    def _ask_all(self) -> None:
        """Why all of it comes back: one reason for everything that is not chosen yet."""
        kit, body = self.kit, self._body
        if body is None:
            return
        offered = tuple(
            (kit.speaker.name(names), partial(self._choose, ReturnAllChosen(code, goes)))
            for code, names, goes in body.reasons
        )
        self._put(choices(kit, kit.say("refund.reason"), offered, self._away))

    def _ask_where(self, line: ReturnLineView) -> None:
        kit = self.kit
        offered = tuple(
            (
                kit.say(f"refund.goes_{place}"),
                partial(self._choose, ReturnLineChosen(line.line, line.chosen, line.reason, place)),
            )
            for place in _PLACES
        )
        self._put(choices(kit, kit.say("refund.where"), offered, self._away))

    def _choose(self, chosen: ReturnLineChosen | ReturnAllChosen) -> None:
        self._put(None)
        self.kit.submit(chosen)

    def _leave(self, line: ReturnLineView) -> None:
        self.kit.submit(ReturnLineChosen(line.line, 0))

    # --- layout --------------------------------------------------------------------------------------------------

    def arrange(self, area: Area) -> None:
        """The lines at one side; the sale, the sum and the ways on at the other."""
        kit = self.kit
        first, second = side_by_side(kit, self.page(area), side=_SIDE, below=_BELOW)
        title, rest = first.top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        self._card.place(rest)
        self.list.place(rest.inset(kit.px(12)))
        back, rest = second.bottom(kit.px(88), kit.px(12))
        self.back.place(back)
        confirm, rest = rest.bottom(kit.px(104), kit.px(12))
        self.confirm.place(confirm)
        every, rest = rest.bottom(kit.px(88), kit.px(12))
        self.all.place(every)
        self._side.place(rest)
        facts, total = self._side.inner.top(kit.tall(96), kit.px(8))
        self._facts.place(facts)
        self._total.place(total.top(BigAmount.height_in(kit))[0])
        if self.question is not None:
            self.question.place(area)
