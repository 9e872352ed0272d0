"""What kiosks ask with a deadline, and what head office answers: who a shopper is, how far a lane has counted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.coupons.keeper import CouponKeeper
from headoffice.database import Database
from headoffice.feed import item_of, member_of
from headoffice.ledger import days
from headoffice.ledger.tables import BusinessUnit, SaleLine, StockLevel, Transaction, Workstation
from headoffice.points.holds import available
from kiosk.retail.weight import Weight
from messages.asks import (
    BoughtAnswer,
    BoughtAsk,
    CouponAnswer,
    CouponAsk,
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    SerialAnswer,
    SerialAsk,
    StockAnswer,
    StockAsk,
    StockPlace,
)

__all__ = ["Answers"]

_MOST_PLACES = 12
"""Shops that are named to staff who ask for an item."""


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
            others = select(func.sum(SaleLine.quantity)).where(*same, SaleLine.uuid != question.transaction)
            out = session.scalar(others) or 0  # less what has come back
        return SerialAnswer(correlation=question.correlation, sold=out > 0)

    def stock(self, question: StockAsk) -> StockAnswer:
        """Where there is any of an item: the asker's own shop first, then where the most lies."""
        with self._database.read() as session:
            levels = session.scalars(select(StockLevel).where(StockLevel.item_id == question.item_id)).all()
            names = {unit.location: dict(unit.names) for unit in session.scalars(select(BusinessUnit))}
        places = [
            StockPlace(
                level.location, level.on_hand, names.get(level.location, {}), level.location == question.location
            )
            for level in levels
            if level.on_hand > 0 or level.location == question.location
        ]
        places.sort(key=lambda place: (not place.here, -place.on_hand, place.location))
        return StockAnswer(correlation=question.correlation, places=tuple(places[:_MOST_PLACES]))

    def bought(self, question: BoughtAsk) -> BoughtAnswer:
        """What a member has had on a business day of what the question names, in all shops."""
        with self._database.read() as session:
            rows = session.execute(
                select(SaleLine)
                .join(Transaction, Transaction.uuid == SaleLine.uuid)
                .where(Transaction.member_id == question.member_id, Transaction.business_day == question.business_day)
            ).scalars()
            lines = [line for line in rows if _asked_about(session, line.item_id, question)]
        weighed = [line for line in lines if line.weight_value is not None]
        pieces = sum(line.quantity for line in lines)  # less what has come back
        return BoughtAnswer(
            correlation=question.correlation, pieces=max(0, pieces), grams=max(0, sum(map(_grams, weighed)))
        )

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
            last_credit=lane.last_credit,
            business_day=lane.business_day,
            last_z=z_number or 0,
            grand=grand,
        )


def _asked_about(session: Session, item_id: str, question: BoughtAsk) -> bool:
    """Whether the item is one of those, or of a kind or department, that are asked about."""
    if item_id in question.items:
        return True
    item = item_of(session, item_id) if question.kinds or question.departments else None
    return item is not None and (item.named_kind in question.kinds or item.department in question.departments)


def _grams(line: SaleLine) -> int:
    weight = Weight(line.weight_value or 0, line.weight_exponent or 0, line.weight_unit or "kg")  # type: ignore[arg-type]  # as it was written down
    return weight.grams() * (-1 if line.quantity < 0 else 1)
