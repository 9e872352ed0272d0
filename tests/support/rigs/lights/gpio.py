"""The rig of lights on GPIO: gpiozero's own mock pins stand in for the header."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gpiozero.pins.mock import MockFactory

from hal.lights import gpio
from hal.lights.contract import SwitchTurned
from tests.support.rigs import Rig, Wire

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A header with a staff key on pin 23."""
    factory = MockFactory()
    settings = gpio.Settings(17, 27, 22, staff_key_pin=23, bounce_ms=0, blink_ms=10, retry_ms=10)
    driver = gpio.Driver("lights", settings, factory)

    async def act() -> None:
        factory.pin(23).drive_low()
        factory.pin(23).drive_high()

    async def plug() -> None:
        """A GPIO header has no cable to pull."""

    try:
        yield Rig(driver, None, plug, act, SwitchTurned)
    finally:
        await driver.close()
        factory.close()


RIGS = {"": rig}
