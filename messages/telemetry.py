"""Health figures of a kiosk, said now and then and never kept: QoS 0 with an expiry."""

from __future__ import annotations

from typing import ClassVar

from messages.envelope import Count, Message, Text

__all__ = ["Telemetry"]


class Telemetry(Message, frozen=True, kw_only=True):
    """``waiting``: journal records head office has not acknowledged. ``lag_ms``: how late the last loop turn was.

    ``lost``: devices that do not answer; ``conditions``: what else staff should know, by its word (``near_end``: the
    paper is nearly out).
    """

    NAME: ClassVar[str] = "telemetry"

    kiosk: Text
    uptime_ms: Count
    waiting: Count
    feed_version: Count
    lag_ms: Count = 0
    lost: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
