"""What staff are offered to do with the lane itself, beside what they may do with a basket."""

from __future__ import annotations

from kiosk.checkout.deciding.training import NOT_REHEARSED, may_begin
from kiosk.checkout.deciding.upkeep import may_restart
from kiosk.checkout.inputs import OperatorAct
from kiosk.checkout.state import State, Transaction
from kiosk.retail.policy import Policy

__all__ = ["exempt_acts", "with_lane_acts"]


def exempt_acts(basket: Transaction, policy: Policy) -> list[OperatorAct]:
    """A basket can be sold without tax once, where the country has that at all."""
    return ["tax_exempt"] if policy.exemption is not None and basket.exemption is None else []


def with_lane_acts(acts: list[OperatorAct], state: State, policy: Policy) -> list[OperatorAct]:
    """The acts, with those on the lane that are possible now; in a rehearsal without what is not played."""
    if state.rehearsing:
        return [*(act for act in acts if act not in NOT_REHEARSED), "training"]
    if state.transaction is None and state.finishing is None:
        acts = [*acts, "device_test"]
    if not any(raised.kind == "paper" for raised in state.interventions):
        acts = [*acts, "paper_change"]
    if may_restart(state):
        acts = [*acts, "restart", "reboot"]
    if may_begin(state) and policy.rights.training == "allowed":
        acts = [*acts, "training"]
    return acts
