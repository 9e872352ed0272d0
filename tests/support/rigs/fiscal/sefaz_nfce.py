"""SEFAZ's rig: SOAP over HTTPS with certificates on both sides, on loopback."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, get_args

from bench.far_ends.fiscal.icp_brasil import make_papers
from bench.far_ends.fiscal.sefaz_nfce import CNPJ, Fault, Sefaz
from hal.fiscal.contract import FiscalState
from hal.fiscal.sefaz_nfce import Driver, Settings
from tests.support.nfe import sale
from tests.support.rigs import Rig, Wire
from tests.support.waiting import wait_until_async

WIRE: Wire = "wire"
SALE = sale("0190d3a1-5f00-7abc-8def-0123456789ab")
"""One that SEFAZ authorises."""
_PAPERS: list[Path] = []
"""The folder of the first certificates of this run: three RSA keys cost more than all the rest."""


@asynccontextmanager
async def sefaz_and_driver(
    folder: Path, *, csc: bool = True, **settings: object
) -> AsyncIterator[tuple[Sefaz, Driver]]:
    """A SEFAZ that listens, and a driver with short times that has not been opened."""
    if not (_PAPERS and _PAPERS[0].exists()):
        _PAPERS[:] = [folder / "papers"]
    sefaz = Sefaz(make_papers(_PAPERS[0], CNPJ), folder / "books.jsonl")
    await sefaz.start()
    times = {"authorise_timeout_ms": 1_000, "answer_timeout_ms": 500, "connect_timeout_ms": 2_000}
    often = {"poll_ms": 20, "outage_poll_ms": 20, "retry_ms": 10}
    memory = {"memory_file": str(folder / "memory.db")}
    all_of_them: dict[str, Any] = {**sefaz.settings(csc=csc), **memory, **times, **often, **settings}
    driver = Driver("fiscal", Settings(**all_of_them))
    try:
        yield sefaz, driver
    finally:
        await driver.close()
        await sefaz.close()


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A SEFAZ whose service pauses and works again: the driver, which can issue without it, stays and tells so."""
    async with sefaz_and_driver(folder, authorise_timeout_ms=200, answer_timeout_ms=200) as (sefaz, driver):
        paused = False

        async def act() -> None:
            """The service changes, and SEFAZ has answered a driver that asks: it tells nothing of what it never saw."""
            nonlocal paused
            paused = not paused
            await sefaz.pause(on=paused)
            asked = sefaz.asked
            with suppress(TimeoutError):
                await wait_until_async(lambda: sefaz.asked > asked + 1, timeout=0.3)

        async def heal() -> None:
            await sefaz.fault(kind="none")
            await sefaz.plug()

        faults = {kind: functools.partial(sefaz.fault, kind=kind) for kind in get_args(Fault) if kind != "none"}
        yield Rig(driver, None, sefaz.plug, act, FiscalState, {**faults, "cable": sefaz.unplug}, heal)


RIGS = {"": rig}
