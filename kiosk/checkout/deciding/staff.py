"""Staff at the kiosk: sign-in, judgements, and the overrides that only they may make."""

from __future__ import annotations

from typing import Literal, assert_never

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import (
    bagging,
    business_day,
    cabinet,
    cash_machine,
    coupons,
    diagnosing,
    entry,
    exempting,
    fiscal,
    lane,
    overrides,
    paper,
    payment,
    permitting,
    receipt,
    refund,
    refund_money,
    restricting,
    takeover,
    training,
    upkeep,
)
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Operator
from kiosk.checkout.text import text

__all__ = ["act", "being_paid", "judged", "leave", "lock", "sign_in", "sign_in_open", "sign_in_refused", "sign_out"]


def sign_in(desk: Desk, who: i.OperatorSignedIn) -> None:
    """Intake has checked the badge, PIN or key."""
    if permitting.second_signed_in(desk, who, _perform):
        return
    if desk.state.operator is not None:
        desk.happened(e.OperatorOff(desk.state.operator.operator_id, "signed_out"))
    desk.happened(e.OperatorOn(who.operator_id, who.name, who.role, who.method), e.ViewShown("staff"))
    desk.happened(e.NoticeShown(None))
    desk.do(f.StartTimer("staff", desk.policy.timeouts.staff), f.StopTimer("leaving"))


def sign_in_refused(desk: Desk, refused: i.OperatorRefused) -> None:
    """A wrong PIN or badge."""
    desk.happened(e.SignInRefused(refused.attempts_left))
    if refused.wait_ms:
        desk.happened(e.SignInShut(refused.method, refused.wait_ms, desk.moment.utc_ms))
        desk.do(f.StartTimer("sign_in", refused.wait_ms))
    desk.refuse(text("staff.refused", attempts=refused.attempts_left))


def sign_in_open(desk: Desk) -> None:
    """The wait is over: the pad takes PINs again."""
    desk.happened(e.SignInRefused(None))


def sign_out(desk: Desk) -> None:
    """Staff leave the kiosk to the shopper."""
    _off(desk, "signed_out")


def lock(desk: Desk) -> None:
    """Nobody has touched staff mode for a while."""
    _off(desk, "auto_lock")


def _off(desk: Desk, reason: e.OperatorOffReason) -> None:
    operator = desk.state.operator
    if operator is None:
        return
    desk.happened(e.OperatorOff(operator.operator_id, reason))
    leave(desk)
    desk.do(f.StopTimer("staff"), f.StartTimer("idle", desk.policy.timeouts.idle))


def leave(desk: Desk) -> None:
    """The screen is the shopper's again."""
    here = desk.basket is not None or bool(desk.state.language)
    desk.happened(e.ViewShown("basket" if here else "attract"))


def act(desk: Desk, acted: i.OperatorActed) -> None:
    """Staff did something; nothing happens unless somebody is signed in, and it is their right."""
    operator = desk.state.operator
    if operator is None:
        desk.refuse(text("staff.sign_in_first"))
        return
    permitting.done_by(desk, acted, operator, _perform)


