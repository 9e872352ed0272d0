"""What a completed sale has used up, and its member with it: kept, so that nothing of it serves twice."""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.retail.occasion import Used

__all__ = ["used_in", "used_up"]


def used_up(sale: e.TransactionCompleted) -> tuple[str, ...]:
    """Single-use coupons, and paper vouchers by their keyed hashes."""
    vouchers = (t.reference for t in sale.tenders if t.kind == "paper_voucher" and t.reference)
    return (*(coupon.code for coupon in sale.coupons if coupon.single), *vouchers)


def used_in(sale: e.TransactionCompleted) -> tuple[tuple[str, Used], ...]:
    """What the member had in this sale: offers that took something off, or gave a gift."""
    if not sale.member_id:
        return ()
    given = {modifier.offer_id for line in sale.lines for modifier in line.modifiers}
    given |= {gift.offer_id for gift in sale.gifts}
    named = sale.transaction
    return tuple((sale.member_id, Used(offer_id, named.uuid, named.business_day)) for offer_id in sorted(given))
