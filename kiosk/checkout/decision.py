"""What a decision is: what happened, and what shall be done about it."""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.checkout.effects import Effect
from kiosk.retail.values import dataclass

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What happened, in order, and what shall be done once the durable part of it is on disk."""

    events: tuple[e.Event, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def durable(self) -> tuple[e.Durable, ...]:
        """What must be journalled before any effect is performed."""
        return tuple(event for event in self.events if not isinstance(event, e.Transient))
