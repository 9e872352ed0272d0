"""``python -m hal monitor ROLE``: what a device tells, one line each, until Ctrl-C."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
from contextlib import suppress
from datetime import datetime
from typing import Any

from hal.console.pricing import price_a_trial
from hal.device import Device, DeviceEvent

__all__ = ["described", "monitor"]

_LONGEST = 120


def described(event: DeviceEvent) -> str:
    """One line: the event's kind and its values; bytes in hex, long values cut, private ones not told.

    >>> from hal.device import StatusChanged
    >>> described(StatusChanged("scanner", "lost", "cable"))
    'StatusChanged status=lost cause=cable'
    """
    values: Any = event
    told = [
        f"{field.name}={_shown(getattr(values, field.name)) if field.repr else 'private'}"
        for field in dataclasses.fields(values)
        if field.name != "device" and getattr(values, field.name) not in {"", b""}
    ]
    return " ".join([type(event).__name__, *told])


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        text = value[: _LONGEST // 3].hex(" ")
    else:
        text = repr(value) if isinstance(value, str) and not value.isprintable() else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


async def monitor(device: Device, *, seconds: float = 0) -> int:
    """Show what ``device`` tells until SIGINT or SIGTERM, or for so many seconds."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)

    def show(event: DeviceEvent) -> None:
        now = datetime.now().astimezone().strftime("%H:%M:%S.%f")[:-3]
        print(f"{now}  {described(event)}", flush=True)

    try:
        await device.open(show)
        await device.claim()
        await device.enable()
        await price_a_trial(device)
        print(f"{device.name}: {(await device.check_health()).text} (Ctrl-C ends)", flush=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds or None):
                await stop.wait()
    finally:
        await device.close()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
    return 0
