"""One intervention as staff see it: what, why, how soon, what it holds up, who may clear it, how long it has waited."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from kivy.clock import Clock

from kiosk.checkout.inputs import OperatorAct, OperatorActed
from kiosk.checkout.screen import InterventionView
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton, Role
from ui.widgets.icon import Icon

__all__ = ["Waiting", "waited"]

_JUDGED_ELSEWHERE: Final[dict[str, tuple[tuple[OperatorAct, Role], ...]]] = {
    "cash": (("cash_received", "primary"),),
    "tender_unknown": (("tender_was_approved", "primary"), ("tender_was_declined", "alarm")),
}
"""Interventions that are settled by what became of the money, not by approval."""
_TOLD: Final = frozenset({"intervention.fiscal_late", "intervention.fiscal_cancel", "intervention.refunded_twice"})
"""What has happened and is the office's to see to: staff say that they have read it."""
_NOTED: Final[tuple[tuple[OperatorAct, Role], ...]] = (("approve", "primary"),)
_JUDGED: Final[tuple[tuple[OperatorAct, Role], ...]] = (("approve", "primary"), ("refuse", "alarm"))
_WORDS: Final[dict[tuple[str, OperatorAct], str]] = {
    ("fiscal", "approve"): "act.fiscal_again",
    ("fiscal", "refuse"): "act.fiscal_without",
    ("printer", "approve"): "act.print_again",
    ("printer", "refuse"): "act.print_without",
    ("paper", "approve"): "paper.slip",
    ("paper", "refuse"): "paper.stop",
    **{(kind, "approve"): "act.cabinet_fine" for kind in ("door", "tamper", "drawer")},
    **{(kind, "refuse"): "act.cabinet_wrong" for kind in ("door", "tamper", "drawer")},
    ("change_owed", "approve"): "act.cash_handed_over",
    ("change_owed", "refuse"): "act.cash_again",
    ("cash_machine", "approve"): "act.cash_take_over",
    ("cash_machine", "refuse"): "act.cash_ask_again",
}
"""What an answer does, where that is no matter of allowing or forbidding."""
_EVERY_S: Final = 1.0

Act = Callable[[OperatorActed], None]


def waited(since_ms: int, now_ms: int) -> str:
    """Minutes and seconds that have passed; nothing where the clock was set back.

    >>> waited(1_000, 84_000), waited(5_000, 4_000), waited(0, 3_723_000)
    ('1:23', '0:00', '62:03')
    """
    seconds = max(0, now_ms - since_ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


class Waiting(Block):
    """An intervention with its answers, and pictures if any are kept. The time it has waited goes on by itself."""

    def __init__(self, kit: Kit, act: Act, look: Callable[[InterventionView], None]) -> None:
        super().__init__(kit)
        self._act, self._look = act, look
        self._one: InterventionView | None = None
        self._ground = self.ground(kit.theme.help, radius=16, edge=kit.theme.on_help if kit.theme.edge else "")
        self._icon = Icon(kit, "hand", 40, kit.theme.on_help)
        self._words = kit.words("", TypeSize.BODY, colour=kit.theme.on_help, face="Bold")
        self.facts = kit.words("", TypeSize.NOTE, colour=kit.theme.on_help)
        self.answers: tuple[PushButton, ...] = ()
        self.add(self._icon, self._words, self.facts)
        Clock.schedule_interval(self._tick, _EVERY_S)  # held weakly: it ends with this block

    def show(self, shown: tuple[InterventionView, str]) -> None:
        """The intervention, and the name of the line it is about."""
        one, item = shown
        self._one = one
        said = self.kit.say(one.text)
        self._words.say(f"{said}\n{item}" if item else said)
        self._tick(0)
        self.drop(*self.answers)
        told = one.text.message in _TOLD
        offered = _NOTED if told else _JUDGED_ELSEWHERE.get(one.kind, _JUDGED)
        self.answers = tuple(
            PushButton(
                self.kit,
                self.kit.say("act.noted" if told else _WORDS.get((one.kind, act), f"act.{act}")),
                partial(self._act, OperatorActed(act, one.intervention)),
                role=role,
                radius=16,
            )
            for act, role in offered
        )
        if one.frames:
            pictures = self.kit.say("staff.pictures")
            self.answers += (PushButton(self.kit, pictures, partial(self._look, one), icon="camera", radius=16),)
        self.add(*self.answers)

    def _tick(self, _delay: float) -> None:
        one, kit = self._one, self.kit
        if one is None:
            return
        since = kit.speaker.digits(waited(one.since_utc_ms, time.time_ns() // 1_000_000))
        facts = (
            kit.say(f"staff.severity.{one.severity}"),
            kit.say(f"staff.blocks.{one.blocks}"),
            kit.say(f"staff.role.{one.may_clear}"),
            kit.say("staff.waited", time=since),
        )
        self.facts.say(" · ".join(facts))

    def arrange(self, area: Area) -> None:
        """What it is above, its facts below that, answers at the foot."""
        kit = self.kit
        self._ground.place(area)
        inner = area.inset(kit.px(16), kit.px(8))
        buttons, rest = inner.bottom(kit.px(64), kit.px(4))
        facts, words = rest.bottom(kit.tall(28), kit.px(2))
        self.facts.place(facts)
        icon, said = words.left(kit.px(40), kit.px(12))
        self._icon.place(icon)
        self._words.place(said)
        for button, place in zip(self.answers, buttons.columns(max(1, len(self.answers)), kit.px(12)), strict=False):
            button.place(place)
