"""What head office says of the queue for staff. An input, as those in ``inputs``."""

from __future__ import annotations

from kiosk.retail.values import dataclass

__all__ = ["PlaceTold"]


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """Head office's answer: the call is number ``place`` of the shop's; 0: not known, or nobody could be asked."""

    correlation: str
    place: int = 0
