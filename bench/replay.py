"""``make replay``: real baskets from the scan to the ledger, held against an independent oracle.

``BASKETS=file`` names the baskets; by default those of the Groceries data set (``data/groceries``), else
those shipped with the sample shop. ``N=count`` takes the first so many.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from bench.asked import AskedError, end_in_order, whole_number
from bench.baskets import BasketsError, read_baskets, usual_baskets
from bench.knobs import KnobClient
from bench.oracle import Oracle, Picked
from bench.processes import NotReadyError
from bench.reckoning import Reckoning, acknowledged, posted, reckon, synced, under_way
from bench.shopper import CutError, Shopper, StrangeScreenError
from bench.world import Options, World
from tools.report import Report

__all__ = ["main", "replay"]

_TOLD_EVERY = 100
_CATCH_UP_SECONDS = 300
_AT_REST_SECONDS = 90
"""Head office looks after a request that was cut in the middle within a quarter of a minute, a kiosk twice a minute."""


async def replay(
    world: World, oracle: Oracle, baskets: Sequence[Sequence[Picked]], report: Report
) -> dict[str, Decimal]:
    """Buy every basket, one after the other; gives what came to what. Totals on the screen are held to the oracle."""
    terminal = await KnobClient.connect(world.boards["card_terminal"])
    await terminal.turn("auto", outcome="approve")
    await terminal.close()
    shopper = Shopper(world, oracle)
    await shopper.connect()
    seen: dict[str, Decimal] = {}
    try:
        for number, basket in enumerate(baskets, 1):
            await shopper.arrive()
            await shopper.fill(basket)
            sale = await shopper.pay()
            expected = oracle.expected(basket).total
            if sale["total"] != expected:
                report.require("each total is the oracle's", held=False, detail=f"{sale} and not {expected}: {basket}")
            seen[sale["reference"]] = sale["total"]
            if number % _TOLD_EVERY == 0:
                report.progress(f"{number} of {len(baskets)} baskets")
    finally:
        await shopper.leave()
    return seen


def catch_up(world: World, seconds: float = _CATCH_UP_SECONDS) -> bool:
    """Wait until head office has stored and posted the whole journal; not any longer once it cannot come any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        taken = acknowledged(world)
        head, stored = synced(world)
        if stored >= head > 0:
            if posted(world) >= head:
                return True
        elif taken >= head > 0:
            return False  # it will never be sent again
        time.sleep(0.1)
    return False


def at_rest(world: World, seconds: float = _AT_REST_SECONDS) -> bool:
    """Wait until no money by code is on its way: each payment stands for a sale, or has gone back."""
    deadline = time.monotonic() + seconds
    while under_way(world):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def conclude(report: Report, found: Reckoning) -> None:
    """Write a reckoning into a report."""
    report.figure("lost", len(found.lost))
    report.figure("doubled", len(found.doubled))
    report.figure("changed", len(found.changed))
    report.figure("double_charges", len(found.double_charges))
    for what, faults in (
        ("nothing is lost", found.lost),
        ("nothing is doubled", found.doubled),
        ("nothing is changed", found.changed),
        ("nobody is charged twice, or for nothing", found.double_charges),
        ("nobody is given money back twice", found.double_refunds),
        ("each unit comes back once", found.double_returns),
        ("every sale has its receipt", found.unprinted),
    ):
        report.require(what, held=not faults, detail="; ".join(faults[:5]))


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    path = Path(os.environ.get("BASKETS") or usual_baskets())
    try:
        most = whole_number("N", 0) or None
    except AskedError as fault:
        print(f"replay: {fault}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="replay-"))
    world = World(folder, Options.drill())
    with Report("replay") as report:
        try:
            oracle = Oracle(world.shop, offers=True)
            baskets = list(read_baskets(path, oracle, most=most))
            world.start()
            began = time.monotonic()
            seen = asyncio.run(replay(world, oracle, baskets, report))
            selling = time.monotonic() - began
            report.require("head office has all of it in time", held=catch_up(world))
            found = reckon(world, seen)
        except (BasketsError, NotReadyError, StrangeScreenError, CutError) as fault:
            report.require("the replay reaches its end", held=False, detail=str(fault) or type(fault).__name__)
            report.note(f"What the programs said lies in {folder / 'logs'}.")
            return report.close()
        finally:
            world.stop()
        report.figure("baskets", len(baskets))
        report.figure("lines", sum(map(len, baskets)))
        report.figure("receipts", found.receipts)
        report.figure("events_per_second", round(found.records / selling))
        report.figure("baskets_per_second", round(len(baskets) / selling, 1))
        report.figure("sales", found.sales)
        report.figure("records", found.records)
        conclude(report, found)
        report.require("each basket is one sale", held=found.sales == len(baskets), detail=f"{found.sales} sales")
        if report.passed:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            report.note(f"All that was written lies in {folder}.")
        return report.close()


if __name__ == "__main__":
    sys.exit(main())
