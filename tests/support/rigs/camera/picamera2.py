"""The Raspberry Pi camera's rig: its library is stood in for in the real worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.camera.emulated import EmulatedCamera
from hal.camera import picamera2
from tests.support.cameras import PER_SECOND, QUICK, emulated, emulated_worker
from tests.support.rigs import Rig, Wire

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A camera that libcamera would list while it is there."""
    camera = EmulatedCamera(folder / "imx708", per_second=PER_SECOND)
    driver = picamera2.Driver("camera", picamera2.Settings(**QUICK), emulated_worker(camera))
    async with emulated(camera, driver) as made:
        yield made


RIGS = {"": rig}
