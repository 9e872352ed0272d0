"""Fold what happened to a return into the state."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import refund_events as e
from kiosk.checkout.state import Finishing, Returns, State
from kiosk.checkout.transaction_events import TransactionCompleted
from kiosk.retail.values import replace

__all__ = ["completed_return", "returned"]


def returned(state: State, event: e.RefundEvent) -> State:
    """The state after ``event``."""
    match event:
        case e.ReturnsRequested():
            wanted = Returns(
                event.original,
                event.lines,
                event.subtotal,
                event.discount,
                event.tax,
                event.total,
                event.tenders,
                event.by,
                event.member_id,
                event.included,
                event.hold,
                buyer=event.buyer,
            )
            return _with(state, wanted)
        case e.ReturnsHeld():
            basket = state.transaction
            kept = basket.returns if basket is not None else None
            return _with(state, replace(kept, held_ms=event.utc_ms)) if kept is not None else state
        case e.ReturnsDropped():
            return _with(state, None)
        case e.NextDocument():
            sale = state.finishing
            if sale is None or sale.following is None:
                return state
            return replace(state, finishing=Finishing(sale.following), last_sale=replace(sale, following=None))
        case _:
            assert_never(event)


def _with(state: State, returns: Returns | None) -> State:
    basket = state.transaction
    return state if basket is None else replace(state, transaction=replace(basket, returns=returns))


def completed_return(state: State, event: TransactionCompleted) -> State:
    """A return is complete: alone, or in one commit with the sale of an exchange, whose paper comes first.

    A pack that came back by its serial number may be sold again.
    """
    lane = replace(state.lane, last_number=max(state.lane.last_number, event.transaction.number))
    back = {(line.item_id, line.serial) for line in event.lines if line.serial}
    kept = tuple(sold for sold in state.sold_serials if sold not in back)
    state = replace(state, lane=lane, sold_serials=kept)
    if state.finishing is not None and state.transaction is None:
        return replace(state, finishing=replace(state.finishing, following=event))
    return replace(state, transaction=None, finishing=Finishing(event))
