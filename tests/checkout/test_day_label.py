"""A date far ahead is confirmed before a day bears it; a day turns at the shop's hour, however clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.checkout.evolve import evolve
from kiosk.retail.business_date import business_date
from kiosk.retail.policy import Policy
from kiosk.retail.values import replace
from kiosk.workstation.clock import SystemClock
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop

MILK = "08901234567890"
SUPERVISOR = i.OperatorSignedIn("op1", "Rahima", "supervisor", "badge")
ATTENDANT = i.OperatorSignedIn("op2", "Karim", "attendant", "badge")
TODAY, AHEAD = "2026-11-22", "2027-11-22"


def _served(lane: HandLane) -> HandLane:
    lane.scan(MILK)
    lane.approve(lane.pay_by_card())
    finishing = lane.state.finishing
    assert finishing is not None
    return lane.tell(i.PrinterAnswered(finishing.job, "printed"), i.TimerElapsed("thanks"))


def _shows(lane: HandLane, day: str, *, trusted: bool = True) -> HandLane:
    lane.day, lane.clock_trusted = day, trusted
    return lane.tell(i.DayTurned())


def _days(lane: HandLane) -> list[str]:
    return [opened.business_day for opened in lane.happened(e.DayOpened)]


def _asked(lane: HandLane) -> list[str]:
    """The dates that staff are asked about now."""
    return [raised.reason for raised in lane.state.interventions if raised.kind == "clock"]


def _judges(lane: HandLane, who: i.OperatorSignedIn, act: i.OperatorAct) -> HandLane:
    raised = next(raised for raised in lane.state.interventions if raised.kind == "clock")
    return lane.tell(who, i.OperatorActed(act, raised.intervention), i.OperatorSignedOut())


# --- a leap ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "turns"), [("2026-11-29", True), ("2026-11-30", False)])
def test_a_day_turns_by_itself_within_a_week_and_no_further(day: str, *, turns: bool) -> None:
    lane = _shows(_served(open_lane()), day)
    assert _days(lane) == ([TODAY, day] if turns else [TODAY])
    assert _asked(lane) == ([] if turns else [day])


def test_selling_goes_on_under_the_old_label_while_staff_are_asked_once() -> None:
    lane = _served(_served(_shows(_served(open_lane()), AHEAD)).tell(i.DayTurned()))
    sold = [done.transaction.business_day for done in lane.happened(e.TransactionCompleted)]
    assert sold == [TODAY] * 3
    raised = [raised for raised in lane.happened(e.InterventionRaised) if raised.kind == "clock"]
    assert [(one.blocks, one.may_clear, one.severity) for one in raised] == [("nothing", "supervisor", "later")]
    assert lane.happened(e.ZReportMade) == []


def test_a_supervisor_who_approves_the_date_turns_the_day_and_is_on_record() -> None:
    lane = _judges(_shows(_served(open_lane()), AHEAD), SUPERVISOR, "approve")
    assert (_days(lane), _asked(lane)) == ([TODAY, AHEAD], [])
    assert [(done.outcome, done.by) for done in lane.happened(e.InterventionCleared)] == [("approved", "op1")]
    assert [done.act for done in lane.happened(e.StaffActed)] == ["approve"]


def test_an_attendant_may_not_say_what_the_date_is() -> None:
    lane = _judges(_shows(_served(open_lane()), AHEAD), ATTENDANT, "approve")
    assert (_days(lane), _asked(lane)) == ([TODAY], [AHEAD])
    assert [denied.why for denied in lane.happened(e.StaffActRefused)] == ["kind"]


def test_a_refused_date_is_not_asked_about_again_and_the_next_one_is() -> None:
    lane = _judges(_shows(_served(open_lane()), AHEAD), SUPERVISOR, "refuse")
    lane.power_cut()
    assert (_days(_served(lane)), _asked(lane)) == ([TODAY], [])
    assert _asked(_shows(lane, "2027-11-23")) == ["2027-11-23"]


def test_a_clock_set_right_takes_the_question_back_and_the_day_turns_as_ever() -> None:
    lane = _shows(_shows(_served(open_lane()), AHEAD), "2026-11-23")
    assert (_days(lane), _asked(lane)) == ([TODAY, "2026-11-23"], [])
    assert [(done.outcome, done.by) for done in lane.happened(e.InterventionCleared)] == [("withdrawn", "system")]


def test_the_question_follows_the_date_that_is_shown() -> None:
    lane = _shows(_shows(_served(open_lane()), AHEAD), "2027-11-23")
    assert _asked(lane) == ["2027-11-23"]
    assert _days(_judges(lane, SUPERVISOR, "approve")) == [TODAY, "2027-11-23"]


def test_a_date_approved_while_a_shopper_is_served_waits_for_them() -> None:
    lane = _shows(_served(open_lane()), AHEAD).scan(MILK)
    _judges(lane, SUPERVISOR, "approve")
    assert _days(lane) == [TODAY]
    lane.approve(lane.pay_by_card())
    finishing = lane.state.finishing
    assert finishing is not None
    lane.tell(i.PrinterAnswered(finishing.job, "printed"), i.TimerElapsed("thanks"))
    assert _days(lane) == [TODAY, AHEAD]


def test_the_question_outlasts_a_power_cut() -> None:
    lane = _shows(_served(open_lane()), AHEAD)
    lane.power_cut()
    assert (_days(lane), _asked(lane)) == ([TODAY], [AHEAD])
    assert _days(_judges(lane, SUPERVISOR, "approve")) == [TODAY, AHEAD]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_day_closed_by_staff_is_not_opened_under_a_date_far_ahead_either(*, trusted: bool) -> None:
    lane = _served(open_lane()).tell(SUPERVISOR, i.OperatorActed("z_report"), i.OperatorSignedOut())
    lane.day, lane.clock_trusted = AHEAD, trusted
    assert _days(_served(lane)) == [TODAY, TODAY]
    assert _asked(lane) == ([AHEAD] if trusted else []), "nobody need judge what the machine does not believe itself"


def test_staff_see_both_dates() -> None:
    lane = _shows(_served(open_lane()), AHEAD).tell(SUPERVISOR)
    body = lane.screen.body
    assert isinstance(body, s.StaffBody)
    shown = [one.text for one in body.interventions if one.kind == "clock"]
    assert [dict(one.values) for one in shown] == [{"date": AHEAD, "day": TODAY}]


# --- the shop's hour ---------------------------------------------------------------------------------------------


def _shop_that_turns(at: str) -> HandLane:
    book = small_shop()
    book.policy = replace(book.policy, day_turns_at=at)
    return open_lane(book)


def test_a_sale_after_midnight_belongs_to_the_evening_where_the_shop_says_so() -> None:
    lane = _served(_shop_that_turns("04:00"))
    lane.day, lane.local_time = "2026-11-23", "01:30"
    _served(lane.tell(i.DayTurned()))
    lane.local_time = "04:00"
    _served(lane.tell(i.DayTurned()))
    sold = [done.transaction.business_day for done in lane.happened(e.TransactionCompleted)]
    assert sold == [TODAY, TODAY, "2026-11-23"]


@pytest.mark.parametrize("told", [{"day_turns_at": "4:00"}, {"day_turns_at": "24:00"}, {"day_jump_days": 0}])
def test_an_hour_that_is_none_and_days_that_are_none_are_no_setting(told: dict[str, object]) -> None:
    plain = msgspec.to_builtins(small_shop().policy)
    with pytest.raises(msgspec.ValidationError, match="day_turns_at"):
        msgspec.convert(plain | told, Policy)


def _hours(zone: str, turns_at: str, label: str) -> float:
    """How long the lane bears a label, by the product's clock in a zone, looked at every quarter of an hour."""
    now = datetime.fromisoformat(label).replace(tzinfo=UTC) - timedelta(days=1, hours=-12)
    ends = now + timedelta(days=4)
    lane = _shop_that_turns(turns_at)
    clock = SystemClock(zone, time_ns=lambda: int(now.timestamp()) * 1_000_000_000)
    quarters = 0
    while now < ends:
        moment = clock.moment()
        lane.now_ms, lane.day, lane.local_time = moment.utc_ms, moment.local_date, moment.local_time
        if not lane.state.lane.business_day:
            lane.state = evolve(lane.state, e.DayOpened(lane.day, lane.now_ms, clock_trusted=True))
        lane.tell(i.DayTurned())
        quarters += lane.state.lane.business_day == label
        now += timedelta(minutes=15)
    assert _days(lane) == sorted(set(_days(lane))), "each day is opened once, in order"
    return quarters / 4


