"""The rig of the folder of pictures: one picture at a time, put there whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.camera.sensor import printed
from hal.camera import image_folder
from hal.camera.contract import CodeSeen
from tests.support.cameras import PER_SECOND, QUICK, Replay, codes
from tests.support.rigs import Rig, Wire

WIRE: Wire = "wire"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The folder may be taken away."""
    replay, coming = Replay(folder / "pictures"), codes()
    replay.path.mkdir()
    driver = image_folder.Driver(
        "camera", image_folder.Settings(folder=str(replay.path), frames_per_second=PER_SECOND, **QUICK)
    )

    async def act() -> str:
        code = next(coming)
        if replay.path.exists():
            printed(code, "]E0").save(folder / "next.png")
            (folder / "next.png").rename(replay.path / "held.png")
        return code

    try:
        yield Rig(driver, replay.unplug, replay.plug, act, CodeSeen)
    finally:
        await driver.close()


RIGS = {"": rig}
