"""What is on show of cash in a machine."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.cash_screen import CashMachineBody, StoreView
from kiosk.checkout.state import State, Tender, Transaction
from kiosk.retail.cash import acceptable
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.tender import cash_due

__all__ = ["inserting", "stores"]


def inserting(state: State, basket: Transaction, tender: Tender) -> CashMachineBody:
    """A tender that is being paid into the machine."""
    due, rounding = cash_due(tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method)
    inserted = Money(tender.inserted, due.currency)
    zero = Money.zero(due.currency)
    waits = any(raised.kind == "cash_machine" and raised.tender == tender.tender for raised in state.interventions)
    whole = inserted >= due
    ending = whole or state.live.cancelling == tender.tender
    stage: Literal["insert", "ending", "staff"] = "staff" if waits else "ending" if ending else "insert"
    held = state.live.cash.held if state.live.cash is not None else ()
    taken = acceptable(due.minor, tender.inserted, held)
    return CashMachineBody(
        due=due,
        rounding=rounding,
        inserted=inserted,
        left=zero if whole else due - inserted,
        change=inserted - due if whole else zero,
        stage=stage,
        notes=any(form == "note" for _, form in taken),
        largest=Money(max((value for value, _ in taken), default=0), due.currency),
    )


def stores(state: State, policy: Policy) -> tuple[StoreView, ...]:
    """What staff may count: the stores that change is given from."""
    held = state.live.cash.held if state.live.cash is not None else ()
    return tuple(
        StoreView(Money(each.value, policy.currency), each.form, each.pieces) for each in held if each.dispensable
    )
