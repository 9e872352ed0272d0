"""The money of a return: back to the tenders that paid, one after the other, each asked for once and asked about after.

A refund is a tender with a negative amount. It is written down before anybody hears of it, its outcome may be unknown,
and then it is asked about and never begun a second time; what was refused may go back another way.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import completing, drawer, payment, refund, restricting
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.deciding.refund_record import STORE_CREDIT, gives_credit
from kiosk.checkout.state import Returns, Tender, Transaction
from kiosk.checkout.text import text
from kiosk.retail import tender as tendering
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.returns import OriginalTender, points_back, way_back

__all__ = [
    "answered",
    "cancel",
    "cash_handed",
    "closed",
    "given",
    "handed_over",
    "other_ways",
    "refused",
    "request",
    "silent",
    "staff_settles",
]

_FRESH_MS: Final = 6 * 3_600_000
"""Head office keeps units for much longer; after this long it is asked once more before money moves."""
_DOUBT_MS: Final = 30_000
"""After this long a terminal is asked again about a refund that staff said no about."""
_AT_TERMINAL: Final = frozenset({"card", "voucher"})


def given(basket: Transaction) -> dict[str, int]:
    """By tender of the original sale, what it was given back in this basket: minor units."""
    back: dict[str, int] = {}
    for tender in basket.tenders:
        if tender.refund:
            back[tender.original] = back.get(tender.original, 0) - tender.paid
    return back


def handed_over(basket: Transaction, back: Returns, tender: Tender) -> Money:
    """What staff hand over in cash for a refund, rounded so that the sale's parts come to no more than all of it."""
    due, step, method = -tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method
    to = next((each for each in back.tenders if each.tender == tender.original), None)
    if to is None:
        payable, _ = tendering.cash_due(due, step, method)
        return payable
    left = to.left - Money(given(basket).get(to.tender, 0), due.currency)
    return tendering.cash_back(due, left, step, method)


def refused(basket: Transaction) -> Tender | None:
    """The refund that was not done, where it was the last to be tried."""
    last = next((tender for tender in reversed(basket.tenders) if tender.refund), None)
    return last if last is not None and last.outcome in ("declined", "cancelled") else None


def other_ways(policy: Policy, basket: Transaction, found: tuple[OriginalTender, int] | None) -> tuple[bool, bool]:
    """Whether staff may hand cash over, and give store credit, instead of what ``found`` is next.

    Only where no tender is left, or the last one did not take it. One that was stopped has not said that it cannot, so
    it opens no way to cash where there is store credit: a receipt that is not one's own is worth nothing in cash.
    """
    failed, credit = refused(basket), gives_credit(policy)
    if found is not None and failed is None:
        return False, False
    stopped = found is not None and failed is not None and failed.outcome == "cancelled" and failed.kind != "cash"
    return policy.returns.cash_instead and not (stopped and credit), credit


def request(desk: Desk, asked: i.MoneyBackRequested) -> None:
    """Staff have the money given back now."""
    basket = desk.basket
    back = basket.returns if basket is not None else None
    if basket is None or back is None or basket.open_tender is not None or refund.permitted(desk) is None:
        return
    if basket.paid > 0:
        desk.refuse(text("staff.payment_open"))
    elif not _kept(desk, back):
        if desk.state.live.online:
            refund.hold(desk)
        else:
            desk.refuse(text("refund.offline"))
    elif basket.live_lines and not _sold_too(desk, basket):
        desk.happened(e.ViewShown("basket"))
    elif asked.cash or asked.credit:
        _another_way(desk, basket, back, credit=asked.credit)
    else:
        _go_on(desk)


def _sold_too(desk: Desk, basket: Transaction) -> bool:
    """Whether what an exchange buys may be sold: it is looked at as any other sale before money moves."""
    restricting.at_payment(desk, basket)
    return payment.judged(desk, basket)


def _kept(desk: Desk, back: Returns) -> bool:
    return bool(back.held_ms) and 0 <= desk.moment.utc_ms - back.held_ms < _FRESH_MS


def _go_on(desk: Desk) -> None:
    """Give back what is owed: to the next tender that paid, until nothing is left, and the return is complete."""
    basket = desk.basket
    back = basket.returns if basket is not None else None
    if basket is None or back is None:
        return
    owed = -desk.due().minor
    if owed < 0:
        desk.happened(e.ViewShown("basket"))
        return
    if owed == 0:
        completing.complete(desk, basket)
        return
    found = way_back(owed, back.tenders, given(basket), closed(desk.policy, back))
    if found is None:
        desk.refuse(text("refund.no_way"))
        return
    _ask(desk, *found, given(basket).get(found[0].tender, 0))


