"""What the rigs and tests of cameras share: codes nobody held up before, short times, pictures, the emulated worker."""

from __future__ import annotations

import itertools
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.far_ends.camera.emulated import EmulatedCamera
from bench.far_ends.camera.mjpeg import MjpegFarEnd
from bench.far_ends.camera.sensor import Sensor
from hal.camera.contract import CodeSeen
from tests.support.rigs import Rig

__all__ = ["PER_SECOND", "QUICK", "Replay", "codes", "emulated", "emulated_worker", "rig_of"]

QUICK: dict[str, Any] = {"gone_ms": 400, "stale_ms": 1500, "retry_ms": 20}
"""Settings of a camera's driver for a test."""
PER_SECOND = 30


def codes() -> Iterator[str]:
    """EAN-13s, each a new one."""
    for number in itertools.count():
        body = f"590{number:09}"
        digits = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
        yield body + str(-digits % 10)


def emulated_worker(camera: EmulatedCamera) -> tuple[str, ...]:
    """The command of a worker that finds this camera through the libraries that are stood in for."""
    return (sys.executable, "-m", "tests.support.camera_worker", str(camera.path))


def rig_of(driver: Any, camera: EmulatedCamera | MjpegFarEnd, sensor: Sensor) -> Rig:  # noqa: ANN401  any camera's
    """The rig of a driver and its far end."""
    coming = codes()

    async def act() -> str:
        code = next(coming)
        await sensor.show(data=code)
        return code

    faults = {
        "frozen": partial(sensor.suffer, fault="freeze"),
        "garbled": partial(sensor.suffer, fault="garble"),
        "silent": partial(sensor.suffer, fault="silence"),
    }
    heal = partial(sensor.suffer, fault="none")
    return Rig(driver, camera.unplug, camera.plug, act, CodeSeen, faults=faults, heal=heal, checked=True)


@asynccontextmanager
async def emulated(camera: EmulatedCamera, driver: Any) -> AsyncIterator[Rig]:  # noqa: ANN401  any camera's driver
    """The rig of a driver whose library is stood in for."""
    await camera.start()
    try:
        yield rig_of(driver, camera, camera.sensor)
    finally:
        await driver.close()
        await camera.close()


class Replay:
    """A file or folder that a replay device shows: pulled out by another name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._away = path.with_name(f"{path.name}.away")

    async def unplug(self) -> None:
        """Take it away."""
        if self.path.exists():
            self.path.rename(self._away)

    async def plug(self) -> None:
        """Put it back."""
        if self._away.exists():
            self._away.rename(self.path)
