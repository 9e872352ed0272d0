"""The simulated printer's rig."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from hal.printer.contract import PrinterState
from tests.support.rigs import Rig, Roll, Wire
from tests.support.rigs.simulators import simulator

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The simulator is its own far end."""
    receipts = folder / "receipts"
    made = simulator("printer", folder, PrinterState, "paper_near_end", {"on": True}, folder=str(receipts))
    take_out, put_in = partial(made.driver.paper_out, on=True), partial(made.driver.paper_out, on=False)
    made.world = Roll(lambda: len(list(receipts.glob("*.json"))), take_out, put_in)
    yield made


RIGS = {"": rig}
