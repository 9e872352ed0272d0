"""What a kiosk asks head office about a shopper's call: how many in the shop are seen to before it. As in ``asks``."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from messages.envelope import Message, Text

__all__ = ["PlaceAnswer", "PlaceAsk"]


class PlaceAsk(Message, frozen=True, kw_only=True):
    """Asks for the place of the asker's ``intervention`` among all that waits in its shop."""

    NAME: ClassVar[str] = "ask.place"

    correlation: Text
    intervention: Text


class PlaceAnswer(Message, frozen=True, kw_only=True):
    """``place`` 1: it is next. 0: head office does not know of it, or not any more."""

    NAME: ClassVar[str] = "answer.place"

    correlation: Text
    place: Annotated[int, msgspec.Meta(ge=0)] = 0
