"""The ESC/POS printer's rigs: on the network and on a virtual USB bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.far_ends.printer.escpos import PrinterFarEnd, ReceiptFolder
from bench.far_ends.printer.interpreter import Interpreter
from bench.far_ends.printer.usb import VirtualUsb
from hal.printer import escpos
from hal.printer.contract import Paper
from tests.support.rigs import Rig, Wire

__all__ = ["FONT", "RIGS", "escpos_settings", "usb_printer"]

WIRE: Wire = "wire"
FONT = str(Path(__file__).parents[4] / "ui/assets/fonts/NotoSansBengali-Regular.ttf")


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[Rig]:
    """A printer that listens on TCP."""
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
async def usb(folder: Path) -> AsyncIterator[Rig]:
    """A printer on a virtual USB bus."""
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


WIRES: dict[str, Wire] = {"usb": "emulated"}
RIGS = {"network": network, "usb": usb}