def _ask(desk: Desk, to: OriginalTender, amount: int, before: int) -> None:
    kind = "stored_value" if to.kind == "paper_voucher" else to.kind
    asked = e.TenderRequested(
        desk.mint(),
        STORE_CREDIT if kind == "stored_value" else to.tender_id,
        kind,
        desk.money(-amount),
        desk.moment.utc_ms,
        -points_back(to, before, amount) if to.kind == "points" else 0,
        original=to.tender,
        reference=to.reference,
    )
    desk.happened(asked, e.NoticeShown(None))
    desk.do(f.StopTimer("idle"))
    match to.kind:
        case "points":  # booked from the return's own record, and from nothing else
            payment.settle(desk, e.TenderSettled(asked.tender, "approved", asked.amount))
            _go_on(desk)
        case "stored_value" | "paper_voucher":
            _as_credit(desk, asked)
        case "cash":
            drawer.open_for(desk, asked.tender, "cash_handed_back")
        case _:
            desk.do(f.Refund(asked.tender, to.kind, to.tender_id, desk.money(amount), to.tender, to.reference))
            desk.do(f.StartTimer("card", desk.policy.timeouts.card))


def closed(policy: Policy, back: Returns) -> tuple[str, ...]:
    """Tenders of the sale that no money can go back to: a gift card's, where the shop gives no store credit."""
    if gives_credit(policy):
        return ()
    return tuple(each.tender for each in back.tenders if each.kind in ("stored_value", "paper_voucher"))


def _as_credit(desk: Desk, asked: e.TenderRequested) -> None:
    """Nobody else is asked: the return's record issues it, and its slip comes with the paper."""
    payment.settle(desk, e.TenderSettled(asked.tender, "approved", asked.amount))
    _go_on(desk)


def _another_way(desk: Desk, basket: Transaction, back: Returns, *, credit: bool) -> None:
    """The tender that paid could not take it, or none is left that could: by the drawer or as store credit."""
    owed = -desk.due().minor
    found = way_back(owed, back.tenders, given(basket), closed(desk.policy, back))
    by_cash, by_credit = other_ways(desk.policy, basket, found)
    if owed <= 0 or not (by_credit if credit else by_cash):
        desk.refuse(text("refund.no_cash"))
        return
    amount, original = (found[1], found[0].tender) if found is not None else (owed, "")
    cash = next((kind.tender_id for kind in desk.policy.tenders if kind.kind == "cash"), "cash")
    asked = e.TenderRequested(
        desk.mint(),
        STORE_CREDIT if credit else cash,
        "stored_value" if credit else "cash",
        desk.money(-amount),
        desk.moment.utc_ms,
        original=original,
    )
    desk.happened(asked, e.NoticeShown(None))
    desk.do(f.StopTimer("idle"))
    if credit:
        _as_credit(desk, asked)
    else:
        drawer.open_for(desk, asked.tender, "cash_handed_back")


def cash_handed(desk: Desk) -> None:
    """Staff have handed it over, rounded as cash is; the rounding belongs to the tender and lies outside tax."""
    basket, operator = desk.basket, refund.permitted(desk)
    tender = basket.open_tender if basket is not None else None
    back = basket.returns if basket is not None else None
    if basket is None or back is None or operator is None or tender is None:
        return
    if tender.kind != "cash" or not tender.refund:
        return
    due, payable = -tender.requested, handed_over(basket, back, tender)
    settled = e.TenderSettled(
        tender.tender,
        "approved",
        tender.requested,
        by=operator.operator_id,
        received=desk.money(0),
        change=payable,
        rounding=due - payable,
    )
    payment.settle(desk, settled)
    _go_on(desk)


# --- what became of it ---------------------------------------------------------------------------------------------


def _open(desk: Desk, wanted: str = "") -> Tender | None:
    """The refund that is not settled (if it is the one that is named)."""
    tender = desk.basket.open_tender if desk.basket is not None else None
    return tender if tender is not None and tender.refund and wanted in ("", tender.tender) else None


def answered(desk: Desk, answer: i.TerminalAnswered) -> bool:
    """The terminal's or the acquirer's word, if it is on a refund."""
    tender = _open(desk, answer.tender)
    if tender is None:
        return _late(desk, answer)
    match answer.outcome:
        case "approved" | "partial" if answer.amount == -tender.requested:
            _done(desk, tender, answer)
        case "declined" | "cancelled" | "not_found":
            outcome: e.TenderOutcome = "cancelled" if answer.outcome == "cancelled" else "declined"
            reason = answer.reason or answer.outcome
            payment.settle(desk, e.TenderSettled(tender.tender, outcome, desk.money(0), reason=reason))
            desk.refuse(text("refund.not_done"))
            payment.ask_doubtful(desk)  # one that was denied before may have been done
        case "in_progress":
            desk.happened(e.AskShown(""))
            desk.do(payment.question(desk, tender))
        case _:  # another amount than was asked for, or nobody knows: nothing a machine may settle
            silent(desk, i.TerminalSilent(answer.tender), call_staff=answer.amount is not None)
    return True


