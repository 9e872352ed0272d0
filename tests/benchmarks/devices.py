"""From the last byte of a device's frame to the engine's input, for every scanner and scale driver with a wire.

The far end, the driver and the kiosk's own intake share one loop: what is measured is at least what a kiosk needs. A
scale's reading counts when it is stable; every reading it repeats is measured too.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hal.device import DeviceEvent
from kiosk.checkout import inputs as i
from kiosk.settings import Phone
from kiosk.workstation.identity import Hasher
from kiosk.workstation.intake import Intake
from tests.benchmarks.figures import percentile
from tests.benchmarks.size import Size
from tests.support.rigs import Make, Rig, every, wire_of
from tests.support.shop import bangladesh
from tests.support.witness import Witness
from tools.report import Report

__all__ = ["measure"]

TARGET_MS: Final = 10.0
_CATEGORIES: Final = ("scanner", "scale")


@dataclass(slots=True)
class _Stopwatch:
    """Between a driver and its witness: passes each event on, and through the intake; times what the intake puts."""

    rig: Rig
    witness: Witness
    milliseconds: list[float] = field(default_factory=list)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(
            put=self._put,
            mono_ms=lambda: time.monotonic_ns() // 1_000_000,
            hasher=Hasher("00" * 16),
            phone=Phone(),
            policy=bangladesh,
            operators=lambda: (),
        )

    def __call__(self, event: DeviceEvent) -> None:
        self.intake.event(event)
        self.witness(event)

    def _put(self, put: i.Input) -> None:
        if isinstance(put, i.CodeScanned | i.WeightRead) and self.rig.last_byte_ns is not None:
            self.milliseconds.append((time.monotonic_ns() - self.rig.last_byte_ns()) / 1e6)


async def _timed(make: Make, operations: int, folder: Path) -> list[float]:
    async with make(folder) as rig:
        if rig.last_byte_ns is None:
            return []
        witness = Witness(rig)
        stopwatch = _Stopwatch(rig, witness)
        try:
            await rig.driver.open(stopwatch)
            await rig.driver.claim()
            await rig.driver.enable()
            await witness.until(lambda: witness.there)
            for _ in range(operations):
                await witness.operate()
        finally:
            stopwatch.intake.close()
            await rig.driver.close()
        return stopwatch.milliseconds


def measure(report: Report, size: Size) -> None:
    """Each driver in turn; the slowest p99 stands beside the target."""
    rows, worst = [], 0.0
    for (category, model), make in sorted(every().items()):
        if category not in _CATEGORIES or wire_of(category, model) == "simulated":
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(_timed(make, size.deeds, Path(folder)))
        if not found:
            report.require(f"{category}/{model} tells when its last byte went out", held=False)
            continue
        p50, p99 = percentile(found, 50), percentile(found, 99)
        worst = max(worst, p99)
        rows.append((f"{category}/{model}", wire_of(category, model), len(found), f"{p50:.2f}", f"{p99:.2f}"))
    report.table("Last byte of a frame to the engine's input, ms", ("driver", "wire", "inputs", "p50", "p99"), rows)
    report.speed("last byte to input, slowest driver's p99", worst, TARGET_MS, "ms")
    report.figure("last_byte_to_input_p99_ms", round(worst, 2))
