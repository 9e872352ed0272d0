"""Pictures of the plate on their way to the attendant's page: one a message, small, and never before the journal."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from messages.envelope import Count, Message, Text

__all__ = ["HIGHEST_NUMBER", "MOST_BYTES", "FrameTaken"]

MOST_BYTES = 48 * 1024
HIGHEST_NUMBER = 15


class FrameTaken(Message, frozen=True, kw_only=True):
    """A picture that is kept for staff who judge an intervention: ``number`` counts them, oldest 0.

    Head office erases it at ``erase_ms`` (UTC milliseconds), or once the intervention was judged.
    """

    NAME: ClassVar[str] = "frame"

    kiosk: Text
    intervention: Text
    number: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST_NUMBER)]
    erase_ms: Count
    jpeg: Annotated[bytes, msgspec.Meta(min_length=4, max_length=MOST_BYTES)]
