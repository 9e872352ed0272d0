"""Tri-light, staff key and cabinet door on the Raspberry Pi's GPIO header, through gpiozero.

Wiring: three lamp relays or transistor stages on outputs, two switches to ground on inputs with the Pi's own pull-up
(3.3 V, never 5 V). Pins are BCM numbers. gpiozero: https://gpiozero.readthedocs.io/en/stable/api_output.html#led and
.../api_input.html#button

Sample settings: ``model = "gpio"``, ``green_pin = 17``, ``amber_pin = 27``, ``red_pin = 22``, ``staff_key_pin = 23``,
``door_pin = 24``, ``door_open_when = "open"``. A pin of -1 is not wired.

``lgpio`` makes a FIFO in the working directory: the unit needs a writable one.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast

import gpiozero
from gpiozero.exc import GPIOZeroError, PinFactoryFallback

from hal.device import Health, NoHardwareError, NotEnabledError, Sink, StatusChanged
from hal.lights.contract import Colour, SwitchTurned

__all__ = ["Driver", "Settings"]

NOT_WIRED = -1
_HIGHEST_PIN = 27

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """BCM pins. ``lamps_active_high``: false for relay boards that switch on low. ``bounce_ms``: contact bounce.

    ``door_open_when``: whether an open door opens or closes the contact.
    """

    green_pin: int
    amber_pin: int
    red_pin: int
    staff_key_pin: int = NOT_WIRED
    door_pin: int = NOT_WIRED
    lamps_active_high: bool = True
    door_open_when: Literal["open", "closed"] = "open"
    bounce_ms: int = 30
    blink_ms: int = 500
    retry_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse pins that do not exist, and one pin for two things."""
        pins = [self.green_pin, self.amber_pin, self.red_pin, self.staff_key_pin, self.door_pin]
        wired = [pin for pin in pins if pin != NOT_WIRED]
        if any(not 0 <= pin <= _HIGHEST_PIN for pin in wired) or len(set(wired)) != len(wired):
            text = f"pins are BCM 0 to {_HIGHEST_PIN}, each for one thing; got {pins}"
            raise ValueError(text)


