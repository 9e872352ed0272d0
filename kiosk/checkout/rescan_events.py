"""What makes a basket likelier to be looked through, and that it was drawn. Durable events, as those in ``events``.

They are kept so that nobody gains by a restart: what was drawn is not drawn again, what was left unbagged still counts.
"""

from __future__ import annotations

from kiosk.retail.values import dataclass

__all__ = ["LineUnbagged", "RescanDrawn", "RescanEvent"]


@dataclass(frozen=True, slots=True)
class LineUnbagged:
    """The shopper has said that a line will not be bagged."""

    line: int


@dataclass(frozen=True, slots=True)
class RescanDrawn:
    """The basket, of so many ``pieces``, was drawn for a rescan; ``asked``: the lot fell on it."""

    pieces: int
    asked: bool


RescanEvent = LineUnbagged | RescanDrawn
