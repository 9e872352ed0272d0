"""Baskets that are put aside, for staff to choose one: this lane's, and those of the shop as head office tells them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from kiosk.checkout.inputs import OperatorActed, ViewRequested
from kiosk.checkout.screen import ParkedBody, ParkedRow, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.scroller import Row, Scroller
from ui.widgets.sheet import Sheet

__all__ = ["ParkedView"]

_ROW: Final = 126
_MINUTE_MS: Final = 60_000
_HOUR: Final = 60
_REASONS: Final = frozenset({"counter", "walked_away"})
_AGAIN: Final = "again"
"""The reason that takes a basket from the lane it was given to."""


@dataclass(frozen=True)
class _Shown:
    """A row, how long ago it was put aside, whether it may be chosen now, and whether it is this kiosk's."""

    row: ParkedRow
    minutes: int
    may: bool


class _Basket(Block):
    """One basket: where and since when, why, what it comes to, and a button that goes on with it."""

    def __init__(self, kit: Kit, choose: Callable[[ParkedRow], None]) -> None:
        super().__init__(kit)
        self._choose = choose
        self._shown: _Shown | None = None
        self._where = kit.words("", TypeSize.BODY, face="SemiBold", one_line=True)
        self._why = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, one_line=True)
        self._what = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, one_line=True)
        self._total = kit.words("", TypeSize.BODY, face="Bold", align="right", one_line=True)
        self.take = PushButton(kit, kit.say("parked.choose"), self._taken, radius=16)
        self.add(self._where, self._why, self._what, self._total)

    def show(self, shown: _Shown) -> None:
        """The basket as it stands."""
        kit, row = self.kit, shown.row
        self._shown = shown
        lane = kit.say("parked.here") if row.state == "own" else _lane(kit, row.workstation)
        self._where.say(f"{lane} · {_ago(kit, shown.minutes)}")
        reason = row.reason if row.reason in _REASONS else "staff"
        self._why.say(_stands(kit, row) or kit.say(f"parked.reason_{reason}"))
        self._why.paint(kit.theme.on_alarm if row.state == "given" else kit.theme.muted)
        self._what.say(f"{kit.say('basket.count', count=row.lines)} · {kit.speaker.digits(row.reference)}")
        self._total.say(kit.money(row.total))
        self.keep(self.take, row.state != "elsewhere")
        self.take.enable(shown.may)

    def arrange(self, area: Area) -> None:
        """Words at the left, the sum, the button at the right."""
        kit = self.kit
        inner = area.inset(kit.px(8), kit.px(4))
        take, words = inner.right(max(kit.px(140), self.take.natural_width()), kit.px(16))
        self.take.place(take.centre(take.w, kit.px(72)))
        total, words = words.right(kit.px(190 if kit.large else 150), kit.px(12))
        self._total.place(total)
        where, words = words.top(kit.tall(40))
        self._where.place(where)
        why, words = words.top(kit.tall(34))
        self._why.place(why)
        self._what.place(words.top(kit.tall(34))[0])

    def _taken(self) -> None:
        if self._shown is not None:
            self._choose(self._shown.row)


def _lane(kit: Kit, workstation: str) -> str:
    return kit.say("parked.of_lane", lane=kit.speaker.digits(workstation))


def _ago(kit: Kit, minutes: int) -> str:
    if minutes >= _HOUR:
        return kit.say("parked.hours", count=minutes // _HOUR)
    return kit.say("parked.minutes", count=minutes)


def _stands(kit: Kit, row: ParkedRow) -> str:
    """What keeps it from being chosen, or makes staff look first."""
    if row.state == "given":
        return kit.say("parked.given", lane=kit.speaker.digits(row.to))
    return kit.say("parked.elsewhere") if row.state == "elsewhere" else ""


class ParkedView(View):
    """Draws ``ParkedBody``; only the question whether to take a basket from another lane lives here."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("parked.title"))
        self._card = Card(kit)
        self.list = Scroller(kit, gap=8)
        self._none = kit.words("", TypeSize.LEAD, colour=kit.theme.muted, align="center")
        self._stage = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, align="right")
        back = partial(kit.submit, ViewRequested("staff"))
        self.back = PushButton(kit, kit.say("button.back"), back, icon="back", role="primary")
        self.question: Sheet | None = None
        self.add(self._title, self._card, self.list, self._none, self._stage, self.back)

    def show(self, screen: Screen) -> None:
        """Each basket in a row."""
        body, kit = screen.body, self.kit
        assert isinstance(body, ParkedBody)  # noqa: S101 - the stage gives each view its own kind
        self.list.show(
            tuple(
                Row(
                    row.uuid,
                    kit.tall(_ROW),
                    _shown(body, row),
                    self._make,
                    _Basket.show,
                )
                for row in body.rows
            )
        )
        self._none.say("" if body.rows or body.stage == "asking" else kit.say("parked.none"))
        said = "busy" if body.busy else body.stage
        self._stage.say(kit.say(f"parked.{said}") if said != "told" else "")
        if self.area.w:
            self.arrange(self.area)

    def close(self) -> None:
        """No question outlives the screen."""
        self._away()

    def _make(self) -> _Basket:
        return _Basket(self.kit, self._choose)

    def _choose(self, row: ParkedRow) -> None:
        """Go on with it; one that another lane was given is asked about first."""
        if row.state != "given":
            self.kit.submit(OperatorActed("resume_suspended", target=row.uuid))
            return
        kit = self.kit
        yes = PushButton(kit, kit.say("parked.again"), partial(self._again, row), role="danger", size=TypeSize.LEAD)
        no = PushButton(kit, kit.say("button.back"), self._away, icon="back", size=TypeSize.LEAD)
        said = kit.say("parked.given", lane=kit.speaker.digits(row.to))
        self._away()
        self.question = Sheet(
            kit, icon="warning", title=kit.say("parked.again_title"), said=said, parts=(yes, no), part_height=120
        )
        self.add(self.question)
        self.question.place(self.area)

    def _again(self, row: ParkedRow) -> None:
        self._away()
        self.kit.submit(OperatorActed("resume_suspended", target=row.uuid, reason=_AGAIN))

    def _away(self) -> None:
        if self.question is not None:
            self.drop(self.question)
            self.question = None

    def arrange(self, area: Area) -> None:
        """The list between title and the way back."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        below, rest = rest.bottom(kit.px(88), kit.px(12))
        back, stage = below.left(max(kit.px(240), self.back.natural_width()), kit.px(16))
        self.back.place(back)
        self._stage.place(stage)
        self._card.place(rest)
        inner = rest.inset(kit.px(12))
        self.list.place(inner)
        self._none.place(inner)
        if self.question is not None:
            self.question.place(area)


def _shown(body: ParkedBody, row: ParkedRow) -> _Shown:
    return _Shown(row, max(0, body.utc_ms - row.utc_ms) // _MINUTE_MS, may=not body.busy)
