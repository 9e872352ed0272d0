"""Hundreds of receipts with something happening in the middle of most: what is called printed is whole on the paper."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.line import Fault, Line
from bench.far_ends.printer.escpos import GENERIC, PrinterInside
from bench.far_ends.printer.interpreter import Make
from hal.printer.contract import Cut, Document, PrintOutcome, Rule, TextLine
from hal.printer.escpos import Driver
from tests.support.rigs import opened
from tests.support.rigs.printer.escpos import escpos_settings

LINES = 20
HARMS: tuple[Fault, ...] = ("silent", "babble", "slow", "lossy", "garbled")
DEEDS = ("nothing", "paper", "cover", "jam", "heat", "button", "stall", "unplug", "power", *HARMS)


def _receipt(job: str) -> Document:
    return Document(job, (*(TextLine(f"{job} line {number}", "1.00") for number in range(LINES)), Rule(), Cut()))


async def _mishap(deed: str, inside: PrinterInside, line: Line, chance: random.Random) -> None:
    """Something happens, and after a while it is over."""
    match deed:
        case "paper":
            await inside.paper_out_after(rows=chance.randrange(700))
        case "cover":
            await inside.cover(state="open")
        case "jam":
            await inside.jam(on=True)
        case "heat":
            await inside.heat(on=True)
        case "button":
            await inside.button(on=True)
        case "stall":
            await inside.stall_after(rows=chance.randrange(700))
        case "unplug":
            await line.unplug()
        case "power":
            await inside.power_cycle(milliseconds=chance.choice((80, 300)))
        case "nothing":
            return
        case _:
            await line.fault(kind=deed)  # type: ignore[arg-type]  # one of the harms


async def _over(inside: PrinterInside, line: Line) -> None:
    inside.inside.stalls_in = None
    await line.fault(kind="none")
    await line.plug()
    await inside.stall(on=False)
    await inside.heat(on=False)
    await inside.button(on=False)
    await inside.jam(on=False)
    await inside.cover(state="open")
    await asyncio.sleep(0.05)
    await inside.paper(state="ok")
    await inside.cover(state="closed")


def _papers(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def _holds(paper: dict[str, Any], job: str) -> bool:
    """Whether all of a receipt is on a paper that was cut."""
    return bool(paper["complete"]) and sum(text.startswith(f"{job} line ") for text in paper["text"]) == LINES


def _is(paper: dict[str, Any], job: str) -> bool:
    """Whether a paper that was cut is this receipt, and nothing but it: the cut was its own."""
    return _holds(paper, job) and all(text.startswith(job) for text in paper["text"])


@pytest.mark.drill
@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
@pytest.mark.parametrize("serial", [False, True], ids=["network", "serial"])
def test_no_receipt_is_called_printed_that_is_not_and_none_failed_that_is(
    profile: str,
    serial: bool,  # noqa: FBT001  the parameters are named
    tmp_path: Path,
) -> None:
    chance, outcomes = random.Random(7), Counter[str]()
    told: dict[str, PrintOutcome] = {}
    told_after: dict[str, str] = {}

    async def run() -> None:
        generic = GENERIC if profile.startswith("generic") else {}
        inside = PrinterInside(tmp_path / "paper", Make(speed=6000, **generic), pictures=False)  # type: ignore[arg-type]  # three switches
        line = Line(inside, seed=3)
        if serial:
            port: dict[str, Any] = {"connection": "serial", "serial_port": await line.start_pty(tmp_path / "tty")}
        else:
            port = {"host": "127.0.0.1", "port": int((await line.start_tcp()).rpartition(":")[2])}
        times = {"answer_timeout_ms": 150, "confirm_timeout_ms": 600, "write_timeout_ms": 300}
        driver = Driver("printer", escpos_settings(profile=profile, **times, **port))
        await opened(driver)
        for number in range(60):
            deed = chance.choice(DEEDS)
            printing = asyncio.ensure_future(driver.print_document(_receipt(f"J{number:03}")))
            await asyncio.sleep(chance.uniform(0, 0.15))
            await _mishap(deed, inside, line, chance)
            await asyncio.sleep(chance.uniform(0, 0.2))
            if chance.randrange(2):
                await _over(inside, line)
            outcome = await printing
            told[outcome.job] = outcome
            outcomes[f"{deed}: {outcome.outcome}"] += 1
            told_after[outcome.job] = deed
            await _over(inside, line)
            async with asyncio.timeout(10):
                while not (await driver.check_health()).ok:  # noqa: ASYNC110  each look asks the printer anew
                    await asyncio.sleep(0.02)
        await driver.close()
        await line.close()

    asyncio.run(run())
    papers = _papers(tmp_path / "paper")
    assert outcomes["nothing: printed"] > 0
    for job, outcome in told.items():
        about = f"{job} is called {outcome.outcome} ({outcome.reason}) after {told_after[job]}"
        assert sum(_holds(paper, job) for paper in papers) <= 1, about
        if outcome.outcome == "printed":
            assert any(_holds(paper, job) for paper in papers), about
        if outcome.outcome == "failed":
            assert not any(_is(paper, job) for paper in papers), about
