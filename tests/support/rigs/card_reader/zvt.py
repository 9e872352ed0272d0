"""The ZVT terminal's rigs: on TCP, and on a pseudo-terminal with frames and checksums."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.card_reader.zvt import Terminal
from bench.far_ends.line import Fault, Line
from hal.card_reader.contract import Prompt
from hal.card_reader.zvt import Driver, Settings
from tests.support.rigs import Deed, Rig, Wire
from tests.support.rigs.banks import bank_behind

WIRE: Wire = "wire"


@asynccontextmanager
async def terminal_and_driver(
    folder: Path, port: Literal["tcp", "pty"] = "tcp", *, lines: bool = False, **settings: object
) -> AsyncIterator[tuple[Terminal, Line, Driver]]:
    """A terminal on its line, and a driver with short times that has not been opened."""
    terminal, line = Terminal.over(folder / "charges.jsonl", serial=port == "pty", lines=lines)
    where = await (line.start_tcp() if port == "tcp" else line.start_pty(folder / "by-id" / "zvt"))
    times = {"answer_timeout_ms": 1_000, "t4_ms": 2_000, "poll_ms": 50, "retry_ms": 10}
    all_of_them: dict[str, Any] = {"port": where, "framing": "8N1", **times, **settings}
    driver = Driver("card_reader", Settings(**all_of_them))
    try:
        yield terminal, line, driver
    finally:
        await driver.close()
        await line.close()


@asynccontextmanager
async def _rig(folder: Path, port: Literal["tcp", "pty"]) -> AsyncIterator[Rig]:
    async with terminal_and_driver(folder, port, answer_timeout_ms=600, t4_ms=600) as (terminal, line, driver):

        async def act() -> None:
            """The terminal asks for a PIN, whoever it serves."""
            await terminal.insert(pin=True)
            await asyncio.sleep(0)

        kinds: list[Fault] = ["silent", "babble", "slow"]
        if port == "pty":  # TCP neither loses nor garbles, and so ZVT has no check of its own there
            kinds += ["lossy", "garbled"]
        faults: dict[str, Deed] = {kind: partial(line.fault, kind=kind) for kind in kinds}
        heal = partial(line.fault, kind="none")
        bank = bank_behind(terminal, "EUR")
        yield Rig(driver, line.unplug, line.plug, act, Prompt, faults, heal, checked=port == "pty", world=bank)


@asynccontextmanager
async def tcp(folder: Path) -> AsyncIterator[Rig]:
    """On the network."""
    async with _rig(folder, "tcp") as rig:
        yield rig


@asynccontextmanager
async def pty(folder: Path) -> AsyncIterator[Rig]:
    """On a serial line."""
    async with _rig(folder, "pty") as rig:
        yield rig


RIGS = {"tcp": tcp, "pty": pty}
