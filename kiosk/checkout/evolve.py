"""Fold one event into the state. No rule is decided here: what happened, happened."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout.cash_state import cash_folded
from kiosk.checkout.day_state import booked
from kiosk.checkout.fiscal_state import folded
from kiosk.checkout.parked import Parked, ParkedShown, Slip
from kiosk.checkout.refund_state import completed_return, returned
from kiosk.checkout.shown_state import on_show
from kiosk.checkout.sold_state import used_in, used_up
from kiosk.checkout.state import LASTING, Finishing, Lane, Operator, Reversal, Shopper, State, Tender, Transaction
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = [
    "MAXIMUM_COMMANDS",
    "MAXIMUM_REDEEMED",
    "MAXIMUM_SERIALS",
    "MAXIMUM_SUSPENDED",
    "MAXIMUM_TAKEN_OVER",
    "MAXIMUM_UNPAID",
    "MAXIMUM_USED",
    "MAXIMUM_WITHDRAWALS",
    "OFFLINE",
    "evolve",
]

MAXIMUM_COMMANDS = 500
"""Answered commands that are remembered: far more than can come in the time that one is worth anything."""
MAXIMUM_REDEEMED = 2_000
"""Single-use coupons used up here that are remembered; fleet-wide they are head office's."""
MAXIMUM_SUSPENDED = 20
"""Unpaid baskets parked at this workstation; the oldest makes room."""
MAXIMUM_SERIALS = 5_000
"""Serial numbers sold here that are remembered; fleet-wide they are head office's."""
OFFLINE = "offline"
"""The reference of points that were burned without head office."""
MAXIMUM_USED = 2_000
"""Uses of offers by members here that are remembered; those of other lanes are head office's to tell."""
MAXIMUM_WITHDRAWALS = 500
"""Baskets that came to nothing and a fiscal device has still to hear of; an older one ends with its own time limit."""
MAXIMUM_TAKEN_OVER = 500
"""Baskets of other lanes that were gone on with here and are remembered, until head office must have heard of it."""
MAXIMUM_UNPAID = 100
"""Tenders settled without money whose late yes would still be known for what it is."""


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
            return _credited(state, event)
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
            return _in_basket(state, event)
        case (
            e.TransactionOpened()
            | e.TransactionCompleted()
            | e.TransactionVoided()
            | e.TransactionSuspended()
            | e.TransactionResumed()
            | e.StockMoved()
            | e.ShopperLeft()
        ):
            return _visit(state, event)
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


# --- the basket --------------------------------------------------------------------------------------------------

_BasketEvent = (
    e.LineAdded
    | e.QuantityChanged
    | e.LineVoided
    | e.PriceOverridden
    | e.PriceModifiersSettled
    | e.LoyaltyAttached
    | e.PointsTold
    | e.MemberTold
    | e.CouponAccepted
    | e.CouponReturned
    | e.BuyerNamed
    | e.GiftsOwed
    | e.AgeApproved
    | e.TaxExempted
    | e.LineUnbagged
    | e.RescanDrawn
    | e.TenderRequested
    | e.TenderSettled
)


def _in_basket(state: State, event: _BasketEvent) -> State:  # noqa: C901, PLR0912 - one flat table, closed by assert_never
    basket = state.transaction
    if basket is None:
        message = f"{type(event).__name__} without an open transaction"
        raise ValueError(message)
    live = state.live
    match event:
        case e.LineAdded():
            basket = replace(basket, lines=(*basket.lines, event.item), latest_line=event.item.line)
            emptying = live.emptying.after_line(event.item.entry)
            live = live if emptying == live.emptying else replace(live, emptying=emptying)
        case e.QuantityChanged():
            changed = replace(_line(basket, event.line), quantity=event.quantity, extended=event.extended)
            basket = replace(_with_line(basket, changed), latest_line=event.line)
        case e.LineVoided():
            voided = replace(_line(basket, event.line), voided=True, modifiers=())
            basket = _with_line(basket, voided)
        case e.PriceOverridden():
            basket = replace(_with_line(basket, _overridden(basket, event)), latest_line=event.line)
        case e.PriceModifiersSettled():
            basket = _with_modifiers(basket, event)
        case e.LoyaltyAttached():
            same = basket.member_id in ("", event.member_id)
            basket = replace(
                basket,
                age_approved=basket.age_approved if same else 0,
                member_id=event.member_id,
                member_tier=event.tier,
                member_method=event.method,
                points=event.points,
                points_utc_ms=event.points_utc_ms,
                shopper=Shopper(segments=event.segments),
            )
        case e.PointsTold():
            basket = replace(basket, points=event.points, points_utc_ms=event.utc_ms)
        case e.MemberTold():
            shopper = Shopper(event.visit, event.segments, event.used, counted=True)
            basket = replace(basket, shopper=shopper)
        case e.CouponAccepted() | e.CouponReturned() | e.GiftsOwed():
            basket = _offered(basket, event)
        case e.BuyerNamed():
            basket, live = replace(basket, buyer=event.buyer), replace(live, buyer=None)
        case e.AgeApproved():
            basket = replace(basket, age_approved=max(basket.age_approved, event.minimum_age))
        case e.LineUnbagged():
            basket = replace(basket, unbagged=tuple(dict.fromkeys((*basket.unbagged, event.line))))
        case e.RescanDrawn():
            basket = replace(basket, drawn=event.pieces)
        case e.TaxExempted():
            basket = _exempted(basket, event)
        case e.TenderRequested():
            asked = Tender.asked(event)
            basket = replace(basket, tenders=(*basket.tenders, asked))
        case e.TenderSettled():
            basket = replace(basket, tenders=tuple(_settled(t, event) for t in basket.tenders))
            cancelling = live.cancelling if event.outcome == "unknown" else ""
            live = replace(live, cancelling=cancelling, qr=None, prompt=None)
            state = replace(state, unpaid=_unpaid(state.unpaid, basket, event))
        case _:
            assert_never(event)
    return replace(state, transaction=basket, live=replace(live, hints=()) if live.hints else live)


