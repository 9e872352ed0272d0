"""The simulated terminal's rig: its far end is a process of its own, here a server on this loop."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bench.far_ends.card_reader.simulated import Terminal
from hal.card_reader.contract import Prompt
from hal.drivers import load
from tests.support.rigs import Rig, Wire
from tests.support.rigs.banks import bank_behind

WIRE: Wire = "simulated"


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A terminal whose prompts everybody sees."""
    terminal = Terminal(folder / "charges.jsonl")
    address = await terminal.start()
    settings: dict[str, object] = {
        "terminal": address,
        "retry_ms": 10,
        "pay_timeout_ms": 600,
        "answer_timeout_ms": 600,
        "knob_socket": str(folder / "card.knobs"),
    }
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
        yield Rig(driver, terminal.unplug, terminal.plug, act, Prompt, world=bank_behind(terminal, "EUR"))
    finally:
        await driver.close()
        await terminal.close()


RIGS = {"": rig}
