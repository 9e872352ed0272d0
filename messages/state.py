"""Birth and death of a kiosk: retained on its ``state`` topic, and left with the broker as its will."""

from __future__ import annotations

from typing import ClassVar, Literal

from messages.envelope import Count, Message, Text

__all__ = ["KioskState"]


class KioskState(Message, frozen=True, kw_only=True):
    """Whether the kiosk's sync is connected.

    ``epoch`` and ``sequence``: the head of its journal when this was said. ``reason`` of being offline: ``stopped`` in
    good order, or ``lost`` (the broker speaks the will after its delay). Since when: the envelope's time.
    """

    NAME: ClassVar[str] = "state"

    kiosk: Text
    store: Text
    workstation: Text
    release: Text
    online: bool
    epoch: Count = 0
    sequence: Count = 0
    feed_version: Count = 0
    reason: Literal["", "stopped", "lost"] = ""
