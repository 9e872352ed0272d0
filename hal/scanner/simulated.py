"""Simulated barcode scanner: the bench scans. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``knob_socket = "run/scanner.knobs"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hal.knobs import KnobError, Turn
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]

_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Settings:
    """``knob_socket``: where the bench turns it; empty for no knobs."""

    knob_socket: str = ""


class Driver(SimulatedDevice):
    """A scanner without optics."""

    category = "scanner"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings.knob_socket)
        self._scanned = 0

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``; watchers are told ``beep``."""
        self.need_enabled()
        self.tell_watchers("beep", sound=sound)

    async def scan(self, *, data: str, symbology: str = "") -> dict[str, object]:
        """Hold a code before the scanner; symbology is an AIM identifier such as ]E0, or empty.

        Tells whether the scanner read it: a scanner that is unplugged or not enabled reads nothing.
        """
        if not 1 <= len(data) <= MAXIMUM_CODE_LENGTH:
            text = f"a code has 1 to {MAXIMUM_CODE_LENGTH} characters"
            raise KnobError(text)
        if symbology and not _AIM.fullmatch(symbology):
            text = f"{symbology!r:.20} is no AIM identifier; ]E0 is EAN-13"
            raise KnobError(text)
        if self.active:
            self._scanned += 1
            self.tell(CodeRead(self.name, data, symbology))
        return {"read": self.active}

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.scan,)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {"scanned": self._scanned}
