"""The HID POS scale's rig."""

from __future__ import annotations

import functools
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.scale.hid_pos import HidPosScale
from hal.scale import hid_pos
from hal.scale.contract import Reading
from tests.support.rigs import Rig, Wire
from tests.support.rigs.usb_hid import bus_of, hid_bus, hid_faults

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(_folder: Path) -> AsyncIterator[Rig]:
    """A scale on a virtual bus."""
    inside = HidPosScale(period_ms=10)
    async with hid_bus(inside, vendor=0x0EB8, product=0xF000) as device:
        settings = hid_pos.Settings(0x0EB8, 0xF000, certified=True, silent_ms=400, retry_ms=10)
        driver = hid_pos.Driver("produce_scale", settings, bus_of(device))
        grams = itertools.cycle(range(205, 2000, 130))

        async def act() -> object:
            await inside.remove()
            put = next(grams)
            await inside.put(grams=put)
            return (inside.platter.counts(put), inside.platter.exponent, inside.platter.unit)

        async def plug() -> None:
            """What lies on a scale when its power comes back is its zero: whoever plugs it in clears it first."""
            await inside.remove()
            await device.plug()

        faults = hid_faults(device, "silent", "babble", "half", "garbled")
        heal = functools.partial(device.fault, kind="none")
        try:
            yield Rig(driver, device.unplug, plug, act, Reading, faults, heal, lambda: device.last_byte_ns)
        finally:
            await driver.close()
            inside.stop()


RIGS = {"": rig}
