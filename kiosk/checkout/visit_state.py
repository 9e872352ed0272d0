"""Fold how a visit begins and ends: opened, sold, voided, parked, gone on with, left."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout.parked import Parked, ParkedShown, Slip
from kiosk.checkout.refund_state import completed_return
from kiosk.checkout.sold_state import gone_back, used_in, used_up
from kiosk.checkout.state import LASTING, Finishing, State, Transaction
from kiosk.retail.values import replace

__all__ = [
    "MAXIMUM_REDEEMED",
    "MAXIMUM_SERIALS",
    "MAXIMUM_SUSPENDED",
    "MAXIMUM_USED",
    "MAXIMUM_WITHDRAWALS",
    "OFFLINE",
    "VisitEvent",
    "credited",
    "visited",
]

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

VisitEvent = (
    e.TransactionOpened
    | e.TransactionCompleted
    | e.TransactionVoided
    | e.TransactionSuspended
    | e.TransactionResumed
    | e.StockMoved
    | e.ShopperLeft
)


def visited(state: State, event: VisitEvent) -> State:
    """The state after a visit began, changed hands or ended."""
    match event:
        case e.TransactionOpened():
            lane = replace(state.lane, last_number=event.transaction.number)
            return replace(state, lane=lane, transaction=Transaction(event), live=replace(state.live, buyer=None))
        case e.TransactionCompleted() if event.original is not None:
            return completed_return(replace(state, used=gone_back(state.used, event)), event)
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


def credited(state: State, event: e.StoreCreditIssued) -> State:
    """The state after store credit was issued with a document that is being finished."""
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
        keeping=False,
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
