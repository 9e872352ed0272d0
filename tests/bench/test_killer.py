"""Plans bring every pair of target and phase up in turn; the killer strikes in the phase it is told, or not at all."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from bench.killer import PHASES, TARGETS, Killer, Plan, phase_of
from bench.processes import NotReadyError
from bench.world import World


@pytest.mark.parametrize("targets", [TARGETS, TARGETS[:4], TARGETS[:3], TARGETS[:1]])
def test_every_pair_comes_up_before_any_does_again(targets: tuple[str, ...]) -> None:
    pairs = len(targets) * len(PHASES)
    plan = Plan(rounds=2 * pairs, targets=targets)

    for begin in (0, pairs):
        assert len({plan[begin + number] for number in range(pairs)}) == pairs


def test_a_drill_of_full_length_kills_evenly() -> None:
    plan = Plan(rounds=300)
    pairs = Counter(plan[number] for number in range(plan.rounds))

    assert set(pairs.values()) == {10}


def test_a_short_drill_meets_every_target_and_every_phase() -> None:
    first = [Plan(rounds=6)[number] for number in range(6)]

    assert {target for target, _ in first} == set(TARGETS)
    assert {phase for _, phase in first} == set(PHASES)


@pytest.mark.parametrize(
    ("body", "content", "phase"),
    [
        ("AttractBody", {}, "idle"),
        ("BasketBody", {"lines": []}, "idle"),
        ("BasketBody", {"lines": [{}]}, "scanning"),
        ("WeighBody", {}, "weighing"),
        ("TenderChoiceBody", {}, "choosing"),
        ("CardBody", {}, "paying"),
        ("ThanksBody", {"receipt": "requested"}, "receipt"),
        ("ThanksBody", {"receipt": "printed"}, "idle"),
        ("ThanksBody", {"receipt": "declined"}, "idle"),
        ("HelpBody", {}, ""),
    ],
)
def test_a_screen_belongs_to_a_phase(body: str, content: dict[str, Any], phase: str) -> None:
    assert phase_of({"body": body, "screen": {"body": content}}) == phase


class _Program:
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def kill(self) -> None:
        """Dead."""
        self.log.append("kill")

    def start(self) -> None:
        """Alive."""
        self.log.append("start")

    def freeze(self) -> None:
        """Held."""
        self.log.append("freeze")

    def thaw(self) -> None:
        """Let go on."""
        self.log.append("thaw")


class _Programs:
    """Those of a world, and whether they come up again."""

    def __init__(self) -> None:
        self.children = {target: _Program() for target in TARGETS}
        self.cursor = Path("nowhere")
        self.fault = ""

    def cut_power(self) -> None:
        """All of the kiosk."""
        self.children["power"].kill()

    def restore_power(self) -> None:
        """All of the kiosk."""
        self.children["power"].start()
        self._await()

    def _await(self) -> None:
        if self.fault:
            raise NotReadyError(self.fault)

    await_checkout = await_broker = await_office = _await


def _killer(programs: _Programs, plan: Plan) -> Killer:
    return Killer(cast("World", programs), plan, random.Random(1))


def _screen(phase: str) -> dict[str, Any]:
    body = {"idle": "AttractBody", "scanning": "BasketBody", "weighing": "WeighBody"}.get(phase, "")
    body = body or {"choosing": "TenderChoiceBody", "paying": "CardBody", "receipt": "ThanksBody"}[phase]
    return {"body": body, "screen": {"body": {"lines": [{}], "receipt": "printing"}}}


def test_a_killer_strikes_every_target_in_every_phase_in_turn() -> None:
    async def run() -> None:
        programs = _Programs()
        plan = Plan(rounds=len(TARGETS) * len(PHASES))
        killer = _killer(programs, plan)
        while killer.done < plan.rounds:
            done = killer.done
            killer.look(_screen(plan[done][1]))
            await killer.whole.wait()
            killer.check()
            assert killer.done == done + 1
        killer.look(_screen("idle"))
        await killer.finish()

        assert killer.done == plan.rounds
        assert set(killer.counts.values()) == {1}
        assert len(killer.counts) == plan.rounds
        for target, program in programs.children.items():
            struck = [deed for deed in program.log if deed in ("kill", "start")]
            assert struck.count("kill") == struck.count("start") == len(PHASES), target
        frozen = programs.children["headoffice"].log
        assert 0 < frozen.count("freeze") == frozen.count("thaw") < len(PHASES)

    asyncio.run(run())


def test_a_moment_that_comes_after_its_phase_kills_nothing_and_the_next_one_comes_sooner() -> None:
    async def run() -> None:
        programs = _Programs()
        killer = _killer(programs, Plan(1, targets=("checkout",), phases=("choosing",)))
        killer.look(_screen("choosing"))
        killer.look(_screen("paying"))
        await killer.whole.wait()
        await killer.finish()

        assert (killer.done, killer.missed, programs.children["checkout"].log) == (0, 1, [])

        killer.look(_screen("choosing"))
        await killer.finish()
        assert (killer.done, killer.missed) == (1, 0)
        assert killer.counts == {("checkout", "choosing"): 1}

    asyncio.run(run())


def test_a_program_that_does_not_come_back_ends_the_drill_and_hangs_nobody() -> None:
    async def run() -> None:
        programs = _Programs()
        programs.fault = "checkout ended (code 2) before it was ready"
        killer = _killer(programs, Plan(5))
        killer.look(_screen("idle"))
        await asyncio.wait_for(killer.whole.wait(), 30)
        killer.look(_screen("idle"))

        with pytest.raises(NotReadyError, match="checkout ended"):
            killer.check()
        with pytest.raises(NotReadyError, match="checkout ended"):
            await killer.finish()
        assert killer.done == 0
        assert programs.children["checkout"].log == ["kill", "start"]

    asyncio.run(run())
