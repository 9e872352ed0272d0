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
from bench.far_ends.printer.escpos import PrinterFarEnd, ReceiptFolder
from bench.far_ends.printer.interpreter import Interpreter
from bench.far_ends.printer.usb import VirtualUsb
from hal.camera.contract import CodeSeen
from hal.card_reader.contract import Prompt
from hal.device import Device, DeviceEvent, StatusChanged
from hal.drivers import load
from hal.lights import gpio
from hal.lights.contract import SwitchTurned
from hal.printer import escpos
from hal.printer.contract import Paper
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead

__all__ = ["FONT", "RIGS", "Rig", "Seen", "escpos_settings", "opened", "usb_printer"]

FONT = str(Path(__file__).parents[2] / "ui/assets/fonts/NotoSansBengali-Regular.ttf")


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
        """Ready and lost, in the order told; warnings are no change of whether the device is there."""
        told = [event.status for event in self.events if isinstance(event, StatusChanged)]
        return [status for status in told if status != "warning"]

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


@asynccontextmanager
async def _printer_escpos_network(folder: Path) -> AsyncIterator[Rig]:
    far = PrinterFarEnd(folder / "receipts")
    port = await far.start()
    driver = escpos.Driver("printer", escpos_settings(host="127.0.0.1", port=port))

    async def act() -> None:
        await far.paper(state="out" if far.inside.paper == "near_end" else "near_end")

    try:
        yield Rig(driver, far.unplug, far.plug, act, Paper)
    finally:
        await driver.close()
        await far.close()


@asynccontextmanager
async def _printer_escpos_usb(folder: Path) -> AsyncIterator[Rig]:
    bus, printer = usb_printer(folder / "receipts")
    driver = escpos.Driver("printer", escpos_settings(connection="usb", usb_vendor=0x04B8, usb_product=0x0E15), bus)

    async def act() -> None:
        printer.paper = "out" if printer.paper == "near_end" else "near_end"
        printer.changed()

    async def unplug() -> None:
        bus.unplug()
        printer.tear_off()

    async def plug() -> None:
        bus.plugged = True

    try:
        yield Rig(driver, unplug, plug, act, Paper)
    finally:
        await driver.close()
    assert bus.opened == 0


def escpos_settings(**settings: object) -> escpos.Settings:
    """Settings of the ESC/POS driver for a test: the house's font, short times."""
    times = {"poll_ms": 15, "answer_timeout_ms": 500, "connect_timeout_ms": 1000, "confirm_timeout_ms": 2000}
    all_of_them: dict[str, Any] = {"font": FONT, **times, **settings}
    return escpos.Settings(**all_of_them)


def usb_printer(folder: Path) -> tuple[VirtualUsb, Interpreter]:
    """A printer on a virtual USB bus, and its inside; receipts go to ``folder``."""
    bus, receipts = VirtualUsb(), ReceiptFolder(folder)
    printer = Interpreter(bus.answer, receipts.save, lambda _pin: None)
    bus.receive = printer.receive
    return bus, printer


RIGS: dict[tuple[str, str], Callable[[Path], AbstractAsyncContextManager[Rig]]] = {
    ("camera", "simulated"): _camera,
    ("card_reader", "simulated"): _card_reader,
    ("fiscal", "simulated"): _fiscal,
    ("lights", "gpio"): _lights_gpio,
    ("lights", "simulated"): _lights,
    ("printer", "escpos"): _printer_escpos_network,
    ("printer", "escpos:usb"): _printer_escpos_usb,
    ("printer", "simulated"): _printer,
    ("scale", "simulated"): _scale,
    ("scanner", "simulated"): _scanner,
}
