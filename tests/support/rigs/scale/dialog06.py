"""The rig of hal/scale/dialog06.py, priced at rest, with a dummy pair of checksums on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.dialog06 import Dialog06
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"
PAIRS = "1A2B:3C4D,0102:0304"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    inside = Dialog06(settle_looks=1, pairs=PAIRS)
    async with wired_scale("dialog06", inside, folder, idle_price=100, checksum_pairs=PAIRS, answer_ms=400) as made:
        yield made


RIGS = {"": rig}