def _offered(basket: Transaction, event: e.CouponAccepted | e.CouponReturned | e.GiftsOwed) -> Transaction:
    """What offers are opened by, and what they owe."""
    match event:
        case e.CouponAccepted():
            others = tuple(one for one in basket.coupons if one.code != event.coupon.code)
            return replace(basket, coupons=(*others, event.coupon))
        case e.CouponReturned():
            return replace(basket, coupons=tuple(one for one in basket.coupons if one.code != event.code))
        case e.GiftsOwed():
            return replace(basket, gifts=event.gifts)
        case _:
            assert_never(event)


def _line(basket: Transaction, number: int) -> LineItem:
    return basket.lines[number - 1]


def _overridden(basket: Transaction, event: e.PriceOverridden) -> LineItem:
    return replace(
        _line(basket, event.line),
        unit_price=event.unit_price,
        extended=event.extended,
        was_price=event.was,
        override_reason=event.reason,
        discountable=False,
        modifiers=(),
    )


def _exempted(basket: Transaction, event: e.TaxExempted) -> Transaction:
    for one in event.lines:
        line = _line(basket, one.line)
        free = replace(line, unit_price=one.unit_price, extended=one.extended, tax_rate=one.tax_rate)
        basket = _with_line(basket, free)
    return replace(basket, exemption=event.exemption)


def _with_line(basket: Transaction, changed: LineItem) -> Transaction:
    index = changed.line - 1
    return replace(basket, lines=(*basket.lines[:index], changed, *basket.lines[index + 1 :]))


def _with_modifiers(basket: Transaction, event: e.PriceModifiersSettled) -> Transaction:
    wanted = {entry.line: entry.modifiers for entry in event.lines}
    lines = tuple(
        line if line.modifiers == wanted.get(line.line, ()) else replace(line, modifiers=wanted.get(line.line, ()))
        for line in basket.lines
    )
    return replace(basket, lines=lines)


def _unpaid(known: tuple[Tender, ...], basket: Transaction, event: e.TenderSettled) -> tuple[Tender, ...]:
    if event.outcome not in ("declined", "cancelled"):
        return tuple(t for t in known if t.tender != event.tender)
    refused = tuple(t for t in basket.tenders if t.tender == event.tender and t.kind != "cash")
    if event.reason != "staff":  # of a refund money may move after all only where staff, and not who does it, said no
        refused = tuple(t for t in refused if not t.refund)
    return (*known, *refused)[-MAXIMUM_UNPAID:]


def _settled(tender: Tender, event: e.TenderSettled) -> Tender:
    if tender.tender != event.tender:
        return tender
    settled = None
    if event.outcome in ("approved", "partial"):
        settled = e.SettledTender(
            tender=tender.tender,
            tender_id=tender.tender_id,
            kind=tender.kind,
            amount=event.amount,
            approval_code=event.approval_code,
            brand=event.brand,
            masked_pan=event.masked_pan,
            reference=event.reference,
            received=event.received,
            change=event.change,
            rounding=event.rounding,
            acquirer=event.acquirer,
            terminal_id=event.terminal_id,
            card_entry=event.card_entry,
            signature=event.signature,
            slip=event.slip,
            points=tender.points,
            balance=event.balance,
            worth=tender.worth,
            instalments=tender.instalments,
            instalments_by=tender.instalments_by,
            original=tender.original,
        )
    return replace(tender, outcome=event.outcome, settled=settled, reason=event.reason)


# --- the visit ---------------------------------------------------------------------------------------------------

_VisitEvent = (
    e.TransactionOpened
    | e.TransactionCompleted
    | e.TransactionVoided
    | e.TransactionSuspended
    | e.TransactionResumed
    | e.StockMoved
    | e.ShopperLeft
)


