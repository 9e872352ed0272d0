"""Training: when it began and ended. Durable events, as those in ``events``; what is done between them is none."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["TrainingBegan", "TrainingCause", "TrainingEnded", "TrainingEvent"]

TrainingCause = Literal["staff", "idle", "restart"]


@dataclass(frozen=True, slots=True)
class TrainingBegan:
    """From here on the lane is played at: nothing that is done is sold, counted, numbered, charged or kept."""

    by: str
    role: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """The lane is as it was when training began. ``by``: who ended it; empty: nobody did, or it was restarted."""

    by: str
    cause: TrainingCause
    utc_ms: int


TrainingEvent = TrainingBegan | TrainingEnded
