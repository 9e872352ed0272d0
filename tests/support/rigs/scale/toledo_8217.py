"""The rigs of the 8217: on a pseudo-terminal, and behind a terminal server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.toledo_8217 import Toledo8217
from tests.support.rigs import Rig, Wire
from tests.support.rigs.wired_scales import wired_scale

WIRE: Wire = "wire"


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    async with wired_scale("toledo_8217", Toledo8217(settle_looks=1), folder) as rig:
        yield rig


@asynccontextmanager
async def tcp(folder: Path) -> AsyncIterator[Rig]:
    """A terminal server on the network."""
    async with wired_scale("toledo_8217", Toledo8217(settle_looks=1), folder, "tcp") as rig:
        yield rig


RIGS = {"pty": pty, "tcp": tcp}
