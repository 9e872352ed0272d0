"""The rigs of lights on GPIO: gpiozero's mock pins for this board's header, and another board over the network."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory

from bench.far_ends.lights.gpio import SWITCHES, Cabinet, Fault, wiring
from hal.lights import gpio
from hal.lights.contract import SwitchTurned
from tests.support.rigs import Deed, Rig, Wire

__all__ = ["RIGS", "settings"]

WIRE: Wire = "emulated"


def settings(**more: Any) -> gpio.Settings:  # noqa: ANN401  settings of any kind
    """The wiring of the far end's cabinet, with short times."""
    times = {"bounce_ms": 0, "blink_ms": 10, "look_ms": 10, "longest_retry_ms": 40}
    return gpio.Settings(**{**wiring(), **times, **more})


@asynccontextmanager
async def header(folder: Path) -> AsyncIterator[Rig]:
    """This board's header; a header has no cable to pull."""
    factory = MockFactory()
    driver = gpio.Driver("lights", settings(door_pin=-1, tamper_pin=-1, cash_drawer_pin=-1), factory)
    turns = itertools.cycle([True, False])

    async def act() -> object:
        on = next(turns)
        pin = factory.pin(SWITCHES["staff_key"])
        (pin.drive_low if on else pin.drive_high)()
        return ("staff_key", on)

    async def plug() -> None:
        """There is no cable."""

    try:
        yield Rig(driver, None, plug, act, SwitchTurned)
    finally:
        await driver.close()
        factory.close()


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[Rig]:
    """Another board's header, through the pigpio daemon's socket."""
    cabinet = Cabinet()
    port = await cabinet.start()
    driver = gpio.Driver("lights", settings(hang_ms=2_000))
    turns = itertools.cycle([True, False])

    async def act() -> object:
        on = next(turns)
        await cabinet.staff_key(on=on)
        return ("staff_key", on)

    async def silent() -> None:
        await cabinet.silence(on=True)

    async def stuck() -> None:
        await cabinet.help_button(on=True)

    async def heal() -> None:
        await cabinet.silence(on=False)
        await cabinet.fault(kind="none")
        await cabinet.help_button(on=False)

    kinds: tuple[Fault, ...] = ("slow", "half", "cut")
    faults: dict[str, Deed] = {kind: functools.partial(cabinet.fault, kind=kind) for kind in kinds}
    faults |= {"silent": silent, "stuck": stuck, "restart": cabinet.restart}

    chosen = {"GPIOZERO_PIN_FACTORY": "pigpio", "PIGPIO_ADDR": "127.0.0.1", "PIGPIO_PORT": str(port)}
    before = {name: os.environ.get(name) for name in chosen}
    os.environ.update(chosen)  # as whoever starts the kiosk chooses the board
    try:
        yield Rig(
            driver,
            cabinet.unplug,
            cabinet.plug,
            act,
            SwitchTurned,
            faults=faults,
            heal=heal,
            besides=frozenset({("help_button", True), ("help_button", False)}),
        )
    finally:
        await driver.close()
        await cabinet.close()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


WIRES: dict[str, Wire] = {"network": "wire"}
RIGS = {"": header, "network": network}
