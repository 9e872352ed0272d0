"""What a scale does: it tells readings, each with its state, and never an old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["Reading", "Scale", "ScaleState", "ScaleUnit"]

ScaleState = Literal["stable", "motion", "zero", "under", "over", "fault", "needs_zero"]
ScaleUnit = Literal["kg", "g", "lb", "oz"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of the scale, as it gave it: ``value * 10**exponent`` of ``unit``.

    ``sequence`` grows with every answer since open; ``mono_ms`` is when the bytes were read. ``raw`` is the answer,
    for the log. A reading is a weight only when ``state`` is ``stable``.
    """

    device: str
    value: int
    exponent: int
    unit: ScaleUnit
    state: ScaleState
    sequence: int
    mono_ms: int
    raw: bytes = b""


class Scale(Device, Protocol):
    """Data events: ``Reading``, several a second while enabled, whether or not the weight changes."""

    certified: bool
    """Verified for trade: only such a scale's stable reading may be multiplied by a price."""

    async def zero(self) -> None:
        """Zero the empty platter. Raises ``DeviceError`` outside the zero range."""
