"""One rig per driver: the driver, its far end, and how the world acts on it. The conformance suite runs over all."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory

from bench.far_ends.card_reader.simulated import Terminal
from hal.camera.contract import CodeSeen
from hal.card_reader.contract import Prompt
from hal.device import Device, DeviceEvent, StatusChanged
from hal.drivers import load
from hal.lights import gpio
from hal.lights.contract import SwitchTurned
from hal.printer.contract import Paper
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead

__all__ = ["RIGS", "Rig", "Seen", "opened"]


@dataclass(slots=True)
class Rig:
    """``act`` makes the world do what the device tells as ``data``; ``None`` where a category has no data events.
    ``unplug`` is ``None`` where there is no cable to pull.
    """

    driver: Any
    unplug: Callable[[], Awaitable[object]] | None
    plug: Callable[[], Awaitable[object]]
    act: Callable[[], Awaitable[object]]
    data: type | None


class Seen:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[DeviceEvent] = []

    def __call__(self, event: DeviceEvent) -> None:
        """Take one event."""
        self.events.append(event)

    @property
    def statuses(self) -> list[str]:
        """The statuses told, in order."""
        return [event.status for event in self.events if isinstance(event, StatusChanged)]

    def of(self, kind: type | None) -> list[DeviceEvent]:
        """The events of one kind."""
        return [event for event in self.events if kind is not None and isinstance(event, kind)]


async def opened(driver: Device) -> Seen:
    """Open, claim and enable a driver; gives what it tells."""
    seen = Seen()
    await driver.open(seen)
    await driver.claim()
    await driver.enable()
    return seen


def _simulator(
    category: str, knobs: Path, data: type | None, act: str, args: dict[str, object], **settings: object
) -> Rig:
    settings["knob_socket"] = str(knobs / f"{category}.knobs")
    driver: Any = load(category, "simulated", category, settings)

    async def turn() -> None:
        if act:
            await getattr(driver, act)(**args)

    return Rig(driver, driver.unplug, driver.plug, turn, data)


@asynccontextmanager
async def _scanner(folder: Path) -> AsyncIterator[Rig]:
    yield _simulator("scanner", folder, CodeRead, "scan", {"data": "5901234123457", "symbology": "]E0"})


@asynccontextmanager
async def _scale(folder: Path) -> AsyncIterator[Rig]:
    yield _simulator("scale", folder, Reading, "put", {"grams": 100}, period_ms=5)


@asynccontextmanager
async def _camera(folder: Path) -> AsyncIterator[Rig]:
    yield _simulator("camera", folder, CodeSeen, "see", {"data": "5901234123457"})


@asynccontextmanager
async def _lights(folder: Path) -> AsyncIterator[Rig]:
    rig = _simulator("lights", folder, SwitchTurned, "", {})

    async def act() -> None:
        await rig.driver.staff_key(on=True)
        await rig.driver.staff_key(on=False)

    rig.act = act
    yield rig


@asynccontextmanager
async def _printer(folder: Path) -> AsyncIterator[Rig]:
    yield _simulator("printer", folder, Paper, "paper_near_end", {"on": True}, folder=str(folder / "receipts"))


@asynccontextmanager
async def _fiscal(folder: Path) -> AsyncIterator[Rig]:
    yield _simulator("fiscal", folder, None, "", {}, file=str(folder / "fiscal.jsonl"))


@asynccontextmanager
async def _card_reader(folder: Path) -> AsyncIterator[Rig]:
    terminal = Terminal(folder / "charges.jsonl")
    address = await terminal.start()
    settings: dict[str, object] = {"terminal": address, "retry_ms": 10, "knob_socket": str(folder / "card.knobs")}
    driver: Any = load("card_reader", "simulated", "card_reader", settings)

    requests = itertools.count()

    async def act() -> None:
        """Another till pays at the same terminal: everybody sees its prompt."""
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(*address.split(":"))
            request = f"other-{next(requests)}"
            pay = {"request": request, "amount_minor": 5, "currency": "BDT", "kind": "card"}
            writer.write(json.dumps({"id": 1, "pay": pay}).encode() + b"\n")
            await reader.readline()
            writer.write(json.dumps({"id": 2, "abort": {"request": request}}).encode() + b"\n")
            await reader.readline()
            writer.close()

    try:
        yield Rig(driver, terminal.unplug, terminal.plug, act, Prompt)
    finally:
        await driver.close()
        await terminal.close()


@asynccontextmanager
async def _lights_gpio(folder: Path) -> AsyncIterator[Rig]:
    factory = MockFactory()
    settings = gpio.Settings(17, 27, 22, staff_key_pin=23, door_pin=24, bounce_ms=0, blink_ms=10, retry_ms=10)
    driver = gpio.Driver("lights", settings, factory)
    factory.pin(24).drive_low()  # the door is shut

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


RIGS: dict[tuple[str, str], Callable[[Path], AbstractAsyncContextManager[Rig]]] = {
    ("camera", "simulated"): _camera,
    ("card_reader", "simulated"): _card_reader,
    ("fiscal", "simulated"): _fiscal,
    ("lights", "gpio"): _lights_gpio,
    ("lights", "simulated"): _lights,
    ("printer", "simulated"): _printer,
    ("scale", "simulated"): _scale,
    ("scanner", "simulated"): _scanner,
}
