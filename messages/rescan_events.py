"""What the journal records of rescans by chance."""

from __future__ import annotations

from messages.payload import Payload

__all__ = ["LineUnbagged", "RescanDrawn"]


class LineUnbagged(Payload, frozen=True):
    """A line will not be bagged, as the shopper has said."""

    line: int


class RescanDrawn(Payload, frozen=True):
    """The basket was drawn; ``asked``: the lot fell on it."""

    pieces: int
    asked: bool
