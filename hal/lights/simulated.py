"""Simulated lane light, beeper, key, button and switches of the cabinet. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``knob_socket = "run/lights.knobs"``. Watchers are told ``light`` at every
change, and ``describe`` tells the light as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from hal.knobs import Turn
from hal.lights.contract import Colour, Sound, Switch, SwitchTurned
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``knob_socket``: where the bench watches the light and turns the key."""

    knob_socket: str = ""


class Driver(SimulatedDevice):
    """A tri-light on the bench."""

    category = "lights"
    capabilities = frozenset({"beeper", *get_args(Switch)})

    def __init__(self, name: str, settings: Settings) -> None:
        self._colour: Colour = "off"
        self._blinking = False
        self._on: dict[Switch, bool] = dict.fromkeys(get_args(Switch), False)
        super().__init__(name, settings.knob_socket)

    async def show(self, colour: Colour, *, blinking: bool = False) -> None:
        """See ``Lights.show``."""
        self.need_enabled()
        self._light(colour, blinking=blinking)

    async def beep(self, sound: Sound) -> None:
        """See ``Lights.beep``; watchers are told ``beep``."""
        self.need_enabled()
        self.tell_watchers("beep", sound=sound)

    async def staff_key(self, *, on: bool) -> None:
        """Turn the staff key."""
        self._turn("staff_key", on=on)

    async def door(self, *, on: bool) -> None:
        """Open the cabinet's door (on) or close it."""
        self._turn("door", on=on)

    async def help_button(self, *, on: bool) -> None:
        """Press the shopper's help button, or let go of it."""
        self._turn("help_button", on=on)

    async def tamper(self, *, on: bool) -> None:
        """Open what nobody should open, or close it."""
        self._turn("tamper", on=on)

    async def cash_drawer(self, *, on: bool) -> None:
        """Pull the cash drawer open, or push it shut."""
        self._turn("cash_drawer", on=on)

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.staff_key, self.door, self.help_button, self.tamper, self.cash_drawer)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {"colour": self._colour, "blinking": self._blinking, **dict(self._on.items())}

    def started(self) -> None:
        """Switches that are on are told at once."""
        for switch, on in self._on.items():
            if on:
                self.tell(SwitchTurned(self.name, switch, on=True, found=True))

    def stopped(self) -> None:
        """A light nobody drives is dark."""
        self._light("off", blinking=False)

    def _light(self, colour: Colour, *, blinking: bool) -> None:
        if (colour, blinking) != (self._colour, self._blinking):
            self._colour, self._blinking = colour, blinking
            self.tell_watchers("light", colour=colour, blinking=blinking)

    def _turn(self, switch: Switch, *, on: bool) -> None:
        if self._on[switch] != on:
            self._on[switch] = on
            self.tell(SwitchTurned(self.name, switch, on))
            self.tell_watchers("switch", switch=switch, on=on)
