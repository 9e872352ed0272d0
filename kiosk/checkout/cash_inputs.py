"""What a cash recycler tells the checkout. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.cash import CashHeld, CashPieces
from kiosk.retail.values import dataclass

__all__ = ["CashInput", "CashSilent", "CashStands", "CashTold", "PayoutTold"]


@dataclass(frozen=True, slots=True)
class CashTold:
    """All that was put in for ``tender``; ``escrow`` waits to be judged, in minor units. ``is_open``: more may come.

    ``doubt``: there may be more than the machine can say.
    """

    tender: str
    cash: tuple[CashPieces, ...] = ()
    escrow: int = 0
    is_open: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class CashSilent:
    """The machine could not be reached about what it takes for ``tender``."""

    tender: str


@dataclass(frozen=True, slots=True)
class PayoutTold:
    """What became of a payout; ``silent``: the machine could not be reached."""

    payout: str
    outcome: Literal["paid", "short", "unknown", "not_begun", "silent"]
    cash: tuple[CashPieces, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CashStands:
    """How the machine stands and what lies in it. ``by``: staff had it counted (``what``), ``boxed`` as emptied."""

    state: str
    held: tuple[CashHeld, ...]
    what: Literal["", "store", "cashbox"] = ""
    by: str = ""
    boxed: tuple[CashPieces, ...] = ()


CashInput = CashTold | CashSilent | PayoutTold | CashStands
