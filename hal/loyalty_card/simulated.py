"""Simulated reader of loyalty cards: the bench holds a card before it. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``knob_socket = "run/loyalty_card.knobs"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hal.knobs import KnobError, Turn
from hal.loyalty_card.contract import LONGEST_NUMBER, CardKind, CardPresented, CardRefused, Refusal
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``knob_socket``: where the bench turns it; empty for no knobs."""

    knob_socket: str = ""


class Driver(SimulatedDevice):
    """A reader without a head."""

    category = "loyalty_card"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings.knob_socket)
        self._read = 0

    async def present(self, *, data: str, kind: CardKind = "contactless") -> dict[str, object]:
        """Hold a member's card before the reader; data is its number. Tells whether it was read."""
        if not 1 <= len(data) <= LONGEST_NUMBER or not data.isprintable():
            text = f"a card's number has 1 to {LONGEST_NUMBER} characters"
            raise KnobError(text)
        if self.active:
            self._read += 1
            self.tell(CardPresented(self.name, kind, data))
        return {"read": self.active}

    async def refuse(self, *, reason: Refusal = "bank_card") -> dict[str, object]:
        """Hold a card before the reader that it refuses: a bank card, one it cannot read, another shop's."""
        if self.active:
            self.tell(CardRefused(self.name, reason))
        return {"read": self.active}

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.present, self.refuse)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {"read": self._read}
