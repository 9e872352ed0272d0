"""What the journal records of what staff did to the machine itself."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload

__all__ = ["DeviceTested", "RestartOrdered"]


class RestartOrdered(Payload, frozen=True):
    """The program or the machine was started anew because staff wanted it."""

    what: Literal["program", "machine"]
    by: str
    utc_ms: int


class DeviceTested(Payload, frozen=True):
    """Staff had a device tested."""

    device: str
    ok: bool
    found: str
    by: str
    utc_ms: int
