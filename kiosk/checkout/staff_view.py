"""What staff see of the lane: what waits for them, the basket, the acts that are open to them, and what is wrong."""

from __future__ import annotations

from kiosk.checkout import screen as s
from kiosk.checkout.acts_shown import offered_acts
from kiosk.checkout.basket_view import intervention_views, line_views, totals_view
from kiosk.checkout.cash_view import stores
from kiosk.checkout.day_shown import day_conditions
from kiosk.checkout.deciding.weighing import blocked
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.state import State
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.rights import ACTS
from kiosk.retail.tender import cash_due
from kiosk.retail.weighing import VERSION

__all__ = ["staff_body"]


def staff_body(state: State, policy: Policy) -> s.StaffBody:
    """The attendant's view of this lane."""
    basket = state.transaction
    tender = basket.open_tender if basket is not None else None
    cash = None
    if basket is not None and tender is not None and tender.kind == "cash" and not tender.machine and not tender.refund:
        cash, _ = cash_due(tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method)
    return s.StaffBody(
        interventions=intervention_views(state, policy),
        lines=line_views(state),
        totals=totals_view(basket, policy) if basket is not None else None,
        acts=offered_acts(state, policy),
        devices=state.live.lost,
        conditions=_conditions(state, policy),
        weighing=_weighing(state),
        suspended=len(state.suspended),
        cash_due=cash,
        stores=stores(state, policy),
        enquiry=_enquiry(state),
        reasons=tuple((act, reasons) for act in ACTS if (reasons := policy.rights.reasons_for(act))),
        lowest=_lowest(state, policy),
        most=policy.rights.maximum_quantity,
        weighing_item=state.live.armed.names if state.live.armed is not None else None,
        certificate=policy.exemption.longest if policy.exemption is not None and policy.exemption.certificate else 0,
    )


def _enquiry(state: State) -> s.EnquiryView | None:
    told = state.live.enquiry
    if told is None:
        return None
    return s.EnquiryView(
        told.names,
        told.price,
        told.unit,
        told.offers,
        told.on_hand,
        told.department,
        told.tax_points,
        told.minimum_age,
        told.needs_staff,
        tuple((place.location, place.names, place.on_hand) for place in told.elsewhere),
        "asked" if told.asked else "offline" if told.offline else "told",
        told.above,
    )


def _lowest(state: State, policy: Policy) -> tuple[tuple[int, Money], ...]:
    """How low the operator may price each line. An item's own floor is the price book's, and judged when it is done."""
    operator, basket = state.operator, state.transaction
    if operator is None or basket is None:
        return ()
    before = ((line.line, line.was_price or line.unit_price) for line in basket.live_lines)
    return tuple((n, Money(policy.rights.lowest(operator.role, was.minor), was.currency)) for n, was in before)


def _conditions(state: State, policy: Policy) -> tuple[Text, ...]:
    """What staff should know besides lost devices; last, what is wrong with the scale."""
    told = tuple(text(f"condition.{condition}") for condition in (*state.live.conditions, *key_conditions(state)))
    unsynced = state.live.unsynced
    if unsynced.verdict:
        amount = Money(unsynced.unsynced.minor, policy.currency)
        told = (*told, text("condition.unsynced", amount=amount))
    if state.lane.terminal_day_failed:
        told = (*told, text("condition.terminal_day"))
    if state.fiscal_days:
        told = (*told, text("condition.fiscal_day"))
    if state.cancels:
        told = (*told, text("condition.fiscal_cancel", count=len(state.cancels)))
    told = (*told, *(text(f"condition.{condition}") for condition in day_conditions(state.books)))
    reasons = {raised.reason for raised in state.interventions if raised.kind == "scale" and raised.reason}
    standing = blocked(state, policy) if state.live.weighing.scale else None
    if standing is not None:
        reasons.add(standing)
    return (*told, *(text(f"weighing.{reason}") for reason in sorted(reasons)))


def _weighing(state: State) -> Text | None:
    """What the legally relevant software is, and how often its parameters were changed."""
    shown = state.live.weighing
    if not shown.scale:
        return None
    return text("weighing.identity", version=VERSION, checksum=shown.checksum[:8], changes=state.lane.weighing_changes)
