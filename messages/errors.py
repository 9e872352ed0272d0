"""What is wrong with a message that cannot be read: one error, with a reason a dead-letter list can count by."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["MessageError", "Reason"]


class Reason(StrEnum):
    """Why a message was refused."""

    TOO_LARGE = "too_large"
    """Over the limit of its channel."""
    MALFORMED = "malformed"
    """Not JSON, or no CloudEvents envelope."""
    UNKNOWN_TYPE = "unknown_type"
    """An envelope or record of another kind than is read here."""
    NEWER_VERSION = "newer_version"
    """Written by a later release: kept as a dead letter until this side is updated."""
    BAD_DATA = "bad_data"
    """The right kind, but its data does not hold."""
    BAD_TOPIC = "bad_topic"
    """A topic that is none of ours."""
    BAD_NAME = "bad_name"
    """A name that may not stand in a topic."""


class MessageError(ValueError):
    """A message, topic or name was refused. ``reason`` is for counting, ``detail`` for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
