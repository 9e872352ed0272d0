"""Cash that a lane's machine owes, booked in the record's own database transaction; and settled from a page.

A debt has one place where it is settled: the lane, as long as it can be heard. Only what a lane cannot settle any more,
because it is cut off or another unit has taken its place, is settled at head office. A lane that comes back and gives
the same money once more is told to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.ledger.cash_tables import CashDebt
from headoffice.ledger.succession import succeeded
from headoffice.ledger.tables import JournalRecord, Kiosk
from messages import events

__all__ = ["MOST_WORDS", "At", "OwedPayload", "at_its_lane", "post", "settle"]

MOST_WORDS: Final = 200
_KEPT: Final = ("epoch", "sequence", "visit", "owed", "since_ms", "why")
_SETTLED: Final = ("remaining", "state", "settled_ms", "settled_by", "reason")
OwedPayload = events.CashOwed | events.CashPaidOut


class At(NamedTuple):
    """The record's place, and whose lane and visit it belongs to."""

    kiosk: str
    epoch: int
    sequence: int
    store: str
    workstation: str
    visit: str


def post(session: Session, at: At, event: OwedPayload) -> Iterator[str]:
    """Book it; gives a sentence about money that was handed over twice."""
    if isinstance(event, events.CashOwed):
        _owed(session, at, event)
    else:
        row = session.get(CashDebt, event.payout)
        if row is not None:
            yield from _paid_out(session, at, row, event)
    session.flush()  # what the next record says of it must find it


def _owed(session: Session, at: At, event: events.CashOwed) -> None:
    before = session.get(CashDebt, event.instead_of) if event.instead_of else None
    row = CashDebt(
        payout=event.payout,
        kiosk=at.kiosk,
        epoch=at.epoch,
        sequence=at.sequence,
        store=at.store,
        workstation=at.workstation,
        visit=at.visit,
        owed_for=event.owed_for,
        currency=event.amount.currency,
        owed=event.amount.minor,
        remaining=event.amount.minor,
        since_ms=event.utc_ms,
        state="asked",
        why="",
        settled_ms=0,
        settled_by="",
        reason="",
    )
    if before is not None:  # its rest, under a new name
        for name in _KEPT if before.state != "page" else (*_KEPT, *_SETTLED):
            setattr(row, name, getattr(before, name))
        session.delete(before)
    session.add(row)


def _paid_out(session: Session, at: At, row: CashDebt, event: events.CashPaidOut) -> Iterator[str]:
    if row.state == "page":
        if event.amount.minor:
            name = f"{row.store}/{row.workstation} {event.payout}"
            yield (
                f"{name}: {event.amount.minor} {row.currency} was settled here by {row.settled_by}, and the lane has"
                f" given it too ({event.by or 'its machine'})"
            )
        return
    row.remaining = event.left.minor
    if event.outcome in ("short", "unknown"):
        row.state, row.why = event.outcome, event.reason or row.why
        return
    if event.outcome == "paid" and row.state == "asked" and row.owed == event.amount.minor:
        session.delete(row)
        return
    row.state, row.settled_by, row.settled_ms = event.outcome, event.by, _when(session, at)


def _when(session: Session, at: At) -> int:
    """When the record was journalled, by the lane's clock."""
    place = (JournalRecord.kiosk == at.kiosk, JournalRecord.epoch == at.epoch, JournalRecord.sequence == at.sequence)
    return session.scalar(select(JournalRecord.utc_ms).where(*place)) or 0


def at_its_lane(session: Session, row: CashDebt) -> bool:
    """Whether the lane can be heard, and it is the same unit's journal still: then it is settled there."""
    kiosk, past = session.get(Kiosk, row.kiosk), succeeded(session, [row.kiosk])
    return kiosk is not None and kiosk.online and (row.kiosk, row.epoch) not in past


def settle(database: Database, payout: str, *, by: str, reason: str, clock: Callable[[], int]) -> str:
    """Note that somebody was given what a lane cannot give any more; the word of why not, or empty."""
    reason = reason.strip()
    if not reason or len(reason) > MOST_WORDS:
        return "no_reason"
    with database.write() as session:
        row = session.get(CashDebt, payout, with_for_update=True)
        if row is None or row.settled_ms:
            return "gone"
        if at_its_lane(session, row):
            return "at_its_lane"
        row.state, row.remaining, row.settled_by, row.reason, row.settled_ms = "page", 0, by, reason, clock()
    return ""
