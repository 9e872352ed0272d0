"""Kill -9 at chosen moments: which program, in which phase of a sale, and exactly when.

A plan says how many kills, of what and in which phases; its moment says when within the phase. The usual moment is a
random one. A phase is what the kiosk shows when the program is killed: a moment that comes after it is let pass.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bench.reckoning import ahead
from bench.shopper import Screen
from bench.world import World

__all__ = ["PHASES", "TARGETS", "Killer", "Moment", "Plan", "at_random", "phase_of"]

TARGETS: Final = ("checkout", "sync", "broker", "headoffice", "power")
"""Programs; ``power`` is all of the kiosk's at once."""

PHASES: Final = ("idle", "scanning", "weighing", "choosing", "paying", "receipt")
_BODIES: Final = {
    "AttractBody": "idle",
    "BasketBody": "scanning",
    "WeighBody": "weighing",
    "TenderChoiceBody": "choosing",
    "CardBody": "paying",
    "QrBody": "paying",
    "ThanksBody": "receipt",
}
_LONGEST_WAIT: Final = 0.06
"""Seconds; longer than any phase of a hasty shopper, so that every part of each is met."""


def phase_of(screen: Screen) -> str:
    """The phase of a sale that a screen belongs to; between two shoppers the lane is idle."""
    body, content = str(screen["body"]), screen["screen"]["body"]
    empty = body == "BasketBody" and not content["lines"]
    over = body == "ThanksBody" and content["receipt"] in ("printed", "declined")
    return "idle" if empty or over else _BODIES.get(body, "")


Moment = Callable[["Killer", str, str], AbstractAsyncContextManager[bool]]
"""Entered when the phase begins, with target and phase; gives, when the moment has come, whether to kill after all.
Left between the kill and the new start."""


@asynccontextmanager
async def at_random(killer: Killer, target: str, phase: str) -> AsyncIterator[bool]:
    """Any moment while the phase is on show. Head office hangs every second time before it is killed: what the broker
    has handed to it then dies with it.
    """
    hangs = target == "headoffice" and killer.chance.random() < 0.5  # noqa: PLR2004 - every second time
    office = killer.world.children["headoffice"]
    if hangs:
        office.freeze()
    try:
        await asyncio.sleep(killer.chance.uniform(0, _LONGEST_WAIT / 2 ** min(killer.missed, 10)))
        yield killer.phase == phase
    finally:
        if hangs:
            office.thaw()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to kill: ``rounds`` times, targets and phases in turn, so that every pair of them comes up equally often.

    ``silent``: the terminal takes the money and says nothing, until somebody turns that knob again.
    """

    rounds: int
    seed: int = 1
    targets: tuple[str, ...] = TARGETS
    phases: tuple[str, ...] = PHASES
    moment: Moment = at_random
    silent: bool = False

    def __getitem__(self, number: int) -> tuple[str, str]:
        """Target and phase of a kill. Both move on with every kill, and every pair comes up before any does again."""
        several, many = len(self.targets), len(self.phases)
        shift = number // math.lcm(several, many)
        return self.targets[number % several], self.phases[(number + shift) % many]


@dataclass(slots=True)
class Killer:
    """Waits for the phase that is next in the plan, then for the moment, and kills; then starts again what it killed.

    ``whole`` is set while everything runs; ``phase`` is what the kiosk shows; ``missed`` counts the moments in a row
    that came too late; ``ahead`` holds what the kiosk took for stored too early, seen at a kill.
    """

    world: World
    plan: Plan
    chance: random.Random
    done: int = 0
    missed: int = 0
    phase: str = ""
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    ahead: list[str] = field(default_factory=list)
    whole: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Everything runs at first."""
        self.whole.set()

    def look(self, screen: Screen) -> None:
        """Called with each screen."""
        self.phase = phase_of(screen)
        ready = self.done < self.plan.rounds and self.whole.is_set() and not self._struck_out()
        if ready and self.phase == self.plan[self.done][1]:
            self.whole.clear()
            self._task = asyncio.create_task(self._strike(*self.plan[self.done]))

    async def _strike(self, target: str, phase: str) -> None:
        try:
            async with self.plan.moment(self, target, phase) as now:
                if now:
                    self._kill(target)
            if not now:
                self.missed += 1
                return
            self.ahead += ahead(self.world)
            await asyncio.to_thread(self._revive, target)
            self.counts[target, phase] += 1
            self.done, self.missed = self.done + 1, 0
        finally:  # whoever waits learns of a fault from ``finish``
            self.whole.set()

    def _kill(self, target: str) -> None:
        """On the loop itself: between the last look at the phase and the kill the shopper does nothing."""
        if target == "power":
            self.world.cut_power()
        else:
            self.world.children[target].kill()

    def _revive(self, target: str) -> None:
        if target == "power":
            self.world.restore_power()
            return
        self.world.children[target].start()
        waits: Mapping[str, Callable[[], None]] = {
            "checkout": self.world.await_checkout,
            "broker": self.world.await_broker,
            "headoffice": self.world.await_office,
        }
        if target in waits:
            waits[target]()

    def _struck_out(self) -> bool:
        return self._task is not None and self._task.done() and self._task.exception() is not None

    def check(self) -> None:
        """Raises what went wrong in the last strike, if it is over."""
        if self._task is not None and self._task.done():
            self._task.result()

    async def finish(self) -> None:
        """Wait for a strike under way. Raises what went wrong in it."""
        if self._task is not None:
            await self._task
