"""Keeping single-use coupons: reserved for one basket at a time, so that no two lanes give for the same one.

A reservation is asked for and lasts an hour; everything after it comes with the kiosk's journal (``ledger.coupons``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.coupons.terms import Terms, TermsBook
from headoffice.database import Database
from headoffice.ledger.coupon_tables import OfferUse, SingleCoupon
from headoffice.ledger.tables import BusinessUnit, Transaction
from messages.asks import CouponAnswer, CouponAsk, CouponState
from messages.asks import OfferUse as Used

__all__ = ["HOLD_MS", "CouponKeeper"]

HOLD_MS: Final = 3_600_000
"""How long a basket keeps a coupon that its journal says nothing of: longer than a visit, and a parked basket asks
again when it is taken up."""
_MOST_USED = 200


class CouponKeeper:
    """Answers questions about coupons, and what members have used of limited offers."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._terms = TermsBook()

    def reserve(self, kiosk: str, ask: CouponAsk) -> CouponAnswer:
        """Keep the coupon for the asker's basket, or say why not. The same basket may ask any number of times."""
        now = self._clock()
        try:
            with self._database.write() as session:
                state, offer_id = self._reserved(session, kiosk, ask, now)
        except IntegrityError:  # another worker was told of the same new coupon in the same instant
            state, offer_id = "taken", ""
        return CouponAnswer(correlation=ask.correlation, state=state, offer_id=offer_id)

    def look(self, session: Session, code: str, store: str, transaction: str = "") -> tuple[CouponState, str]:
        """What ``reserve`` would say now, and of which offer; nothing is kept, and nothing written."""
        return self._judged(session, code, store, transaction, self._clock())[:2]

    def _reserved(self, session: Session, kiosk: str, ask: CouponAsk, now: int) -> tuple[CouponState, str]:
        state, offer_id, single = self._judged(session, ask.code, ask.store, ask.transaction, now, lock=True)
        if state != "reserved" or not single:
            return state, offer_id
        coupon = session.get(SingleCoupon, ask.code)
        if coupon is None:
            coupon = SingleCoupon(code=ask.code, offer_id=offer_id, state="issued", uuid="")
            session.add(coupon)
        if coupon.state != "redeemed":
            coupon.state, coupon.uuid, coupon.kiosk = "reserved", ask.transaction, kiosk
            coupon.since_ms, coupon.expires_ms = now, now + HOLD_MS
        return state, offer_id

    def _judged(
        self, session: Session, code: str, store: str, transaction: str, now: int, *, lock: bool = False
    ) -> tuple[CouponState, str, bool]:
        """Whether the basket ``transaction`` may have the coupon, of which offer it is, and whether it serves once."""
        terms = self._terms.refresh(session)
        coupon = session.get(SingleCoupon, code, with_for_update=lock or None)
        offer = terms.offer(coupon.offer_id) if coupon is not None else terms.of_coupon(code)
        if offer is None or (coupon is None and offer.serials == "listed"):
            return "unknown", "", False
        single = bool(offer.serials) or coupon is not None
        why = _not_now(session, offer, coupon, store, now)
        if why is None and coupon is not None and coupon.uuid != transaction:
            held = coupon.state == "reserved" and now < coupon.expires_ms
            why = "used" if coupon.state == "redeemed" else "taken" if held else None
        return why or "reserved", offer.offer_id, single

    def used_by(self, session: Session, member_id: str) -> tuple[int, tuple[Used, ...]]:
        """The how-manieth purchase the member's next is, and the newest uses of limited offers."""
        bought = (Transaction.member_id == member_id, Transaction.original == "")
        visits = session.scalar(select(func.count()).where(*bought)) or 0
        limited = self._terms.refresh(session).limited()
        if not limited:
            return visits + 1, ()
        rows = session.scalars(
            select(OfferUse)
            .where(OfferUse.member_id == member_id, OfferUse.offer_id.in_(limited), _stands())
            .order_by(OfferUse.business_day.desc(), OfferUse.uuid.desc())
            .limit(_MOST_USED)
        )
        return visits + 1, tuple(Used(row.offer_id, row.uuid, row.business_day) for row in rows)


def _stands() -> ColumnElement[bool]:
    """A use that has not gone again with goods that came back; a gift has taken nothing off."""
    return or_(OfferUse.amount == 0, OfferUse.returned < OfferUse.amount)


def _not_now(session: Session, offer: Terms, coupon: SingleCoupon | None, store: str, now: int) -> CouponState | None:
    """Not today, or not in this shop. The day is the shop's own date: its business day may still be yesterday's."""
    if offer.stores and store not in offer.stores:
        return "store"
    unit = session.get(BusinessUnit, store)
    zone = ZoneInfo(unit.time_zone) if unit is not None else UTC
    day = datetime.fromtimestamp(now // 1000, zone).date().isoformat()
    until = min(filter(None, (offer.valid_until, coupon.valid_until if coupon is not None else "")), default="")
    return "day" if (offer.valid_from and day < offer.valid_from) or (until and until < day) else None
