"""``make powercut``: the power goes at each step of each way to pay and each way back, one after the other.

A first visit of each way writes its steps down, as the code takes them (``knife``): each record before and after it is
on disk, each deed before and after it is done. Then one visit for each of these steps, cut exactly there, taken up
again and brought to its end. What comes back is bought first, in a visit that nothing cuts. Afterwards journal, ledger,
terminal, acquirer, accounts of stored value and paper are held against what the shopper saw.
``WAYS=card,cash`` names some of them; ``EVERY=5`` takes every fifth step only.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bench.asked import AskedError, end_in_order, whole_number
from bench.cashed import cash_otherwise, unsettled
from bench.knobs import KnobClient
from bench.ledgers import journalled
from bench.neighbour import NEIGHBOUR, Neighbour
from bench.oracle import Oracle, Picked
from bench.processes import NotReadyError
from bench.reckoning import Reckoning, reckon
from bench.replay import at_rest, catch_up, conclude
from bench.returned import handed_otherwise
from bench.shopper import CutError, StrangeScreenError
from bench.world import Options, World
from samples.catalogue import Country
from tests.faults.denier import Denier
from tests.faults.knife import MUST_BE_CUT, STANDS
from tests.faults.leaver import Leaver, SlipBearer
from tests.faults.payer import TERMINAL_MS, Payer
from tests.faults.purse import Purse
from tests.faults.returner import Returner
from tests.faults.ways import WAYS, Way, way_of
from tools.report import Report

__all__ = ["drill", "main"]

_TRIES: Final = 3
"""Visits for one step: some come only when a clock runs out in time."""
_GOODBYE_SECONDS: Final = 10
"""What is left to do after the goodbye is on show takes less."""
_SETTLED_SECONDS: Final = 60
"""What is on its way once the visit is over has come to its end by then: a terminal is asked again after half of it."""
_CHECKOUT: Final = "kiosk.headless"
_MEMBER: Final = 24
_LEAST: Final = 2_000
"""Minor units that the thing bought costs at least, so that parts of it can be paid."""


@dataclass(slots=True)
class _Told:
    """What was seen: documents by reference, cash that staff handed over; ``denied``: refunds that they said were not
    done, and were; per way its steps, and those that were cut; what was wrong.
    """

    seen: dict[str, Decimal] = field(default_factory=dict)
    handed: list[Decimal] = field(default_factory=list)
    denied: int = 0
    steps: dict[str, list[str]] = field(default_factory=dict)
    cut: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    found: Reckoning = field(default_factory=Reckoning)


class _Drill:
    """The visits of one world. ``every``: only every so manyth step is cut."""

    def __init__(self, world: World, next_lane: World | None, knife: Path, told: _Told, *, every: int) -> None:
        self._world, self._next, self._knife, self._every = world, next_lane, knife, every
        self._oracle, self._purse, self.told = Oracle(world.shop, offers=True), Purse(world), told
        self._baskets = _baskets(world, self._oracle)

    async def run(self, ways: Sequence[Way], report: Report) -> None:
        """Each way: its steps, as one visit without a cut takes them; then one visit for each step, cut there."""
        terminal = await KnobClient.connect(self._world.boards["card_terminal"])
        await terminal.turn("delay", milliseconds=TERMINAL_MS)
        await terminal.close()
        acquirer = await KnobClient.connect(self._world.boards["acquirer"])
        for way in ways:
            await acquirer.turn("auto", outcome="off" if way.cancels else "pay")
            steps = await self._steps(way)
            for step in steps[:: self._every]:
                for _ in range(_TRIES):
                    if await self._visit(way, step):
                        self.told.cut.setdefault(way.name, []).append(step)
                        break
            report.progress(f"{way.name}: {len(self.told.cut.get(way.name, ()))} of {len(steps)} steps cut")
        await acquirer.close()
        self._purse.close()

    async def _steps(self, way: Way) -> list[str]:
        (self._knife / "steps").unlink(missing_ok=True)
        await self._visit(way, "")
        steps = (self._knife / "steps").read_text(encoding="utf-8").splitlines()
        self.told.steps[way.name] = steps
        return steps

    async def _visit(self, way: Way, step: str) -> int:
        """One visit to its goodbye; gives how often the kiosk went dark. ``step``: cut there; empty: list the steps."""
        self._hold_still()
        payer = _visitor(way)(self._world, self._oracle, way, self._purse)
        if way.returns:
            sold = Payer(self._world, self._oracle, way_of(way.returns), self._purse)
            await self._whole(sold, way_of(way.returns), self._baskets[""])
            kind = Denier if way.denied else Returner
            payer = kind(self._world, self._oracle, way, self._purse, next(reversed(sold.seen)))
        cuts = await self._whole(payer, way, self._baskets[way.bought] if way.bought or not way.returns else (), step)
        if isinstance(payer, Returner) and payer.handed:
            self.told.handed.append(payer.handed)
        self.told.denied += way.denied
        return cuts

    def _hold_still(self) -> None:
        (self._knife / "cut").write_text(STANDS, encoding="utf-8")

    def _hand_the_knife(self, step: str | None) -> None:
        if step == "":
            (self._knife / "cut").unlink()
        elif step is not None:
            (self._knife / "cut").write_text(step, encoding="utf-8")

    async def _whole(self, payer: Payer, way: Way, basket: Sequence[Picked], step: str | None = None) -> int:
        """From the lane's door to the goodbye, and its paper; whatever is cut is started again."""
        cuts = 0
        await payer.connect()
        try:
            await payer.arrive()
            payer.seen.clear()  # an earlier visit's goodbye was still on show
            await self._fill(payer, way, basket)
            self._hand_the_knife(step)
            while True:
                try:
                    await payer.through()
                    break
                except CutError:
                    cuts += 1
                    await self._revived(payer)
            if step and not cuts and await asyncio.to_thread(_was_cut, self._knife / "cut"):
                cuts += 1  # at the goodbye: the shopper has not seen it
                await self._revived(payer)
                await payer.sees_the_paper()
            await self._settled(way)
            self._hold_still()
        finally:
            await payer.leave()
        self._seen(payer, way, basket)
        return cuts

    async def _settled(self, way: Way) -> None:
        """What is given back, paid out or asked about after the goodbye is over: it may be cut as well."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while left := await asyncio.to_thread(unsettled, self._world):
            if time.monotonic() > deadline:
                self.told.wrong.append(f"{way.name}: {', '.join(sorted(left))} is still on its way")
                return
            await asyncio.sleep(TERMINAL_MS / 1000)

    async def _revived(self, payer: Payer) -> None:
        self._world.children["checkout"].start()
        await asyncio.to_thread(self._world.await_checkout)
        await payer.connect()

    async def _fill(self, payer: Payer, way: Way, basket: Sequence[Picked]) -> None:
        if isinstance(payer, SlipBearer) and self._next is not None and way.parked == "elsewhere":
            before = SlipBearer(self._next, self._oracle, way, self._purse)
            await before.connect()
            await before.arrive()
            await before.fill(basket)
            payer.slip = await before.parks()
            await before.leave()
            return
        if way.member and not way.returns:
            card = self._world.shop.members[_MEMBER].card_number
            await payer.turn("scanner", "scan", data=card, symbology="]E0")
            await payer.until(lambda: bool(payer.content.get("member_tier")), "a welcome")
        await payer.fill(basket)
        await payer.buys_a_card(len(basket))

    def _seen(self, payer: Payer, way: Way, basket: Sequence[Picked]) -> None:
        """What every goodbye said; a basket comes to what the oracle says."""
        self.told.seen |= payer.seen
        expected = self._oracle.expected(basket).total
        for reference, total in payer.seen.items():
            if total > 0 and not way.member and not way.sells and total != expected:
                self.told.wrong.append(f"{way.name}: {reference} came to {total}, the oracle says {expected}")


def _visitor(way: Way) -> type[Payer]:
    if way.parked:
        return SlipBearer
    return Leaver if way.voids else Payer


def _baskets(world: World, oracle: Oracle) -> dict[str, tuple[Picked, ...]]:
    """What is bought, and brought back; what is taken for it that costs as much, less or more."""
    packs = [each for each in world.shop.items if each.gtin and not each.minimum_age and each.food_voucher]
    prices = {each.item_id: oracle.expected((Picked(each.item_id, None),)).total for each in packs}
    first = next(each.item_id for each in packs if prices[each.item_id] * 100 > _LEAST)
    cheaper = next(name for name, price in prices.items() if 0 < price < prices[first])
    dearer = next(name for name, price in prices.items() if price > prices[first] + _LEAST // 100)
    named = {"": first, "even": first, "cheaper": cheaper, "dearer": dearer}
    return {bought: (Picked(name, None),) for bought, name in named.items()}


def _was_cut(cut: Path) -> bool:
    """Whether the knife has struck, or does so within a few seconds."""
    deadline = time.monotonic() + _GOODBYE_SECONDS
    while cut.exists() and cut.read_text(encoding="utf-8"):
        if time.monotonic() > deadline:
            return False
        time.sleep(TERMINAL_MS / 1000)
    return cut.exists()


def drill(report: Report, ways: Sequence[Way], *, every: int = 1) -> int:
    """The whole drill, told into ``report``; gives the exit code. Each country has a world of its own, and so has a
    lane with a cash recycler.
    """
    told = _Told()
    with report:
        for place in dict.fromkeys((way.country, way.machine) for way in ways):
            if not _in_world(report, *place, [way for way in ways if (way.country, way.machine) == place], told, every):
                return report.close()
        conclude(report, told.found)
        _tell(report, told, every, whole=list(ways) == list(WAYS))
        return report.close()


def _in_world(report: Report, country: Country, machine: bool, ways: Sequence[Way], told: _Told, every: int) -> bool:  # noqa: FBT001 - a place of two words
    """The ways of one place, and their reckoning; whether the end was reached."""
    folder = Path(tempfile.mkdtemp(prefix="powercut-"))
    knife = folder / "knife"
    knife.mkdir()
    wrapper = {_CHECKOUT: ("tests.faults.knife", str(knife))}
    elsewhere = any(way.parked == "elsewhere" for way in ways)
    own = replace(Options.drill(), country=country, cash=machine, counter=True, wrapper=wrapper)
    world = World(folder, replace(own, neighbours=(NEIGHBOUR,) if elsewhere else ()))
    next_lane = Neighbour(world) if elsewhere else None
    before, told.seen, told.handed, told.denied, told.wrong = len(told.found.faults), {}, [], 0, []
    try:
        world.start()
        if next_lane is not None:
            next_lane.start()
        asyncio.run(_Drill(world, next_lane, knife, told, every=every).run(ways, report))
        report.require("head office has all of it in time", held=catch_up(world))
        report.require("what was paid for nothing goes back in time", held=at_rest(world))
        report.require("head office has the rest in time", held=catch_up(world))
        told.found.add(reckon(world, told.seen))
        if machine:
            told.found.changed += cash_otherwise(world, asyncio.run(_counted(world)))
    except (NotReadyError, StrangeScreenError, CutError) as fault:
        report.require("the drill reaches its end", held=False, detail=str(fault) or type(fault).__name__)
        report.note(f"What the programs said lies in {folder / 'logs'}.")
        return False
    finally:
        if next_lane is not None:
            next_lane.stop()
        world.stop()
    told.found.changed += told.wrong
    told.found.double_refunds += handed_otherwise(world, told.handed)
    doubled = sum(1 for _ in journalled(world.journal, "RefundDoubled"))
    if doubled != told.denied:
        told.found.double_refunds.append(f"{told.denied} refunds went back twice, {doubled} of them were found")
    if len(told.found.faults) == before and report.passed:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        report.note(f"All that was written lies in {folder}.")
    return True


async def _counted(world: World) -> Mapping[str, Any]:
    """What the cash recycler's far end has counted by itself."""
    machine = await KnobClient.connect(world.boards["cash_recycler"])
    try:
        state: Mapping[str, Any] = (await machine.describe())["state"]
        return state
    finally:
        await machine.close()


