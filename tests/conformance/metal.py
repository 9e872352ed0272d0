"""A rig around a real device: what a far end does by itself, a person does when asked."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import sys
import typing
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hal.camera.contract import CodeSeen
from hal.card_reader.contract import Prompt
from hal.cash_recycler.contract import CashierTold
from hal.console.pricing import price_a_trial
from hal.device import DeviceError
from hal.drivers import CATEGORIES, available, load
from hal.lights.contract import SwitchTurned
from hal.loyalty_card.contract import CardPresented
from hal.printer.contract import PrinterState
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead
from tests.support.rigs import Make, Rig

__all__ = ["Bench", "BenchError", "read_bench"]

_PORT_FIELDS = ("port", "device", "path", "host", "address", "terminal", "usb")
_DATA: Mapping[str, tuple[type, str]] = {
    "scanner": (CodeRead, "scan any code"),
    "camera": (CodeSeen, "hold any code before the camera"),
    "scale": (Reading, "put something on the scale"),
    "lights": (SwitchTurned, "turn the staff key on and off"),
    "printer": (PrinterState, "open the printer's cover and close it"),
    "loyalty_card": (CardPresented, "present a member's card"),
    "cash_recycler": (CashierTold, "take the cashbox out and put it back"),
    "card_reader": (Prompt, "start a payment at the terminal and cancel it"),
}


class BenchError(ValueError):
    """``--bench`` cannot be understood."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One real device: its driver and the driver's settings."""

    category: str
    model: str
    settings: Mapping[str, object]

    def rig(self, *, by_hand: bool) -> Make:
        """What makes its rig; with ``by_hand`` somebody is there to be asked."""

        @asynccontextmanager
        async def made(_folder: Path) -> AsyncIterator[Rig]:
            driver: Any = load(self.category, self.model, self.category, self.settings)
            await price_a_trial(driver)
            kind, deed = _DATA.get(self.category, (None, ""))

            async def act() -> None:
                if self.category != "scale":  # a scale tells readings without a hand
                    await _ask(deed, by_hand=by_hand)

            async def unplug() -> None:
                await _ask("pull the device's cable", by_hand=by_hand)

            async def plug() -> None:
                if by_hand:
                    await _ask("put the device's cable back", by_hand=True)

            try:
                yield Rig(driver, unplug if by_hand else None, plug, act, kind)
            finally:
                await driver.close()

        return made


def read_bench(written: str) -> Bench:
    """``CATEGORY=MODEL:PORT[,KEY=VALUE…]``. Raises ``BenchError``.

    >>> read_bench("printer=escpos:192.0.2.9,dots=384")
    Bench(category='printer', model='escpos', settings={'host': '192.0.2.9', 'dots': 384})
    """
    category, _, rest = written.partition("=")
    model, _, rest = rest.partition(":")
    if category not in CATEGORIES or model not in available(category):
        text = f"--bench {written}: there is no driver {category}/{model}"
        raise BenchError(text)
    port, *more = rest.split(",")
    kind = importlib.import_module(f"hal.{category}.{model}").Settings
    fields = {field.name for field in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    settings: dict[str, object] = {}
    if port:
        settings[next((name for name in _PORT_FIELDS if name in fields and hints[name] is str), "port")] = port
    for each in more:
        name, _, value = each.partition("=")
        settings[name] = _value(value, hints.get(name))
    try:
        load(category, model, category, settings)
    except DeviceError as error:
        text = f"--bench {written}: {error}"
        raise BenchError(text) from error
    return Bench(category, model, settings)


def _value(written: str, hint: object) -> object:
    if hint is bool:
        return written.lower() in {"1", "true", "yes"}
    if hint is int:
        return int(written, 0) if written.lstrip("-")[:1].isdigit() else written
    return written


async def _ask(deed: str, *, by_hand: bool) -> None:
    """Ask the person at the bench and wait for Enter; without one the test is left out."""
    if not by_hand:
        pytest.skip(f"needs a hand: {deed} (run with -s)")
    sys.stderr.write(f"\n>>> please {deed}, then press Enter: ")
    sys.stderr.flush()
    await asyncio.to_thread(sys.stdin.readline)
