"""The rigs of hal/scale/cas.py: a scale that is asked, and an indicator that streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.cas import Cas
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"


@asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[Rig]:
    """A serial port; the settle time is two looks, since each weight takes two questions."""
    async with wired_scale("cas", Cas(settle_looks=2), folder) as made:
        yield made


@asynccontextmanager
async def stream(folder: Path) -> AsyncIterator[Rig]:
    """A serial port over which an indicator streams."""
    async with wired_scale("cas", Cas(mode="stream", settle_looks=1), folder, mode="stream") as made:
        yield made


RIGS = {"asked": asked, "stream": stream}
