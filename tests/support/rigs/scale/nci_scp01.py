"""The rig of hal/scale/nci_scp01.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.nci_scp01 import NciScp01
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    async with wired_scale("nci_scp01", NciScp01(settle_looks=1), folder) as made:
        yield made


RIGS = {"": rig}
