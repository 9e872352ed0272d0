"""What is on show while staff see to the machine itself: transient events, as those in ``shown``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["CheckStage", "DeviceCheckShown", "DeviceFact", "DevicesShown", "PaperShown", "PaperStage"]

PaperStage = Literal["open", "load", "test"]
CheckStage = Literal["asked", "ok", "failed"]


@dataclass(frozen=True, slots=True)
class DeviceFact:
    """A device as the settings describe it. ``port``: what it is reached by, in the driver's own words."""

    device: str
    category: str
    model: str
    port: str = ""


@dataclass(frozen=True, slots=True)
class DevicesShown:
    """The devices that this lane has."""

    devices: tuple[DeviceFact, ...]


@dataclass(frozen=True, slots=True)
class DeviceCheckShown:
    """A device is tested (``asked``), or what came of it; ``found`` in its driver's words. ``by``: who wanted it."""

    device: str
    stage: CheckStage
    found: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class PaperShown:
    """Where a paper change stands: ``open`` the cover, ``load`` the roll and close it, or the feed is in ``test``.

    ``None``: none goes on. ``job``: the test's.
    """

    stage: PaperStage | None
    job: str = ""