def _perform(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:  # noqa: C901, PLR0912 - one flat table
    match acted.act:
        case "approve" | "refuse":
            _judge(desk, acted, operator)
        case "void_line":
            _void_line(desk, acted, operator.operator_id)
        case "cancel_transaction":
            _cancel(desk, acted, operator.operator_id)
        case "cash_count" | "cashbox_emptied":
            cash_machine.count(desk, acted, operator.operator_id)
        case "cash_received":
            payment.cash_received(desk, acted, operator.operator_id)
        case "tender_was_approved" | "tender_was_declined":
            if not refund_money.staff_settles(desk, acted, operator.operator_id):
                _settle(desk, acted, operator)
        case "resume_suspended":
            takeover.resume(desk, acted, operator.operator_id)
        case "reprint":
            receipt.print_again(desk)
        case "x_report" | "z_report" | "print_z":
            business_day.act(desk, acted.act, operator.operator_id)
        case "close_lane":
            lane.close(desk, operator.operator_id, acted.reason or "staff")
        case "open_lane":
            lane.reopen(desk, operator.operator_id)
        case "price_override":
            overrides.change_price(desk, acted, operator)
        case "quantity":
            overrides.change_quantity(desk, acted, operator)
        case "weight_keyed":
            overrides.key_weight(desk, acted, operator)
        case "no_sale":
            overrides.no_sale(desk, acted, operator)
        case "price_check":
            overrides.check_price(desk, acted, operator)
        case "fiscal_skip":
            fiscal.skip(desk, operator.operator_id)
        case "coupon":
            coupons.key_in(desk, acted)
        case "suspend":
            overrides.suspend(desk, acted, operator)
        case "tax_exempt":
            exempting.exempt(desk, acted, operator)
        case "refund" | "refund_late":
            refund.begin(desk)
        case "training" | "restart" | "reboot" | "unlock_sign_in" | "paper_change" | "device_test":
            _of_the_lane(desk, acted, acted.act, operator)
        case _:
            assert_never(acted.act)


def _settle(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:
    """Staff have said what became of a payment. The shopper goes on from there: nobody stays signed in behind them."""
    payment.staff_settles(desk, acted, operator.operator_id)
    if desk.state.interventions:
        return  # there is more for them to do
    view = desk.state.live.view
    _off(desk, "auto_lock")
    if view != "staff":
        desk.happened(e.ViewShown(view))


_LaneAct = Literal["training", "restart", "reboot", "unlock_sign_in", "paper_change", "device_test"]


def _of_the_lane(desk: Desk, acted: i.OperatorActed, wanted: _LaneAct, operator: Operator) -> None:
    """What is about the machine, and no shopper's matter."""
    match wanted:
        case "training":
            training.turn(desk, operator)
        case "restart" | "reboot":
            upkeep.restart(desk, operator.operator_id, "program" if wanted == "restart" else "machine")
        case "paper_change":
            paper.begin(desk)
        case "device_test":
            diagnosing.act(desk, acted, operator.operator_id)
        case "unlock_sign_in":
            upkeep.open_sign_in(desk)
        case _:
            assert_never(wanted)


def _judge(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:
    raised = next((r for r in desk.state.interventions if r.intervention == acted.target), None)
    if raised is None:
        return
    if raised.kind in ("cash", "tender_unknown", "fiscal_outage"):
        return  # judged by what became of it: cash_received, tender_was_approved, a device that answers again
    if raised.kind == "paper":
        if acted.act == "approve":
            paper.try_feed(desk)  # it is over when a slip is out
        else:
            paper.stop(desk, raised, operator.operator_id)
        return
    outcome: Literal["approved", "refused"] = "approved" if acted.act == "approve" else "refused"
    if outcome == "refused" and being_paid(desk, raised):
        desk.refuse(text("staff.payment_open"))
        return
    judged(desk, raised, outcome, operator.operator_id, reason=acted.reason)


def being_paid(desk: Desk, raised: e.InterventionRaised) -> bool:
    """Whether a no would take out of the basket what money is being asked for: the answer comes first."""
    basket = desk.basket
    return raised.kind in restricting.OF_A_LINE and basket is not None and basket.open_tender is not None


def judged(
    desk: Desk,
    raised: e.InterventionRaised,
    outcome: Literal["approved", "refused"],
    by: str,
    *,
    reason: str = "",
    remote: bool = False,
) -> None:
    """Staff have judged, at the lane or (``remote``) from a page: it is cleared, and what follows from it happens."""
    desk.clear(raised, outcome, by, reason=reason, remote=remote)
    if cash_machine.judged(desk, raised, by, yes=outcome == "approved"):
        return
    if outcome == "approved":
        _approve(desk, raised, by)
    elif raised.kind in cabinet.KINDS:
        lane.close(desk, by, "cabinet")  # something is wrong: nobody is served here until staff open it again
    else:
        _refuse(desk, raised, by)


def _approve(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    match raised.kind:
        case "age":
            restricting.approved(desk, raised, by)
        case "printer":
            receipt.print_again(desk)
        case "bagging":
            bagging.accepted(desk)
        case "fiscal":
            fiscal.ask_again(desk)
        case "signature":
            payment.signature_accepted(desk)
        case "clock":
            business_day.turned(desk)
        case "reversal":
            pending = next((r for r in desk.state.reversals if r.tender == raised.tender), None)
            if pending is not None:
                reference, asked = pending.reference, pending.tender_id
                desk.happened(
                    e.TenderReversed(pending.tender, pending.kind, "done", pending.amount, reference, by, asked)
                )
        case _:
            pass


def _refuse(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    match raised.kind:
        case "reversal":
            payment.reverse_again(desk, raised.tender)
        case "printer":
            receipt.go_without(desk)
        case "fiscal":
            fiscal.let_go(desk, by)
        case "signature":
            payment.signature_refused(desk, raised, by)
        case "bagging":
            bagging.hinted_again(desk)
        case "age":
            for line in restricting.too_young(desk, raised):
                entry.void_line(desk, line, by=by)
        case "quantity":
            _fewer(desk, raised, by)
        case _:
            if raised.kind in restricting.OF_A_LINE and desk.basket is not None and raised.line is not None:
                entry.void_line(desk, raised.line, by=by)


def _fewer(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """No more than the limit: as many of the line as it allows stay."""
    basket = desk.basket
    line = next((k for k in basket.live_lines if k.line == raised.line), None) if basket is not None else None
    if line is None:
        return
    left = restricting.within(desk, raised)
    if left:
        entry.set_quantity(desk, line, left)
    else:
        entry.void_line(desk, line.line, by=by)


def _void_line(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    basket = desk.basket
    if basket is None or basket.open_tender is not None:
        desk.refuse(text("staff.payment_open"))
        return
    line = next((k for k in basket.live_lines if k.line == acted.line), None)
    if line is None:
        return
    if entry.overpaid_without(desk, line.line):
        desk.refuse(text("pay.void_refused"))
        return
    entry.void_line(desk, line.line, by=by)


def _cancel(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """Void the transaction whole. What was paid is given back; a tender of unknown outcome comes first."""
    basket = desk.basket
    if basket is None:
        return
    if basket.open_tender is not None:
        desk.refuse(text("staff.payment_open"))
        return
    if basket.paid < 0:
        desk.refuse(text("refund.money_given"))
        return
    payment.reverse_all(desk, basket, "transaction_voided")
    desk.withdraw_interventions(by)
    desk.happened(e.TransactionVoided(basket.opened.transaction.uuid, by, acted.reason or "staff"))
    desk.happened(e.ViewShown("staff"))
