"""The simulated camera's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.camera.contract import CodeSeen
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    yield simulator("camera", folder, CodeSeen, "see", {"data": "5901234123457"})


RIGS = {"": rig}
