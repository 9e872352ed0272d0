"""Fold one event into the state. No rule is decided here: what happened, happened."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout.basket_state import in_basket
from kiosk.checkout.cash_state import cash_folded
from kiosk.checkout.day_state import booked
from kiosk.checkout.fiscal_state import folded
from kiosk.checkout.parked import Slip
from kiosk.checkout.refund_state import returned
from kiosk.checkout.shown_state import on_show
from kiosk.checkout.state import Finishing, Lane, Operator, Reversal, State
from kiosk.checkout.visit_state import credited, visited
from kiosk.retail.values import replace

__all__ = ["MAXIMUM_COMMANDS", "MAXIMUM_TAKEN_OVER", "evolve"]

MAXIMUM_COMMANDS = 500
"""Answered commands that are remembered: far more than can come in the time that one is worth anything."""
MAXIMUM_TAKEN_OVER = 500
"""Baskets of other lanes that were gone on with here and are remembered, until head office must have heard of it."""


def evolve(state: State, event: e.Event) -> State:
    """The state after ``event``."""
    if isinstance(event, e.Transient):
        return on_show(state, event, evolve)
    after, books = _journalled(state, event), booked(state, event)
    return after if books is after.books else replace(after, books=books)


def _journalled(state: State, event: e.Durable) -> State:  # noqa: C901, PLR0911, PLR0912 - one flat table over all events
    match event:
        case (
            e.EpochOpened()
            | e.SeriesContinued()
            | e.SeriesOpened()
            | e.DayOpened()
            | e.DayClosed()
            | e.TerminalDayClosed()
            | e.LaneOpened()
            | e.LaneClosed()
            | e.WeighingParametersChanged()
        ):
            return replace(state, lane=_lane(state.lane, event))
        case e.DrawerOpened() | e.PriceEnquired() | e.SignInShut() | e.StaffActed() | e.StaffActRefused():
            return state
        case e.RestartOrdered() | e.DeviceTested():
            return state
        case e.CabinetOpened() | e.CabinetClosed():
            others = tuple(contact for contact in state.opened if contact != event.contact)
            opened = (event.contact,) if isinstance(event, e.CabinetOpened) else ()
            return replace(state, opened=others + opened)
        case e.OperatorOn():
            operator = Operator(event.operator_id, event.name, event.role)
            return replace(state, operator=operator, live=replace(state.live, sign_in_attempts_left=None))
        case e.OperatorOff():
            return replace(state, operator=None, live=replace(state.live, second=None, enquiry=None))
        case e.LanguageSet():
            return replace(state, language=event.language)
        case e.AccessibilitySet():
            return replace(state, large_text=event.large_text, high_contrast=event.high_contrast)
        case e.InterventionRaised():
            return replace(state, interventions=(*state.interventions, event))
        case e.InterventionCleared():
            return _judged(state, event)
        case e.FramesKept():
            return replace(state, frames=(*state.frames, (event.intervention, event.frames)))
        case e.CommandAnswered():
            return replace(state, commands=(*state.commands, event.command)[-MAXIMUM_COMMANDS:])
        case e.PiecesBagged():
            return state
        case e.StoreCreditIssued():
            return credited(state, event)
        case e.CouponRefused():
            basket, missed = state.transaction, event.keyed and event.reason == "unknown"
            if basket is None or not missed:
                return state
            return replace(state, transaction=replace(basket, codes_missed=basket.codes_missed + 1))
        case e.RefundDoubled():
            return replace(state, unpaid=tuple(t for t in state.unpaid if t.tender != event.tender))
        case e.TenderReversed():
            unpaid = tuple(t for t in state.unpaid if t.tender != event.tender)
            return replace(state, reversals=_reversals(state.reversals, event), unpaid=unpaid)
        case (
            e.LineAdded()
            | e.QuantityChanged()
            | e.LineVoided()
            | e.PriceOverridden()
            | e.PriceModifiersSettled()
            | e.LoyaltyAttached()
            | e.PointsTold()
            | e.MemberTold()
            | e.CouponAccepted()
            | e.CouponReturned()
            | e.BuyerNamed()
            | e.GiftsOwed()
            | e.AgeApproved()
            | e.TaxExempted()
            | e.LineUnbagged()
            | e.RescanDrawn()
            | e.TenderRequested()
            | e.TenderSettled()
        ):
            return in_basket(state, event)
        case (
            e.TransactionOpened()
            | e.TransactionCompleted()
            | e.TransactionVoided()
            | e.TransactionSuspended()
            | e.TransactionResumed()
            | e.StockMoved()
            | e.ShopperLeft()
        ):
            return visited(state, event)
        case e.ReturnsRequested() | e.ReturnsHeld() | e.ReturnsDropped() | e.NextDocument():
            return returned(state, event)
        case e.ReceiptRequested() | e.ReceiptPrinted() | e.ReceiptFailed() | e.ReceiptUnknown() | e.ReceiptDeclined():
            return _receipt(state, event)
        case (
            e.ZReportMade()
            | e.DayCloseWanted()
            | e.DayReportRequested()
            | e.DayReportSettled()
            | e.TerminalReconciled()
        ):
            return state
        case e.CashInserted() | e.CashOwed() | e.CashPaidOut() | e.CashCounted():
            return cash_folded(state, event)
        case e.SlipRequested():
            return replace(state, slip=Slip(event.transaction, event.job))
        case e.SlipSettled():
            same = state.slip is not None and state.slip.job == event.job
            return replace(state, slip=replace(state.slip, outcome=event.outcome)) if same and state.slip else state
        case e.BasketTakenOver():
            return replace(state, taken_over=(*state.taken_over, event.origin)[-MAXIMUM_TAKEN_OVER:])
        case e.TrainingBegan():
            return replace(state, training=event.by)
        case e.TrainingEnded():
            return replace(state, training="", live=replace(state.live, rehearsal=None))
        case _:
            return folded(state, event)


def _judged(state: State, event: e.InterventionCleared) -> State:
    """It waits no more; what was approved of a line is remembered with the basket."""
    about = next((i for i in state.interventions if i.intervention == event.intervention), None)
    left = tuple(i for i in state.interventions if i is not about)
    basket = state.transaction
    if basket is not None and about is not None and about.line is not None and event.outcome == "approved":
        basket = replace(basket, approved=(*basket.approved, (about.line, about.kind)))
    frames = tuple(kept for kept in state.frames if kept[0] != event.intervention)
    lane = _dated(state.lane, about, event) if about is not None and about.kind == "clock" else state.lane
    return replace(state, interventions=left, transaction=basket, frames=frames, lane=lane)


def _dated(lane: Lane, about: e.InterventionRaised, event: e.InterventionCleared) -> Lane:
    """What staff say of the date that the clock shows."""
    match event.outcome:
        case "approved":
            return replace(lane, confirmed_day=about.reason)
        case "refused":
            return replace(lane, refused_day=about.reason)
        case _:
            return lane


# --- the lane ----------------------------------------------------------------------------------------------------

_LaneEvent = (
    e.EpochOpened
    | e.SeriesContinued
    | e.SeriesOpened
    | e.DayOpened
    | e.DayClosed
    | e.TerminalDayClosed
    | e.LaneOpened
    | e.LaneClosed
    | e.WeighingParametersChanged
)


def _lane(lane: Lane, event: _LaneEvent) -> Lane:  # noqa: PLR0911 - one flat table, closed by assert_never
    match event:
        case e.EpochOpened():
            return Lane(event.kiosk, event.epoch, event.store, event.workstation)
        case e.SeriesContinued():
            return replace(
                lane,
                series=event.series,
                last_number=event.last_number,
                last_legal=event.last_legal,
                last_credit=event.last_credit,
                last_business_day=event.business_day,
            )
        case e.SeriesOpened():
            return replace(lane, series=event.series, last_number=0, last_legal=0, last_credit=0)
        case e.DayOpened():
            return replace(lane, business_day=event.business_day, last_business_day=event.business_day)
        case e.DayClosed():
            return replace(lane, business_day="", terminal_day=event.business_day)
        case e.TerminalDayClosed():
            return replace(
                lane, terminal_day="" if event.done else lane.terminal_day, terminal_day_failed=not event.done
            )
        case e.LaneOpened():
            return replace(lane, closed_reason="")
        case e.LaneClosed():
            return replace(lane, closed_reason=event.reason)
        case e.WeighingParametersChanged():
            return replace(lane, weighing_changes=event.count, weighing_digest=event.digest)
        case _:
            assert_never(event)


def _reversals(pending: tuple[Reversal, ...], event: e.TenderReversed) -> tuple[Reversal, ...]:
    others = tuple(r for r in pending if r.tender != event.tender)
    if event.stage == "done":
        return others
    failed = event.stage == "failed"
    return (*others, Reversal(event.tender, event.kind, event.amount, event.reference, failed, event.tender_id))


# --- the receipt -------------------------------------------------------------------------------------------------

_ReceiptEvent = e.ReceiptRequested | e.ReceiptPrinted | e.ReceiptFailed | e.ReceiptUnknown | e.ReceiptDeclined


def _receipt(state: State, event: _ReceiptEvent) -> State:
    if state.finishing is not None:
        return replace(state, finishing=_receipt_of(state.finishing, event))
    if state.last_sale is not None:
        return replace(state, last_sale=_receipt_of(state.last_sale, event))
    return state


def _receipt_of(sale: Finishing, event: _ReceiptEvent) -> Finishing:
    match event:
        case e.ReceiptRequested():
            return replace(sale, job=event.job, copy=event.copy, receipt="requested")
        case e.ReceiptPrinted():
            return replace(sale, receipt="printed")
        case e.ReceiptFailed():
            return replace(sale, receipt="failed")
        case e.ReceiptUnknown():
            return replace(sale, receipt="unknown")
        case e.ReceiptDeclined():
            return replace(sale, receipt="declined")
        case _:
            assert_never(event)
