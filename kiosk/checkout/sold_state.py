"""What a completed sale has used up, and its member with it: kept, so that nothing of it serves twice; a return of it
frees what a member had.
"""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.retail.occasion import Used

__all__ = ["Uses", "gone_back", "used_in", "used_up"]

Uses = tuple[tuple[str, Used, int], ...]
"""(member, what was used, minor units that it still takes off)."""


def used_up(sale: e.TransactionCompleted) -> tuple[str, ...]:
    """Single-use coupons, and paper vouchers by their keyed hashes."""
    vouchers = (t.reference for t in sale.tenders if t.kind == "paper_voucher" and t.reference)
    return (*(coupon.code for coupon in sale.coupons if coupon.single), *vouchers)


def used_in(sale: e.TransactionCompleted) -> Uses:
    """What the member had in this sale: offers that took something off, or gave a gift."""
    if not sale.member_id:
        return ()
    given = {gift.offer_id: 0 for gift in sale.gifts} | _by_offer(sale)
    named = sale.transaction
    return tuple(
        (sale.member_id, Used(offer_id, named.uuid, named.business_day), amount)
        for offer_id, amount in sorted(given.items())
    )


def gone_back(used: Uses, back: e.TransactionCompleted) -> Uses:
    """Without the offers of a sale here all of whose saving has gone back with its goods: so does head office count."""
    if back.original is None:
        return used
    sale, less = back.original.transaction.uuid, _by_offer(back)
    left = (
        (member, use, amount + (less.get(use.offer_id, 0) if use.transaction == sale else 0))
        for member, use, amount in used
    )
    return tuple(now for was, now in zip(used, left, strict=True) if now[2] > 0 or not was[2])


def _by_offer(sale: e.TransactionCompleted) -> dict[str, int]:
    """What each offer takes off in all; of a return, what goes back is below nothing."""
    given: dict[str, int] = {}
    for modifier in (modifier for line in sale.lines for modifier in line.modifiers):
        given[modifier.offer_id] = given.get(modifier.offer_id, 0) + modifier.amount.minor
    return given
