"""What staff have done to the machine itself. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["DeviceTested", "RestartOrdered", "Restartable", "UpkeepEvent"]

Restartable = Literal["program", "machine"]


@dataclass(frozen=True, slots=True)
class RestartOrdered:
    """The program, or the whole machine, is about to be started anew because staff want it."""

    what: Restartable
    by: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class DeviceTested:
    """Staff had a device tested. ``found``: what its driver says, for staff; no test moves money."""

    device: str
    ok: bool
    found: str
    by: str
    utc_ms: int


UpkeepEvent = RestartOrdered | DeviceTested
