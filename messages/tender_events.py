"""What the journal records of money asked for, settled and given back."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload
from messages.values import CardEntry, InstalmentsBy, Money, TenderKind

__all__ = [
    "RefundDoubled",
    "StoreCreditIssued",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
]


class TenderRequested(Payload, frozen=True):
    """Money is about to be asked for, or ``points`` to be burned; negative: to go back to the tender ``original``."""

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    utc_ms: int
    points: int = 0
    worth: Money | None = None
    voucher: str = ""
    instalments: int = 0
    instalments_by: InstalmentsBy = ""
    original: str = ""
    reference: str = ""
    machine: bool = False


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
    balance: Money | None = None


class TenderReversed(Payload, frozen=True):
    """An approved tender is taken back."""

    tender: str
    kind: TenderKind
    stage: Literal["requested", "done", "failed"]
    amount: Money
    reference: str
    reason: str
    tender_id: str = ""


class RefundDoubled(Payload, frozen=True):
    """Money went back twice to ``original``: ``tender``'s terminal said so late, and no document counts it."""

    tender: str
    tender_id: str
    kind: TenderKind
    original: str
    amount: Money
    utc_ms: int
    brand: str = ""
    reference: str = ""


class StoreCreditIssued(Payload, frozen=True):
    """The shop owes a shopper ``amount``, as store credit; its number follows from ``credit``, its own id."""

    credit: str
    transaction: str
    amount: Money
    prefix: str
    reason: Literal["refund", "voucher_rest"]
    utc_ms: int
    expires_day: str = ""
