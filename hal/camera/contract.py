"""What a camera does: it gives frames on request and, where it decodes, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hal.device import Device

__all__ = ["Camera", "CodeSeen", "Frame", "Guess"]


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
    """Data event: a code that stood in several frames; ``symbology`` is the AIM identifier.

    ``mono_ms``: when the frame that settled it was taken (monotonic milliseconds); 0 where that is not known.
    """

    device: str
    data: str
    symbology: str
    mono_ms: int = 0


@dataclass(frozen=True, slots=True)
class Guess:
    """What lies before the camera might be this: ``key`` as the model was trained with (a price look-up number).

    ``score`` is from 0 to 1; those of all keys that the model knows add up to 1. It sorts a list and decides nothing.
    """

    key: str
    score: float


class Camera(Device, Protocol):
    """Data events: ``CodeSeen``. Capabilities: ``analyses``, its worker can be asked about what it sees."""

    async def frame(self) -> Frame:
        """The newest frame. Raises ``DeviceError`` when none was taken in the last second."""

    async def recent(self) -> tuple[Frame, ...]:
        """The last seconds, oldest first: small pictures of the plate alone; none where the camera keeps none.

        Raises ``DeviceError``.
        """

    async def analyse(self, what: str) -> Mapping[str, object]:
        """What the analysis of this name makes of the newest frame. Raises ``DeviceError``, also where the camera has
        no ``analyses`` or not this one.
        """

    async def likeliest_produce(self) -> tuple[Guess, ...]:
        """What the newest frame shows: the five likeliest, best first; none where nothing lies that it was taught.

        Raises ``DeviceError`` when no frame was taken in the last second.
        """
