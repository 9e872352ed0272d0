"""The stripe reader's rig."""

from __future__ import annotations

import functools
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.loyalty_card.hid_msr import HidMsr
from bench.far_ends.usb_hid import HidDevice
from hal.loyalty_card import hid_msr
from hal.loyalty_card.contract import CardPresented
from tests.support.rigs import Rig, Wire
from tests.support.rigs.barcodes import ean13
from tests.support.rigs.usb_hid import bus_of, hid_bus, hid_faults

WIRE: Wire = "emulated"


@asynccontextmanager
async def stripe_reader() -> AsyncIterator[tuple[hid_msr.Driver, HidMsr, HidDevice]]:
    """A driver, its reader and the reader's cable, on a virtual bus."""
    inside = HidMsr()
    async with hid_bus(inside, vendor=0x0801, product=0x0002) as device:
        driver = hid_msr.Driver("loyalty_card", hid_msr.Settings(0x0801, 0x0002, "2990", retry_ms=10), bus_of(device))
        try:
            yield driver, inside, device
        finally:
            await driver.close()


@asynccontextmanager
async def rig(_folder: Path) -> AsyncIterator[Rig]:
    """A stripe reader on a virtual bus."""
    numbers = itertools.count(299_000_000_001)
    async with stripe_reader() as (driver, inside, device):

        async def act() -> str:
            number = ean13(next(numbers))
            await inside.present(data=number)
            return number

        faults = {**hid_faults(device, "silent", "babble", "half"), "scratch": inside.scratch}
        heal = functools.partial(device.fault, kind="none")
        yield Rig(driver, device.unplug, device.plug, act, CardPresented, faults, heal, lambda: device.last_byte_ns)


RIGS = {"": rig}
