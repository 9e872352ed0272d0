"""Part of an earlier payment back to whoever paid by code: each request is one refund, and none exceeds what came.

Written down before the acquirer hears of it, under the request's own name there. What the acquirer has not done yet is
head office's to go on with: the lane is told ``refunding`` and lets the shopper go.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.acquirers.contract import AcquirerRefusedError, AcquirerSilentError
from headoffice.acquirers.settings import Till
from headoffice.database import Database
from headoffice.payments.tables import Payment, PaymentReturn
from messages.asks import PaymentAnswer, PaymentAsk, PaymentState

__all__ = ["Refunds"]

log = logging.getLogger(__name__)

_PAUSES_MS: Final = (5_000, 60_000, 900_000, 3_600_000)
"""Between two tries, the last one again and again."""
_STATES: Final[dict[str, PaymentState]] = {
    "refunding": "refunding",
    "refunded": "refunded",
    "refund_failed": "refund_failed",
}
_AT_ONCE: Final = 20


class Refunds:
    """Answers on the caller's thread. ``clock`` gives UTC milliseconds."""

    def __init__(self, database: Database, tills: Mapping[str, Till], *, clock: Callable[[], int]) -> None:
        self._database, self._tills, self._clock = database, tills, clock

    def answer(self, kiosk: str, ask: PaymentAsk) -> PaymentAnswer:
        """Give it back, or say how that stands; asked again it is still one refund."""
        with self._database.write() as session:
            row = session.get(PaymentReturn, ask.request)
            if row is None:
                row = _begun(session, kiosk, ask, self._clock())
                session.add(row)
        if row.kiosk != kiosk:
            return PaymentAnswer(correlation=ask.correlation, request=ask.request, state="not_found")
        row = self._try(row)
        return PaymentAnswer(
            correlation=ask.correlation,
            request=row.request,
            state=_STATES[row.state],
            amount_minor=row.amount,
            currency=row.currency,
            reason=row.reason,
        )

    def attend(self) -> int:
        """Go on with what is due; how much that was."""
        query = select(PaymentReturn).where(PaymentReturn.due_ms > 0, PaymentReturn.due_ms <= self._clock())
        with self._database.read() as session:
            due = list(session.scalars(query.order_by(PaymentReturn.due_ms).limit(_AT_ONCE)))
        for row in due:
            self._try(row)
        return len(due)

    def _try(self, row: PaymentReturn) -> PaymentReturn:
        till = self._tills.get(row.tender_id)
        if row.state != "refunding":
            return row
        why, stage = "", "pending"
        if till is not None:
            try:
                stage = till.acquirer.refund(row.original, row.amount, row.currency, refund=row.request)
            except AcquirerSilentError as error:
                log.warning("the acquirer of %s is silent on the refund %s: %s", row.tender_id, row.request, error)
            except AcquirerRefusedError as error:
                log.warning("the acquirer of %s does not give %s back: %s", row.tender_id, row.request, error)
                stage, why = "refused", "refused"
        with self._database.write() as session:
            kept = session.get_one(PaymentReturn, row.request)
            if kept.state == "refunding":
                _told(kept, stage, why, self._clock())
            return kept


def _told(row: PaymentReturn, stage: str, why: str, now: int) -> None:
    if stage == "pending":
        row.due_ms = now + _PAUSES_MS[min(row.tries, len(_PAUSES_MS) - 1)]
        row.tries += 1
        return
    row.state, row.reason, row.due_ms = ("refunded" if stage == "done" else "refund_failed"), why, 0


def _begun(session: Session, kiosk: str, ask: PaymentAsk, now: int) -> PaymentReturn:
    """The row of a refund nobody has spoken of before; one that may not be is written down as such."""
    paid = session.get(Payment, ask.original, with_for_update=True)
    going = (PaymentReturn.original == ask.original, PaymentReturn.state != "refund_failed")
    given = session.scalar(select(func.coalesce(func.sum(PaymentReturn.amount), 0)).where(*going)) or 0
    fits = (
        paid is not None
        and paid.state == "paid"
        and paid.currency == ask.currency
        and 0 < ask.amount_minor <= paid.paid - given
    )
    return PaymentReturn(
        request=ask.request,
        original=ask.original,
        kiosk=kiosk,
        tender_id=paid.tender_id if paid is not None else ask.tender_id,
        amount=ask.amount_minor,
        currency=ask.currency,
        state="refunding" if fits else "refund_failed",
        reason="" if fits else "amount" if paid is not None else "not_found",
        created_ms=now,
        due_ms=now + _PAUSES_MS[0] if fits else 0,
        tries=0,
    )
