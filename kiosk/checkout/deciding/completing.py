"""Completion: a sale, a return or both become records, whole, and then comes their paper."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.deciding import buyers, earning, fiscal, offers, refund_record, ways
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Transaction
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["complete"]


def complete(desk: Desk, basket: Transaction) -> None:
    """What is whole is completed, booked on the stock and numbered in one commit, then comes its paper.

    A sale, a return, or both of an exchange.
    """
    desk.withdraw_interventions("system")
    back, sold = basket.returns, desk.totals().total
    named = refund_record.identity(desk, basket) if back is not None else None
    if back is None or basket.live_lines:
        credit = refund_record.towards(basket, sold, named) if named is not None else ()
        desk.happened(*_sale(desk, basket, credit))
    if back is not None and named is not None:
        desk.happened(*refund_record.of_return(desk, basket, back, named, sold))
        desk.happened(*refund_record.credits_issued(desk, basket, named))
    desk.happened(*ways.rests(desk, basket), e.NoticeShown(None))
    desk.do(f.StopTimer("idle"), f.StopTimer("leaving"), f.StopTimer("notice"))
    fiscal.number(desk, basket.opened.utc_ms)


def _sale(
    desk: Desk, basket: Transaction, credit: tuple[e.SettledTender, ...]
) -> tuple[e.TransactionCompleted, e.StockMoved]:
    come_to, opened = desk.totals(), basket.opened
    lines, points = earning.of_sale(desk, basket)
    uuid = opened.transaction.uuid
    return (
        e.TransactionCompleted(
            transaction=replace(opened.transaction, business_day=desk.state.lane.business_day),
            utc_ms=desk.moment.utc_ms,
            language=desk.state.language or opened.language,
            currency=opened.currency,
            book_version=opened.book_version,
            prices_include_tax=opened.prices_include_tax,
            lines=lines,
            subtotal=come_to.subtotal,
            discount=come_to.discount,
            tax=come_to.tax.rows,
            total=come_to.total,
            tenders=(*credit, *(t.settled for t in basket.tenders if t.settled is not None and not t.refund)),
            member_id=basket.member_id,
            clock_trusted=desk.moment.clock_trusted,
            points=points,
            coupons=offers.redeemed(desk, basket),
            gifts=basket.gifts,
            layers=offers.by_layer(desk, basket),
            buyer=buyers.of(desk.state),
            exemption=basket.exemption,
        ),
        e.StockMoved(uuid, (*map(_move, lines), *(e.StockMove(g.item_id, g.units, "each") for g in basket.gifts))),
    )


def _move(line: LineItem) -> e.StockMove:
    if line.packed_grams:
        return e.StockMove(line.item_id, line.packed_grams * line.quantity, "g")
    if line.weight is None:
        return e.StockMove(line.item_id, line.quantity, "each")
    return e.StockMove(line.item_id, line.weight.grams(), "g")
