"""``render``: what is in front of the shopper, as a pure function of the state and how the shop trades."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout import refund_view
from kiosk.checkout import screen as s
from kiosk.checkout.basket_view import basket_body, line_in_view, totals_view, weigh_body
from kiosk.checkout.buyer_shown import buyer_body
from kiosk.checkout.deciding.coupons import tries_left
from kiosk.checkout.deciding.fiscal import CLOSED_BY_LAW
from kiosk.checkout.deciding.unsynced import CLOSED as UNSYNCED
from kiosk.checkout.devices_shown import devices_body
from kiosk.checkout.parked_shown import parked_body, slip_body
from kiosk.checkout.paying_shown import attract, presenting
from kiosk.checkout.staff_view import staff_body
from kiosk.checkout.state import Operator, Phase, State
from kiosk.checkout.tender_view import finishing, paying, signed, tender_choice
from kiosk.checkout.text import Text, text
from kiosk.retail.policy import Policy
from kiosk.retail.values import replace

__all__ = ["render"]

_SHOPPERS = frozenset({"scanner", "produce_scale", "bagging_scale", "printer", "card_reader"})
"""Devices that a shopper misses; the others are for staff."""


def render(state: State, policy: Policy) -> s.Screen:
    """One whole picture; while there is training, of what is played."""
    played = state.live.rehearsal
    if played is not None:
        screen = render(played, policy)
        return replace(screen, chrome=replace(screen.chrome, workstation=state.lane.workstation, training=True))
    body = _body(state, policy)
    return s.Screen(
        chrome=_chrome(state, policy),
        body=body,
        notice=_notice(state),
        warnings=() if isinstance(body, s.OutOfServiceBody) else _warnings(state),
        leaving=_leaving(state) if state.live.leaving else None,
    )


def _leaving(state: State) -> Text:
    """What happens to somebody who does not come back: a basket is put aside, anything less is forgotten."""
    basket = state.transaction
    return text("leaving.basket" if basket is not None and basket.live_lines else "leaving.start_over")


def _chrome(state: State, policy: Policy) -> s.Chrome:
    operator = state.operator
    return s.Chrome(
        language=state.language or policy.languages[0],
        languages=policy.languages,
        large_text=state.large_text,
        high_contrast=state.high_contrast,
        online=state.live.online,
        store_name=policy.store_name,
        workstation=state.lane.workstation,
        help_called=any(raised.kind == "help" for raised in state.interventions),
        staff=_badge(operator, policy) if operator is not None else None,
        staff_coming=state.live.staff_coming,
        help_place=state.live.queue.place,
    )


def _badge(operator: Operator, policy: Policy) -> s.StaffBadge:
    role = policy.rights.role(operator.role)
    return s.StaffBadge(operator.name, operator.role, role.names if role is not None else {})


def _notice(state: State) -> s.Notice | None:
    live = state.live
    if live.notice is None:
        return s.Notice(live.message, "warning", "help") if live.message is not None else None
    level: Literal["info", "warning", "error"] = "info"
    if live.notice_level in ("warning", "error"):
        level = "error" if live.notice_level == "error" else "warning"
    return s.Notice(live.notice, level, live.notice_sound)


def _warnings(state: State) -> tuple[Text, ...]:
    lost = tuple(text(f"device.{device}_lost") for device, _ in state.live.lost if device in _SHOPPERS)
    return lost if state.live.online else (text("network.offline"), *lost)


# --- which body --------------------------------------------------------------------------------------------------


def _body(state: State, policy: Policy) -> s.Body:
    before = slip_body(state, policy) or _of_staff(state, policy)
    if before is not None:
        return before
    if state.live.storage:
        return _storage(state)
    match state.phase:
        case Phase.OUT_OF_SERVICE:
            return _closed(state)
        case Phase.FINISHING if state.finishing is not None:
            with_staff = any(raised.kind == "fiscal" for raised in state.interventions)
            return finishing(state.finishing, policy, with_staff=with_staff)
        case Phase.IDLE if state.live.view == "attract":
            return attract(state, policy)
        case _:
            return _returning(state, policy) or _visit(state, policy)


def _of_staff(state: State, policy: Policy) -> s.Body | None:
    """What staff see of the lane, or somebody who signs in to it."""
    live = state.live
    if state.operator is None:
        return s.StaffSignInBody(live.sign_in_attempts_left) if live.view == "staff_sign_in" else None
    if live.second is not None:
        return s.StaffSignInBody(live.sign_in_attempts_left, live.second.act)
    if live.view == "refund" and state.finishing is None:
        return refund_view.money_back(state, policy, by_staff=True) or refund_view.finding(state, policy)
    if live.view == "devices":
        return devices_body(state)
    if live.view == "parked" and state.transaction is None:
        return parked_body(state)
    return staff_body(state, policy) if live.view == "staff" else None


def _returning(state: State, policy: Policy) -> s.Body | None:
    """What is on show to whoever brings something back, while staff see to it."""
    return refund_view.money_back(state, policy, by_staff=False) if refund_view.takes_over(state) else None


def _storage(state: State) -> s.OutOfServiceBody:
    """The disk refuses. Whoever has been asked for money must not be left to pay again elsewhere."""
    basket = state.transaction
    paying = basket is not None and (basket.open_tender is not None or basket.paid)
    return s.OutOfServiceBody(
        text("closed.storage_paying" if paying else "closed.storage"), text(f"storage.{state.live.storage}")
    )


def _closed(state: State) -> s.OutOfServiceBody:
    if state.lane.series:
        if state.lane.closed_reason == UNSYNCED:
            return s.OutOfServiceBody(text("closed.lane"), text("closed.unsynced"))
        by_law = state.lane.closed_reason in CLOSED_BY_LAW
        return s.OutOfServiceBody(text("closed.lane"), text("closed.fiscal") if by_law else None)
    if "no_book" in state.live.conditions:
        return s.OutOfServiceBody(text("closed.no_book"), text("condition.no_book"))
    return s.OutOfServiceBody(text("closed.starting"))


def _visit(state: State, policy: Policy) -> s.Body:  # noqa: C901, PLR0911 - one flat table
    basket = state.transaction
    tender = basket.open_tender if basket is not None else None
    if basket is not None and tender is not None:
        return paying(state, basket, tender, policy)
    judged = signed(state, policy)
    if judged is not None:
        return judged
    match state.live.view:
        case "look_up":
            suggested = state.live.suggestions
            return s.LookUpBody(
                totals_view(basket, policy), suggested.items, suggested.department, asking=bool(suggested.correlation)
            )
        case "weigh":
            return weigh_body(state, policy) or basket_body(state, policy)
        case "quantity":
            line = line_in_view(state)
            return s.QuantityBody(line, policy.maximum_quantity) if line is not None else basket_body(state, policy)
        case "loyalty":
            tier = basket.member_tier if basket is not None else ""
            return s.LoyaltyBody(tier, busy=state.live.member_ask is not None and not state.live.member_ask.member_id)
        case "coupon":
            return s.CouponBody(busy=bool(state.live.coupon_asks), staff=not tries_left(state, policy))
        case "buyer" if basket is not None and policy.buyer is not None:
            return buyer_body(state, policy.buyer)
        case "tender_choice" if basket is not None:
            return tender_choice(state, basket, policy)
        case "stored_value" | "paper_voucher" | "voucher_rest" | "gift_amount" | "instalments":
            return presenting(state, policy, totals_view(basket, policy).due) or basket_body(state, policy)
        case _:
            return basket_body(state, policy)
