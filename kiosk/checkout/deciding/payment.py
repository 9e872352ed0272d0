"""Money: tender choice, the terminal's and the acquirer's answers, unknown outcomes, reversals, completion.

What is asked and answered is one and the same for a card terminal and for an acquirer behind head office; what only a
code on the screen has (its drawing, its time, the network) is in ``qr``.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import (
    bagging,
    buyers,
    cash_machine,
    completing,
    drawer,
    rescans,
    restricting,
    ways,
)
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Reversal, Tender, Transaction
from kiosk.checkout.text import Text, text
from kiosk.checkout.visit_state import OFFLINE
from kiosk.retail import tender as tendering
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.transaction import TenderKind

__all__ = [
    "OWN",
    "amount_for",
    "answered",
    "ask_again",
    "ask_doubtful",
    "cancel",
    "cash_counts",
    "cash_received",
    "choose",
    "judged",
    "leave",
    "paid",
    "payable",
    "question",
    "request_checkout",
    "resume_after_power",
    "reversal_answered",
    "reversals_again",
    "reverse_again",
    "reverse_all",
    "settle",
    "signature_accepted",
    "signature_refused",
    "silent",
    "staff_settles",
    "stop",
    "take_back",
    "tender_of",
]

_REVERSAL_MS = 30_000
"""How long a payment that head office shall stop or give back is waited for before it is asked again."""
_MOST_LEFT = 8
OWN = frozenset({"no_answer", "code_refused", "staff", "shopper"})
"""Why a tender that head office knows was given up here and not there."""
_AT_HEAD_OFFICE: frozenset[TenderKind] = ways.HELD | {"qr"}
_WHOLE: frozenset[TenderKind] = frozenset({"qr", "points", "paper_voucher"})
"""Kinds that pay what was asked for, or nothing; of a gift card there may be less."""
_VALUE: frozenset[TenderKind] = frozenset({"stored_value", "paper_voucher"})


def request_checkout(desk: Desk) -> None:
    """The shopper wants to pay."""
    basket = desk.basket
    if basket is None or basket.open_tender is not None:
        return
    if not payable(desk, basket):
        return
    if desk.due().minor == 0:
        completing.complete(desk, basket)
        return
    desk.happened(e.ViewShown("tender_choice"), e.NoticeShown(None))


def payable(desk: Desk, basket: Transaction) -> bool:
    """Whether there is something to pay and nothing waits for staff. What comes to less than was paid is for them.

    Nor while the bagging area does not agree with the basket, and staff may be asked to look through it.
    """
    if desk.due().minor < 0:
        if desk.intervention("help") is None:
            desk.raise_intervention("help", blocks="nothing")
        desk.refuse(text("pay.staff_first" if basket.returns is None else "refund.staff_gives"))
        return False
    if basket.returns is not None and not basket.returns.held_ms:
        desk.refuse(text("refund.finish_first"))
        return False
    restricting.at_payment(desk, basket)
    return judged(desk, basket) and bool(basket.live_lines) and not rescans.asked(desk, basket)


def judged(desk: Desk, basket: Transaction) -> bool:
    """Whether nothing that is bought waits for staff, or for its place in the bagging area; says so."""
    if bagging.holds(desk, basket):
        return False
    if desk.blocked("payment"):
        desk.refuse(text("pay.staff_first"))
        return False
    return True


def choose(desk: Desk, chosen: i.TenderChosen) -> None:
    """A way to pay was touched. The request is journalled before anybody is asked for money."""
    basket, kind = desk.basket, desk.tender_type(chosen.tender_id)
    if basket is None or kind is None or basket.open_tender is not None or not payable(desk, basket):
        return
    if kind.kind == "points":  # how many is asked with a choice of its own
        return
    due = desk.due()
    if due.minor == 0:
        completing.complete(desk, basket)
        return
    amount = amount_for(desk, basket, kind)
    if amount is None:
        return
    if kind.kind in ("stored_value", "paper_voucher"):  # which one is told by its code
        desk.happened(e.ViewShown(kind.kind), e.NoticeShown(None))
        return
    parts = ways.parts(kind, chosen, amount)
    if parts is None:
        desk.happened(e.ViewShown("instalments"), e.NoticeShown(None))
        return
    buyers.keep(desk)
    tender, (count, by) = desk.mint(), parts
    asked = e.TenderRequested(
        tender, kind.tender_id, kind.kind, amount, desk.moment.utc_ms, instalments=count, instalments_by=by
    )
    if kind.kind == "cash" and cash_machine.usable(desk) and cash_machine.begin(desk, asked):
        return
    desk.happened(asked, e.NoticeShown(None))
    desk.do(f.StopTimer("idle"))
    if kind.kind == "cash":
        desk.raise_intervention("cash", blocks="payment", tender=tender)
        return
    desk.do(f.Charge(tender, kind.kind, kind.tender_id, amount, instalments=count, instalments_by=by))
    if kind.kind == "qr":
        waits = desk.policy.timeouts
        desk.happened(e.QrShown(tender))
        desk.do(f.StartTimer("card_status", waits.qr_answer + waits.qr_status))
    else:
        desk.do(f.StartTimer("card", desk.policy.timeouts.card))


def amount_for(desk: Desk, basket: Transaction, offered: TenderType) -> Money | None:
    """What this way may pay of what is due; ``None`` where it is nothing, after saying why, or asking who buys."""
    if basket.open_tender is not None or not payable(desk, basket):
        return None
    due = desk.due()
    why = ways.unusable(desk.state.live, desk.policy, offered.kind)
    if why is not None or not due:
        if why is not None:
            desk.refuse(why)
        return None
    if buyers.missing(desk):
        return None
    left = ways.at_most(desk, basket, offered)
    if not left:
        desk.refuse(text("pay.nothing_eligible"))
    return left or None


def cancel(desk: Desk) -> None:
    """The shopper wants to stop paying. A terminal is asked to stop, and its answer is waited for."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is None:
        desk.happened(e.ViewShown("basket"))
        return
    if tender.machine:
        cash_machine.cancel(desk, tender)
        return
    if tender.kind == "cash":
        settle(desk, e.TenderSettled(tender.tender, "cancelled", desk.money(0), by="shopper"))
        desk.happened(e.ViewShown("tender_choice"))
        return
    if tender.kind in ways.HELD:
        _give_up(desk, tender, "cancelled", "shopper")
        return
    on_show = desk.state.live.qr is not None
    if (tender.outcome is None or on_show) and desk.state.live.cancelling != tender.tender:
        desk.happened(e.CancelShown(tender.tender))
        desk.do(stop(tender), question(desk, tender))


