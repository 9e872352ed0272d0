"""The rig of a single cable's scanner, on a pseudo-terminal."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.line import Line
from bench.far_ends.scanner.datalogic_single_cable import SingleCableScanner
from hal.scanner import datalogic_single_cable
from hal.scanner.contract import CodeRead
from tests.support.rigs import Rig, Wire
from tests.support.rigs.barcodes import fresh, line_faults
from tests.support.waiting import wait_until_async

WIRE: Wire = "wire"


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """A serial port."""
    inside = SingleCableScanner()
    line = Line(inside)
    path = await line.start_pty(folder / "by-id" / "magellan")
    settings = datalogic_single_cable.Settings(port=path, framing="8N1", gap_ms=20, retry_ms=10)
    driver = datalogic_single_cable.Driver("scanner", settings)
    codes = fresh()

    def told() -> bool:
        """A command to read, or not to, has no answer: it is waited for where the scanner is."""
        return inside.reading is driver.enabled or not driver.alive or not inside.plugged()

    async def act() -> str:
        await wait_until_async(told, what="the scanner to be told whether to read")
        code = next(codes)
        await inside.scan(data=code, symbology="]E0")
        return code

    faults = {**line_faults(line, "silent", "slow", "babble"), "half_frame": inside.half_frame, "noise": inside.noise}
    heal = functools.partial(line.fault, kind="none")
    try:
        yield Rig(driver, line.unplug, line.plug, act, CodeRead, faults, heal, lambda: line.last_byte_ns)
    finally:
        await driver.close()
        await line.close()


RIGS = {"pty": pty}
