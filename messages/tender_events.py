"""What the journal records of money asked for, settled and given back."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload
from messages.values import CardEntry, Money, TenderKind

__all__ = [
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
]


class TenderRequested(Payload, frozen=True):
    """Money is about to be asked for, or ``points`` to be burned."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0


class TenderSettled(Payload, frozen=True):
    """What became of it; ``amount`` is what counts towards the total."""

    tender: str
    outcome: Literal["approved", "partial", "declined", "cancelled", "unknown"]
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    by: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()


class TenderReversed(Payload, frozen=True):
    """An approved tender is taken back."""

    tender: str
    kind: TenderKind
    stage: Literal["requested", "done", "failed"]
    amount: Money
    reference: str
    reason: str
    tender_id: str = ""
