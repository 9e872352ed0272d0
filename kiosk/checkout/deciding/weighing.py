"""Weighed goods at the desk: the reading on show judged by the rule, its parameters counted, staff called."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State
from kiosk.retail.policy import Policy
from kiosk.retail.transaction import LineItem
from kiosk.retail.weighing import (
    VERSION,
    Accepted,
    Goods,
    Platter,
    Reason,
    Refused,
    ServiceReason,
    is_service,
    judge,
    standing,
)

__all__ = ["audit", "blocked", "call_staff", "judged", "priced", "scale_price"]


def judged(state: State, policy: Policy, mono_ms: int | None, today: str = "") -> Accepted | Refused:
    """The rule's word on the armed item and the reading on show. ``mono_ms`` ``None``: as if it were taken just now.

    ``today``: the date; never earlier than the lane's business day, so that a clock set back revives no verification.
    """
    armed, shown = state.live.armed, state.live.produce
    if armed is None or armed.unit == "each":
        return Refused("waiting")
    platter = None
    if shown is not None:
        platter = Platter(
            weight=shown.weight,
            stable=shown.stable,
            problem=shown.problem,
            age_ms=0 if mono_ms is None else mono_ms - shown.mono_ms,
            certified=shown.certified,
            emptied=state.live.emptying.seen,
            net=shown.net,
            high_resolution=shown.high_resolution,
            computed=shown.computed,
        )
    goods = Goods(armed.unit_price, armed.unit, armed.tare_grams)
    return judge(goods, platter, policy.weighing, _day(state, today), intact=state.live.weighing.intact)


def blocked(state: State, policy: Policy, today: str = "") -> ServiceReason | None:
    """Why nothing may be sold by weight at this lane; ``None`` if it may."""
    return standing(policy.weighing, _day(state, today), intact=state.live.weighing.intact)


def priced(armed: LineItem, weighing: Accepted) -> LineItem:
    """The armed line with its net weight and price."""
    return replace(armed, weight=weighing.net, extended=weighing.extended, entry="weighed")


def scale_price(state: State) -> int:
    """The unit price, in minor units, that a price-computing scale should weigh the armed item at; 0: none waits."""
    armed = state.live.armed
    return armed.unit_price.minor if armed is not None and armed.unit == "kg" else 0


def call_staff(desk: Desk, reason: Reason) -> None:
    """Ask staff to look at the scale, once, where nobody else can help."""
    if is_service(reason) and desk.intervention("scale") is None:
        desk.raise_intervention("scale", blocks="nothing", reason=reason)


def audit(desk: Desk) -> None:
    """Count a change of what weighings are judged by, before anything is priced under it."""
    live, lane = desk.state.live.weighing, desk.state.lane
    if not live.checksum:
        return
    rules, policy = desk.policy.weighing, desk.policy
    parameters = f"{policy.country} {rules} scale={live.scale} version={VERSION} checksum={live.checksum}"
    digest = hashlib.sha256(f"{parameters} tares={desk.book.tares}".encode()).hexdigest()
    if digest != lane.weighing_digest:
        desk.happened(e.WeighingParametersChanged(lane.weighing_changes + 1, digest, parameters, desk.moment.utc_ms))


def _day(state: State, today: str) -> str:
    return max(today, state.lane.business_day, state.lane.last_business_day)
