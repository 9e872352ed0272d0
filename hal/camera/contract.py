"""What a camera does: it gives frames on request and, where it decodes, codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hal.device import Device

__all__ = ["Camera", "CodeSeen", "Frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture: ``jpeg`` bytes, its size in pixels, and when it was taken (monotonic milliseconds)."""

    device: str
    jpeg: bytes
    width: int
    height: int
    mono_ms: int


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """Data event: a code that stood in several frames; ``symbology`` is the AIM identifier."""

    device: str
    data: str
    symbology: str


class Camera(Device, Protocol):
    """Data events: ``CodeSeen``."""

    async def frame(self) -> Frame:
        """The newest frame. Raises ``DeviceError`` when none was taken in the last second."""
