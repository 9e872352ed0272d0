"""``make chaos``: lanes, broker and head office under kills, cuts, delays, echoes, full disks and wrong clocks.

``ROUNDS`` rounds (200) drawn from ``SEED`` (1). In each a few faults come over the world while lanes sell and prices
change; then everything is mended, and when all have caught up the ledger is held against the journals byte for byte,
the cursors against what is stored, the price books against head office's. What a round does follows from the seed and
its number alone: ``FROM=17 ROUNDS=1`` makes round 17 again. ``LANES=`` says how many there are (3),
``DATABASE=postgresql`` what head office keeps its ledger in.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.asked import AskedError, end_in_order, whole_number
from bench.processes import NotReadyError
from tests.faults.chaos_faults import FAULTS
from tests.faults.chaos_reckoning import Breaches, ahead, caught_up, reckon
from tests.faults.chaos_world import ITEMS, World, item
from tests.support.waiting import wait_until
from tools.report import Report

__all__ = ["Plan", "drill", "main"]

_ROUNDS: Final = 200
_LANES: Final = 3
_CATCH_UP_S: Final = 120.0
"""After everything is mended: on a machine that does many other things, too."""
_LOOKS: Final = 4
_MOST_SALES: Final = 4
_PRICES: Final = (500, 99_999)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. ``kinds``: faults to draw from. ``hold_s``: how long, at most, one stands before the next comes."""

    rounds: int = _ROUNDS
    seed: int = 1
    first: int = 1
    lanes: int = _LANES
    database: str = "sqlite"
    kinds: Sequence[str] = tuple(FAULTS)
    faults: tuple[int, int] = (2, 4)
    hold_s: tuple[float, float] = (0.05, 0.4)
    catch_up_s: float = _CATCH_UP_S


@dataclass(slots=True)
class _Told:
    """What came over the world, and how it stood afterwards."""

    found: Breaches = field(default_factory=Breaches)
    done: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    rounds: int = 0
    prices: int = 0


class _Drill:
    """One world, round after round."""

    def __init__(self, world: World, plan: Plan, told: _Told) -> None:
        self._world, self._plan, self._told = world, plan, told

    def round(self, number: int) -> None:
        """Faults, an end to them, and the reckoning."""
        chance, began = random.Random(f"{self._plan.seed}/{number}"), time.monotonic()
        for kind in chance.sample(list(self._plan.kinds), self._how_many(chance)):
            lane = chance.choice(self._world.lanes)
            self._told.done[kind] += 1
            self._business(chance)
            FAULTS[kind](self._world, lane, chance)
            self._business(chance)
            self._look(chance.uniform(*self._plan.hold_s))
        self._business(chance)
        for lane in self._world.lanes:
            lane.skew(0)
        self._world.heal()
        self._catch_up()
        self._told.rounds += 1
        self._told.seconds.append(time.monotonic() - began)

    def _how_many(self, chance: random.Random) -> int:
        least, most = self._plan.faults
        return min(chance.randint(least, most), len(self._plan.kinds))

    def _business(self, chance: random.Random) -> None:
        """Lanes sell, and some prices change."""
        for lane in self._world.lanes:
            lane.sell(chance.randint(0, _MOST_SALES))
        changed = [item(chance.randrange(ITEMS), chance.randint(*_PRICES)) for _ in range(chance.randint(0, 3))]
        if self._world.publish(changed):
            self._told.prices += len(changed)

    def _look(self, seconds: float) -> None:
        """While the fault stands: no cursor is ahead."""
        for _ in range(_LOOKS):
            time.sleep(seconds / _LOOKS)
            self._told.found.cursors += ahead(self._world)
            if self._told.found.cursors:
                return

    def _catch_up(self) -> None:
        found = self._told.found

        def over() -> bool:
            found.cursors += ahead(self._world)
            return bool(found.cursors) or not caught_up(self._world)

        try:
            wait_until(over, self._plan.catch_up_s)
        except TimeoutError:
            found.behind += caught_up(self._world)
        if not found.told:
            reckon(self._world, found)


def drill(
    report: Report, plan: Plan, *, wrapper: Mapping[str, tuple[str, ...]] | None = None, keep: Path | None = None
) -> int:
    """The whole drill, told into ``report``; gives the exit code. ``wrapper``: see ``World``.

    Everything lies in ``keep``, or in a new folder that stays only after a breach.
    """
    folder, told = keep or Path(tempfile.mkdtemp(prefix="chaos-")), _Told()
    with report:
        world = World(folder, plan.lanes, plan.database, wrapper or {})
        try:
            world.start()
            _rounds(report, world, plan, told)
        except NotReadyError as fault:
            report.require("every program comes up again", held=False, detail=str(fault))
        finally:
            world.stop()
        _tell(report, plan, told)
        if report.passed and keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        elif not report.passed:
            report.note(f"All that was written lies in {folder}.")
        return report.close()


def _rounds(report: Report, world: World, plan: Plan, told: _Told) -> None:
    drilled = _Drill(world, plan, told)
    for number in range(plan.first, plan.first + plan.rounds):
        drilled.round(number)
        if told.found.told:
            report.progress(f"round {number} is breached; it alone: SEED={plan.seed} FROM={number} ROUNDS=1")
            report.note(f"Breached in round {number}: `make chaos SEED={plan.seed} FROM={number} ROUNDS=1`.")
            return
        if told.rounds % 10 == 0:
            report.progress(f"{told.rounds} of {plan.rounds} rounds, {told.found.sales} sales")


def _tell(report: Report, plan: Plan, told: _Told) -> None:
    found = told.found
    report.figure("rounds", told.rounds)
    report.figure("seed", plan.seed)
    report.figure("faults", sum(told.done.values()))
    report.figure("sales", found.sales)
    report.figure("records", found.records)
    for name, what, faults in (
        ("lost", "every record and sale of a journal is in the ledger", found.lost),
        ("doubled", "each of them once", found.doubled),
        ("changed", "each of them byte for byte, and nothing is left over", found.changed),
        ("cursors", "no cursor is ahead of what head office holds", found.cursors),
        ("books", "each kiosk has the prices of head office", found.books),
        ("behind", "everybody catches up once all is mended", found.behind),
    ):
        report.figure(name, len(faults))
        report.require(what, held=not faults, detail="; ".join(faults[:5]))
    if told.seconds:
        report.figure("longest_s", round(max(told.seconds), 1))
        report.figure("mean_s", round(sum(told.seconds) / len(told.seconds), 1))
    report.note(f"{plan.lanes} lanes, {plan.database}, {told.prices} prices changed meanwhile.")
    report.table("Faults", ("fault", "times"), [(kind, str(told.done[kind])) for kind in plan.kinds])


def _plan() -> Plan:
    database = os.environ.get("DATABASE") or "sqlite"
    if database not in ("sqlite", "postgresql"):
        message = f"DATABASE={database}: there are sqlite and postgresql"
        raise AskedError(message)
    kinds = [
        kind
        for kind in FAULTS
        if not ((kind == "kill_database" and database == "sqlite") or (kind == "full_office" and database != "sqlite"))
    ]
    return Plan(
        whole_number("ROUNDS", _ROUNDS, least=1),
        whole_number("SEED", 1),
        whole_number("FROM", 1, least=1),
        whole_number("LANES", _LANES, least=1, most=50),
        database,
        kinds,
    )


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    try:
        plan = _plan()
    except AskedError as fault:
        sys.stderr.write(f"chaos: {fault}\n")
        return 2
    return drill(Report("chaos"), plan)


if __name__ == "__main__":
    sys.exit(main())
