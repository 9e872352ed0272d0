"""What the checkout wants of a cash recycler. Effects, as those in ``effects``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.cash import CashForm, CashPieces
from kiosk.retail.values import dataclass

__all__ = [
    "AskCash",
    "AskPayout",
    "CashEffect",
    "CountCash",
    "EndCash",
    "JudgeNote",
    "LookAtCash",
    "PayOut",
    "TakeCash",
]


@dataclass(frozen=True, slots=True)
class TakeCash:
    """Take these denominations for ``tender`` from now on -> CashTold, again and again, or CashSilent."""

    tender: str
    accepts: tuple[tuple[int, CashForm], ...]


@dataclass(frozen=True, slots=True)
class AskCash:
    """Ask what was taken for ``tender`` -> CashTold, after CashStands where that is final, or CashSilent."""

    tender: str


@dataclass(frozen=True, slots=True)
class JudgeNote:
    """Keep the note that waits, or give it back -> CashTold."""

    tender: str
    keep: bool


@dataclass(frozen=True, slots=True)
class EndCash:
    """Take nothing more for ``tender`` -> CashTold, which is then final, or CashSilent."""

    tender: str


@dataclass(frozen=True, slots=True)
class PayOut:
    """Give exactly this out, once -> PayoutTold, and CashStands."""

    payout: str
    cash: tuple[CashPieces, ...]


@dataclass(frozen=True, slots=True)
class AskPayout:
    """Ask what became of a payout; gives nothing out -> CashStands, and PayoutTold."""

    payout: str


@dataclass(frozen=True, slots=True)
class LookAtCash:
    """Ask how the machine stands -> CashStands, if it answers."""


@dataclass(frozen=True, slots=True)
class CountCash:
    """Staff have counted a store (``cash``), or emptied the cashbox -> CashStands."""

    what: Literal["store", "cashbox"]
    by: str
    cash: tuple[CashPieces, ...] = ()


CashEffect = TakeCash | AskCash | JudgeNote | EndCash | PayOut | AskPayout | LookAtCash | CountCash
