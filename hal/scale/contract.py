"""What a scale does: it tells readings, each with its state, and never an old one.

UnifiedPOS has the same words: ``WeightValue``, ``CapZeroScale``, ``CapTareWeight``, ``CapPriceCalculating``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["Computed", "PricingScale", "Reading", "Scale", "ScaleState", "ScaleUnit", "TaringScale"]

ScaleState = Literal["stable", "motion", "zero", "light", "under", "over", "fault", "needs_zero"]
"""``zero``: the empty platter stands at its zero. ``light``: the scale says only that less lies on it than it may weigh
for sale, which an empty platter is too. ``fault``: also a scale that answered what it may not have."""
ScaleUnit = Literal["kg", "g", "lb", "oz"]


@dataclass(frozen=True, slots=True)
class Computed:
    """What a price-computing scale made of the weight itself, in minor units, as its own display shows them."""

    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of the scale, as it gave it: ``value * 10**exponent`` of ``unit``.

    ``sequence`` grows with every answer since open; ``mono_ms`` is when the bytes were read. ``raw`` is the answer,
    for the log. A reading is a weight only when ``state`` is ``stable``.

    ``net``: a tare held by the scale is off already; ``tare`` is that tare in the same unit and exponent, where the
    scale tells it. ``high_resolution``: finer than the division the scale was verified in, so never a trade weight.
    ``computed``: what the scale itself priced, to be compared with our own.
    """

    device: str
    value: int
    exponent: int
    unit: ScaleUnit
    state: ScaleState
    sequence: int
    mono_ms: int
    raw: bytes = b""
    net: bool = False
    tare: int | None = None
    high_resolution: bool = False
    computed: Computed | None = None


class Scale(Device, Protocol):
    """Data events: ``Reading``, several a second while enabled, whether or not the weight changes.

    Capabilities: ``zero``, ``tare`` (a ``TaringScale``), ``price`` (a ``PricingScale``).
    """

    certified: bool
    """Verified for trade: only such a scale's stable reading may be multiplied by a price."""

    async def zero(self) -> None:
        """Zero the empty platter. Raises ``DeviceError`` outside the zero range, and on a scale that cannot be told."""


class TaringScale(Scale, Protocol):
    """A scale that takes a tare off by itself; its readings are then ``net``."""

    async def tare(self, preset: int | None = None) -> None:
        """Take what lies on the platter as tare, or ``preset`` (in the scale's unit and exponent); 0 clears it.

        Raises ``DeviceError`` where the scale refuses.
        """


class PricingScale(Scale, Protocol):
    """A scale that computes the price; its readings carry ``computed``."""

    async def price(self, unit_price: int) -> None:
        """Weigh at this unit price from now on, in minor units; 0: at none. Raises ``DeviceError`` when out of range.

        May be told in any state and outlives a lost line. Readings of before have another ``computed.unit_price``.
        """
