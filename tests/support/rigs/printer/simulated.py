"""The simulated printer's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hal.printer.contract import PrinterState
from tests.support.rigs import Rig, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    yield simulator("printer", folder, PrinterState, "paper_near_end", {"on": True}, folder=str(folder / "receipts"))


RIGS = {"": rig}