@pytest.mark.parametrize(
    ("zone", "turns_at", "label", "hours"),
    [
        ("Europe/Berlin", "00:00", "2026-03-29", 23),
        ("Europe/Berlin", "00:00", "2026-10-25", 25),
        ("Europe/Berlin", "02:30", "2026-03-28", 23.5),  # half past two is left out: the day turns at three
        ("Europe/Berlin", "02:30", "2026-03-29", 23.5),
        ("Europe/Berlin", "02:30", "2026-10-24", 24),  # half past two comes twice: it turns at the first
        ("Europe/Berlin", "02:30", "2026-10-25", 25),
        ("Europe/Berlin", "04:00", "2026-03-28", 23),
        ("Europe/Berlin", "04:00", "2026-10-24", 25),
        ("America/Sao_Paulo", "00:00", "2018-11-04", 23),  # midnight is left out
        ("America/Sao_Paulo", "00:00", "2019-02-16", 25),  # the hour before midnight comes twice
        ("America/Sao_Paulo", "23:30", "2019-02-16", 25),
        ("America/Sao_Paulo", "00:00", "2026-11-01", 24),  # no summer time since 2019
        ("America/Sao_Paulo", "04:00", "2026-02-15", 24),
    ],
)
def test_a_day_is_as_long_as_the_wall_clock_makes_it_and_each_is_opened_once(
    zone: str, turns_at: str, label: str, hours: float
) -> None:
    assert _hours(zone, turns_at, label) == hours


def test_the_hour_that_comes_twice_takes_no_label_back() -> None:
    lane = _shop_that_turns("02:30")
    lane.day = "2026-10-25"
    for shown in ("02:15", "02:45", "02:15", "02:45"):
        lane.local_time = shown
        _served(lane.tell(i.DayTurned()))
    sold = [done.transaction.business_day for done in lane.happened(e.TransactionCompleted)]
    assert sold == ["2026-10-24", "2026-10-25", "2026-10-25", "2026-10-25"]


def test_a_moment_without_a_time_of_day_goes_by_the_calendar() -> None:
    assert business_date("2026-11-23", "", "04:00") == "2026-11-23"
