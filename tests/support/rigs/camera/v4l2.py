"""The USB camera's rig: OpenCV's V4L2 is stood in for in the real worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.camera.emulated import EmulatedCamera
from hal.camera import v4l2
from tests.support.cameras import PER_SECOND, QUICK, emulated, emulated_worker
from tests.support.rigs import Rig, Wire

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A camera whose device file is a socket in ``folder``."""
    camera = EmulatedCamera(folder / "video0", per_second=PER_SECOND)
    settings = v4l2.Settings(device=str(camera.path), **QUICK)
    async with emulated(camera, v4l2.Driver("camera", settings, emulated_worker(camera))) as made:
        yield made


RIGS = {"": rig}
