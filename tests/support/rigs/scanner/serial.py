"""The serial scanner's rigs: on a pseudo-terminal, and behind a terminal server."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.line import Line
from bench.far_ends.scanner.serial import SerialScanner
from hal.scanner import serial
from hal.scanner.contract import CodeRead
from tests.support.rigs import Rig, Wire
from tests.support.rigs.barcodes import fresh, line_faults

WIRE: Wire = "wire"


def scanner_rig(driver: serial.Driver, line: Line, inside: SerialScanner) -> Rig:
    """A rig around them."""
    codes = fresh()

    async def act() -> str:
        code = next(codes)
        await inside.scan(data=code, symbology="]E0")
        return code

    faults = {**line_faults(line, "silent", "slow", "babble"), "half_frame": inside.half_frame, "noise": inside.noise}
    heal = functools.partial(line.fault, kind="none")
    return Rig(driver, line.unplug, line.plug, act, CodeRead, faults, heal, lambda: line.last_byte_ns)


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """A scanner on a serial port."""
    inside = SerialScanner()
    line = Line(inside)
    path = await line.start_pty(folder / "by-id" / "scanner")
    driver = serial.Driver("scanner", serial.Settings(port=path, retry_ms=10))
    try:
        yield scanner_rig(driver, line, inside)
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def tcp(_folder: Path) -> AsyncIterator[Rig]:
    """A scanner behind a terminal server."""
    inside = SerialScanner()
    line = Line(inside)
    driver = serial.Driver("scanner", serial.Settings(port=await line.start_tcp(), retry_ms=10))
    try:
        yield scanner_rig(driver, line, inside)
    finally:
        await driver.close()
        await line.close()


RIGS = {"pty": pty, "tcp": tcp}
