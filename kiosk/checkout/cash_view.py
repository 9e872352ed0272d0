"""What is on show of cash in a machine."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

from kiosk.checkout.cash_screen import CashMachineBody, StoreView
from kiosk.checkout.cash_state import cash_held, rest_may_differ
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
    held = cash_held(state)
    taken = acceptable(due.minor, tender.inserted, held)
    ranges = _ranges({piece.value for piece in held}, {value for value, _ in taken}, due.currency)
    gaps = len(ranges) > 1 or (bool(ranges) and ranges[0][0].minor > min(piece.value for piece in held))
    return CashMachineBody(
        due=due,
        rounding=rounding,
        inserted=inserted,
        left=zero if whole else due - inserted,
        change=inserted - due if whole else zero,
        stage=stage,
        notes=any(form == "note" for _, form in taken),
        largest=zero if gaps or not ranges else ranges[0][1],
        ranges=ranges if gaps else (),
        part=stage == "insert" and rest_may_differ(tender),
    )


def _ranges(known: set[int], taken: set[int], currency: str) -> tuple[tuple[Money, Money], ...]:
    """Neighbours among the known pieces that are taken, as (smallest, largest).

    >>> [(a.minor, b.minor) for a, b in _ranges({1, 2, 5, 10}, {1, 2, 10}, "EUR")]
    [(1, 2), (10, 10)]
    """
    runs = (tuple(values) for is_taken, values in groupby(sorted(known), taken.__contains__) if is_taken)
    return tuple((Money(run[0], currency), Money(run[-1], currency)) for run in runs)


def stores(state: State, policy: Policy) -> tuple[StoreView, ...]:
    """What staff may count: the stores that change is given from."""
    held = state.live.cash.held if state.live.cash is not None else ()
    return tuple(
        StoreView(Money(each.value, policy.currency), each.form, each.pieces) for each in held if each.dispensable
    )
