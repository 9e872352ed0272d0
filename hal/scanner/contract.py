"""What a scanner does: it tells codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["MAXIMUM_CODE_LENGTH", "CodeRead", "Scanner"]

MAXIMUM_CODE_LENGTH = 4096
"""Longer data is a fault of the line, not a code."""


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One decoded code. ``symbology`` is the AIM identifier (ISO/IEC 15424, ``]E0``) or empty when not told."""

    device: str
    data: str
    symbology: str = ""


class Scanner(Device, Protocol):
    """Data events: ``CodeRead``."""

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """The scanner's own beeper, where it has one; else nothing."""
