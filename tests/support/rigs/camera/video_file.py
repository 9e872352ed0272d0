"""The rig of the recorded video: two codes with nothing between them, round and round."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from bench.far_ends.camera.sensor import printed
from hal.camera import video_file
from hal.camera.contract import CodeSeen
from tests.support.cameras import PER_SECOND, QUICK, Replay, codes
from tests.support.rigs import Rig, Wire

WIRE: Wire = "wire"
_SIZE = (480, 360)


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """The file may be taken away. The shopper in it heeds nobody: ``act`` cannot know what comes."""
    replay = Replay(folder / "shopper.avi")
    record(replay.path, 6)
    settings = video_file.Settings(file=str(replay.path), **{**QUICK, "gone_ms": 150})
    driver = video_file.Driver("camera", settings)

    async def act() -> None:
        """All is in the recording."""

    try:
        yield Rig(driver, replay.unplug, replay.plug, act, CodeSeen)
    finally:
        await driver.close()


def record(file: Path, frames: int) -> None:
    """A video of two codes, each shown for so many frames, and as long nothing after each."""
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), PER_SECOND, _SIZE)
    for code in islice(codes(), 2):
        card = np.array(printed(code, "]E0"))
        scene = np.full((_SIZE[1], _SIZE[0]), 110, np.uint8)
        scene[40 : 40 + card.shape[0], 40 : 40 + card.shape[1]] = card
        for picture in (scene, np.full_like(scene, 110)):
            for _ in range(frames):
                writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()


RIGS = {"": rig}
