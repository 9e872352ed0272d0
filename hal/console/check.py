"""``python -m hal check ROLE``: UnifiedPOS's three health checks: internal, external, interactive.

Internal: does the device answer? External: does it do what can be seen or heard, with nobody's help? Interactive: does
it tell what somebody does to it? No check moves money: a card terminal is asked how it is and never for a payment.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, get_args

from hal.camera.contract import CodeSeen
from hal.cash_recycler.contract import CashierTold
from hal.console.monitor import described
from hal.console.pricing import price_a_trial
from hal.device import Device, DeviceError, DeviceEvent, StatusChanged
from hal.lights.contract import Colour, SwitchTurned
from hal.loyalty_card.contract import CardPresented
from hal.printer.contract import Cut, Document, Feed, PrinterState, QrCode, Rule, TextLine
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead

__all__ = ["PATIENCE_S", "check"]

PATIENCE_S: Final = 30.0
"""How long somebody has to do what is asked."""
_UP_S: Final = 10.0
_LAMP_S: Final = 0.7


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody is asked to do, and the event that shows it was seen."""

    words: str
    seen: Callable[[DeviceEvent], bool]


def _stable(event: DeviceEvent) -> bool:
    return isinstance(event, Reading) and event.state == "stable" and event.value > 0


def _opened(event: DeviceEvent) -> bool:
    return isinstance(event, PrinterState) and event.state == "cover_open"


_ASKED: Final[Mapping[str, _Asked]] = {
    "scanner": _Asked("scan any code", lambda event: isinstance(event, CodeRead)),
    "camera": _Asked("hold any code before the camera", lambda event: isinstance(event, CodeSeen)),
    "scale": _Asked("put something on the scale and let it rest", _stable),
    "loyalty_card": _Asked("present a member's card", lambda event: isinstance(event, CardPresented)),
    "lights": _Asked("turn the staff key", lambda event: isinstance(event, SwitchTurned)),
    "cash_recycler": _Asked("take the cashbox out and put it back", lambda event: isinstance(event, CashierTold)),
    "printer": _Asked("open the printer's cover and close it", _opened),
}


class _Results:
    """Prints a line for each check, and remembers whether all held."""

    def __init__(self) -> None:
        self.held = True

    def add(self, what: str, *, ok: bool, text: str) -> None:
        """One result."""
        self.held = self.held and ok
        print(f"{'ok  ' if ok else 'FAIL'}  {what}: {text}", flush=True)


async def check(
    category: str, device: Device, *, external: bool, interactive: bool, patience: float = PATIENCE_S
) -> int:
    """Run the checks asked for; gives the exit code."""
    heard: asyncio.Queue[DeviceEvent] = asyncio.Queue()
    results = _Results()
    try:
        await device.open(heard.put_nowait)
        await device.claim()
        await device.enable()
        await price_a_trial(device)
        health = await _internal(device, heard, patience)
        results.add("internal", ok=health[0], text=health[1])
        if health[0] and external:
            await _external(category, device, heard, results)
        if health[0] and interactive:
            await _interactive(category, heard, results, patience)
    finally:
        await device.close()
    return 0 if results.held else 1


async def _internal(device: Device, heard: asyncio.Queue[DeviceEvent], patience: float) -> tuple[bool, str]:
    """Whether it answers; a device that is still coming up has a while for it."""
    health = await device.check_health()
    with suppress(TimeoutError):
        async with asyncio.timeout(min(_UP_S, patience)):
            while not health.ok:
                event = await heard.get()
                if isinstance(event, StatusChanged) and event.cause and event.cause not in health.text:
                    print(f"      {event.status}: {event.cause}", flush=True)
                if isinstance(event, StatusChanged) and event.status == "ready":
                    health = await device.check_health()
    return health.ok, health.text


async def _external(category: str, device: Any, heard: asyncio.Queue[DeviceEvent], results: _Results) -> None:  # noqa: ANN401 - its category says what it can do
    try:
        match category:
            case "printer":
                outcome = await device.print_document(_test_slip(device.name))
                results.add(
                    "external", ok=outcome.outcome == "printed", text=f"test slip {outcome.outcome} {outcome.reason}"
                )
            case "lights":
                for colour in get_args(Colour):
                    await device.show(colour)
                    await asyncio.sleep(_LAMP_S)
                await device.show("off")
                results.add("external", ok=True, text="each lamp was lit; did you see all of them?")
            case "scanner" if "beep" in device.capabilities:
                await device.beep("good")
                results.add("external", ok=True, text="a beep was asked for; did you hear it?")
            case "scale":
                reading = await _next(heard, lambda event: isinstance(event, Reading), _UP_S)
                results.add(
                    "external", ok=reading is not None, text=described(reading) if reading else "no reading came"
                )
            case "camera":
                frame = await device.frame()
                results.add("external", ok=bool(frame.jpeg), text=f"a frame of {frame.width}x{frame.height}")
            case "cash_recycler":
                stores = await device.read_cash_counts()
                told = ", ".join(f"{each.form} {each.value_minor}: {each.pieces} ({each.level})" for each in stores)
                results.add("external", ok=bool(stores), text=told or "it knows no coin and no note")
            case "card_reader" if "display" in device.capabilities:
                await device.display(("TEST",))
                await asyncio.sleep(_LAMP_S)
                await device.display(())
                results.add("external", ok=True, text="its display said TEST; did you see it?")
            case _:
                results.add("external", ok=True, text=f"nothing this {category} does can be seen with nobody at it")
    except DeviceError as error:
        results.add("external", ok=False, text=str(error))


async def _interactive(category: str, heard: asyncio.Queue[DeviceEvent], results: _Results, patience: float) -> None:
    asked = _ASKED.get(category)
    if asked is None:
        results.add("interactive", ok=True, text=f"nothing to do at a {category}")
        return
    print(f"      please {asked.words} (within {patience:g} s)", file=sys.stderr, flush=True)
    seen = await _next(heard, asked.seen, patience)
    results.add(
        "interactive", ok=seen is not None, text=described(seen) if seen else f"nothing was seen; {asked.words}?"
    )


async def _next(
    heard: asyncio.Queue[DeviceEvent], wanted: Callable[[DeviceEvent], bool], seconds: float
) -> DeviceEvent | None:
    try:
        async with asyncio.timeout(seconds):
            while not wanted(event := await heard.get()):
                continue
            return event
    except TimeoutError:
        return None


def _test_slip(name: str) -> Document:
    """Latin and Bengali letters, a code, a cut: everything a receipt has."""
    return Document(
        job=f"check-{name}",
        parts=(
            TextLine("Test slip", align="centre", bold=True, size=2),
            TextLine("পরীক্ষার রসিদ", align="centre"),
            Rule(),
            TextLine("abc ABC 0123456789", "12.34"),
            TextLine("০১২৩৪৫৬৭৮৯", "১২.৩৪"),
            QrCode("check"),
            Feed(2),
            Cut(),
        ),
    )
