"""Tri-light, beeper, staff key, help button, door, tamper and drawer switches on the Raspberry Pi's GPIO header.

Wiring: three lamp relays or transistor stages and an active buzzer on outputs; switches to ground on inputs with the
Pi's own pull-up (3.3 V, never 5 V). Pins are BCM numbers. gpiozero: https://gpiozero.readthedocs.io/en/stable/api_output.html
and .../api_input.html ; on a Pi 5 it needs ``lgpio`` 0.2.2.

Sample settings: ``model = "gpio"``, ``green_pin = 17``, ``amber_pin = 27``, ``red_pin = 22``, ``staff_key_pin = 23``,
``door_pin = 24``, ``door_on_when = "open"``, ``help_button_pin = 25``, ``beeper_pin = 12``. A pin of -1 is not wired.

gpiozero takes the pins of this board, or those that ``GPIOZERO_PIN_FACTORY`` names: with ``pigpio`` and ``PIGPIO_ADDR``
those of another board on the network. ``lgpio`` makes a FIFO in the working directory: the unit needs a writable one.
"""

from __future__ import annotations

import asyncio
import functools
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import gpiozero

from hal.blocking import BlockingDevice
from hal.device import DeviceError, Health, NoHardwareError
from hal.lights.contract import Colour, Sound, Switch, SwitchTurned

__all__ = ["Driver", "Settings"]

NOT_WIRED = -1
_HIGHEST_PIN = 27
_LAMPS: tuple[Colour, ...] = ("green", "amber", "red")
_SWITCHES: tuple[Switch, ...] = get_args(Switch)
_BEEPS_MS: Mapping[Sound, tuple[int, ...]] = {
    "good": (60,),
    "bad": (120, 80, 120, 80, 120),
    "attention": (400, 200, 400),
}
"""On, off, on … in milliseconds."""

Contact = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Settings:
    """BCM pins. ``lamps_active_high``: false for relay boards that switch on low. ``bounce_ms``: contact bounce.

    ``…_on_when``: whether the contact opens or closes when the key is turned, the door opened, the button pressed.
    ``look_ms``: how often the switches are read beside their edges, so that none that was missed stays unknown.
    ``longest_retry_ms``: the longest pause before pins that are away are looked for again.
    ``hang_ms``: how long another board may take to answer.
    """

    green_pin: int
    amber_pin: int
    red_pin: int
    beeper_pin: int = NOT_WIRED
    staff_key_pin: int = NOT_WIRED
    door_pin: int = NOT_WIRED
    help_button_pin: int = NOT_WIRED
    tamper_pin: int = NOT_WIRED
    cash_drawer_pin: int = NOT_WIRED
    lamps_active_high: bool = True
    beeper_active_high: bool = True
    staff_key_on_when: Contact = "closed"
    door_on_when: Contact = "open"
    help_button_on_when: Contact = "closed"
    tamper_on_when: Contact = "open"
    cash_drawer_on_when: Contact = "open"
    bounce_ms: int = 30
    blink_ms: int = 500
    look_ms: int = 1_000
    longest_retry_ms: int = 10_000
    hang_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse pins that do not exist, and one pin for two things."""
        pins = [self.green_pin, self.amber_pin, self.red_pin, self.beeper_pin, *map(self.pin_of, _SWITCHES)]
        wired = [pin for pin in pins if pin != NOT_WIRED]
        if any(not 0 <= pin <= _HIGHEST_PIN for pin in wired) or len(set(wired)) != len(wired):
            text = f"pins are BCM 0 to {_HIGHEST_PIN}, each for one thing; got {pins}"
            raise ValueError(text)

    def pin_of(self, switch: Switch) -> int:
        """The pin a switch is wired to."""
        return cast("int", getattr(self, f"{switch}_pin"))

    def on_when(self, switch: Switch) -> Contact:
        """What its contact does when it is on."""
        return cast("Contact", getattr(self, f"{switch}_on_when"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How the switches stood, and how often each had turned before: one that turned since tells itself."""

    on: Mapping[Switch, bool]
    turns: Mapping[Switch, int]


