"""What follows for a payment from what its acquirer says. Pure: a row is changed in place, nothing else is touched.

The rule above all others: once a payment has been said to be ``declined`` it never counts again. Money that comes all
the same is given back, for the shopper may have paid another way, or be gone.
"""

from __future__ import annotations

from typing import Final

from headoffice.acquirers.contract import Charge
from headoffice.payments.tables import Payment
from messages.asks import PaymentAnswer, PaymentState

__all__ = [
    "ABANDONED",
    "LOST",
    "OPEN",
    "answer_of",
    "gave_up",
    "looked_at",
    "new",
    "not_begun",
    "not_heard",
    "refund_told",
    "take",
]

OPEN: Final = frozenset({"requested", "waiting"})
"""States in which money may still be on its way."""
ABANDONED: Final = "abandoned"
LOST: Final = "lost"
"""Why a payment stands as requested that a kiosk knows and nobody here has a record of: its acquirer is asked."""

_GRACE_MS: Final = 2_000
"""After its code has run out a payment is looked at by itself, should no kiosk ask."""
_BEGIN_MS: Final = 15_000
"""A request that stands no further after this long was cut in the middle."""
_LATE_MS: Final = (30_000, 300_000, 3_600_000, 86_400_000)
"""When a declined payment is looked at again: a bank's word can be late, and its notice be lost."""
_PAUSES_MS: Final = (5_000, 15_000, 60_000, 300_000)
"""Between two tries, the last one again and again."""
_LONGEST_WORD: Final = 128
"""What a column of ``Code`` holds: a bank's word may be longer, and some databases refuse the whole row for it."""
_STATES: Final[dict[str, PaymentState]] = {
    "requested": "unknown",
    "waiting": "waiting",
    "paid": "paid",
    "declined": "declined",
    "refunding": "refunding",
    "refunded": "refunded",
    "refund_failed": "refund_failed",
}


def new(request: str, kiosk: str, *, tender_id: str, amount: int, currency: str, now_ms: int) -> Payment:
    """A payment that is about to be asked for."""
    return Payment(
        request=request,
        kiosk=kiosk,
        tender_id=tender_id,
        state="requested",
        reason="",
        amount=amount,
        currency=currency,
        payload="",
        paid=0,
        reference="",
        scheme="",
        cancelling=False,
        created_ms=now_ms,
        expires_ms=now_ms,
        asked_ms=0,
        due_ms=now_ms + _BEGIN_MS,
        tries=0,
    )


def take(row: Payment, charge: Charge, now_ms: int) -> None:
    """Take in how the charge stands at the acquirer."""
    if charge.status == "paid":
        _money_came(row, charge, now_ms)
    elif row.state not in OPEN:
        pass
    elif charge.status == "waiting":
        _begun(row, charge, now_ms)
    else:
        gave_up(row, charge.status, now_ms)


def _begun(row: Payment, charge: Charge, now_ms: int) -> None:
    row.payload = charge.payload or row.payload
    if row.payload:
        row.state = "waiting"
        row.expires_ms = now_ms + charge.left_ms
        row.due_ms = row.expires_ms + _GRACE_MS


def _money_came(row: Payment, charge: Charge, now_ms: int) -> None:
    if row.state in OPEN or row.state == "declined":
        row.paid = charge.paid_minor
        row.reference, row.scheme = charge.reference[:_LONGEST_WORD], charge.scheme[:_LONGEST_WORD]
        fits = charge.paid_minor == row.amount and charge.currency == row.currency
        if row.state in OPEN and fits:
            _stands(row, "paid", "", 0)
        else:
            _stands(row, "refunding", "late" if row.state == "declined" else "amount", now_ms)
    if row.state == "refunding" and charge.refunded_minor >= row.paid:
        _stands(row, "refunded", row.reason, 0)


def gave_up(row: Payment, reason: str, now_ms: int) -> None:
    """No money counts for this any more; it is looked at a few times yet, for money that comes late."""
    _stands(row, "declined", reason, now_ms + _LATE_MS[0])


def not_begun(row: Payment, *, known: bool) -> None:
    """Nobody here has begun it. Where it is ``known`` what had been asked for, its acquirer may know more."""
    if known:
        row.reason = LOST
    else:
        _stands(row, "declined", ABANDONED, 0)


def refund_told(row: Payment, stage: str, now_ms: int) -> None:
    """The acquirer's word on giving it back."""
    if stage == "done":
        _stands(row, "refunded", row.reason, 0)
    elif stage == "refused":
        _stands(row, "refund_failed", row.reason, 0)
    else:
        _again(row, now_ms)


def _stands(row: Payment, state: str, reason: str, due_ms: int) -> None:
    row.state, row.reason, row.due_ms, row.tries = state, reason, due_ms, 0


def looked_at(row: Payment, now_ms: int) -> None:
    """It was asked about, or tried to be: if that was due, and is still, when to look next."""
    if 0 < row.due_ms <= now_ms:
        _again(row, now_ms)


def not_heard(row: Payment, now_ms: int) -> None:
    """The acquirer was silent. For money that may have come late that is no look: it is tried until it speaks."""
    if row.state == "declined" and 0 < row.due_ms <= now_ms:
        row.due_ms = now_ms + _PAUSES_MS[-1]
    else:
        looked_at(row, now_ms)


def _again(row: Payment, now_ms: int) -> None:
    row.tries += 1
    if row.state == "declined":
        row.due_ms = now_ms + _LATE_MS[row.tries] if row.tries < len(_LATE_MS) else 0
    else:
        row.due_ms = now_ms + _PAUSES_MS[min(row.tries, len(_PAUSES_MS)) - 1]


def answer_of(row: Payment | None, request: str, now_ms: int, *, correlation: str = "") -> PaymentAnswer:
    """What a kiosk is told of a payment; ``None`` is one that nobody began."""
    if row is None or row.reason == ABANDONED:
        return PaymentAnswer(correlation=correlation, request=request, state="not_found")
    counts = row.state in ("paid", "refunding", "refunded", "refund_failed")
    return PaymentAnswer(
        correlation=correlation,
        request=request,
        state=_STATES[row.state],
        payload=row.payload if row.state == "waiting" else "",
        left_ms=max(0, row.expires_ms - now_ms) if row.state == "waiting" else 0,
        amount_minor=row.paid if counts else 0,
        currency=row.currency,
        reference=row.reference,
        scheme=row.scheme,
        reason=row.reason,
    )
