"""Fold what happened with a fiscal device into the state."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import fiscal_events as e
from kiosk.checkout.state import Cancel, Finishing, Owed, State
from kiosk.retail.values import replace

__all__ = ["MAXIMUM_DAYS", "folded"]

MAXIMUM_DAYS = 62
"""Days that wait for a device to close them; of an older one its authority hears from the documents alone."""


def folded(state: State, event: e.FiscalEvent) -> State:  # noqa: PLR0911 - one flat table
    """The state after ``event``."""
    match event:
        case e.FiscalBegun():
            basket = state.transaction
            return replace(state, transaction=replace(basket, announced=True)) if basket is not None else state
        case e.FiscalVoided():
            return replace(state, withdrawals=tuple(uuid for uuid in state.withdrawals if uuid != event.transaction))
        case e.FiscalOutageBegan():
            return replace(state, lane=replace(state.lane, outage_ms=event.utc_ms, outage_documents=0))
        case e.FiscalOutageEnded():
            return replace(state, lane=replace(state.lane, outage_ms=0, outage_documents=0))
        case e.FiscalNumberGiven():
            return _numbered(state, event)
        case e.FiscalRequested() | e.FiscalRefused() | e.FiscalUnsigned():
            return _of_sale(state, event)
        case e.FiscalRegistered():
            return replace(state, owed=tuple(each for each in state.owed if each.uuid != event.transaction))
        case e.FiscalCancelRequested() | e.FiscalCancelled() | e.FiscalCancelRefused() | e.FiscalCancelLeft():
            return _cancel(state, event)
        case e.FiscalDayWanted() | e.FiscalDayClosed():
            return _days(state, event)
        case _:
            assert_never(event)


def _days(state: State, event: e.FiscalDayWanted | e.FiscalDayClosed) -> State:
    days = tuple(day for day in state.fiscal_days if day != event.business_day)
    if isinstance(event, e.FiscalDayWanted):
        days = (*days, event.business_day)[-MAXIMUM_DAYS:]
    return replace(state, fiscal_days=days)


def _numbered(state: State, event: e.FiscalNumberGiven) -> State:
    lane, owed = state.lane, state.owed
    if event.by == "checkout":
        lane = replace(lane, last_credit=event.number) if event.credit else replace(lane, last_legal=event.number)
    if event.outcome == "contingency":
        lane = replace(lane, outage_documents=lane.outage_documents + 1)
    if event.outcome == "outage":
        owed = tuple(
            replace(each, series=event.series, number=event.number) if each.uuid == event.transaction else each
            for each in owed
        )
    finishing = state.finishing
    if finishing is not None and finishing.completed.transaction.uuid == event.transaction:
        finishing = replace(
            finishing,
            legal_number=f"{event.series}-{event.number:06d}",
            printed=event.printed,
            fiscal="unsigned" if event.outcome == "outage" else "given" if event.by == "device" else finishing.fiscal,
        )
    return replace(state, lane=lane, finishing=finishing, owed=owed)


def _of_sale(state: State, event: e.FiscalRequested | e.FiscalRefused | e.FiscalUnsigned) -> State:
    sale = state.finishing
    if sale is None or sale.completed.transaction.uuid != event.transaction:
        return state
    match event:
        case e.FiscalRequested():
            return replace(state, finishing=replace(sale, fiscal="asked", begun_ms=event.begun_ms, refusal=("", "")))
        case e.FiscalRefused():
            return replace(state, finishing=replace(sale, fiscal="refused", refusal=(event.code, event.reason)))
        case e.FiscalUnsigned():
            return _unsigned(state, sale, event)
        case _:
            assert_never(event)


def _unsigned(state: State, sale: Finishing, event: e.FiscalUnsigned) -> State:
    owed = (*state.owed, Owed(sale.completed, sale.begun_ms)) if event.owed else state.owed
    lane = replace(state.lane, outage_documents=state.lane.outage_documents + 1)
    return replace(state, lane=lane, finishing=replace(sale, fiscal="unsigned"), owed=owed)


_CancelEvent = e.FiscalCancelRequested | e.FiscalCancelled | e.FiscalCancelRefused | e.FiscalCancelLeft


def _cancel(state: State, event: _CancelEvent) -> State:
    if isinstance(event, e.FiscalCancelRequested):
        asked = (*state.cancels, Cancel(event.transaction, event.original, event.document))
        state = replace(state, cancels=asked)
    elif not isinstance(event, e.FiscalCancelLeft):
        state = replace(state, cancels=tuple(each for each in state.cancels if each.uuid != event.transaction))
    return replace(state, finishing=_told(state.finishing, event), last_sale=_told(state.last_sale, event))


def _told(sale: Finishing | None, event: _CancelEvent) -> Finishing | None:
    if sale is None or sale.completed.transaction.uuid != event.transaction:
        return sale
    match event:
        case e.FiscalCancelRequested():
            return replace(sale, fiscal="cancel_asked")
        case e.FiscalCancelled():
            return replace(sale, fiscal="cancelled", printed=event.printed)
        case e.FiscalCancelRefused():
            return replace(sale, fiscal="")
        case e.FiscalCancelLeft():
            return replace(sale, fiscal="cancel_open")
        case _:
            assert_never(event)