def _visit(state: State, event: _VisitEvent) -> State:
    match event:
        case e.TransactionOpened():
            lane = replace(state.lane, last_number=event.transaction.number)
            return replace(state, lane=lane, transaction=Transaction(event), live=replace(state.live, buyer=None))
        case e.TransactionCompleted() if event.original is not None:
            return completed_return(state, event)
        case e.TransactionCompleted():
            return replace(
                state,
                transaction=None,
                finishing=Finishing(event),
                sold_serials=_serials(state),
                redeemed=(*state.redeemed, *used_up(event))[-MAXIMUM_REDEEMED:],
                burned_offline=_burned_offline(state, event),
                used=(*state.used, *used_in(event))[-MAXIMUM_USED:],
            )
        case e.StockMoved():
            return state
        case e.TransactionVoided():
            return _voided(state, event.transaction)
        case e.TransactionSuspended():
            return _suspended(state, event)
        case e.TransactionResumed():
            return _resumed(state, event.transaction)
        case e.ShopperLeft():
            return _gone(replace(state, finishing=None, last_sale=state.finishing or state.last_sale, slip=None))
        case _:
            assert_never(event)


def _serials(state: State) -> tuple[tuple[str, str], ...]:
    """What was sold by serial number, with what the basket that is completed now adds."""
    basket = state.transaction
    lines = basket.live_lines if basket is not None else ()
    return (*state.sold_serials, *((k.item_id, k.serial) for k in lines if k.serial))[-MAXIMUM_SERIALS:]


def _burned_offline(state: State, event: e.TransactionCompleted) -> tuple[tuple[str, str, int], ...]:
    """What was burned here without head office on this day, with what the completed sale adds."""
    day = event.transaction.business_day
    burned = sum(t.points for t in event.tenders if t.kind == "points" and t.reference == OFFLINE)
    known = tuple(row for row in state.burned_offline if row[0] == day)
    return (*known, (day, event.member_id, burned)) if burned else known


def _voided(state: State, uuid: str) -> State:
    parked = tuple(t for t in state.suspended if t.opened.transaction.uuid != uuid)
    gone = (state.transaction, *state.suspended)
    if any(t is not None and t.announced and t.opened.transaction.uuid == uuid for t in gone):
        state = replace(state, withdrawals=(*state.withdrawals, uuid)[-MAXIMUM_WITHDRAWALS:])
    if len(parked) < len(state.suspended):
        return replace(state, suspended=parked)
    return _gone(replace(state, transaction=None))


def _suspended(state: State, event: e.TransactionSuspended) -> State:
    """Parked. Whoever waits for its slip is still there, with their language and letters."""
    basket = state.transaction
    if basket is not None:
        aside = replace(basket, parked=Parked(event.utc_ms, event.reason, event.expires_ms))
        state = replace(state, suspended=(*state.suspended, aside)[-MAXIMUM_SUSPENDED:])
    after = _gone(replace(state, transaction=None))
    if not event.slip:
        return after
    kept = replace(after, language=state.language, large_text=state.large_text, high_contrast=state.high_contrast)
    return replace(kept, slip=Slip(event.transaction, event.slip), live=replace(after.live, view="slip"))


def _resumed(state: State, uuid: str) -> State:
    parked = next(t for t in state.suspended if t.opened.transaction.uuid == uuid)
    left = tuple(t for t in state.suspended if t is not parked)
    basket = replace(parked, age_approved=0, approved=(), parked=None)
    return replace(state, transaction=basket, suspended=left, language=basket.opened.language)


def _credited(state: State, event: e.StoreCreditIssued) -> State:
    sale = state.finishing
    documents = (sale.completed, sale.following) if sale is not None else ()
    if sale is None or all(each is None or each.transaction.uuid != event.transaction for each in documents):
        return state
    return replace(state, finishing=replace(sale, owed=(*sale.owed, event)))


def _gone(state: State) -> State:
    """Nothing private is left for the next shopper; what staff must still judge about a payment stays."""
    kept = tuple(i for i in state.interventions if i.kind in LASTING)
    live = replace(
        state.live,
        view="attract",
        view_line=None,
        armed=None,
        enquiry=None,
        code_taken=None,
        bought=(),
        notice=None,
        message=None,
        staff_coming=False,
        leaving=False,
        cancelling="",
        prompt=None,
        qr=None,
        member_ask=None,
        points=e.PointsShown(),
        value=e.ValueShown(),
        coupon_asks=(),
        buyer=None,
        suggestions=e.SuggestionsShown(),
        look=e.LookShown(),
        hints=(),
        refund=e.RefundShown(),
        parked=ParkedShown(),
    )
    return replace(state, interventions=kept, language="", large_text=False, high_contrast=False, live=live)


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
