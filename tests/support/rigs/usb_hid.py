"""What the rigs of HID devices share: a virtual bus with one device on it, and the faults of a USB cable."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.far_ends.usb_hid import HidBus, HidDevice, HidInside
from tests.support.rigs import Deed

__all__ = ["PRODUCT", "VENDOR", "bus_of", "hid_bus", "hid_faults"]

VENDOR, PRODUCT = 0x0C2E, 0x0B61


@asynccontextmanager
async def hid_bus(inside: HidInside, *, vendor: int = VENDOR, product: int = PRODUCT) -> AsyncIterator[HidDevice]:
    """A bus (``HidBus([device])``) with this device alone; after it, nobody holds the device any more."""
    device = HidDevice(inside, vendor=vendor, product=product)
    try:
        yield device
    finally:
        await device.close()
    assert device.opened == 0


def hid_faults(device: HidDevice, *kinds: str) -> dict[str, Deed]:
    """The faults by these names."""
    return {kind: functools.partial(device.fault, kind=kind) for kind in kinds}  # type: ignore[arg-type]  # its own names


def bus_of(device: HidDevice) -> HidBus:
    """The bus that it is on."""
    return HidBus([device])