def question(desk: Desk, tender: Tender) -> f.StartTimer:
    """When to ask what became of it."""
    waits = desk.policy.timeouts
    return f.StartTimer("card_status", waits.qr_status if tender.kind in _AT_HEAD_OFFICE else waits.card_status)


# --- what the terminal says --------------------------------------------------------------------------------------


def answered(desk: Desk, answer: i.TerminalAnswered) -> None:
    """The terminal's or the acquirer's word on a request."""
    if answer.tender in desk.state.live.left and answer.outcome not in ("in_progress", "unknown"):
        desk.happened(e.TendersLeft(tuple(t for t in desk.state.live.left if t != answer.tender)))
    tender = tender_of(desk, answer.tender)
    if tender is None or not tender.open:
        _late(desk, answer)
        return
    if answer.points is not None and answer.outcome == "declined":
        desk.happened(e.PointsTold(answer.points, desk.moment.utc_ms))
    match answer.outcome:
        case "approved" | "partial":
            _approved(desk, tender, answer)
        case "declined" | "cancelled" | "not_found":
            outcome: e.TenderOutcome = "cancelled" if answer.outcome == "cancelled" else "declined"
            reason = "not_found" if answer.outcome == "not_found" else answer.reason
            _no(desk, tender, outcome, reason, ways.why_not(tender, answer))
        case "given_back":
            _no(desk, tender, "declined", answer.reason, text("pay.given_back"))
        case "in_progress":
            desk.happened(e.AskShown(""))
            if desk.state.live.cancelling == tender.tender:
                desk.do(stop(tender))
            desk.do(question(desk, tender))
        case "unknown":
            silent(desk, i.TerminalSilent(answer.tender))


