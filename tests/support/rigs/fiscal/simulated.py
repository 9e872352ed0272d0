"""The simulated fiscal device's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.fiscal.contract import FiscalState
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end; what it tells by itself is how it stands with the authority."""
    file = str(folder / "fiscal.jsonl")
    yield simulator("fiscal", folder, FiscalState, "expire", {"day": "2030-01-01"}, file=file)


RIGS = {"": rig}
