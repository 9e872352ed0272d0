"""What kiosks ask about points: keep some aside, say how that stands, let them go.

The rule above all others: a request is one hold, however often it is asked for. Nothing is burned here: that is booked
from the journal of the sale.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import policy_of
from headoffice.points.books import PointsBooks, held, programme_of
from headoffice.points.tables import PointsHold, PointsMember
from kiosk.retail.points import Programme, value_of
from messages.asks import PointsAnswer, PointsAsk, PointsState

__all__ = ["Holds", "available"]

_ABANDONED = "abandoned"
_STATES: dict[str, PointsState] = {
    "held": "held",
    "refused": "refused",
    "released": "released",
    "settled": "settled",
}


class Holds:
    """Answers on the caller's thread: one short database transaction each. ``clock`` gives UTC milliseconds."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock

    def answer(self, kiosk: str, ask: PointsAsk) -> PointsAnswer:
        """Do what a kiosk asks; its answer is on disk before it is told."""
        now = self._clock()
        with self._database.write() as session:
            row = session.get(PointsHold, ask.request, with_for_update=True)
            if row is None:
                row = _begun(session, kiosk, ask, now)
                session.add(row)
                session.flush()
            elif row.kiosk == kiosk:
                _go_on(session, row, ask, now)
            mine = row.kiosk == kiosk and row.reason != _ABANDONED
            return _told(session, row, ask, now) if mine else _nothing(ask)


def available(session: Session, member_id: str, now_ms: int) -> int | None:
    """What the member may burn now; ``None`` where there is no programme, or nothing was ever booked."""
    programme, member = programme_of(session), session.get(PointsMember, member_id)
    if programme is None or member is None:
        return None
    return member.balance - held(session, member_id, programme, now_ms)


def _begun(session: Session, kiosk: str, ask: PointsAsk, now: int) -> PointsHold:
    """The row of a request nobody has spoken of before.

    One that is asked about before it was begun is noted as abandoned: should its beginning come late, nothing is held.
    """
    state, reason = ("released", _ABANDONED) if ask.deed != "hold" else _judged(session, ask, now)
    return PointsHold(
        request=ask.request,
        kiosk=kiosk,
        uuid=ask.transaction,
        member_id=ask.member_id,
        points=ask.points,
        amount=ask.amount_minor,
        currency=ask.currency,
        state=state,
        reason=reason,
        created_ms=now,
    )


def _judged(session: Session, ask: PointsAsk, now: int) -> tuple[str, str]:
    policy = policy_of(session)
    programme = policy.points if policy is not None else None
    if policy is None or programme is None or not _by_the_terms(programme, ask) or ask.currency != policy.currency:
        return "refused", "terms"
    if session.get(PointsMember, ask.member_id) is None:
        return "refused", "member"
    member = PointsBooks(session).member(ask.member_id)
    if member.balance - held(session, ask.member_id, programme, now) < ask.points:
        return "refused", "balance"
    return "held", ""


def _by_the_terms(programme: Programme, ask: PointsAsk) -> bool:
    whole = programme.burns and ask.points > 0 and ask.points % programme.burn_points == 0
    return whole and ask.points >= programme.burn_least and value_of(programme, ask.points) == ask.amount_minor


def _go_on(session: Session, row: PointsHold, ask: PointsAsk, now: int) -> None:
    if row.state != "held":
        return
    programme = programme_of(session)
    if ask.deed == "release":
        row.state = "released"
    elif programme is not None and row.created_ms <= now - programme.hold_hours * 3_600_000:
        row.state, row.reason = "released", "expired"


def _told(session: Session, row: PointsHold, ask: PointsAsk, now: int) -> PointsAnswer:
    return PointsAnswer(
        correlation=ask.correlation,
        request=row.request,
        state=_STATES[row.state],
        points=row.points,
        amount_minor=row.amount,
        currency=row.currency,
        reason=row.reason,
        balance=available(session, row.member_id, now),
    )


def _nothing(ask: PointsAsk) -> PointsAnswer:
    return PointsAnswer(correlation=ask.correlation, request=ask.request, state="not_found")
