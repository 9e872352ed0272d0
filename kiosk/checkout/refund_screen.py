"""What is in front of staff while something comes back; ``screen`` hands it on beside all else that is drawn."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.text import Text
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.transaction import Disposition
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Weight

__all__ = ["RefundFindBody", "RefundLinesBody", "RefundMoneyBody", "RefundStage", "ReturnLineView"]


@dataclass(frozen=True, slots=True)
class RefundFindBody:
    """A receipt is waited for: scanned, or its number typed. ``busy``: head office is asked for ``sought``."""

    busy: bool = False
    sought: str = ""


@dataclass(frozen=True, slots=True)
class ReturnLineView:
    """A line of the original sale: ``left`` of ``sold`` units may come back, ``chosen`` shall.

    ``paid``: for all of it, with its deposit. ``why`` it may not, or is too late; ``closed``: this member of staff
    cannot take it back.
    """

    line: int
    names: Names
    picture: str | None
    weight: Weight | None
    sold: int
    left: int
    paid: Money
    chosen: int = 0
    reason: str = ""
    disposition: Disposition = "shelf"
    why: Text | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class RefundLinesBody:
    """What of the sale shall come back. ``total``: what the chosen units were paid with.

    ``reasons``: (code, names, where such goods go).
    """

    reference: str
    sold_on: str
    days: int
    lines: tuple[ReturnLineView, ...]
    total: Money
    reasons: tuple[tuple[str, Names, Disposition], ...]


RefundStage = Literal["keeping", "ready", "asking", "cash", "unknown", "refused", "pays"]
"""``keeping``: head office is asked to keep it; ``ready``: money may go back; ``asking``: a terminal or head office is
at it; ``cash``: staff hand ``cash_due`` over; ``unknown``: staff look at the terminal; ``refused``: the tender cannot
take it; ``pays``: what was bought costs more than what came back."""


@dataclass(frozen=True, slots=True)
class RefundMoneyBody:
    """What goes back and how far it has got. ``lines``: (names, units, what they were paid with).

    ``sale``: what is bought in the same visit; ``owed``: to the shopper (below 0: by them). ``done``: what has gone
    back, ``next``: where the next part goes. ``by_staff``: staff look at it, and may act.
    """

    reference: str
    lines: tuple[tuple[Names, int, Money], ...]
    credit: Money
    sale: Money | None
    owed: Money
    done: tuple[tuple[TenderType, Money], ...]
    next: tuple[TenderType, Money] | None
    stage: RefundStage
    cash_due: Money | None = None
    may_cash: bool = False
    may_credit: bool = False
    may_drop: bool = False
    by_staff: bool = False
