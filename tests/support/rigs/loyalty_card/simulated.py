"""The simulated loyalty card reader's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.loyalty_card.contract import CardPresented
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    yield simulator("loyalty_card", folder, CardPresented, "present", {"data": "2990000000019"})


RIGS = {"": rig}
