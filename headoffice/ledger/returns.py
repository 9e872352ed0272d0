"""What the journal says of returns, booked in the record's own database transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from headoffice.ledger.coupon_tables import OfferUse
from headoffice.ledger.return_tables import ReturnHold
from headoffice.ledger.tables import SaleLine, Transaction
from messages import events

__all__ = ["asked", "completed", "doubled", "dropped", "returned_units", "voided"]


def returned_units(session: Session, uuid: str) -> dict[int, int]:
    """By line of a sale, how many of its units have come back."""
    rows = session.execute(
        select(SaleLine.original_line, func.sum(SaleLine.quantity))
        .join(Transaction, Transaction.uuid == SaleLine.uuid)
        .where(Transaction.original == uuid, SaleLine.original_line.is_not(None))
        .group_by(SaleLine.original_line)
    )
    return {line: -int(units) for line, units in rows if line is not None}


def asked(session: Session, kiosk: str, event: events.ReturnsRequested) -> None:
    """A return is under way: should it end before its question comes, nothing is kept for it any more."""
    if session.get(ReturnHold, event.hold) is None:
        session.add(_row(event.hold, event.transaction, event.original.transaction.uuid, kiosk, "asked", event.utc_ms))
        session.flush()  # what the next record says of it must find it


def _row(hold: str, basket: str, original: str, kiosk: str, state: str, now: int) -> ReturnHold:
    return ReturnHold(
        hold=hold, basket=basket, original=original, kiosk=kiosk, state=state, since_ms=now, expires_ms=now
    )


def doubled(event: events.RefundDoubled) -> str:
    """What people are told of money that went back twice."""
    amount = f"{event.amount.minor} {event.amount.currency} (minor units)"
    return (
        f"{amount} went back twice to {event.original}: the terminal's {event.tender} ({event.reference}) was done too"
    )


def dropped(session: Session, hold: str) -> None:
    """Nothing is taken back after all."""
    row = session.get(ReturnHold, hold)
    if row is not None and row.state != "used":
        row.state = "released"
        session.flush()


def voided(session: Session, basket: str) -> None:
    """A basket is at its end: what is kept for it is free."""
    for row in session.scalars(select(ReturnHold).where(ReturnHold.basket == basket)):
        if row.state != "used":
            row.state = "released"
    session.flush()


def completed(session: Session, kiosk: str, event: events.TransactionCompleted) -> Iterator[str]:
    """A return is complete: what was kept for it is used up, and the sale's offers have given so much less.

    Gives a sentence for each line of which more has come back than was sold; it is booked, for the money is real. All
    earlier returns must have been written.
    """
    if event.original is None:
        return
    original, named = event.original.transaction.uuid, event.transaction
    if event.hold:
        row = session.get(ReturnHold, event.hold)
        if row is None:
            row = _row(event.hold, named.uuid, original, kiosk, "used", event.utc_ms)
            session.add(row)
        row.state = "used"
        session.flush()
    _offers(session, original, event)
    rows = session.execute(select(SaleLine.line, SaleLine.quantity).where(SaleLine.uuid == original))
    sold = {row.line: row.quantity for row in rows}
    back = returned_units(session, original)
    for line in event.lines:
        told = line.returned
        if told is not None and back.get(told.line, 0) - line.quantity > sold.get(told.line, 0):
            yield f"line {told.line} of {original} came back once more in {named.uuid} than it was sold"


def _offers(session: Session, original: str, event: events.TransactionCompleted) -> None:
    """An offer all of whose saving has gone back was not used: a limit per member counts it no more."""
    less: dict[str, int] = defaultdict(int)
    for line in event.lines:
        for modifier in line.modifiers:
            less[modifier.offer_id] -= modifier.amount.minor
    for offer_id, amount in sorted(less.items()):
        use = (OfferUse.uuid == original, OfferUse.offer_id == offer_id)
        session.execute(update(OfferUse).where(*use).values(returned=OfferUse.returned + amount))