def _give_up(desk: Desk, tender: Tender, outcome: e.TenderOutcome, reason: str) -> None:
    """What nobody has confirmed is not used: what may be held of it is let go."""
    _no(desk, tender, outcome, reason, text("value.not_used" if tender.kind in _VALUE else "points.not_used"))
    leave(desk, tender.tender)


def _no(desk: Desk, tender: Tender, outcome: e.TenderOutcome, reason: str, said: Text) -> None:
    """No money counts: back to the choice, with a word why."""
    if tender.kind == "stored_value":
        ways.missed(desk, reason)
    settle(desk, e.TenderSettled(tender.tender, outcome, desk.money(0), reason=reason))
    desk.happened(e.ViewShown("tender_choice"))
    desk.say(said, "warning")
    desk.do(f.Beep("declined"))


def tender_of(desk: Desk, wanted: str) -> Tender | None:
    """A tender of the open basket."""
    tenders = desk.basket.tenders if desk.basket is not None else ()
    return next((t for t in tenders if t.tender == wanted), None)


def _approved(desk: Desk, tender: Tender, answer: i.TerminalAnswered) -> None:
    amount = answer.amount or desk.money(0)
    fits = amount.currency == tender.requested.currency and 0 < amount.minor <= tender.requested.minor
    if not fits or (tender.kind in _WHOLE and amount != tender.requested):
        # An approval of another amount than was asked for is nothing a machine may settle.
        silent(desk, i.TerminalSilent(tender.tender), call_staff=True)
        return
    outcome: e.TenderOutcome = "approved" if amount == tender.requested else "partial"
    settled = e.TenderSettled(
        tender=tender.tender,
        outcome=outcome,
        amount=amount,
        approval_code=answer.approval_code,
        brand=answer.brand,
        masked_pan=answer.masked_pan,
        reference=answer.reference,
        acquirer=answer.acquirer,
        terminal_id=answer.terminal_id,
        card_entry=answer.card_entry,
        signature=answer.signature,
        slip=answer.slip,
        balance=answer.balance,
    )
    settle(desk, settled)
    if settled.signature:
        desk.raise_intervention("signature", blocks="payment", tender=tender.tender)
        return
    paid(desk, partly=outcome == "partial")


def settle(desk: Desk, settled: e.TenderSettled) -> None:
    """Write the outcome down and put away everything that waited for it."""
    desk.happened(settled)
    desk.do(f.StopTimer("card"), f.StopTimer("card_status"), f.StopTimer("qr"))
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))
    for raised in desk.state.interventions:
        if raised.tender == settled.tender and raised.kind in ("cash", "tender_unknown"):
            paid = settled.outcome in ("approved", "partial")
            desk.clear(raised, "approved" if paid else "withdrawn", settled.by or "system")


def paid(desk: Desk, *, partly: bool = False) -> None:
    """Money came in: complete the sale, or ask for the rest. ``partly``: less came than was asked for, and is told."""
    basket = desk.basket
    if basket is None:
        return
    due = desk.due()
    if due.minor <= 0:
        desk.do(f.Beep("approved"))
        completing.complete(desk, basket)
        return
    desk.happened(e.ViewShown("tender_choice"))
    desk.say(text("pay.partial" if partly else "pay.rest_due", due=due))


