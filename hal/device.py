"""What every device does, whatever its category: UnifiedPOS's life cycle, errors and health, in asyncio.

A device is opened (the port is there), claimed (it is ours alone) and enabled (it may give data). It tells what it
sees through the ``Sink`` it was opened with, always from the event loop that opened it. A device that does not
answer is lost, never believed: its last value is gone with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = [
    "ClaimedError",
    "Device",
    "DeviceError",
    "DeviceEvent",
    "DeviceSettings",
    "Health",
    "NoHardwareError",
    "NotEnabledError",
    "ProtocolError",
    "Sink",
    "StatusChanged",
    "TimeoutExpiredError",
]


class DeviceError(Exception):
    """A device could not do what was asked. The text is for staff: cause, then next step."""


class NoHardwareError(DeviceError):
    """The port or the device is not there (UnifiedPOS E_NOHARDWARE, E_OFFLINE)."""


class ClaimedError(DeviceError):
    """Somebody else holds the device (UnifiedPOS E_CLAIMED)."""


class NotEnabledError(DeviceError):
    """Asked before it was opened, claimed and enabled (UnifiedPOS E_DISABLED, E_NOTCLAIMED)."""


class TimeoutExpiredError(DeviceError):
    """No answer in time (UnifiedPOS E_TIMEOUT)."""


class ProtocolError(DeviceError):
    """The device answered something its protocol does not know; the bytes are in the text, in hex."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A device came, went or changed: ``ready``, ``lost`` (with the cause in words) or ``warning``."""

    device: str
    status: Literal["ready", "lost", "warning"]
    cause: str = ""


class DeviceEvent(Protocol):
    """Anything a device tells: ``StatusChanged`` or its category's data event. All are frozen dataclasses."""

    @property
    def device(self) -> str:
        """The device's name in the settings (``scanner``, ``produce_scale``)."""


Sink = Callable[[DeviceEvent], None]


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of ``check_health``: never moves paper, money or a price."""

    ok: bool
    text: str
    """For staff: model, port, firmware, what is wrong and what to do."""


class DeviceSettings(Protocol):
    """Every driver has a frozen dataclass of settings; its fields are the driver's whole configuration."""


class Device(Protocol):
    """The life cycle. Every call is idempotent; ``close`` from any state leaves nothing behind."""

    name: str
    simulated: bool
    capabilities: frozenset[str]
    """What this device can do beyond what its category must; each category's contract lists the words (UnifiedPOS's
    ``Cap…`` properties)."""

    async def open(self, sink: Sink) -> None:
        """Find the port and start watching it. A device that is not there yet is told as ``lost`` and found later."""

    async def claim(self) -> None:
        """Make it ours alone. Raises ``ClaimedError``."""

    async def enable(self) -> None:
        """Let data flow."""

    async def disable(self) -> None:
        """Stop data; what arrives is dropped."""

    async def close(self) -> None:
        """Release the port."""

    async def check_health(self) -> Health:
        """Ask the device how it is, without side effects a shopper or a ledger would notice."""
