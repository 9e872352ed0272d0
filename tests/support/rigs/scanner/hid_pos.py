"""The HID POS scanner's rigs: with the usage table's controls, and with Honeywell's orders."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scanner.hid_pos import HidPosScanner
from hal.scanner import hid_pos
from hal.scanner.contract import CodeRead
from tests.support.rigs import Make, Rig, Wire
from tests.support.rigs.barcodes import fresh
from tests.support.rigs.usb_hid import PRODUCT, VENDOR, bus_of, hid_bus, hid_faults

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(_folder: Path, *, makers: bool) -> AsyncIterator[Rig]:
    """A scanner on a virtual bus."""
    inside, codes = HidPosScanner(makers=makers), fresh()
    async with hid_bus(inside) as device:
        settings = hid_pos.Settings(VENDOR, PRODUCT, retry_ms=10, answer_ms=200, piece_ms=100)
        driver = hid_pos.Driver("scanner", settings, bus_of(device))

        async def act() -> str:
            code = next(codes)
            await inside.scan(data=code, symbology="]E0")
            return code

        faults = {**hid_faults(device, "silent", "babble", "half"), "half_frame": inside.half_frame}
        heal = functools.partial(device.fault, kind="none")
        try:
            yield Rig(driver, device.unplug, device.plug, act, CodeRead, faults, heal, lambda: device.last_byte_ns)
        finally:
            await driver.close()


RIGS: dict[str, Make] = {
    "controls": functools.partial(rig, makers=False),
    "honeywell": functools.partial(rig, makers=True),
}