def _tell(report: Report, told: _Told, every: int, *, whole: bool) -> None:
    """What was cut. A step that a clock decides (a status asked a second time) may not come again; its like must."""
    wanted = {_unnumbered(step) for steps in told.steps.values() for step in steps[::every]}
    done = {_unnumbered(step) for steps in told.cut.values() for step in steps}
    report.require("each kind of step was cut", held=wanted <= done, detail=", ".join(sorted(wanted - done)))
    if whole and every == 1:
        spared = ", ".join(
            sorted(each.__name__ for each in MUST_BE_CUT if not any(each.__name__ in step for step in done))
        )
        report.require(
            "no record or deed about money, returned goods or parked baskets is spared", held=not spared, detail=spared
        )
    rows = [
        (
            way,
            len(steps[::every]),
            len(told.cut.get(way, ())),
            ", ".join(_left(steps[::every], told.cut.get(way, ()))) or "-",
        )
        for way, steps in told.steps.items()
    ]
    report.table("Steps of each way to pay", ("way", "steps", "cut", "did not come again"), rows)
    report.table("What was cut", ("step",), [(step,) for step in sorted(done)])
    report.figure("double_refunds", len(told.found.double_refunds))
    report.figure("double_returns", len(told.found.double_returns))
    report.figure("sales", told.found.sales)
    report.figure("steps", sum(row[1] for row in rows))
    report.figure("cuts", sum(row[2] for row in rows))


def _left(steps: Sequence[str], cut: Sequence[str]) -> list[str]:
    return [step for step in steps if step not in cut]


def _unnumbered(step: str) -> str:
    return step.rpartition(" #")[0]


def _wanted() -> list[Way]:
    """The ways that are asked for. Raises ``AskedError``."""
    names = {each for each in os.environ.get("WAYS", "").split(",") if each}
    unknown = names - {way.name for way in WAYS}
    if unknown:
        message = f"WAYS: there is no {', '.join(sorted(unknown))}; there are {', '.join(way.name for way in WAYS)}"
        raise AskedError(message)
    return [way for way in WAYS if not names or way.name in names]


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    try:
        every, ways = whole_number("EVERY", 1, least=1), _wanted()
    except AskedError as fault:
        sys.stderr.write(f"powercut: {fault}\n")
        return 2
    return drill(Report("powercut"), ways, every=every)


if __name__ == "__main__":
    sys.exit(main())
