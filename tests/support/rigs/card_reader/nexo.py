"""The nexo terminal's rig: HTTPS on loopback, with a certificate of its own test authority."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.far_ends.card_reader.nexo import Terminal
from bench.far_ends.credentials import make_credentials
from hal.card_reader.contract import Prompt
from hal.card_reader.nexo import Driver, Settings
from tests.support.ports import free_port
from tests.support.rigs import Rig, Wire
from tests.support.rigs.banks import bank_behind

WIRE: Wire = "wire"


@asynccontextmanager
async def terminal_and_driver(folder: Path, **settings: object) -> AsyncIterator[tuple[Terminal, Driver]]:
    """A terminal that listens, and a driver with short times that has not been opened."""
    terminal = Terminal(
        folder / "charges.jsonl", make_credentials(folder / "credentials"), notify=f"127.0.0.1:{free_port()}"
    )
    await terminal.start()
    times = {"pay_timeout_ms": 2_000, "answer_timeout_ms": 2_000, "poll_ms": 50, "retry_ms": 10}
    all_of_them: dict[str, Any] = {**terminal.settings(), **times, **settings}
    driver = Driver("card_reader", Settings(**all_of_them))
    try:
        yield terminal, driver
    finally:
        await driver.close()
        await terminal.close()


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A terminal that tells its prompts."""
    async with terminal_and_driver(folder) as (terminal, driver):

        async def act() -> None:
            """Another till's card goes in: who listens hears of it."""
            await terminal.insert(pin=False)
            await asyncio.gather(*terminal.telling, return_exceptions=True)

        faults = {
            kind: functools.partial(terminal.fault, kind=kind)
            for kind in ("hang_up", "cut", "other_service", "wrong_hmac", "wrong_header", "garbage", "empty")
        }
        yield Rig(
            driver,
            terminal.unplug,
            terminal.plug,
            act,
            Prompt,
            faults,
            functools.partial(terminal.fault, kind="none"),
            world=bank_behind(terminal, "EUR"),
        )


RIGS = {"": rig}
