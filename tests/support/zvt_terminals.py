"""A ZVT terminal of the bench with its driver, for tests that have it used: cards tapped, answers awaited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from bench.far_ends.card_reader.zvt import Terminal
from bench.far_ends.line import Line
from hal.card_reader.contract import Payment
from hal.card_reader.zvt import Driver
from hal.device import NoHardwareError
from tests.support.rigs import Seen, opened
from tests.support.rigs.card_reader.zvt import terminal_and_driver
from tests.support.waiting import wait_until_async

__all__ = ["PORTS", "Port", "Use", "charges", "once_back", "pay_by_card", "status_of", "with_terminal"]

T = TypeVar("T")
Use = Callable[[Terminal, Line, Driver], Awaitable[None]]
Port = Literal["tcp", "pty"]
PORTS = pytest.mark.parametrize("port", ["tcp", "pty"])


def charges(folder: Path) -> list[str]:
    return [json.loads(line)["what"] for line in (folder / "charges.jsonl").read_text().splitlines()]


def with_terminal(folder: Path, use: Use, port: Port = "tcp", **settings: Any) -> Seen:  # noqa: ANN401
    async def run() -> Seen:
        settings.setdefault("memory_file", str(folder / "memory.json"))
        async with terminal_and_driver(folder, port, **settings) as (terminal, line, driver):
            seen = await opened(driver)
            await wait_until_async(lambda: driver.alive, what="registered")
            await use(terminal, line, driver)
        return seen

    return asyncio.run(run())


async def pay_by_card(
    terminal: Terminal,
    driver: Driver,
    request: str,
    tap: Any = "approve",  # noqa: ANN401  a knob's own word
    amount: int = 0,
) -> Payment:
    """Ask for 11.50 and tap a card."""
    paying = asyncio.ensure_future(driver.pay(request, 1150, "EUR", kind="card"))
    await wait_until_async(lambda: terminal.pending is not None, what="a payment on the display")
    await terminal.tap(outcome=tap, amount_minor=amount)
    return await paying


async def status_of(driver: Driver, request: str) -> Payment:
    return await once_back(driver, partial(driver.status, request))


async def once_back(driver: Driver, deed: Callable[[], Awaitable[T]]) -> T:
    """Ask until the terminal is there again, as the kiosk does."""
    while True:
        with suppress(NoHardwareError):
            return await deed()
        await asyncio.sleep(0)
        await wait_until_async(lambda: driver.alive, what="ready again")
