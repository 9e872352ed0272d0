"""The simulated lights' rig."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.lights.contract import SwitchTurned
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end; staff turn their key on, then off."""
    rig = simulator("lights", folder, SwitchTurned, "", {})
    turns = itertools.cycle([True, False])

    async def act() -> object:
        on = next(turns)
        await rig.driver.staff_key(on=on)
        return ("staff_key", on)

    rig.act = act
    yield rig


RIGS = {"": rig}
