"""What head office says of a parked basket. An input, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass

__all__ = ["BasketState", "BasketTold"]

BasketState = Literal["given", "yours", "taken", "gone", "unknown", "offline"]
"""``given``: it is this lane's now, with its lines; ``yours``: it is its own and stays so; ``taken``: kept for another
lane; ``gone``: another has it; ``unknown``: there is none; ``offline``: head office could not be asked in time."""


@dataclass(frozen=True, slots=True)
class BasketTold:
    """Head office's answer: the basket ``transaction`` (its uuid), parked at ``kiosk``."""

    correlation: str
    state: BasketState
    transaction: str = ""
    kiosk: str = ""
    lines: tuple[LineItem, ...] = ()
