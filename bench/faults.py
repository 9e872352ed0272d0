"""``make faults``: kill -9 at random moments of checkout, sync, broker and head office, while baskets are bought.

``ROUNDS`` kills (300 by default), drawn from ``SEED`` (1), spread evenly over the four programs and the phases of a
sale. Afterwards journal, ledger, terminal and paper are held against what the shopper saw: nothing may be lost,
doubled or changed, and nobody charged twice.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.asked import AskedError, end_in_order, whole_number
from bench.baskets import SHIPPED, read_baskets
from bench.knobs import KnobClient
from bench.oracle import Oracle, Picked
from bench.processes import NotReadyError
from bench.reckoning import reckon
from bench.replay import catch_up, conclude
from bench.shopper import CutError, Sale, Screen, Shopper, StrangeScreenError
from bench.world import Options, World
from tools.report import Report

__all__ = ["PHASES", "TARGETS", "Killer", "main", "run"]

TARGETS: Final = ("checkout", "sync", "broker", "headoffice")
PHASES: Final = ("idle", "scanning", "weighing", "choosing", "paying", "receipt")
_BODIES: Final = {
    "AttractBody": "idle",
    "BasketBody": "scanning",
    "WeighBody": "weighing",
    "TenderChoiceBody": "choosing",
    "CardBody": "paying",
    "ThanksBody": "receipt",
}
_LONGEST_WAIT: Final = 0.06
_TERMINAL_MS: Final = 40
_MOST_LINES: Final = 4


def phase_of(screen: Screen) -> str:
    """The phase of a sale that a screen belongs to; between two shoppers the lane is idle."""
    body, content = str(screen["body"]), screen["screen"]["body"]
    empty = body == "BasketBody" and not content["lines"]
    over = body == "ThanksBody" and content["receipt"] in ("printed", "declined")
    return "idle" if empty or over else _BODIES.get(body, "")


@dataclass(slots=True)
class Killer:
    """Waits for the phase that is next on its list, then for a random moment, and kills."""

    world: World
    chance: random.Random
    rounds: int
    done: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    whole: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Everything runs at first."""
        self.whole.set()

    @property
    def next(self) -> tuple[str, str]:
        """The program and the phase of the next kill: every pair in turn."""
        return TARGETS[self.done % len(TARGETS)], PHASES[self.done // len(TARGETS) % len(PHASES)]

    def look(self, screen: Screen) -> None:
        """Called with each screen."""
        ready = self.done < self.rounds and self.whole.is_set() and not self._struck_out()
        if ready and phase_of(screen) == self.next[1]:
            self.whole.clear()
            self._task = asyncio.create_task(self._strike())

    async def _strike(self) -> None:
        target, phase = self.next
        try:
            await asyncio.sleep(self.chance.uniform(0, _LONGEST_WAIT))
            child = self.world.children[target]
            await asyncio.to_thread(child.kill)
            child.start()
            waits = {
                "checkout": self.world.await_checkout,
                "broker": self.world.await_broker,
                "headoffice": self.world.await_office,
            }
            if target in waits:
                await asyncio.to_thread(waits[target])
            self.counts[target, phase] += 1
            self.done += 1
        finally:  # whoever waits learns of a fault from ``finish``
            self.whole.set()

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


@dataclass(slots=True)
class _Run:
    """What shoppers saw."""

    seen: dict[str, Decimal] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def run(
    world: World, oracle: Oracle, baskets: Iterator[Sequence[Picked]], killer: Killer, report: Report
) -> _Run:
    """Buy baskets until all kills are done."""
    terminal = await KnobClient.connect(world.boards["card_terminal"])
    await terminal.turn("auto", outcome="approve")
    await terminal.turn("delay", milliseconds=_TERMINAL_MS)
    await terminal.close()
    shopper = Shopper(world, oracle)
    shopper.looks.append(killer.look)
    result = _Run()
    await shopper.connect()
    told = 0
    try:
        while killer.done < killer.rounds:
            await _buy(shopper, oracle, next(baskets), killer, result)
            killer.check()
            if killer.done >= told + 20:
                told = killer.done
                report.progress(f"{killer.done} of {killer.rounds} kills, {len(result.seen)} sales")
        await killer.finish()
    finally:
        await shopper.leave()
    return result


async def _buy(shopper: Shopper, oracle: Oracle, basket: Sequence[Picked], killer: Killer, result: _Run) -> None:
    """One basket, however often the kiosk is killed under it."""
    begun, held = False, 0
    sale: Sale | None = None
    while sale is None:
        try:
            if not begun:
                await shopper.arrive()
                begun = True
            await shopper.until_body("BasketBody", "WeighBody", "TenderChoiceBody", "CardBody", "ThanksBody")
            if shopper.body in ("BasketBody", "WeighBody"):
                held = max(held, shopper.pieces())
                await shopper.fill(basket)
                held = len(basket)
            sale = await shopper.pay()
        except CutError:
            await killer.whole.wait()
            await killer.finish()
            await shopper.connect()
            if shopper.body == "AttractBody":
                if held:
                    result.vanished.append(f"a basket of {held} was gone after a cut")
                begun, held = False, 0
    result.seen[sale["reference"]] = sale["total"]
    expected = oracle.expected(basket).total
    if sale["total"] != expected:
        result.wrong.append(f"{sale['reference']} came to {sale['total']}, the oracle says {expected}")


def short_baskets(oracle: Oracle, chance: random.Random) -> Iterator[tuple[Picked, ...]]:
    """Small baskets without end, every third with something to weigh."""
    shipped = [basket[:_MOST_LINES] for basket in read_baskets(SHIPPED, oracle)]
    weighed = [basket for basket in shipped if any(picked.grams for picked in basket)]
    counted = [basket for basket in shipped if not any(picked.grams for picked in basket)]
    while True:
        yield chance.choice(weighed)
        yield chance.choice(counted)
        yield chance.choice(counted)


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    try:
        rounds, seed = whole_number("ROUNDS", 300, least=1), whole_number("SEED", 1)
    except AskedError as fault:
        print(f"faults: {fault}", file=sys.stderr)
        return 2
    report = Report("faults")
    report.figure("rounds", rounds)
    return drill(report, rounds=rounds, seed=seed)


def drill(report: Report, *, rounds: int, seed: int, options: Options | None = None) -> int:
    """The whole drill, told into ``report``; gives the exit code."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    quiet = Options(window=False, pictures=False, sample_sales=False, demo=False, quick=True)
    world = World(folder, options or quiet)
    oracle = Oracle(world.shop, offers=True)
    killer = Killer(world, chance, rounds)
    with report:
        try:
            world.start()
            result = asyncio.run(run(world, oracle, short_baskets(oracle, chance), killer, report))
            report.require("head office has all of it in time", held=catch_up(world))
            found = reckon(world, result.seen)
        except (NotReadyError, StrangeScreenError, CutError) as fault:
            report.require("the drill reaches its end", held=False, detail=str(fault) or type(fault).__name__)
            report.note(f"What the programs said lies in {folder / 'logs'}.")
            return report.close()
        finally:
            world.stop()
        found.lost += result.vanished
        found.changed += result.wrong
        conclude(report, found)
        report.figure("copies", found.copies)
        report.table(
            "Kills by program and phase",
            ("program", *PHASES),
            [(target, *(killer.counts[target, phase] for phase in PHASES)) for target in TARGETS],
        )
        if report.passed:
            shutil.rmtree(folder, ignore_errors=True)
        return report.close()


if __name__ == "__main__":
    sys.exit(main())
