"""Sales that head office has not acknowledged: staff are told, and past the shop's bound nobody else is served."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import OutOfServiceBody, StaffBody
from kiosk.checkout.state import Phase
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.unsynced import Unsynced, UnsyncedRules
from kiosk.retail.values import replace
from tests.support.lane import POWER, WEIGHING, HandLane, open_lane
from tests.support.shop import small_shop

MILK = "8901234567890"
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")
HOUR_MS = 3_600_000


def _lane(rules: UnsyncedRules) -> HandLane:
    book = small_shop()
    book.policy = replace(book.policy, unsynced=rules)
    return open_lane(book)


def _told(lane: HandLane, *, hours: int = 0, minor: int = 0) -> HandLane:
    since = lane.now_ms - hours * HOUR_MS if hours or minor else 0
    return lane.tell(i.UnsyncedTold(Unsynced(since, minor)))


def _conditions(lane: HandLane) -> tuple[Text, ...]:
    lane.tell(SUPERVISOR)
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    lane.tell(i.OperatorSignedOut())
    return body.conditions


def test_staff_are_told_how_much_waits_and_the_shop_sells_on() -> None:
    lane = _told(_lane(UnsyncedRules(warn_hours=24)), hours=25, minor=9_500)
    assert text("condition.unsynced", amount=Money(9_500, "BDT")) in _conditions(lane)
    assert lane.scan(MILK).state.phase is Phase.SCANNING


def test_nothing_is_said_before_it_is_long_or_much() -> None:
    lane = _told(_lane(UnsyncedRules(warn_hours=24, warn_minor=10_000)), hours=23, minor=9_999)
    assert not [told for told in _conditions(lane) if told.message == "condition.unsynced"]


@pytest.mark.parametrize(("hours", "minor"), [(48, 1), (1, 500_000)], ids=["too long", "too much"])
def test_past_the_bound_the_shopper_at_the_lane_is_served_and_nobody_after(hours: int, minor: int) -> None:
    lane = _lane(UnsyncedRules(most_hours=48, most_minor=500_000)).scan(MILK)
    _told(lane, hours=hours, minor=minor)
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    assert isinstance(lane.screen.body, OutOfServiceBody)
    assert lane.scan(MILK).state.transaction is None


def test_the_closed_lane_says_why_and_opens_by_itself_when_head_office_has_them() -> None:
    lane = _told(_lane(UnsyncedRules(most_hours=48)), hours=48, minor=9_500)
    assert lane.screen.body == OutOfServiceBody(text("closed.lane"), text("closed.unsynced"))
    assert lane.scan(MILK).state.transaction is None
    _told(lane)
    assert lane.state.phase is Phase.IDLE


def test_staff_cannot_open_it_past_the_bound_nor_head_office_from_afar() -> None:
    lane = _told(_lane(UnsyncedRules(most_hours=48)), hours=48, minor=1)
    lane.tell(SUPERVISOR, i.OperatorActed("open_lane"), i.OperatorSignedOut())
    assert lane.state.phase is Phase.OUT_OF_SERVICE
    lane.tell(i.HeadOfficeCommanded("open_lane", "", ident="c1"))
    (answered,) = lane.happened(e.CommandAnswered)
    assert (answered.outcome, answered.reason) == ("refused", "unsynced")


def test_a_lane_that_staff_closed_stays_closed_when_sales_have_arrived() -> None:
    lane = _lane(UnsyncedRules(most_hours=48)).tell(SUPERVISOR, i.OperatorActed("close_lane", reason="lunch"))
    _told(_told(lane, hours=48, minor=1))
    assert lane.state.lane.closed_reason == "lunch"


def test_a_clock_that_nobody_has_confirmed_counts_no_hours() -> None:
    lane = _lane(UnsyncedRules(most_hours=48))
    lane.clock_trusted = False
    lane.later(400 * 24 * HOUR_MS)
    assert _told(lane, hours=9_000, minor=1).state.phase is Phase.IDLE


def test_after_a_power_cut_it_stays_closed_until_it_is_told_otherwise() -> None:
    lane = _told(_lane(UnsyncedRules(most_hours=48)), hours=48, minor=1)
    lane.power_cut()
    assert lane.state.phase is Phase.OUT_OF_SERVICE
    lane.tell(WEIGHING, POWER)
    assert _told(lane, hours=1, minor=1).state.phase is Phase.IDLE
