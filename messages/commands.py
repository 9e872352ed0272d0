"""Commands from head office: retained under ``cmd/{kind}/{ident}`` until the kiosk clears them.

A command may be delivered again after any restart, so each is known by its ``ident`` and carried out once.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from messages.envelope import Count, Message, Text

__all__ = ["LANE", "LaneOrder"]

LANE = "lane"
"""The kind under which ``LaneOrder`` travels: ``cmd/lane/{ident}``."""


class LaneOrder(Message, frozen=True, kw_only=True):
    """Open or close the lane. ``order`` grows with each order given to this kiosk: an older one that comes late is
    cleared and not carried out. ``reason`` is shown to staff.
    """

    NAME: ClassVar[str] = "command.lane"

    command: Literal["open_lane", "close_lane"]
    order: Count
    reason: Text = ""
