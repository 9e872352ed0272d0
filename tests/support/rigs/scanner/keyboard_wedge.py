"""The typing scanner's rigs: the kernel stood in for by a pseudo-terminal and, where there is uinput, the kernel."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.line import Line
from bench.far_ends.scanner.keyboard_wedge import KEYS, KeyboardWedge
from bench.far_ends.uinput import UINPUT, VirtualKeyboard
from hal.scanner import keyboard_wedge
from hal.scanner.contract import CodeRead
from tests.support.rigs import Rig, Wire
from tests.support.rigs.barcodes import fresh, line_faults
from tests.support.waiting import wait_until_async

WIRE: Wire = "emulated"
WIRES: dict[str, Wire] = {"uinput": "wire"}
_MORE_KEYS = (28, 15, 42, 29, 56, 100, 58, *range(59, 69))


def _nobody_else(_descriptor: int) -> None:
    """The grab: nobody else can open this file anyway."""


@asynccontextmanager
async def emulated(folder: Path) -> AsyncIterator[Rig]:
    """Events over a pseudo-terminal in place of ``/dev/input/event…``."""
    inside = KeyboardWedge()
    line = Line(inside)
    path = await line.start_pty(folder / "by-id" / "event-kbd")
    driver = keyboard_wedge.Driver(
        "scanner", keyboard_wedge.Settings(device=path, gap_ms=80, rest_ms=200, retry_ms=10), _nobody_else
    )
    codes = fresh()

    async def act() -> str:
        code = next(codes)
        await inside.scan(data=code)
        return code

    async def half_frame() -> None:
        """Broken off; before the next code there is time for a hand to move."""
        await inside.half_frame()
        await asyncio.sleep(0.3)

    faults = {
        **line_faults(line, "silent"),
        "half_frame": half_frame,
        "noise": inside.noise,
        "overrun": inside.overrun,
    }
    heal = functools.partial(line.fault, kind="none")
    try:
        yield Rig(driver, line.unplug, line.plug, act, CodeRead, faults, heal, lambda: line.last_byte_ns)
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def uinput(folder: Path) -> AsyncIterator[Rig]:
    """A keyboard of the kernel's, behind a link as udev makes them."""
    inside, link = KeyboardWedge(), folder / "event-kbd"
    plugged: list[VirtualKeyboard] = []
    inside.plugged = lambda: bool(plugged)

    async def plug() -> None:
        keyboard = VirtualKeyboard("scanner of the test", {*KEYS, *_MORE_KEYS})
        inside.send = keyboard.send
        where = await wait_until_async(lambda: next(iter([keyboard.where]), None), what="the device file's name")
        await wait_until_async(functools.partial(os.access, where, os.R_OK), what="the device file")
        link.symlink_to(where)
        plugged.append(keyboard)

    async def unplug() -> None:
        link.unlink(missing_ok=True)
        for keyboard in plugged:
            keyboard.unplug()
        plugged.clear()

    await plug()
    driver = keyboard_wedge.Driver("scanner", keyboard_wedge.Settings(device=str(link), retry_ms=10))
    codes = fresh()

    async def act() -> str:
        code = next(codes)
        await inside.scan(data=code)
        return code

    try:
        yield Rig(driver, unplug, plug, act, CodeRead)
    finally:
        await driver.close()
        await unplug()


RIGS = {"": emulated, **({"uinput": uinput} if os.access(UINPUT, os.W_OK) else {})}
