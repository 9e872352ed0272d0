"""What the journal says of coupons and offers, booked in the record's own database transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.bulk import Row
from headoffice.ledger.coupon_tables import CouponUse, SingleCoupon
from messages import events
from messages.values import RedeemedCoupon

__all__ = ["let_go", "offer_uses", "redeem", "returned"]


def redeem(session: Session, kiosk: str, event: events.TransactionCompleted) -> Iterator[str]:
    """Book the sale's coupons, and let go what was kept for it and gave nothing.

    Gives a sentence for each single-use coupon that another sale has redeemed already: both are booked.
    """
    named = event.transaction
    for coupon in event.coupons:
        session.add(
            CouponUse(
                uuid=named.uuid,
                code=coupon.code,
                offer_id=coupon.offer_id,
                kiosk=kiosk,
                store=named.store,
                utc_ms=event.utc_ms,
                amount=coupon.amount.minor,
                currency=coupon.amount.currency,
                single=coupon.single,
                offline=coupon.offline,
            )
        )
        other = _use_up(session, kiosk, event, coupon) if coupon.single else ""
        if other:
            yield f"{coupon.code} ({coupon.offer_id}) was used in {other} and in {named.uuid}"
    let_go(session, named.uuid)


def _use_up(session: Session, kiosk: str, event: events.TransactionCompleted, used: RedeemedCoupon) -> str:
    """Mark a single-use coupon as redeemed by this sale; the uuid of another that has redeemed it before."""
    uuid = event.transaction.uuid
    coupon = session.get(SingleCoupon, used.code)
    if coupon is None:
        coupon = SingleCoupon(code=used.code, offer_id=used.offer_id, state="issued", uuid="")
        session.add(coupon)
    if coupon.state == "redeemed":
        return coupon.uuid if coupon.uuid != uuid else ""
    coupon.state, coupon.uuid, coupon.kiosk, coupon.since_ms = "redeemed", uuid, kiosk, event.utc_ms
    return ""


def let_go(session: Session, uuid: str) -> None:
    """A basket is at its end: what is still reserved for it is free."""
    for coupon in session.scalars(select(SingleCoupon).where(SingleCoupon.uuid == uuid)):
        _free(coupon, uuid)


def returned(session: Session, code: str, uuid: str) -> None:
    """A coupon was taken off the basket ``uuid``. What is kept for another one, which may have asked since, stays."""
    coupon = session.get(SingleCoupon, code)
    if coupon is not None and uuid:
        _free(coupon, uuid)


def _free(coupon: SingleCoupon, uuid: str) -> None:
    if coupon.state == "reserved" and coupon.uuid == uuid:
        coupon.state, coupon.uuid, coupon.kiosk, coupon.expires_ms = "issued", "", "", 0


def offer_uses(event: events.TransactionCompleted) -> list[Row]:
    """Rows of ``offer_use``: each offer that took something off, or that gives a gift."""
    given: dict[str, int] = defaultdict(int)
    for line in event.lines:
        for modifier in line.modifiers:
            given[modifier.offer_id] += modifier.amount.minor
    for gift in event.gifts:
        given[gift.offer_id] += 0
    named = event.transaction
    return [
        (named.uuid, offer_id, event.member_id, named.business_day, amount, event.currency, 0)
        for offer_id, amount in sorted(given.items())
    ]
