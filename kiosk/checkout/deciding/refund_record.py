"""The records of a visit that takes something back: its return, and in an exchange the sale beside it.

Two documents, each whole, in one commit. What the return gives towards the sale stands in both as a credit note of the
same amount, so that each comes to nothing by itself, and no credit is ever outstanding.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Returns, Transaction
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.stored_value import last_day
from kiosk.retail.transaction import LineItem, TransactionId
from kiosk.retail.values import replace

__all__ = ["STORE_CREDIT", "credits_issued", "gives_credit", "identity", "of_return", "towards"]

STORE_CREDIT: Final = "store_credit"
"""The tender that a return gives store credit by."""
_CREDIT_NOTE: Final = "credit_note"


def gives_credit(policy: Policy) -> bool:
    """Whether the shop gives store credit."""
    return policy.stored_value is not None and bool(policy.stored_value.credit_prefix)


def identity(desk: Desk, basket: Transaction) -> TransactionId:
    """The return's own: the basket's, or in an exchange, whose sale has that, the next number."""
    lane, opened = desk.state.lane, basket.opened.transaction
    if not basket.live_lines:
        return replace(opened, business_day=lane.business_day)
    return replace(opened, business_day=lane.business_day, number=lane.last_number + 1, uuid=desk.mint())


def towards(basket: Transaction, total: Money, other: TransactionId) -> tuple[e.SettledTender, ...]:
    """What an exchange's sale of ``total`` is given by its return (``other``): never more than it comes to."""
    amount = min(-basket.credit, total.minor)
    return (_credit(amount, total.currency, other),) if amount else ()


def _credit(minor: int, currency: str, other: TransactionId) -> e.SettledTender:
    named = f"{_CREDIT_NOTE}-{other.uuid}"
    return e.SettledTender(named, _CREDIT_NOTE, "credit_note", Money(minor, currency), reference=other.reference)


def of_return(
    desk: Desk, basket: Transaction, back: Returns, named: TransactionId, sale: Money
) -> tuple[e.TransactionCompleted, e.StockMoved]:
    """The completed return and what of it goes back to the shelf. ``sale``: what the exchange's sale comes to."""
    opened = basket.opened
    credit = min(-back.total.minor, sale.minor)
    refunds = tuple(t.settled for t in basket.tenders if t.settled is not None and t.refund)
    clearing = (_credit(-credit, opened.currency, opened.transaction),) if credit else ()
    completed = e.TransactionCompleted(
        transaction=named,
        utc_ms=desk.moment.utc_ms,
        language=desk.state.language or opened.language,
        currency=opened.currency,
        book_version=opened.book_version,
        prices_include_tax=back.included,
        lines=back.lines,
        subtotal=back.subtotal,
        discount=back.discount,
        tax=back.tax,
        total=back.total,
        tenders=(*clearing, *refunds),
        member_id=back.member_id,
        clock_trusted=desk.moment.clock_trusted,
        points=_points(back, refunds),
        buyer=back.buyer,
        original=back.original,
        hold=back.hold,
    )
    moves = tuple(_move(k) for k in back.lines if k.returned is not None and k.returned.disposition == "shelf")
    return completed, e.StockMoved(named.uuid, moves)


def credits_issued(desk: Desk, basket: Transaction, named: TransactionId) -> tuple[e.StoreCreditIssued, ...]:
    """What the return gave as store credit: head office opens the accounts from this, and the slips are printed."""
    rules = desk.policy.stored_value
    if rules is None:
        return ()
    return tuple(
        e.StoreCreditIssued(
            credit=tender.tender,
            transaction=named.uuid,
            amount=-tender.settled.amount,
            prefix=rules.credit_prefix,
            reason="refund",
            utc_ms=desk.moment.utc_ms,
            expires_day=last_day(desk.state.lane.business_day, rules.credit_days),
        )
        for tender in basket.tenders
        if tender.refund and tender.kind == "stored_value" and tender.settled is not None
    )


def _points(back: Returns, refunds: tuple[e.SettledTender, ...]) -> e.SalePoints | None:
    """Points that were earned are taken back, those that were burned are given back."""
    earned = sum(line.points for line in back.lines)
    burned = sum(tender.points for tender in refunds)
    if not back.member_id or not (earned or burned):
        return None
    spent = sum(line.net.minor for line in back.lines if line.points)
    return e.SalePoints(earned, burned, Money(spent, back.total.currency))


def _move(line: LineItem) -> e.StockMove:
    if line.packed_grams:
        return e.StockMove(line.item_id, line.packed_grams * line.quantity, "g")
    if line.weight is None:
        return e.StockMove(line.item_id, line.quantity, "each")
    return e.StockMove(line.item_id, -line.weight.grams(), "g")
