"""The settings twin: what head office wants of one workstation, and what holds there. Both retained and versioned."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from messages.envelope import Count, Message, Text

__all__ = ["TwinDesired", "TwinReported"]


class TwinDesired(Message, frozen=True, kw_only=True):
    """The workstation's settings layer, whole. A version never higher than the one in force is not applied again."""

    NAME: ClassVar[str] = "twin.desired"

    version: Count
    settings: dict[str, msgspec.Raw]


class TwinReported(Message, frozen=True, kw_only=True):
    """The version in force. ``refused`` is the version that was not taken, with ``reason``, if one was not."""

    NAME: ClassVar[str] = "twin.reported"

    version: Count
    refused: Count = 0
    reason: Text = ""
