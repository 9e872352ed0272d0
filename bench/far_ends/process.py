"""What every far end does as a program: say where it is in one line of JSON, and serve until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping

__all__ = ["say_and_wait"]


async def say_and_wait(about: Mapping[str, object]) -> None:
    """Print ``about`` as one line of JSON on standard output and return on SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    print(json.dumps(about), flush=True)
    await stop.wait()
