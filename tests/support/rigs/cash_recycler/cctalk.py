"""The rig of hal/cash_recycler/cctalk.py: a bus of acceptors and hoppers behind a pseudo-terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from bench.far_ends.cash_recycler.cctalk import CashBus
from bench.far_ends.line import Line
from hal.cash_recycler.contract import CashForm, DepositTold
from hal.device import DeviceError
from hal.drivers import load
from tests.support.rigs import Deed, Rig, Vault, Wire

WIRE: Wire = "wire"
ACCEPTS: frozenset[tuple[int, CashForm]] = frozenset(
    {(100, "coin"), (200, "coin"), (500, "coin"), (1000, "note"), (5000, "note")}
)
QUICK = {
    "hoppers": "3=100:1,4=200:2,5=500:3", "country": "EU", "poll_ms": 4, "answer_ms": 60, "settle_ms": 20,
    "retry_ms": 5, "longest_retry_ms": 20,
}  # fmt: skip


@asynccontextmanager
async def _rig(folder: Path, inside: CashBus) -> AsyncIterator[Rig]:
    line = Line(inside)
    where = await line.start_pty(folder / "by-id" / "cctalk")
    memory = str(folder / "cash.json")
    driver: Any = load("cash_recycler", "cctalk", "cash_recycler", {**QUICK, "port": where, "memory_file": memory})

    async def act() -> object:
        with suppress(DeviceError):  # not enabled, or away: then a coin falls through
            await driver.begin_deposit("rig", ACCEPTS)
        await inside.insert(value_minor=100)
        return sum(inside.taken)

    faults: dict[str, Deed] = {
        kind: partial(line.fault, kind=kind) for kind in ("silent", "babble", "slow", "lossy", "garbled")
    }
    world = Vault(
        taken=lambda: sum(inside.taken),
        given=lambda: sum(inside.given),
        insert=partial(inside.insert, value_minor=100),
        slide=partial(inside.insert, value_minor=1000, form="note"),
        lose_answers=inside.lose_answers,
        answer=partial(inside.lose_answers, on=False),
        jam=partial(inside.trouble, state="hopper_jam"),
        free=partial(inside.trouble, state="ok"),
    )
    try:
        yield Rig(
            driver=driver,
            unplug=line.unplug,
            plug=line.plug,
            act=act,
            data=DepositTold,
            faults=faults,
            heal=partial(line.fault, kind="none"),
            last_byte_ns=lambda: line.last_byte_ns,
            world=world,
        )
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """An adapter that echoes what the host says, as most do."""
    async with _rig(folder, CashBus()) as made:
        yield made


@asynccontextmanager
async def quiet(folder: Path) -> AsyncIterator[Rig]:
    """An adapter that keeps the echo to itself."""
    async with _rig(folder, CashBus(echo=0)) as made:
        yield made


RIGS = {"echo": rig, "no_echo": quiet}
