"""A return at the lane: what staff ask for, and what head office answers. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.transaction_events import TransactionCompleted
from kiosk.retail.fiscal import FiscalDocument
from kiosk.retail.returns import OriginalTender
from kiosk.retail.transaction import Disposition
from kiosk.retail.values import dataclass

__all__ = [
    "CashHandedBack",
    "Chosen",
    "HoldState",
    "HoldTold",
    "MoneyBackRequested",
    "RefundInput",
    "ReturnAllChosen",
    "ReturnLineChosen",
    "ReturnsConfirmed",
    "ReturnsDropRequested",
    "SaleSought",
    "SaleTold",
    "SoldSale",
]

HoldState = Literal["held", "taken", "changed", "unknown", "offline"]
"""``held`` for this basket; ``taken``: another lane has something of this sale in hand; ``changed``: some of it has
come back meanwhile; ``unknown``: no such sale; ``offline``: head office could not be asked."""


@dataclass(frozen=True, slots=True)
class SoldSale:
    """A sale as head office has it. ``returned``: (line, units) that have come back; ``tenders``: what is left of each.

    ``taken``: another lane has something of it in hand. ``document``: what a fiscal device issued for it.
    """

    completed: TransactionCompleted
    legal_number: str = ""
    returned: tuple[tuple[int, int], ...] = ()
    tenders: tuple[OriginalTender, ...] = ()
    taken: bool = False
    document: FiscalDocument | None = None

    def units_left(self, line: int) -> int:
        """Units of a line that have not come back yet."""
        sold = next((each.quantity for each in self.completed.lines if each.line == line), 0)
        return sold - dict(self.returned).get(line, 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """So many units of a line shall come back."""

    line: int
    units: int
    reason: str
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class SaleSought:
    """The number on a receipt, typed."""

    number: str


@dataclass(frozen=True, slots=True)
class SaleTold:
    """Head office's answer: the sale, or (``None``) that there is none; ``offline``: it could not be asked in time."""

    correlation: str
    sale: SoldSale | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class ReturnLineChosen:
    """So many units of a line, for a reason of the shop's list; 0: none after all."""

    line: int
    units: int
    reason: str = ""
    disposition: Disposition = "shelf"


@dataclass(frozen=True, slots=True)
class ReturnAllChosen:
    """Whatever of the sale this member of staff may take back, all for one reason."""

    reason: str
    disposition: Disposition = "shelf"


@dataclass(frozen=True, slots=True)
class ReturnsConfirmed:
    """What is chosen shall be taken back."""


@dataclass(frozen=True, slots=True)
class HoldTold:
    """Head office's answer about what was to be kept under ``hold``."""

    hold: str
    state: HoldState


@dataclass(frozen=True, slots=True)
class MoneyBackRequested:
    """Give the money back now. ``cash`` (by the drawer) and ``credit`` (as store credit): since the tender cannot."""

    cash: bool = False
    credit: bool = False


@dataclass(frozen=True, slots=True)
class CashHandedBack:
    """Staff have handed the cash over."""


@dataclass(frozen=True, slots=True)
class ReturnsDropRequested:
    """Take nothing back after all."""


RefundInput = (
    SaleSought
    | SaleTold
    | ReturnLineChosen
    | ReturnAllChosen
    | ReturnsConfirmed
    | HoldTold
    | MoneyBackRequested
    | CashHandedBack
    | ReturnsDropRequested
)
