"""``make faults``: kill -9 at random moments of checkout, sync, broker and head office, while baskets are bought.

``ROUNDS`` kills (300 by default), drawn from ``SEED`` (1), spread evenly over the programs, the kiosk's power and the
phases of a sale. Afterwards journal, ledger, terminal and paper are held against what the shopper saw: nothing may be
lost, doubled or changed, and nobody charged twice.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.asked import AskedError, end_in_order, whole_number
from bench.baskets import SHIPPED, read_baskets
from bench.killer import Killer, Plan
from bench.knobs import KnobClient
from bench.oracle import Oracle, Picked
from bench.processes import NotReadyError
from bench.reckoning import Reckoning, reckon
from bench.replay import at_rest, catch_up, conclude
from bench.shopper import CutError, Sale, Shopper, StrangeScreenError
from bench.world import Options, World
from tools.report import Report

__all__ = ["drill", "main", "short_baskets"]

_TERMINAL_MS: Final = 40
_MOST_LINES: Final = 4
_EVERY_CODE: Final = 3
"""Every third shopper pays by phone."""
_KILLS_A_PHASE: Final = 20
"""What a drill of full length has to do in each phase of a sale."""


@dataclass(slots=True)
class _Run:
    """What shoppers saw."""

    seen: dict[str, Decimal] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def _run(
    world: World, oracle: Oracle, baskets: Iterator[Sequence[Picked]], killer: Killer, report: Report
) -> _Run:
    """Buy baskets until all kills are done."""
    terminal = await KnobClient.connect(world.boards["card_terminal"])
    await terminal.turn("auto", outcome="approve")
    await terminal.turn("delay", milliseconds=_TERMINAL_MS)
    await terminal.turn("silence", kind="after_charge" if killer.plan.silent else "off")
    await terminal.close()
    acquirer = await KnobClient.connect(world.boards["acquirer"])
    await acquirer.turn("auto", outcome="pay")
    await acquirer.turn("delay", milliseconds=_TERMINAL_MS)
    await acquirer.close()
    shopper = Shopper(world, oracle)
    shopper.looks.append(killer.look)
    code = next(tender.tender_id for tender in world.shop.tenders if tender.kind == "qr")
    result = _Run()
    await shopper.connect()
    told = 0
    try:
        while killer.done < killer.plan.rounds:
            shopper.by_code = code if len(result.seen) % _EVERY_CODE == _EVERY_CODE - 1 else ""
            await _buy(shopper, oracle, next(baskets), killer, result)
            killer.check()
            if killer.done >= told + 20:
                told = killer.done
                report.progress(f"{killer.done} of {killer.plan.rounds} kills, {len(result.seen)} sales")
        await killer.finish()
    finally:
        await shopper.leave()
    return result


async def _buy(shopper: Shopper, oracle: Oracle, basket: Sequence[Picked], killer: Killer, result: _Run) -> None:
    """One basket, however often the kiosk is killed under it."""
    begun = False
    sale: Sale | None = None
    while sale is None:
        try:
            if not begun:
                await shopper.arrive()
                begun = True
            await shopper.until_body("BasketBody", "WeighBody", "TenderChoiceBody", "CardBody", "QrBody", "ThanksBody")
            if shopper.body in ("BasketBody", "WeighBody"):
                await shopper.fill(basket)
            sale = await shopper.pay()
        except CutError:
            await killer.whole.wait()
            await killer.finish()
            held = shopper.held
            await shopper.connect()
            if shopper.body in ("AttractBody", "BasketBody") and (stands := shopper.pieces()) < held:
                result.vanished.append(f"a basket of {held} was one of {stands} after a cut")
            begun = begun and shopper.body != "AttractBody"
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
    return drill(Report("faults"), Plan(rounds, seed))


def drill(
    report: Report, plan: Plan, *, wrapper: Mapping[str, tuple[str, ...]] | None = None, keep: Path | None = None
) -> int:
    """The whole drill, told into ``report``; gives the exit code.

    ``wrapper``: see ``Options``. Everything lies in ``keep``, or in a new folder that stays only after a fault.
    """
    chance = random.Random(plan.seed)
    folder = keep or Path(tempfile.mkdtemp(prefix="faults-"))
    quiet = replace(Options.drill(), wrapper=wrapper or {})
    world = World(folder, quiet)
    killer = Killer(world, plan, chance)
    report.figure("rounds", plan.rounds)
    with report:
        try:
            oracle = Oracle(world.shop, offers=True)
            world.start()
            result = asyncio.run(_run(world, oracle, short_baskets(oracle, chance), killer, report))
            report.require("head office has all of it in time", held=catch_up(world))
            report.require("what was paid for nothing goes back in time", held=at_rest(world))
            report.require("head office has the rest in time", held=catch_up(world))
            found = reckon(world, result.seen)
        except (NotReadyError, StrangeScreenError, CutError) as fault:
            report.require("the drill reaches its end", held=False, detail=str(fault) or type(fault).__name__)
            report.note(f"What the programs said lies in {folder / 'logs'}.")
            return report.close()
        finally:
            world.stop()
        found.lost[:0] = [*killer.ahead, *result.vanished]
        found.changed += result.wrong
        conclude(report, found)
        _tell(report, killer, found)
        if report.passed and keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        elif not report.passed:
            report.note(f"All that was written lies in {folder}.")
        return report.close()


def _tell(report: Report, killer: Killer, found: Reckoning) -> None:
    """What was killed when, and what was bought meanwhile."""
    plan = killer.plan
    in_phase = {phase: sum(killer.counts[target, phase] for target in plan.targets) for phase in plan.phases}
    if plan.rounds >= _KILLS_A_PHASE * len(plan.phases):
        enough = min(in_phase.values()) >= _KILLS_A_PHASE
        report.require(f"at least {_KILLS_A_PHASE} kills in each phase", held=enough, detail=str(in_phase))
    rows = [(target, *(killer.counts[target, phase] for phase in plan.phases)) for target in plan.targets]
    report.table("Kills by program and phase", ("program", *plan.phases), [*rows, ("all", *in_phase.values())])
    report.table(
        "What was bought and what it left",
        ("sales", "records", "charges", "receipts", "copies"),
        [(found.sales, found.records, found.charges, found.receipts, found.copies)],
    )


if __name__ == "__main__":
    sys.exit(main())
