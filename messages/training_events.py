"""What the journal records of training: that it was, never what was played."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload

__all__ = ["TrainingBegan", "TrainingEnded"]


class TrainingBegan(Payload, frozen=True):
    """The lane is played at from here on."""

    by: str
    role: str
    utc_ms: int


class TrainingEnded(Payload, frozen=True):
    """The lane is as it was before."""

    by: str
    cause: Literal["staff", "idle", "restart"]
    utc_ms: int
