"""The SDC's rigs: a pseudo-terminal and a TCP port, with its own side of the house-made wire behind them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.fiscal.efd_sdc import Sdc
from bench.far_ends.line import Fault, Line
from hal.fiscal.contract import FiscalState
from hal.fiscal.efd_sdc import Driver, Settings
from tests.support.rigs import Deed, Rig, Wire

WIRE: Wire = "wire"


@asynccontextmanager
async def sdc_and_driver(
    folder: Path, port: Literal["pty", "tcp"] = "pty", **settings: object
) -> AsyncIterator[tuple[Sdc, Line, Driver]]:
    """An SDC that is plugged in, and a driver with short times that has not been opened."""
    sdc = Sdc(memory=str(folder / "sdc.jsonl"))
    line = Line(sdc)
    where = await (line.start_tcp() if port == "tcp" else line.start_pty(folder / "by-id" / "sdc"))
    times = {"answer_ms": 400, "poll_ms": 10, "retry_ms": 10, "longest_retry_ms": 40}
    all_of_them: dict[str, Any] = {"port": where, **times, **settings}
    driver = Driver("fiscal", Settings(**all_of_them))
    try:
        yield sdc, line, driver
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def _rig(port: Literal["pty", "tcp"], folder: Path) -> AsyncIterator[Rig]:
    async with sdc_and_driver(folder, port) as (sdc, line, driver):
        counts = itertools.count(1)

        async def act() -> FiscalState:
            return FiscalState("fiscal", outage=False, pending=await sdc.unsent(count=next(counts)))

        kinds: tuple[Fault, ...] = ("silent", "babble", "slow", "lossy", "garbled")
        faults: dict[str, Deed] = {kind: partial(line.fault, kind=kind) for kind in kinds}
        heal = partial(line.fault, kind="none")
        yield Rig(driver, line.unplug, line.plug, act, FiscalState, faults, heal, checked=True)


RIGS = {"serial": partial(_rig, "pty"), "tcp": partial(_rig, "tcp")}