def _late(desk: Desk, answer: i.TerminalAnswered) -> None:
    """An answer nobody waits for any more. Money taken for nothing is given back, once; other words repeat old ones."""
    if answer.outcome == "given_back":
        _given_back(desk, answer)
        return
    tender = next((t for t in desk.state.unpaid if t.tender == answer.tender), None)
    if tender is None:
        return
    if answer.outcome in ("approved", "partial"):
        _reverse(desk, tender, answer.amount or tender.requested, answer.reference, "late_approval")
    elif answer.outcome == "in_progress":
        desk.do(stop(tender))
        if tender.reason == "staff":
            desk.do(f.StartTimer("doubt", _REVERSAL_MS))


def ask_doubtful(desk: Desk) -> None:
    """Staff said no for a terminal that did not answer: it is asked when it may. Its late yes is given back."""
    doubtful = [unpaid for unpaid in desk.state.unpaid if unpaid.kind != "qr" and unpaid.reason == "staff"]
    desk.do(*(_ask(unpaid) for unpaid in doubtful[-_MOST_LEFT:]))


def leave(desk: Desk, *tenders: str) -> None:
    """Give tenders up without head office's word: they are to be stopped there, however long that takes."""
    left = tuple(dict.fromkeys((*desk.state.live.left, *tenders)))[-_MOST_LEFT:]
    if left != desk.state.live.left:
        desk.happened(e.TendersLeft(left))
    if left:
        known = {unpaid.tender: unpaid for unpaid in desk.state.unpaid}
        stops = (stop(known[each]) if each in known else f.AbortTerminal(each, "qr") for each in left)
        desk.do(*stops, f.StartTimer("left", _REVERSAL_MS))


def _given_back(desk: Desk, answer: i.TerminalAnswered) -> None:
    """Head office gives money back: what was asked of it, or by itself what came too late."""
    if any(pending.tender == answer.tender for pending in desk.state.reversals):
        if answer.reason != "refunding":
            done = answer.reason == "refunded"
            reversal_answered(desk, i.ReversalAnswered(answer.tender, done=done, reason=answer.reason))
        return
    tender = next((t for t in desk.state.unpaid if t.tender == answer.tender), None)
    if tender is None or answer.reason != "refunded":
        return
    amount = answer.amount or tender.requested
    desk.happened(e.TenderReversed(tender.tender, tender.kind, "done", amount, answer.reference, "late_approval"))
    if tender_of(desk, tender.tender) is not None:  # whoever paid still stands here
        desk.say(text("pay.came_late"))


def silent(desk: Desk, told: i.TerminalSilent, *, call_staff: bool = False) -> None:
    """Nobody knows whether money moved: ask again, and call staff when it stays unknown. Never charge again."""
    tender = tender_of(desk, told.tender)
    if tender is None or not tender.open or tender.kind == "cash":
        return
    code = desk.state.live.qr
    if tender.kind == "qr" and tender.outcome is None and code is not None and not code.payload:
        # Nobody has seen a code, so nobody can have paid: no reason to hold the shopper.
        _no(desk, tender, "declined", "no_answer", text("pay.qr_unavailable"))
        leave(desk, tender.tender)
        return
    asked_before = tender.outcome == "unknown"
    if tender.kind in ways.HELD and (asked_before or call_staff):
        _give_up(desk, tender, "declined", "no_answer")
        return
    if not asked_before:
        desk.happened(e.TenderSettled(tender.tender, "unknown", desk.money(0)))
    if (asked_before or call_staff) and desk.intervention("tender_unknown") is None:
        desk.raise_intervention("tender_unknown", blocks="payment", tender=tender.tender)
    desk.do(f.StopTimer("card"), f.StopTimer("qr"), question(desk, tender))


