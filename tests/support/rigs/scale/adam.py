"""The rig of hal/scale/adam.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.adam import Adam
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    async with wired_scale("adam", Adam(settle_looks=1), folder, prints_when_stable=True) as made:
        yield made


RIGS = {"": rig}
