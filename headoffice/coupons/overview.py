"""What the page of offers shows: each offer with what it came to, single-use coupons by state, and exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.coupons.terms import Terms, terms_of
from headoffice.feed_tables import BookItem, FeedCurrent
from headoffice.ledger.coupon_tables import CouponUse, OfferUse, SingleCoupon
from headoffice.ledger.letters import Letter, bury

__all__ = ["OfferView", "Twice", "above_maximum", "offers", "remark_prices", "used_twice"]

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer of the feed: in how many purchases it was, what it took off, and its single-use coupons by state."""

    terms: Terms
    uses: int
    saved: int
    coupons: Mapping[str, int]
    standing: str
    """``now``, ``later`` or ``over``, by its days."""


@dataclass(frozen=True, slots=True)
class Twice:
    """A single-use coupon that more than one sale has redeemed: the sales, oldest first."""

    code: str
    offer_id: str
    uses: Sequence[CouponUse]


def offers(session: Session, today: str, query: str = "") -> list[OfferView]:
    """Every offer, those in force first; ``query`` looks in ids, names and coupon codes. ``today`` is an ISO date."""
    used = {
        offer_id: (uses, saved)
        for offer_id, uses, saved in session.execute(
            select(OfferUse.offer_id, func.count(), func.sum(OfferUse.amount)).group_by(OfferUse.offer_id)
        )
    }
    states: dict[str, dict[str, int]] = {}
    counted = select(SingleCoupon.offer_id, SingleCoupon.state, func.count())
    for offer_id, state, count in session.execute(counted.group_by(SingleCoupon.offer_id, SingleCoupon.state)):
        states.setdefault(offer_id, {})[state] = count
    wanted = query.casefold()
    found = [
        OfferView(terms, *used.get(terms.offer_id, (0, 0)), states.get(terms.offer_id, {}), _standing(terms, today))
        for terms in terms_of(session)
        if wanted in " ".join((terms.offer_id, terms.coupon, *terms.names.values())).casefold()
    ]
    order = ("now", "later", "over")
    return sorted(found, key=lambda view: (order.index(view.standing), view.terms.offer_id))


def _standing(terms: Terms, today: str) -> str:
    if terms.valid_until and terms.valid_until < today:
        return "over"
    return "later" if terms.valid_from > today else "now"


def used_twice(session: Session) -> list[Twice]:
    """Single-use coupons that served in more than one sale: taken unchecked, or kept too long."""
    twice = (
        select(CouponUse.code)
        .where(CouponUse.single)
        .group_by(CouponUse.code)
        .having(func.count() > 1)
        .order_by(func.max(CouponUse.utc_ms).desc())
        .limit(_SHOWN)
    )
    found = []
    for code in session.scalars(twice).all():
        uses = session.scalars(select(CouponUse).where(CouponUse.code == code).order_by(CouponUse.utc_ms)).all()
        found.append(Twice(code, uses[0].offer_id, uses))
    return found


def above_maximum(session: Session) -> tuple[int, Sequence[BookItem]]:
    """How many items are priced above the maximum on their pack, and the first of them; lanes sell at the maximum."""
    above = BookItem.price > BookItem.mrp
    count = session.scalar(select(func.count()).select_from(BookItem).where(above)) or 0
    return count, session.scalars(select(BookItem).where(above).order_by(BookItem.item_id).limit(_SHOWN)).all()


def remark_prices(session: Session, *, since: int, utc_ms: int) -> int:
    """Put before people each price above its pack's maximum that the feed has told after version ``since``."""
    above = select(BookItem).join(FeedCurrent, (FeedCurrent.kind == "item") & (FeedCurrent.key == BookItem.item_id))
    found = session.scalars(above.where(BookItem.price > BookItem.mrp, FeedCurrent.version > since)).all()
    for item in found[:_SHOWN]:
        said = f"{item.item_id}: {item.price} {item.currency} in minor units, its pack says at most {item.mrp}"
        bury(session, Letter("above_mrp", said), said.encode(), source="feed", received_ms=utc_ms)
    return len(found)