def ask_again(desk: Desk) -> None:
    """The terminal or the acquirer has been quiet for long enough: ask what became of the request."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is not None and tender.kind != "cash":
        desk.do(_ask(tender), question(desk, tender))


def _ask(tender: Tender) -> f.AskTerminal:
    amount = -tender.requested if tender.refund else tender.requested
    return f.AskTerminal(tender.tender, tender.kind, tender.tender_id, amount, tender.original)


def stop(tender: Tender) -> f.AbortTerminal:
    """Ask for a tender to be stopped."""
    return f.AbortTerminal(tender.tender, tender.kind, tender.tender_id, tender.requested)


# --- giving back -------------------------------------------------------------------------------------------------


def _reverse(desk: Desk, tender: Tender | Reversal, amount: Money, reference: str, reason: str) -> None:
    alone = tender.kind == "points" and reference == OFFLINE  # nobody else knows of them
    stage: e.ReversalStage = "done" if alone else "requested"
    asked = e.TenderReversed(tender.tender, tender.kind, stage, amount, reference, reason, tender.tender_id)
    desk.happened(asked)
    if not alone:
        _ask_back(desk, asked)


def _ask_back(desk: Desk, back: e.TenderReversed | Reversal) -> None:
    desk.do(f.Reverse(back.tender, back.kind, back.amount, back.reference, back.tender_id))
    if back.kind in _AT_HEAD_OFFICE:  # which may be out of reach, and its acquirer slow
        desk.do(f.StartTimer("reversal", _REVERSAL_MS))


def reversals_again(desk: Desk, *kinds: TenderKind) -> None:
    """Who has not said that money was given back is asked again, however often: it is given back once."""
    for pending in desk.state.reversals:
        if pending.kind in kinds and not pending.failed:
            _ask_back(desk, pending)


def reverse_all(desk: Desk, basket: Transaction, reason: str) -> None:
    """Give back every approved tender of a basket that is not to be sold. Cash is handed back by staff."""
    for tender in basket.tenders:
        if tender.settled is None:
            continue
        paid = tender.settled
        if tender.machine:
            cash_machine.give_back(desk, tender)
        elif tender.kind == "cash":
            desk.happened(e.TenderReversed(tender.tender, "cash", "done", paid.amount, "", "cash_handed_back"))
            drawer.open_for(desk, tender.tender, "cash_handed_back")
        else:
            _reverse(desk, tender, paid.amount, paid.reference, reason)


def take_back(desk: Desk, tender: Tender, by: str) -> None:
    """An approved tender shall not count after all: it is cancelled, and given back where it came from."""
    if tender.settled is None:
        return
    was = tender.settled
    settle(desk, e.TenderSettled(tender.tender, "cancelled", desk.money(0), by=by))
    _reverse(desk, tender, was.amount, was.reference, by)


def reverse_again(desk: Desk, wanted: str) -> None:
    """Staff did not hand the money back: the terminal tries again."""
    pending = next((r for r in desk.state.reversals if r.tender == wanted), None)
    if pending is not None:
        _reverse(desk, pending, pending.amount, pending.reference, "staff")


def reversal_answered(desk: Desk, answer: i.ReversalAnswered) -> None:
    """The terminal has given the money back, or staff must."""
    pending = next((r for r in desk.state.reversals if r.tender == answer.tender), None)
    if pending is None:
        return
    if answer.unknown:
        _reversal_unknown(desk, pending.tender)
        return
    stage: e.ReversalStage = "done" if answer.done else "failed"
    told = e.TenderReversed(
        pending.tender, pending.kind, stage, pending.amount, pending.reference, answer.reason, pending.tender_id
    )
    desk.happened(told)
    raised = _called_about(desk, pending.tender)
    if raised is not None and (answer.done or raised.reason):
        desk.clear(raised, "approved" if answer.done else "refused", "system")
        raised = None
    if not answer.done and raised is None:
        desk.raise_intervention("reversal", blocks="nothing", tender=pending.tender)


def _reversal_unknown(desk: Desk, tender: str) -> None:
    """The terminal may have given the money back and may not: staff look at it, and it is asked again until it says."""
    if _called_about(desk, tender) is None:
        desk.raise_intervention("reversal", blocks="nothing", tender=tender, reason="unknown")
    desk.do(f.StartTimer("reversal", _REVERSAL_MS))


def _called_about(desk: Desk, tender: str) -> e.InterventionRaised | None:
    return next((r for r in desk.state.interventions if r.tender == tender and r.kind == "reversal"), None)


# --- the signature -----------------------------------------------------------------------------------------------


def signature_accepted(desk: Desk) -> None:
    """Staff have compared the signature with the card's: the money counts, and the sale goes on."""
    paid(desk)