class Driver(BlockingDevice[Standing]):
    """The cabinet's lamps and switches. ``pin_factory`` is gpiozero's own choice unless a test gives one."""

    def __init__(self, name: str, settings: Settings, pin_factory: gpiozero.pins.Factory | None = None) -> None:
        times = {"longest_retry_ms": settings.longest_retry_ms, "hang_ms": settings.hang_ms}
        super().__init__(name, poll_ms=settings.look_ms, **times)
        self._settings = settings
        self._factory = pin_factory
        wired = {switch for switch in _SWITCHES if settings.pin_of(switch) != NOT_WIRED}
        beeper = {"beeper"} if settings.beeper_pin != NOT_WIRED else set()
        self.capabilities = frozenset({*wired, *beeper})
        self._lamps: dict[Colour, Any] = {}
        self._beeper: Any = None
        self._switches: dict[Switch, Any] = {}
        self._told: dict[Switch, bool] = {}
        self._turns: dict[Switch, int] = dict.fromkeys(_SWITCHES, 0)
        self._looked = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._blinker: asyncio.Task[None] | None = None

    async def enable(self) -> None:
        """See ``Device.enable``; switches that are on are told at once."""
        was_enabled = self.enabled
        await super().enable()
        if not was_enabled:
            self._told.clear()
            self._looked = False
            if self.linked:
                with suppress(OSError, DeviceError):
                    self.looked(await self.run(self.look))

    async def disable(self) -> None:
        """See ``Device.disable``; the lamps go dark."""
        await super().disable()
        self._stop_blinking()
        if self.linked:
            with suppress(OSError, DeviceError):
                await self.run(lambda: self._light("off"))

    async def close(self) -> None:
        """See ``Device.close``; the pins become inputs again."""
        self._stop_blinking()
        await super().close()

    async def check_health(self) -> Health:
        """See ``Device.check_health``."""
        if not self.linked:
            text = f"{self.name} on GPIO: no pins; is this a Raspberry Pi, and is the group gpio given?"
            return Health(ok=False, text=text)
        try:
            standing = await self.run(self.look)
        except (OSError, DeviceError) as error:
            self.look_soon()
            return Health(ok=False, text=f"{self.name} on GPIO: {error}")
        switches = ", ".join(f"{switch} {'on' if on else 'off'}" for switch, on in standing.on.items())
        return Health(ok=True, text=f"{self.name} on GPIO: {len(self._lamps)} lamps; {switches or 'no switches'}")

    async def show(self, colour: Colour, *, blinking: bool = False) -> None:
        """See ``Lights.show``."""
        self._need_pins()
        self._stop_blinking()
        await self.run(lambda: self._light(colour))
        if blinking and colour != "off":
            self._blinker = asyncio.get_running_loop().create_task(self._blink(colour))

    async def beep(self, sound: Sound) -> None:
        """See ``Lights.beep``; comes back when the sound is over."""
        self._need_pins()
        for number, milliseconds in enumerate(_BEEPS_MS[sound] if self._beeper is not None else ()):
            await self.run(functools.partial(self._sound, on=not number % 2))
            await asyncio.sleep(milliseconds / 1000)
        if self._beeper is not None:
            await self.run(functools.partial(self._sound, on=False))

    # -- on the device's own thread -------------------------------------------------------------------------------

    def link(self) -> None:
        """Take every pin, or none."""
        self._looked = False
        settings = self._settings
        try:
            if self._factory is None:
                _knock(settings.hang_ms / 1000)
            for colour in _LAMPS:
                pin = getattr(settings, f"{colour}_pin")
                self._lamps[colour] = gpiozero.LED(
                    pin, active_high=settings.lamps_active_high, pin_factory=self._factory
                )
            if settings.beeper_pin != NOT_WIRED:
                self._beeper = gpiozero.Buzzer(
                    settings.beeper_pin, active_high=settings.beeper_active_high, pin_factory=self._factory
                )
            for switch in _SWITCHES:
                if settings.pin_of(switch) != NOT_WIRED:
                    self._switches[switch] = self._taken(switch)
        except Exception as error:  # whatever it trips over: what it left half-made is given back while it is known
            self.unlink()
            text = f"no GPIO: {type(error).__name__} {error}".strip()
            raise NoHardwareError(text) from error

    def look(self) -> Standing:
        """How each switch stands."""
        turns = dict(self._turns)
        with _answering():
            on = {
                switch: self._means_on(switch, closed=bool(button.is_active))
                for switch, button in self._switches.items()
            }
        return Standing(on, turns)

    def unlink(self) -> None:
        """Give the pins back; a factory of gpiozero's own choice is made anew the next time."""
        for each in (*self._lamps.values(), *self._switches.values(), self._beeper):
            if each is not None:
                with suppress(Exception):
                    each.close()
        factory, mine = gpiozero.Device.pin_factory, self._factory is None
        if mine and factory is not None:
            _hang_up(factory)
            with suppress(Exception):
                factory.close()
            gpiozero.Device.pin_factory = None
        self._lamps.clear()  # last: what the library lets go of, it closes once more
        self._switches.clear()
        self._beeper = None

    def _light(self, colour: Colour) -> None:
        with _answering():
            for lamp_colour, lamp in self._lamps.items():
                if lamp_colour == colour:
                    lamp.on()
                else:
                    lamp.off()

    def _sound(self, *, on: bool) -> None:
        if self._beeper is not None:  # given back meanwhile
            with _answering():
                (self._beeper.on if on else self._beeper.off)()

    def _taken(self, switch: Switch) -> Any:  # noqa: ANN401  gpiozero carries no types
        bounce = self._settings.bounce_ms / 1000 or None
        button = gpiozero.DigitalInputDevice(
            self._settings.pin_of(switch), pull_up=True, bounce_time=bounce, pin_factory=self._factory
        )

        def turned(*, closed: bool) -> None:  # on gpiozero's own thread
            loop = self._loop
            self._turns[switch] += 1
            if loop is not None:
                with suppress(RuntimeError):  # the loop is gone: so is whoever listened
                    loop.call_soon_threadsafe(self._tell_switch, switch, self._means_on(switch, closed=closed))

        button.when_activated = lambda: turned(closed=True)
        button.when_deactivated = lambda: turned(closed=False)
        return button

    def _means_on(self, switch: Switch, *, closed: bool) -> bool:
        return closed == (self._settings.on_when(switch) == "closed")

    # -- on the loop ----------------------------------------------------------------------------------------------

    def looked(self, look: Standing) -> None:
        """Tell what is news; a switch that turned while it was read tells itself."""
        found, self._looked = not self._looked, True
        for switch, on in look.on.items():
            if look.turns[switch] == self._turns[switch]:
                self._tell_switch(switch, on, found=found)

    async def open(self, sink: Any) -> None:  # noqa: ANN401  as in the contract
        """See ``Device.open``. Off a Raspberry Pi it is told as lost, and looked for again."""
        self._loop = asyncio.get_running_loop()
        await super().open(sink)

    async def _blink(self, colour: Colour) -> None:
        phases: tuple[Colour, Colour] = ("off", colour)
        while True:
            for phase in phases:
                await asyncio.sleep(self._settings.blink_ms / 1000)
                with suppress(OSError, DeviceError):
                    await self.run(functools.partial(self._light, phase))

    def _stop_blinking(self) -> None:
        blinker, self._blinker = self._blinker, None
        if blinker is not None:
            blinker.cancel()

    def _need_pins(self) -> None:
        self.need_enabled()
        if not self.linked:
            text = f"{self.name}: no GPIO pins; check the board and the group gpio"
            raise NoHardwareError(text)

    def _tell_switch(self, switch: Switch, on: bool, *, found: bool = False) -> None:  # noqa: FBT001  the loop passes no names
        """Tell a switch, if it is news: a bounce is none, and off is what is taken for granted.

        An edge that was on its way from the library's thread when the pins were lost is let go; the next look tells it.
        """
        if self.enabled and self.linked and on != self._told.get(switch, False):
            self._told[switch] = on
            self.tell(SwitchTurned(self.name, switch, on, found))


@contextmanager
def _answering() -> Iterator[None]:
    """On a line that is cut a library trips over half an answer, each its own way: the pins are gone, whatever it says.

    Raises ``NoHardwareError``.
    """
    try:
        yield
    except Exception as error:
        text = f"no answer from the pins: {type(error).__name__} {error}".strip()
        raise NoHardwareError(text) from error


def _knock(seconds: float) -> None:
    """Where the pins are another board's: whether anybody answers there. Raises ``OSError``.

    pigpio's client would find out too, and print a page about it each time.
    """
    if os.environ.get("GPIOZERO_PIN_FACTORY") == "pigpio":
        where = (os.environ.get("PIGPIO_ADDR", "localhost"), int(os.environ.get("PIGPIO_PORT", "8888")))
        socket.create_connection(where, timeout=seconds).close()


def _hang_up(factory: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    """Leave another board for good: on a broken line the library's first goodbye fails halfway, the second does not."""
    connection = getattr(factory, "connection", None)
    if connection is not None:
        for _ in range(2):
            with suppress(Exception):
                connection.stop()
