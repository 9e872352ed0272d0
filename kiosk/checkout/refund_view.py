"""What staff (and the shopper beside them) see of a return: pure functions of the state, as ``render``."""

from __future__ import annotations

from kiosk.checkout import screen as s
from kiosk.checkout.deciding.refund import lines_chosen
from kiosk.checkout.deciding.refund_money import closed, given, handed_over, other_ways, refused
from kiosk.checkout.refund_inputs import SoldSale
from kiosk.checkout.state import Returns, State, Tender, Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.pricing import totals
from kiosk.retail.returns import OriginalTender, credit_of, way_back
from kiosk.retail.transaction import LineItem, TenderKind

__all__ = ["finding", "money_back", "takes_over"]


def takes_over(state: State) -> bool:
    """Whether the return is what is on show, whoever looks: money goes back, or the visit is nothing but a return."""
    basket = state.transaction
    if basket is None or basket.returns is None:
        return False
    tender = basket.open_tender
    return not basket.live_lines or basket.paid < 0 or (tender is not None and tender.refund)


def finding(state: State, policy: Policy) -> s.RefundFindBody | s.RefundLinesBody:
    """The receipt is waited for, or its lines are chosen from."""
    shown = state.live.refund
    if shown.stage != "lines" or shown.sale is None:
        return s.RefundFindBody(busy=shown.stage == "asking", sought=shown.sought)
    sale = shown.sale
    lines = lines_chosen(sale, shown.chosen, deposits=policy.returns.deposits)
    sold = sale.completed
    credit = credit_of(lines, currency=sold.currency, included=sold.prices_include_tax)
    operator = state.operator
    late = operator is not None and policy.rights.may(operator.role, "refund_late")
    why = dict(shown.why)
    return s.RefundLinesBody(
        reference=sold.transaction.reference,
        sold_on=sold.transaction.business_day,
        days=shown.days,
        lines=tuple(_line(state, sale, line, why.get(line.line, ""), late=late) for line in sold.lines),
        total=-credit.total,
        reasons=tuple((one.code, one.names, one.disposition) for one in policy.returns.reasons),
    )


def _line(state: State, sale: SoldSale, line: LineItem, why: str, *, late: bool) -> s.ReturnLineView:
    chosen = next((one for one in state.live.refund.chosen if one.line == line.line), None)
    closed = bool(why) and not (why == "late" and late)
    return s.ReturnLineView(
        line=line.line,
        names=line.names,
        picture=line.picture,
        weight=line.weight,
        sold=line.quantity,
        left=sale.units_left(line.line),
        paid=line.net + line.deposit_due,
        chosen=chosen.units if chosen is not None else 0,
        reason=chosen.reason if chosen is not None else "",
        disposition=chosen.disposition if chosen is not None else "shelf",
        why=_why(state, why) if why else None,
        closed=closed,
    )


def _why(state: State, why: str) -> Text:
    if why == "late":
        return text("refund.why_late", days=state.live.refund.days)
    return text(f"refund.why_{why}")


def money_back(state: State, policy: Policy, *, by_staff: bool) -> s.RefundMoneyBody | None:
    """What goes back, which way, and how far it has got. ``by_staff``: whoever looks may act."""
    basket = state.transaction
    back = basket.returns if basket is not None else None
    if basket is None or back is None:
        return None
    sale, owed = _sale(basket), 0
    currency = basket.opened.currency
    owed = -(sale.minor + basket.credit - basket.paid)
    found = way_back(owed, back.tenders, given(basket), closed(policy, back))
    tender = basket.open_tender
    stage = _stage(state, basket, back, found, owed)
    cash = None
    if stage == "cash" and tender is not None:
        cash = handed_over(basket, back, tender)
    by_cash, by_credit = other_ways(policy, basket, found)
    return s.RefundMoneyBody(
        reference=back.original.transaction.reference,
        lines=tuple((line.names, -line.quantity, -(line.net + line.deposit_due)) for line in back.lines),
        credit=-back.total,
        sale=sale if basket.live_lines else None,
        owed=Money(owed, currency),
        done=tuple(
            (_named(t, policy), -t.settled.amount) for t in basket.tenders if t.refund and t.settled is not None
        ),
        next=_next(tender, found, policy, currency),
        stage=stage,
        cash_due=cash,
        may_cash=owed > 0 and by_cash,
        may_credit=owed > 0 and by_credit,
        may_drop=basket.paid == 0 and tender is None,
        by_staff=by_staff,
    )


def _sale(basket: Transaction) -> Money:
    opened = basket.opened
    included, rounding = opened.prices_include_tax, opened.tax_rounding
    return totals(basket.lines, currency=opened.currency, included=included, rounding=rounding).total


def _stage(
    state: State, basket: Transaction, back: Returns, found: tuple[OriginalTender, int] | None, owed: int
) -> s.RefundStage:
    tender = basket.open_tender
    if tender is not None and tender.refund:
        if any(raised.kind == "tender_unknown" for raised in state.interventions):
            return "unknown"
        return "cash" if tender.kind == "cash" else "asking"
    if not back.held_ms:
        return "keeping"
    if owed < 0:
        return "pays"
    failed = refused(basket)
    return "refused" if owed > 0 and (failed is not None or found is None) else "ready"


def _next(
    tender: Tender | None, found: tuple[OriginalTender, int] | None, policy: Policy, currency: str
) -> tuple[TenderType, Money] | None:
    if tender is not None and tender.refund:
        return _named(tender, policy), -tender.requested
    if found is None:
        return None
    return _type(found[0].tender_id, found[0].kind, policy), Money(found[1], currency)


def _named(tender: Tender, policy: Policy) -> TenderType:
    return _type(tender.tender_id, tender.kind, policy)


def _type(tender_id: str, kind: TenderKind, policy: Policy) -> TenderType:
    offered = next((each for each in policy.tenders if each.tender_id == tender_id), None)
    return offered if offered is not None else TenderType(tender_id, kind, {})
