"""What the cabinet's lights and switches do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["Colour", "Lights", "SwitchTurned"]

Colour = Literal["off", "green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class SwitchTurned:
    """Data event: the staff key or the cabinet's door."""

    device: str
    switch: Literal["staff_key", "door"]
    on: bool


class Lights(Device, Protocol):
    """The lane light (tri-light) and the cabinet's switches. Data events: ``SwitchTurned``."""

    async def show(self, colour: Colour, *, blinking: bool = False) -> None:
        """Light one colour."""
