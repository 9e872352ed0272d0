"""The rig of a single cable's scale; a scanner is on the same line, and another test's matter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.datalogic_single_cable import SingleCable
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    async with wired_scale("datalogic_single_cable", SingleCable(settle_looks=1), folder, gap_ms=20) as rig:
        yield rig


RIGS = {"pty": pty}
