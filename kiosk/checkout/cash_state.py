"""Fold what happened to cash in a machine into the state, and find it there."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import cash_events as e
from kiosk.checkout.state import Payout, State, Tender
from kiosk.retail.cash import CashHeld
from kiosk.retail.values import replace

__all__ = ["cash_folded", "cash_held", "machine_tender", "payout_named", "rest_may_differ"]


def machine_tender(state: State, wanted: str = "") -> Tender | None:
    """The tender that is being paid into the machine (if it is the one that is named)."""
    tender = state.transaction.open_tender if state.transaction is not None else None
    found = tender is not None and tender.machine and wanted in ("", tender.tender)
    return tender if found else None


def cash_held(state: State) -> tuple[CashHeld, ...]:
    """What lies in the machine, as far as change can be promised from it."""
    standing = state.live.cash
    stores = standing.held if standing is not None else ()
    jammed = standing is not None and standing.state == "hopper_jam"
    return tuple(replace(store, dispensable=False) if jammed else store for store in stores)


def rest_may_differ(tender: Tender) -> bool:
    """Whether some of a tender is in the machine, and some is left that may be paid in another way."""
    return 0 < tender.inserted < tender.requested.minor


def payout_named(state: State, wanted: str) -> Payout | None:
    """What is owed under this name."""
    return next((each for each in state.payouts if each.payout == wanted), None)


def cash_folded(state: State, event: e.CashEvent) -> State:
    """The state after ``event``."""
    match event:
        case e.CashInserted():
            return _inserted(state, event)
        case e.CashOwed():
            others = tuple(each for each in state.payouts if each.payout != event.instead_of)
            owed = Payout(
                event.payout, event.tender, event.owed_for, event.amount, event.cash, instead_of=event.instead_of
            )
            return replace(state, payouts=(*others, owed))
        case e.CashPaidOut():
            return _paid_out(state, event)
        case e.CashCounted():
            return state
        case _:
            assert_never(event)


def _inserted(state: State, event: e.CashInserted) -> State:
    basket = state.transaction
    if basket is None:
        return state
    tenders = tuple(
        replace(each, inserted=event.amount.minor, pieces=sum(k.pieces for k in event.cash))
        if each.tender == event.tender
        else each
        for each in basket.tenders
    )
    return replace(state, transaction=replace(basket, tenders=tenders))


def _paid_out(state: State, event: e.CashPaidOut) -> State:
    if event.outcome in ("paid", "by_staff"):
        return replace(state, payouts=tuple(each for each in state.payouts if each.payout != event.payout))
    failed, unknown = event.outcome == "short", event.outcome == "unknown"
    return replace(
        state,
        payouts=tuple(
            replace(each, amount=event.left, failed=failed, unknown=unknown) if each.payout == event.payout else each
            for each in state.payouts
        ),
    )
