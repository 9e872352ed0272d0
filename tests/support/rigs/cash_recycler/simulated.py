"""The simulated cash recycler's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from hal.cash_recycler.contract import DepositTold, worth
from hal.device import DeviceError
from tests.support.rigs import Rig, Vault, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"
ACCEPTS = frozenset({(100, "coin"), (200, "coin"), (1000, "note")})
FILL = 40


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    made = simulator("cash_recycler", folder, DepositTold, "", {}, memory_file=str(folder / "cash.json"), fill=FILL)
    driver = made.driver

    def given() -> int:
        return worth(tuple(cash for _, cash in driver.given))

    def taken() -> int:
        """What lies in it, without what it began with, and what came out."""
        stores: dict[str, int] = driver.state()["stores"]
        return sum(int(name.split()[1]) * (held - FILL) for name, held in stores.items()) + given()

    async def act() -> object:
        with suppress(DeviceError):
            await driver.begin_deposit("rig", ACCEPTS)
        await driver.insert(value_minor=100)
        return taken()

    async def nothing() -> None:
        """Its answers cannot be lost: there is no line."""

    made.act = act
    made.world = Vault(
        taken=taken,
        given=given,
        insert=partial(driver.insert, value_minor=100),
        slide=partial(driver.insert, value_minor=1000, form="note"),
        lose_answers=nothing,
        answer=nothing,
        jam=partial(driver.trouble, state="hopper_jam"),
        free=partial(driver.trouble, state="ok"),
    )
    yield made


RIGS = {"": rig}
