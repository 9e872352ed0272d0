"""Documents cancelled at the tax authority, booked in the record's own database transaction.

Where the law has the document of a sale that comes back whole cancelled, and no second one made, the return bears no
legal number: the ledger keeps which document it ended, and what the authority said of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from headoffice.ledger.fiscal_tables import CancelledDocument
from messages import events

__all__ = ["CancelPayload", "post"]

CancelPayload = (
    events.FiscalCancelRequested | events.FiscalCancelled | events.FiscalCancelRefused | events.FiscalCancelLeft
)


def post(session: Session, kiosk: str, event: CancelPayload) -> Iterator[str]:
    """Book it; gives a sentence about each document that stands though all it sold is back."""
    row = session.get(CancelledDocument, event.transaction)
    match event:
        case events.FiscalCancelRequested():
            if row is None:
                session.add(_asked(kiosk, event))
        case events.FiscalCancelled() if row is not None:
            row.state, row.told_ms = "cancelled", event.utc_ms
            row.words = " · ".join(each.value for each in event.printed)
        case events.FiscalCancelLeft() if row is not None and row.state == "asked":
            row.state, row.told_ms = "left", event.utc_ms
        case events.FiscalCancelRefused() if row is not None:
            row.state, row.words = "refused", f"{event.code} {event.reason}".strip()
            yield f"document {row.series} {row.number} of {row.original} stands ({row.words}): {row.uuid} wants its own"
        case _:
            pass
    session.flush()  # what the next record says of it must find it


def _asked(kiosk: str, event: events.FiscalCancelRequested) -> CancelledDocument:
    return CancelledDocument(
        uuid=event.transaction,
        original=event.original,
        kiosk=kiosk,
        series=event.document.series,
        number=event.document.number,
        state="asked",
        told_ms=0,
        words="",
    )
