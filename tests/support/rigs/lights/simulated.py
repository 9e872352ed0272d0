"""The simulated lights' rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.lights.contract import SwitchTurned
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end; staff turn their key on and off."""
    rig = simulator("lights", folder, SwitchTurned, "", {})

    async def act() -> None:
        await rig.driver.staff_key(on=True)
        await rig.driver.staff_key(on=False)

    rig.act = act
    yield rig


RIGS = {"": rig}
