"""The network camera's rig: HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.camera.mjpeg import MjpegFarEnd
from hal.camera import mjpeg
from tests.support.cameras import PER_SECOND, QUICK, rig_of
from tests.support.rigs import Rig, Wire

WIRE: Wire = "wire"


@asynccontextmanager
async def rig(_folder: Path) -> AsyncIterator[Rig]:
    """A camera that asks for a password."""
    camera = MjpegFarEnd(per_second=PER_SECOND, user="till", password="made up")
    url = await camera.start()
    driver = mjpeg.Driver("camera", mjpeg.Settings(url=url, user="till", password="made up", **QUICK))
    try:
        yield rig_of(driver, camera, camera.sensor)
    finally:
        await driver.close()
        await camera.close()


RIGS = {"": rig}
