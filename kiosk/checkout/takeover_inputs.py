"""What head office says of parked baskets, and what a shopper wants with theirs. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.parked import ParkedRow
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass

__all__ = ["BasketState", "BasketTold", "BasketsTold", "CounterChosen", "SlipTaken", "TakeoverInput"]

BasketState = Literal["given", "yours", "taken", "gone", "expired", "unknown", "offline"]
"""``given``: it is this lane's now, with its lines; ``yours``: it is its own and stays so; ``taken``: kept for another
lane; ``gone``: another has it; ``expired``: it is kept no longer; ``unknown``: there is none; ``offline``: head office
could not be asked in time."""


@dataclass(frozen=True, slots=True)
class BasketTold:
    """Head office's answer: the basket ``transaction`` (its uuid), parked at ``kiosk``, opened there at ``local``."""

    correlation: str
    state: BasketState
    transaction: str = ""
    kiosk: str = ""
    lines: tuple[LineItem, ...] = ()
    local: str = ""


@dataclass(frozen=True, slots=True)
class BasketsTold:
    """Head office's list of the shop's parked baskets; ``gone``: those of this lane that another has."""

    correlation: str
    rows: tuple[ParkedRow, ...] = ()
    gone: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class CounterChosen:
    """The shopper will pay at the counter."""


@dataclass(frozen=True, slots=True)
class SlipTaken:
    """Whoever stands before the slip has it, or a picture of its code."""


TakeoverInput = BasketTold | BasketsTold | CounterChosen | SlipTaken
