"""What the cabinet's lights, beeper, switches and buttons do.

Words for ``capabilities``: ``beeper``, and each switch that is wired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["Colour", "Lights", "Sound", "Switch", "SwitchTurned"]

Colour = Literal["off", "green", "amber", "red"]
Sound = Literal["good", "bad", "attention"]
Switch = Literal["staff_key", "door", "help_button", "tamper", "cash_drawer"]
"""``staff_key``: staff's key switch. ``door``: the cabinet's door. ``help_button``: the shopper's button. ``tamper``:
somebody opens what nobody should. ``cash_drawer``: the drawer's own contact."""


@dataclass(frozen=True, slots=True)
class SwitchTurned:
    """Data event: a switch changed. ``on``: key turned, door or drawer open, button pressed, tampered with.

    ``found``: it stood so when the driver began to look; nobody was seen to do it.
    """

    device: str
    switch: Switch
    on: bool
    found: bool = False


class Lights(Device, Protocol):
    """The lane light (tri-light), the beeper and the cabinet's switches. Data events: ``SwitchTurned``."""

    async def show(self, colour: Colour, *, blinking: bool = False) -> None:
        """Light one colour."""

    async def beep(self, sound: Sound) -> None:
        """Sound the cabinet's beeper; nothing where there is none."""
