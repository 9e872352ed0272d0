"""What kiosks ask with a deadline, and what head office answers: who a shopper is, how far a lane has counted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from headoffice.coupons.keeper import CouponKeeper
from headoffice.database import Database
from headoffice.feed import member_of
from headoffice.ledger import days
from headoffice.ledger.tables import SaleLine, Workstation
from headoffice.points.holds import available
from messages.asks import (
    CouponAnswer,
    CouponAsk,
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    SerialAnswer,
    SerialAsk,
)

__all__ = ["Answers"]


class Answers:
    """A question it knows no answer to is answered as such, never left waiting. Only coupons are written to."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock
        self._coupons = CouponKeeper(database, clock=clock)

    def coupon(self, kiosk: str, question: CouponAsk) -> CouponAnswer:
        """Whether the coupon is kept for the basket of this kiosk."""
        return self._coupons.reserve(kiosk, question)

    def loyalty(self, question: LoyaltyAsk) -> LoyaltyAnswer:
        """The member behind a keyed hash; an empty answer for nobody."""
        with self._database.read() as session:
            member = member_of(session, question.keyed_hash)
            if member is None:
                return LoyaltyAnswer(correlation=question.correlation)
            points = available(session, member.member_id, self._clock())
            visit, used = self._coupons.used_by(session, member.member_id)
        return LoyaltyAnswer(
            correlation=question.correlation,
            member_id=member.member_id,
            tier=member.tier,
            points=points,
            visit=visit,
            segments=member.segments,
            used=used,
        )

    def serial(self, question: SerialAsk) -> SerialAnswer:
        """Whether the ledger holds a pack of this number in another sale."""
        same = (SaleLine.item_id == question.item_id, SaleLine.serial == question.serial)
        with self._database.read() as session:
            other = session.scalar(select(SaleLine.uuid).where(*same, SaleLine.uuid != question.transaction).limit(1))
        return SerialAnswer(correlation=question.correlation, sold=other is not None)

    def numbers(self, question: NumbersAsk) -> NumbersAnswer:
        """The highest numbers known of the asker's lane; zeros where it is new."""
        with self._database.read() as session:
            lane = session.get(Workstation, (question.store, question.workstation))
            if lane is None:
                return NumbersAnswer(correlation=question.correlation)
            z_number = days.last_z(session, lane.store, lane.workstation, max(1, lane.series))
            grand = days.grand_of(session, lane.store, lane.workstation)
        return NumbersAnswer(
            correlation=question.correlation,
            series=lane.series,
            last_number=lane.last_number,
            last_legal=lane.last_legal,
            business_day=lane.business_day,
            last_z=z_number or 0,
            grand=grand,
        )
