"""One rig per driver, in a file of the driver's own path: the driver, its far end, and how the world acts on it.

``tests/support/rigs/<category>/<model>.py`` holds ``WIRE`` (what stands between the driver and its far end) and
``RIGS``, whose keys are ``""`` or, where a driver speaks over several ports, the port's name. The conformance suite,
the soak and the latency table walk this folder and the drivers' side by side.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hal.camera.contract import CodeSeen
from hal.cash_recycler.contract import DepositTold
from hal.device import Device, DeviceEvent, StatusChanged
from hal.lights.contract import SwitchTurned
from hal.loyalty_card.contract import CardPresented
from hal.printer.contract import PrinterState
from hal.scale.contract import Reading
from hal.scanner.contract import CodeRead

__all__ = ["Bank", "Deed", "Make", "Rig", "Roll", "Seen", "Vault", "Wire", "essence", "every", "opened", "wire_of"]

Wire = Literal["wire", "emulated", "guest", "simulated"]
"""``wire``: the real transport. ``emulated``: this host has no kernel part for it (evdev, HID, V4L2, GPIO), so the far
end stands in for the kernel too. ``guest``: runs in an emulated machine only. ``simulated``: no wire at all."""

Deed = Callable[[], Awaitable[object]]


def essence(event: DeviceEvent) -> object:
    """What a data event says, without when and by whom; ``None`` for one that says nothing to act on.

    >>> essence(CodeRead("scanner", "5901234123457", "]E0"))
    '5901234123457'
    """
    match event:
        case CodeRead() | CodeSeen() | CardPresented():
            return event.data
        case Reading():
            return (event.value, event.exponent, event.unit) if event.state == "stable" else None
        case SwitchTurned():
            return (event.switch, event.on)
        case PrinterState():
            return event.state
        case DepositTold():
            return event.deposit.minor
        case _:
            return event


@dataclass(frozen=True, slots=True)
class Bank:
    """What stands behind a card terminal: what it wrote down, and what a shopper and a bad day do.

    ``deeds``: approved, declined, cancelled, refunded or reversed, one each, as on its own disk. ``waits``: whether a
    payment is on its display. ``tap``: a good card. ``lose_answers``: it charges whatever it is asked for, and its
    answers are lost, until ``answer`` is done. ``currency``: what it takes.
    """

    deeds: Callable[[], list[str]]
    waits: Callable[[], bool]
    tap: Deed
    lose_answers: Deed
    answer: Deed
    currency: str


@dataclass(frozen=True, slots=True)
class Roll:
    """What stands behind a printer: how many whole receipts have come out of it, and its paper."""

    whole: Callable[[], int]
    take_out: Deed
    put_in: Deed


@dataclass(frozen=True, slots=True)
class Vault:
    """What stands behind a cash recycler: minor units that it really took and gave, and what a bad day does to it.

    ``insert``: a coin of the smallest value goes in; ``slide``: a note. ``lose_answers``: it gives out what it is told
    to, and its answers are lost, until ``answer`` is done. ``jam``: nothing comes out, until ``free`` is done.
    """

    taken: Callable[[], int]
    given: Callable[[], int]
    insert: Deed
    slide: Deed
    lose_answers: Deed
    answer: Deed
    jam: Deed
    free: Deed


@dataclass(slots=True)
class Rig:
    """``act`` makes the world do what the device tells as ``data``, anew at each call, and gives the ``essence`` that
    must come (or ``None`` if it cannot know); ``data`` is ``None`` where a category has no data events.

    ``unplug`` is ``None`` where there is no cable to pull. ``faults``: what can be done to the device or its line, by
    name, each undone by ``heal``. ``last_byte_ns``: when the far end sent the last byte of what ``act`` brought
    (``time.monotonic_ns``). ``checked``: its frames carry a check that finds every harmed byte, so that even on a line
    that loses or garbles them it never tells a wrong value. ``besides``: what a fault brings by itself (a stuck button
    is pressed), and is right whenever it is told. ``world``: what a card terminal's, a printer's or a cash recycler's
    driver does to it.
    """

    driver: Any
    unplug: Deed | None
    plug: Deed
    act: Deed
    data: type | None
    faults: Mapping[str, Deed] = field(default_factory=dict)
    heal: Deed | None = None
    last_byte_ns: Callable[[], int] | None = None
    checked: bool = False
    besides: frozenset[object] = frozenset()
    world: Bank | Roll | Vault | None = None


Make = Callable[[Path], AbstractAsyncContextManager[Rig]]


class Seen:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[DeviceEvent] = []

    def __call__(self, event: DeviceEvent) -> None:
        """Take one event."""
        self.events.append(event)

    @property
    def statuses(self) -> list[str]:
        """Ready and lost, in the order told; warnings are no change of whether the device is there."""
        told = [event.status for event in self.events if isinstance(event, StatusChanged)]
        return [status for status in told if status != "warning"]

    def of(self, kind: type | None) -> list[DeviceEvent]:
        """The events of one kind."""
        return [event for event in self.events if kind is not None and isinstance(event, kind)]


async def opened(driver: Device) -> Seen:
    """Open, claim and enable a driver; gives what it tells."""
    seen = Seen()
    await driver.open(seen)
    await driver.claim()
    await driver.enable()
    return seen


def every() -> dict[tuple[str, str], Make]:
    """Each rig by category and model, the latter as ``model`` or ``model:port``."""
    found: dict[tuple[str, str], Make] = {}
    for category, model in _files():
        for port, make in _module(category, model).RIGS.items():
            found[category, f"{model}:{port}" if port else model] = make
    return found


def wire_of(category: str, model: str) -> Wire:
    """What stands between a driver and its far end in its rig: ``WIRES`` for that port, else ``WIRE``."""
    name, _, port = model.partition(":")
    module = _module(category, name)
    wire: Wire = getattr(module, "WIRES", {}).get(port, module.WIRE)
    return wire


def _files() -> list[tuple[str, str]]:
    folder = Path(__file__).parent
    return sorted((file.parent.name, file.stem) for file in folder.glob("*/*.py") if file.stem != "__init__")


def _module(category: str, model: str) -> Any:  # noqa: ANN401  a module
    return importlib.import_module(f"tests.support.rigs.{category}.{model}")
