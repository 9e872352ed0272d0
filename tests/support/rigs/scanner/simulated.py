"""The simulated scanner's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.scanner.contract import CodeRead
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    yield simulator("scanner", folder, CodeRead, "scan", {"data": "5901234123457", "symbology": "]E0"})


RIGS = {"": rig}
