"""The devices of the lane, on the staff's screen. Values, as those in ``screen``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass
from kiosk.retail.weight import Weight

__all__ = ["DeviceRow", "DevicesBody"]


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as it is now: what it is, where it is reached, what is wrong with it, how often it was lost (and for
    what last), and what was ``found`` when it was tested or gave something.
    """

    device: str
    category: str
    model: str
    port: str
    cause: str
    losses: int
    last_cause: str
    test: Literal["", "asked", "ok", "failed"]
    found: str
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class DevicesBody:
    """All devices of the lane, each to be tested."""

    devices: tuple[DeviceRow, ...]