def _late(desk: Desk, answer: i.TerminalAnswered) -> bool:
    """Staff said no for a terminal that did not answer, and it did give the money back.

    While it is owed, it counts. While another refund is under way that one is stopped, and this one asked about again
    once it is settled. Where the money has gone back another way, it went back twice: that is told and booked.
    """
    tender = _denied(desk, answer.tender)
    if tender is None or answer.outcome not in ("approved", "partial"):
        return False
    basket = desk.basket
    here = basket is not None and payment.tender_of(desk, tender.tender) is not None
    other = basket.open_tender if basket is not None else None
    if here and other is not None:
        if other.kind in _AT_TERMINAL and desk.state.live.cancelling != other.tender:
            desk.happened(e.CancelShown(other.tender))
            desk.do(payment.stop(other), payment.question(desk, other))
        desk.do(f.StartTimer("doubt", _DOUBT_MS))
    elif here and answer.amount == -tender.requested and -desk.due() >= -tender.requested:
        _done(desk, tender, answer)
    else:
        _doubled(desk, tender, answer)
    return True


def _denied(desk: Desk, wanted: str) -> Tender | None:
    """The refund that staff said was not done, though who does it had not answered."""
    tender = payment.tender_of(desk, wanted)
    if tender is None:
        tender = next((unpaid for unpaid in desk.state.unpaid if unpaid.tender == wanted), None)
    denied = tender is not None and tender.refund and tender.reason == "staff" and tender.settled is None
    return tender if denied else None


def _doubled(desk: Desk, tender: Tender, answer: i.TerminalAnswered) -> None:
    if all(unpaid.tender != tender.tender for unpaid in desk.state.unpaid):
        return  # told before
    amount = answer.amount or -tender.requested
    told = (tender.tender, tender.tender_id, tender.kind, tender.original, amount, desk.moment.utc_ms)
    desk.happened(e.RefundDoubled(*told, brand=answer.brand, reference=answer.reference))
    desk.raise_intervention("reversal", blocks="nothing", tender=tender.tender, reason="refunded_twice")


def _done(desk: Desk, tender: Tender, answer: i.TerminalAnswered) -> None:
    payment.settle(
        desk,
        e.TenderSettled(
            tender.tender,
            "approved",
            tender.requested,
            approval_code=answer.approval_code,
            brand=answer.brand,
            masked_pan=answer.masked_pan,
            reference=answer.reference,
            acquirer=answer.acquirer,
            terminal_id=answer.terminal_id,
            card_entry=answer.card_entry,
            slip=answer.slip,
        ),
    )
    desk.do(f.Beep("approved"))
    _go_on(desk)


def silent(desk: Desk, silence: i.TerminalSilent, *, call_staff: bool = False) -> bool:
    """Nobody knows whether a refund was done: ask again, call staff, and never do it twice."""
    tender = _open(desk, silence.tender)
    if tender is None and _denied(desk, silence.tender) is not None:
        desk.do(f.StartTimer("doubt", _DOUBT_MS))
        return True
    if tender is None or tender.kind == "cash":
        return tender is not None
    asked_before = tender.outcome == "unknown"
    if not asked_before:
        desk.happened(e.TenderSettled(tender.tender, "unknown", desk.money(0)))
    if (asked_before or call_staff) and desk.intervention("tender_unknown") is None:
        desk.raise_intervention("tender_unknown", blocks="payment", tender=tender.tender, reason="refund")
    desk.do(f.StopTimer("card"), payment.question(desk, tender))
    return True


def cancel(desk: Desk) -> bool:
    """Staff stop a refund: cash is not handed over, a terminal is asked to stop and tells what became of it.

    Head office stops none: what it has taken on it goes on with, so it is only asked how that stands.
    """
    tender = _open(desk)
    if tender is None:
        return False
    if tender.kind == "cash":
        payment.settle(desk, e.TenderSettled(tender.tender, "cancelled", desk.money(0), by="staff"))
        payment.ask_doubtful(desk)
    elif tender.kind == "qr":
        payment.ask_again(desk)
    elif desk.state.live.cancelling != tender.tender:
        desk.happened(e.CancelShown(tender.tender))
        desk.do(payment.stop(tender), payment.question(desk, tender))
    return True


def staff_settles(desk: Desk, acted: i.OperatorActed, by: str) -> bool:
    """Staff looked at the terminal's slip and say what became of a refund whose outcome is unknown.

    Of one by code there is no slip to look at, and head office may have taken it on: that it was not done is for head
    office alone to say, or the money would go back twice. Whoever did it is asked once more, and a late yes counts.
    """
    tender = _open(desk)
    if tender is None:
        return False
    if tender.outcome != "unknown":
        return True
    payment.ask_again(desk)
    if tender.kind == "qr" and acted.act != "tender_was_approved":
        desk.refuse(text("refund.code_unknown"))
        return True
    if acted.act == "tender_was_approved":
        payment.settle(desk, e.TenderSettled(tender.tender, "approved", tender.requested, by=by, reason="staff"))
        desk.happened(e.ViewShown("refund"))
        _go_on(desk)
    else:
        payment.settle(desk, e.TenderSettled(tender.tender, "declined", _nothing(tender), by=by, reason="staff"))
        desk.happened(e.ViewShown("refund"))
        desk.do(f.StartTimer("doubt", _DOUBT_MS))
    return True


def _nothing(tender: Tender) -> Money:
    return Money.zero(tender.requested.currency)
