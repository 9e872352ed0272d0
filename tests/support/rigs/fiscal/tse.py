"""The German TSE's rig: HTTPS on loopback, a TSE with a key of its own."""

from __future__ import annotations

import functools
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.far_ends.fiscal.tse import Tse
from bench.far_ends.fiscal.web import Fault
from hal.fiscal.contract import FiscalState
from hal.fiscal.tse import Driver, Settings
from tests.support.rigs import Deed, Rig, Wire

WIRE: Wire = "wire"


@asynccontextmanager
async def tse_and_driver(folder: Path, **settings: object) -> AsyncIterator[tuple[Tse, Driver]]:
    """A TSE that listens, and a driver with short times that has not been opened."""
    tse = Tse(folder / "tse")
    await tse.web.start()
    times = {"answer_timeout_ms": 2_000, "poll_ms": 50, "retry_ms": 10}
    all_of_them: dict[str, Any] = {**tse.settings(), **times, **settings}
    driver = Driver("fiscal", Settings(**all_of_them))
    try:
        yield tse, driver
    finally:
        await driver.close()
        await tse.close()


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """What a TSE tells by itself is when its certificate runs out."""
    async with tse_and_driver(folder, answer_timeout_ms=300) as (tse, driver):
        days = itertools.count(1)

        async def act() -> FiscalState:
            day = next(days)
            expires = await tse.certificate(day=f"2031-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}")
            return FiscalState("fiscal", outage=False, certificate_expires=expires)

        kinds: tuple[Fault, ...] = ("hang_up", "cut", "garbage", "empty", "busy", "silent", "deaf")
        faults: dict[str, Deed] = {kind: functools.partial(tse.fault, kind=kind) for kind in kinds}
        faults["disabled"] = functools.partial(tse.disable, on=True)

        async def heal() -> None:
            await tse.fault(kind="none")
            await tse.disable(on=False)

        yield Rig(driver, tse.unplug, tse.plug, act, FiscalState, faults, heal, checked=True)


RIGS = {"": rig}