class Driver:
    """The cabinet's lamps and switches. ``pin_factory`` is gpiozero's own choice unless a test gives one."""

    simulated = False
    capabilities: frozenset[str] = frozenset()

    def __init__(self, name: str, settings: Settings, pin_factory: gpiozero.pins.Factory | None = None) -> None:
        self.name = name
        self._settings = settings
        self._factory = pin_factory
        self._sink: Sink | None = None
        self._claimed = False
        self._enabled = False
        self._lamps: dict[Colour, Any] = {}
        self._switches: dict[Literal["staff_key", "door"], Any] = {}
        self._told: dict[Literal["staff_key", "door"], bool] = {}
        self._finder: asyncio.Task[None] | None = None

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Off a Raspberry Pi it is told as lost, and looked for again."""
        if self._sink is not None:
            return
        self._sink = sink
        cause = self._take_pins()
        if cause:
            sink(StatusChanged(self.name, "lost", cause))
            self._finder = asyncio.get_running_loop().create_task(self._find())
        else:
            sink(StatusChanged(self.name, "ready"))

    async def claim(self) -> None:
        """See ``Device.claim``; gpiozero refuses a pin another driver of this process holds."""
        if self._sink is None:
            text = f"{self.name} is not open"
            raise NotEnabledError(text)
        self._claimed = True

    async def enable(self) -> None:
        """See ``Device.enable``; switches that are on are told at once."""
        if not self._claimed:
            text = f"{self.name} is not claimed"
            raise NotEnabledError(text)
        if not self._enabled:
            self._enabled = True
            self._told.clear()
            self._tell_standing()

    async def disable(self) -> None:
        """See ``Device.disable``; the lamps go dark."""
        self._enabled = False
        for lamp in self._lamps.values():
            lamp.off()

    async def close(self) -> None:
        """See ``Device.close``; the pins become inputs again."""
        finder, self._finder = self._finder, None
        if finder is not None:
            finder.cancel()
            with suppress(asyncio.CancelledError):
                await finder
        self._sink, self._claimed, self._enabled = None, False, False
        self._release_pins()

    async def check_health(self) -> Health:
        """See ``Device.check_health``."""
        if self._sink is None:
            return Health(ok=False, text="lights on GPIO: closed")
        if not self._lamps:
            return Health(
                ok=False, text="lights on GPIO: no pins; is this a Raspberry Pi, and is the group gpio given?"
            )
        switches = ", ".join(f"{switch} {'on' if self._is_on(switch) else 'off'}" for switch in self._switches)
        return Health(ok=True, text=f"lights on GPIO: {len(self._lamps)} lamps; {switches or 'no switches'}")

    async def show(self, colour: Colour, *, blinking: bool = False) -> None:
        """See ``Lights.show``."""
        if not self._enabled:
            text = f"{self.name} is not enabled"
            raise NotEnabledError(text)
        if not self._lamps:
            text = f"{self.name}: no GPIO pins; check the board and the group gpio"
            raise NoHardwareError(text)
        for lamp_colour, lamp in self._lamps.items():
            if lamp_colour != colour:
                lamp.off()
            elif blinking:
                half = self._settings.blink_ms / 1000
                lamp.blink(on_time=half, off_time=half)
            else:
                lamp.on()

    async def _find(self) -> None:
        cause = "not there yet"
        while cause:
            await asyncio.sleep(self._settings.retry_ms / 1000)
            cause = self._take_pins()
        if self._sink is not None:
            self._sink(StatusChanged(self.name, "ready"))
            self._tell_standing()

    def _take_pins(self) -> str:
        """Take every pin, or none; gives the cause in words when it cannot."""
        settings = self._settings
        outputs: tuple[tuple[Colour, int], ...] = (
            ("green", settings.green_pin),
            ("amber", settings.amber_pin),
            ("red", settings.red_pin),
        )
        try:
            for colour, pin in outputs:
                self._lamps[colour] = self._lamp(pin)
            self._take_switch("staff_key", settings.staff_key_pin)
            self._take_switch("door", settings.door_pin)
        except (GPIOZeroError, PinFactoryFallback, OSError, ImportError) as error:
            self._release_pins()
            return f"no GPIO: {type(error).__name__} {error}".strip()
        return ""

    def _lamp(self, pin: int) -> Any:  # noqa: ANN401  gpiozero carries no types
        return gpiozero.LED(pin, active_high=self._settings.lamps_active_high, pin_factory=self._factory)

    def _take_switch(self, switch: Literal["staff_key", "door"], pin: int) -> None:
        if pin == NOT_WIRED:
            return
        loop = asyncio.get_running_loop()
        bounce = self._settings.bounce_ms / 1000 or None
        button = gpiozero.Button(pin, pull_up=True, bounce_time=bounce, pin_factory=self._factory)

        def turned(*, closed: bool) -> None:  # on gpiozero's own thread
            with suppress(RuntimeError):  # the loop is gone: so is whoever listened
                loop.call_soon_threadsafe(self._tell_switch, switch, self._means_on(switch, closed=closed))

        button.when_activated = lambda: turned(closed=True)
        button.when_deactivated = lambda: turned(closed=False)
        self._switches[switch] = button

    def _release_pins(self) -> None:
        for each in (*self._lamps.values(), *self._switches.values()):
            each.close()
        self._lamps.clear()
        self._switches.clear()

    def _is_on(self, switch: Literal["staff_key", "door"]) -> bool:
        return self._means_on(switch, closed=cast("bool", self._switches[switch].is_pressed))

    def _means_on(self, switch: Literal["staff_key", "door"], *, closed: bool) -> bool:
        return closed != (switch == "door" and self._settings.door_open_when == "open")

    def _tell_switch(self, switch: Literal["staff_key", "door"], on: bool) -> None:  # noqa: FBT001  the loop passes no names
        """Tell a switch, if it is news: a bounce is none, and off is what is taken for granted."""
        if self._sink is not None and self._enabled and on != self._told.get(switch, False):
            self._told[switch] = on
            self._sink(SwitchTurned(self.name, switch, on))

    def _tell_standing(self) -> None:
        for switch in self._switches:
            self._tell_switch(switch, self._is_on(switch))
