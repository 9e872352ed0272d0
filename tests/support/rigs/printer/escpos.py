"""The ESC/POS printer's rigs: on the network, on a serial line (a pseudo-terminal) and on a virtual USB bus."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.far_ends.line import Fault, Line
from bench.far_ends.printer.escpos import PrinterInside
from bench.far_ends.printer.interpreter import Make, PaperState
from bench.far_ends.printer.usb import VirtualPrinter, VirtualUsb
from hal.ports.usb import UsbPort
from hal.ports.usb_finder import UsbAddress
from hal.printer import escpos
from hal.printer.contract import PrinterState
from tests.support.rigs import Deed, Rig, Roll, Wire

__all__ = ["FONT", "RIGS", "escpos_settings", "on_usb", "usb_printer"]

WIRE: Wire = "wire"
WIRES: dict[str, Wire] = {"usb": "emulated"}
FONT = str(Path(__file__).parents[4] / "ui/assets/fonts/NotoSansBengali-Regular.ttf")
_FAULTS: tuple[Fault, ...] = ("silent", "babble", "slow", "lossy", "garbled")


def escpos_settings(**settings: object) -> escpos.Settings:
    """Settings of the ESC/POS driver for a test: the house's font, short times."""
    times = {
        "poll_ms": 15,
        "retry_ms": 5,
        "answer_timeout_ms": 500,
        "connect_timeout_ms": 1000,
        "write_timeout_ms": 1000,
        "confirm_timeout_ms": 2000,
    }
    all_of_them: dict[str, Any] = {"font": FONT, **times, **settings}
    return escpos.Settings(**all_of_them)


def usb_printer(folder: Path, make: Make | None = None) -> tuple[VirtualPrinter, PrinterInside]:
    """A printer at a USB cable, and its inside; receipts go to ``folder``."""
    plug, inside = VirtualPrinter(), PrinterInside(folder, make)
    plug.receive, inside.send = inside.receive, plug.answer
    return plug, inside


def on_usb(plug: VirtualPrinter, **settings: object) -> escpos.Driver:
    """A driver at a bus with this one printer."""
    port = UsbPort(UsbAddress(plug.vendor, plug.product), VirtualUsb(plug))
    given = escpos_settings(connection="usb", usb_vendor=plug.vendor, usb_product=plug.product, **settings)
    return escpos.Driver("printer", given, port)


def _act(inside: PrinterInside) -> Deed:
    """The roll goes through what a roll goes through."""
    states: itertools.cycle[PaperState] = itertools.cycle(("near_end", "out", "ok"))

    async def act() -> object:
        state = next(states)
        await inside.paper(state=state)
        return state

    return act


def _roll(inside: PrinterInside, receipts: Path) -> Roll:
    def whole() -> int:
        return sum(json.loads(file.read_bytes())["complete"] for file in receipts.glob("*.json"))

    return Roll(whole, partial(inside.paper, state="out"), partial(inside.paper, state="ok"))


@asynccontextmanager
async def _on_line(folder: Path, *, serial: bool) -> AsyncIterator[Rig]:
    inside = PrinterInside(folder / "receipts", pictures=False)
    line = Line(inside)
    if serial:
        where = await line.start_pty(folder / "by-id" / "printer")
        port: dict[str, object] = {"connection": "serial", "serial_port": where}
    else:
        host, _, number = (await line.start_tcp()).partition(":")
        port = {"host": host, "port": int(number)}
    driver = escpos.Driver("printer", escpos_settings(answer_timeout_ms=100, **port))
    faults: dict[str, Deed] = {kind: partial(line.fault, kind=kind) for kind in _FAULTS}
    try:
        yield Rig(
            driver=driver,
            unplug=line.unplug,
            plug=line.plug,
            act=_act(inside),
            data=PrinterState,
            faults=faults,
            heal=partial(line.fault, kind="none"),
            last_byte_ns=lambda: line.last_byte_ns,
            world=_roll(inside, folder / "receipts"),
        )
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def usb(folder: Path) -> AsyncIterator[Rig]:
    """A printer on a virtual USB bus."""
    plug, inside = usb_printer(folder / "receipts")
    driver = on_usb(plug)

    async def unplug() -> None:
        plug.unplug()
        inside.powered()

    async def put_back() -> None:
        plug.plug()

    try:
        yield Rig(driver, unplug, put_back, _act(inside), PrinterState, world=_roll(inside, folder / "receipts"))
    finally:
        await driver.close()
    assert plug.opened == 0


RIGS = {"network": partial(_on_line, serial=False), "serial": partial(_on_line, serial=True), "usb": usb}
