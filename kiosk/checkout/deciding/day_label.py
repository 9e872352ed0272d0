"""Under which label a business day is opened: never an earlier one, and none far ahead that nobody has confirmed.

A false time source may confirm a clock that stands a year ahead; as no label goes back, the day that it turned would be
the lane's for that year. So a leap is asked about, and the lane sells on under the label it has.
"""

from __future__ import annotations

from kiosk.checkout.deciding.desk import Desk
from kiosk.retail.business_date import business_date
from kiosk.retail.returns import days_between

__all__ = ["label"]


def label(desk: Desk) -> str:
    """The ISO date that a day opened now bears. A leap that nobody has confirmed calls staff and leaves the last."""
    lane, rules = desk.state.lane, desk.policy
    shown = business_date(desk.moment.local_date, desk.moment.local_time, rules.day_turns_at)
    today = max(shown, lane.last_business_day)
    known = max(lane.last_business_day, lane.confirmed_day)
    leaps = days_between(known, today) > rules.day_jump_days
    if not desk.state.rehearsing:
        _ask(desk, today if leaps and desk.moment.clock_trusted and today != lane.refused_day else "")
    return lane.last_business_day if leaps else today


def _ask(desk: Desk, date: str) -> None:
    """Staff are asked about this date and no other; empty: about none."""
    waiting = desk.intervention("clock")
    if waiting is not None:
        if waiting.reason == date:
            return
        desk.clear(waiting, "withdrawn", "system")
    if date:
        desk.raise_intervention("clock", blocks="nothing", reason=date)
