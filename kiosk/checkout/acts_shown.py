"""Which acts the staff's screen offers now."""

from __future__ import annotations

from kiosk.checkout.day_shown import day_acts
from kiosk.checkout.deciding.coupons import takes_coupons
from kiosk.checkout.deciding.ways import HELD
from kiosk.checkout.inputs import OperatorAct
from kiosk.checkout.lane_acts_shown import exempt_acts, with_lane_acts
from kiosk.checkout.state import Phase, State, Tender, Transaction
from kiosk.retail.policy import Policy

__all__ = ["offered_acts"]


def offered_acts(state: State, policy: Policy) -> tuple[OperatorAct, ...]:
    """What can be done now, as far as the role of whoever is signed in may do it; in the order of the screen."""
    basket, operator = state.transaction, state.operator
    acts = _acts(state, policy, basket, basket.open_tender if basket is not None else None)
    return tuple(act for act in acts if operator is not None and policy.rights.may(operator.role, act))


def _acts(state: State, policy: Policy, basket: Transaction | None, tender: Tender | None) -> list[OperatorAct]:
    acts: list[OperatorAct] = []
    if any(raised.kind not in ("cash", "tender_unknown", "fiscal_outage") for raised in state.interventions):
        acts += ["approve", "refuse"]
    if tender is not None and tender.kind == "cash" and not tender.machine and not tender.refund:
        acts.append("cash_received")
    if tender is not None and tender.outcome == "unknown" and tender.kind not in HELD:
        acts += ["tender_was_approved", "tender_was_declined"]
    if basket is not None and tender is None and basket.paid >= 0:
        acts.append("cancel_transaction")
        if basket.live_lines:
            acts.append("void_line")
        if basket.live_lines and not basket.paid:
            acts += ["price_override", "quantity"]
            acts += ["suspend"] if basket.returns is None else []
            acts += exempt_acts(basket, policy)
    if state.live.armed is not None and policy.rights.keyed_weight == "marked":
        acts.append("weight_keyed")
    if basket is None and state.finishing is None and state.suspended:
        acts.append("resume_suspended")
    if state.finishing is not None or state.last_sale is not None:
        acts.append("reprint")
    acts.append("open_lane" if state.lane.closed_reason else "close_lane")
    acts += [
        *_refund_acts(state),
        *_cash_acts(state),
        *day_acts(state),
        *_coupon_acts(state, policy),
        *_fiscal_acts(state),
        "price_check",
        "no_sale",
        *_other_lanes(state),
    ]
    return with_lane_acts(acts, state, policy)


def _other_lanes(state: State) -> list[OperatorAct]:
    """A parked basket of another lane may be asked for where none is parked here."""
    return ["resume_suspended"] if state.phase is Phase.IDLE and not state.suspended else []


def _fiscal_acts(state: State) -> list[OperatorAct]:
    """Nobody need wait for a device that will not answer."""
    return ["fiscal_skip"] if state.finishing is not None and state.finishing.held else []


def _refund_acts(state: State) -> list[OperatorAct]:
    """Something may come back before paying begins; a return that is open is gone on with."""
    basket = state.transaction
    if basket is not None and basket.returns is not None:
        return ["refund"]
    return ["refund"] if state.phase in (Phase.IDLE, Phase.SCANNING, Phase.FINISHING) else []


def _cash_acts(state: State) -> list[OperatorAct]:
    """A cash recycler is counted, filled and emptied between two visits."""
    return ["cash_count", "cashbox_emptied"] if state.live.cash is not None and state.transaction is None else []


def _coupon_acts(state: State, policy: Policy) -> list[OperatorAct]:
    """A code may be keyed in before paying begins, where the shop has coupons."""
    return ["coupon"] if takes_coupons(policy) and state.phase in (Phase.IDLE, Phase.SCANNING) else []
