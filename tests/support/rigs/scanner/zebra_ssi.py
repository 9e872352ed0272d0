"""The SSI scanner's rig, on a pseudo-terminal."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.far_ends.line import Line
from bench.far_ends.scanner.zebra_ssi import ZebraSsi
from hal.scanner import zebra_ssi
from hal.scanner.contract import CodeRead
from tests.support.rigs import Rig, Wire
from tests.support.rigs.barcodes import fresh, line_faults

WIRE: Wire = "wire"
QUICK: Mapping[str, Any] = {"answer_ms": 150, "response_ms": 100, "alive_ms": 50, "gap_ms": 30, "retry_ms": 10}


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """A scanner on a serial port; every packet carries a check sum."""
    inside = ZebraSsi(response_ms=100)
    line = Line(inside)
    path = await line.start_pty(folder / "by-id" / "scanner")
    driver = zebra_ssi.Driver("scanner", zebra_ssi.Settings(port=path, **QUICK))
    codes = fresh()

    async def act() -> str:
        code = next(codes)
        await inside.scan(data=code, symbology="]E0")
        return code

    kinds = ("silent", "slow", "babble", "lossy", "garbled")
    faults = {
        **line_faults(line, *kinds),
        "half_frame": inside.half_frame,
        "noise": inside.noise,
        "double": inside.double,
    }
    heal = functools.partial(line.fault, kind="none")
    try:
        yield Rig(driver, line.unplug, line.plug, act, CodeRead, faults, heal, lambda: line.last_byte_ns, checked=True)
    finally:
        await driver.close()
        await line.close()


RIGS = {"pty": pty}
