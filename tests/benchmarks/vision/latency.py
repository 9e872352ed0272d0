"""From the picture that settles a code to the event at the kiosk, through a real worker."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.far_ends.camera.sensor import printed
from hal.camera import image_folder
from hal.camera.contract import CodeSeen
from hal.device import DeviceEvent
from tests.benchmarks.vision.samples import Sample
from tests.support.cameras import codes
from tools.report import Report

__all__ = ["to_the_kiosk"]

_CODES = 150
_TARGET_MS: Final = 40.0
_PER_SECOND = 30
_SIZE = (1280, 720)


def to_the_kiosk(report: Report, _samples: list[Sample]) -> None:
    """One code after another before a camera of 1280 x 720."""
    taken = asyncio.run(_measure())
    p50, p99 = (float(np.percentile(taken, percent)) for percent in (50, 99))
    report.speed("from the agreeing picture to the kiosk, p99", p99, _TARGET_MS, "ms")
    report.figure("latency_ms_p50", round(p50, 1))
    report.figure("latency_ms_p99", round(p99, 1))


async def _measure() -> list[float]:
    taken: list[float] = []
    heard: asyncio.Queue[str] = asyncio.Queue()

    def sink(event: DeviceEvent) -> None:
        if isinstance(event, CodeSeen):
            taken.append(time.monotonic_ns() / 1e6 - event.mono_ms)
            heard.put_nowait(event.data)

    with tempfile.TemporaryDirectory() as folder:
        settings = image_folder.Settings(folder=folder, frames_per_second=_PER_SECOND, gone_ms=400)
        driver = image_folder.Driver("camera", settings)
        try:
            await driver.open(sink)
            await driver.claim()
            await driver.enable()
            for _, code in zip(range(_CODES), codes(), strict=False):
                await asyncio.to_thread(_hold, code, Path(folder))
                async with asyncio.timeout(20):
                    while await heard.get() != code:
                        pass
        finally:
            await driver.close()
    return taken


def _hold(code: str, folder: Path) -> None:
    scene = Image.new("L", _SIZE, 110)
    scene.paste(printed(code, "]E0"), (400, 250))
    scene.save(folder / "next.tmp", "BMP")
    (folder / "next.tmp").rename(folder / "held.bmp")