def signature_refused(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """The signature is not the cardholder's: what the card paid is given back, and does not count."""
    tender = tender_of(desk, raised.tender)
    paid = tender.settled if tender is not None else None
    if tender is None or paid is None:
        return
    settle(desk, e.TenderSettled(tender.tender, "declined", desk.money(0), by=by, reason="signature"))
    _reverse(desk, tender, paid.amount, paid.reference, "signature")
    desk.happened(e.ViewShown("tender_choice"))


# --- staff and cash ----------------------------------------------------------------------------------------------


def cash_received(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """The attendant took cash. The rounding belongs to the tender and lies outside tax."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if basket is None or tender is None or tender.kind != "cash" or tender.machine or tender.refund:
        return
    if acted.amount is None:
        return
    due, received = tender.requested, acted.amount
    payable, _ = tendering.cash_due(due, basket.opened.cash_step_minor, basket.opened.cash_method)
    if received.currency != due.currency or received.minor < 0 or (not received and payable):
        return
    if received < payable and received < due:
        part = e.TenderSettled(tender.tender, "partial", received, by=by, received=received, change=desk.money(0))
        settle(desk, part)
        drawer.open_for(desk, tender.tender, "cash_received")
    else:
        taken = min(received, payable)
        change = tendering.change(received, taken)
        whole = e.TenderSettled(
            tender.tender, "approved", due, by=by, received=received, change=change, rounding=taken - due
        )
        settle(desk, whole)
        if received:
            drawer.open_for(desk, tender.tender, "cash_received")
    paid(desk)


def cash_counts(desk: Desk, wanted: str) -> None:
    """What the machine was paid makes the sale whole, if that was what the last word on it came to."""
    tender = tender_of(desk, wanted)
    if tender is not None and tender.machine and tender.settled is not None:
        paid(desk)


def staff_settles(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """Staff looked at the terminal's slip and say what became of an unknown tender."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is None or tender.outcome != "unknown" or tender.kind in ways.HELD:
        return
    if acted.act == "tender_was_approved":
        settle(desk, e.TenderSettled(tender.tender, "approved", tender.requested, by=by, reason="staff"))
        paid(desk)
    else:
        settle(desk, e.TenderSettled(tender.tender, "declined", desk.money(0), by=by, reason="staff"))
        desk.happened(e.ViewShown("tender_choice"))
        # Should the terminal know better, its late approval is given back.
        if tender.kind == "qr":
            leave(desk, tender.tender)
        else:
            desk.do(_ask(tender))


def resume_after_power(desk: Desk) -> None:
    """Requests without an answer are asked about, never repeated; reversals without one are asked for again."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is not None and tender.kind != "cash":
        desk.happened(e.AskShown(tender.tender))
        desk.do(_ask(tender), question(desk, tender))
    cash_machine.resume_after_power(desk)
    ask_doubtful(desk)
    own = [t.tender for t in desk.state.unpaid if t.kind in _AT_HEAD_OFFICE and t.reason in OWN and not t.refund]
    leave(desk, *own[-_MOST_LEFT:])
    for pending in desk.state.reversals:
        if not pending.failed:  # a failed one is with staff, who may have the money in their hand
            _ask_back(desk, pending)
