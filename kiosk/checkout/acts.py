"""What staff ask the lane to do: an input, and what waits on show while a second person is asked to confirm it."""

from __future__ import annotations

from kiosk.retail.money import Money
from kiosk.retail.rights import Act
from kiosk.retail.values import dataclass

__all__ = ["OperatorActed"]


@dataclass(frozen=True, slots=True)
class OperatorActed:
    """A member of staff did something. ``target`` is an intervention's, tender's or transaction's id.

    ``amount`` is cash received, or the new unit price; ``reason`` a code of the shop's list. ``quantity``: pieces, or
    the grams of a weight keyed in.
    """

    act: Act
    target: str = ""
    line: int | None = None
    amount: Money | None = None
    reason: str = ""
    quantity: int = 0
