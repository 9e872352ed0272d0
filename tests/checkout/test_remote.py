"""Staff act at a lane from a page: what the lane takes, what it refuses, and that it acts once."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import remote
from kiosk.checkout.screen import Notice
from kiosk.checkout.text import text
from kiosk.retail.restrictions import Restrictions
from kiosk.retail.rights import Rights
from messages.commands import StaffDeed
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop

MILK, WINE, BLADES = "8901234567890", "9780201379624", "036000291452"


def order(
    lane: HandLane,
    deed: StaffDeed = "clear_intervention",
    *,
    ident: str = "c-1",
    role: str = "attendant",
    outcome: Literal["", "approved", "refused"] = "approved",
    prepared: str = "",
    words: str = "",
    in_ms: int = 30_000,
) -> i.StaffCommanded:
    raised = lane.state.interventions[0].intervention if lane.state.interventions else "gone"
    expires = lane.now_ms + in_ms
    return i.StaffCommanded(ident, deed, expires, "op-7", role, raised, outcome, "too young", prepared, words)


def answers(lane: HandLane) -> list[tuple[str, str]]:
    return [(answer.outcome, answer.reason) for answer in lane.happened(e.CommandAnswered)]


def coming(lane: HandLane) -> bool:
    return lane.screen.chrome.staff_coming


def noticed(lane: HandLane) -> Notice | None:
    return lane.screen.notice


def called() -> HandLane:
    return open_lane().scan(MILK).tell(i.HelpPressed())


def allowing_age() -> HandLane:
    book = small_shop()
    kinds, allowed = (*book.policy.remote_kinds, "age"), Restrictions(law_remote=("age",))
    book.policy = replace(book.policy, remote_kinds=kinds, restrictions=allowed)
    return open_lane(book)


def test_an_intervention_cleared_from_a_page_is_journalled_as_that_and_the_shopper_goes_on() -> None:
    lane = called()
    lane.tell(order(lane))
    assert not lane.state.interventions
    cleared = lane.happened(e.InterventionCleared)[-1]
    assert (cleared.outcome, cleared.by, cleared.remote) == ("approved", "op-7", True)
    assert answers(lane) == [("done", "")]
    assert lane.screen.notice is not None
    assert lane.screen.notice.text == text("attend.approved")


def test_a_command_that_comes_twice_acts_once_even_after_a_power_cut() -> None:
    lane = called()
    first = order(lane, "on_the_way")
    lane.tell(first, first)
    lane.power_cut().tell(first)
    assert len(answers(lane)) == 1


def test_a_command_for_an_intervention_that_is_gone_is_too_late() -> None:
    lane = called()
    late = order(lane)
    lane.tell(i.HelpPressed(), late)
    assert answers(lane) == [("too_late", "gone")]


def test_a_command_that_has_expired_is_too_late_unless_the_clock_cannot_be_believed() -> None:
    lane = called()
    late = order(lane)
    lane.later(60_000).tell(late)
    assert answers(lane) == [("too_late", "expired")]
    lane.clock_trusted = False
    lane.tell(replace(late, ident="c-2"))
    assert answers(lane)[-1] == ("done", "")


def test_age_is_judged_at_the_lane_unless_the_country_allows_it_from_afar() -> None:
    lane = open_lane().scan(WINE)
    lane.tell(order(lane))
    assert answers(lane) == [("refused", "not_remote")]
    assert lane.state.interventions
    lane = allowing_age().scan(WINE)
    lane.tell(order(lane))
    assert lane.happened(e.AgeApproved)[0].by == "op-7"


def test_a_refusal_from_a_page_does_at_the_lane_what_a_refusal_there_does() -> None:
    lane = allowing_age().scan(MILK, WINE)
    lane.tell(order(lane, outcome="refused"))
    assert lane.state.transaction is not None
    assert len(lane.state.transaction.live_lines) == 1
    assert lane.happened(e.InterventionCleared)[-1].reason == "too young"
    assert lane.screen.notice is not None


@pytest.mark.parametrize("kind", sorted(remote.NEVER))
def test_money_and_the_law_are_never_judged_from_a_page_whatever_the_settings_say(kind: e.InterventionKind) -> None:
    book = small_shop()
    book.policy = replace(book.policy, remote_kinds=(kind,))
    lane = open_lane(book)
    raised = e.InterventionRaised("i-1", kind, "nothing", "attendant", lane.now_ms)
    lane.state = replace(lane.state, interventions=(raised,))
    lane.tell(order(lane, role="supervisor"))
    assert answers(lane) == [("refused", "not_remote")]


def test_an_operator_the_lane_does_not_know_may_do_nothing_and_each_role_only_what_its_rights_say() -> None:
    lane = open_lane().scan(BLADES)
    lane.tell(order(lane, role=""), order(lane, ident="c-2", role="technician"), order(lane, ident="c-3"))
    assert answers(lane) == [("refused", "operator"), ("refused", "kind"), ("done", "")]


def test_what_needs_a_second_person_is_done_at_the_lane() -> None:
    book = small_shop()
    book.policy = replace(book.policy, rights=Rights(need_second=("approve",)))
    lane = open_lane(book).scan(BLADES)
    lane.tell(order(lane))
    assert answers(lane) == [("refused", "second")]


def test_a_judgement_without_an_outcome_and_a_message_without_words_are_refused() -> None:
    lane = called()
    lane.tell(order(lane, outcome=""), order(lane, "message", ident="c-2", words=" \n"))
    assert answers(lane) == [("refused", "unclear"), ("refused", "unclear")]


def test_the_shopper_sees_that_staff_are_coming_until_they_are_there() -> None:
    lane = called()
    lane.tell(order(lane, "on_the_way"))
    assert coming(lane)
    assert f.SetLight("red", blinking=True) in lane.effects
    lane.tell(i.OperatorSignedIn("op-7", "Rina", "attendant", "badge"))
    assert not coming(lane)


def test_nobody_comes_where_nothing_waits_and_nobody_is_coming_once_it_is_cleared() -> None:
    lane = open_lane().scan(MILK)
    lane.tell(order(lane, "on_the_way"))
    assert answers(lane) == [("too_late", "gone")]
    lane.tell(i.HelpPressed())
    lane.tell(order(lane, "on_the_way", ident="c-2"))
    lane.tell(i.HelpPressed())
    assert not coming(lane)


def test_a_message_stays_through_other_notices_and_goes_in_its_time_or_with_the_shopper() -> None:
    lane = open_lane().scan(MILK)
    lane.tell(order(lane, "message", words="Your\numbrella\t is here" + "!" * 200))
    notice = lane.screen.notice
    assert notice is not None
    said = dict(notice.text.values)["words"]
    assert str(said).startswith("Your umbrella is here!")
    assert len(str(said)) == 80
    assert noticed(lane.scan("not a code")) != notice
    assert noticed(lane.tell(i.TimerElapsed("notice"))) == notice
    assert noticed(lane.tell(i.TimerElapsed(remote.TIMER))) is None
    lane.tell(order(lane, "message", ident="c-2", prepared="wait"))
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert lane.state.live.message is None


def test_the_lane_is_closed_and_opened_by_name_and_answers_once() -> None:
    close = i.HeadOfficeCommanded("close_lane", "stocktaking", "c-1", "op-7", "attendant")
    lane = open_lane().tell(close, close)
    assert lane.happened(e.LaneClosed) == [e.LaneClosed("op-7", "stocktaking")]
    lane.tell(i.HeadOfficeCommanded("open_lane", "", "c-2", "op-9", ""))
    assert answers(lane) == [("done", ""), ("refused", "operator")]
    lane.tell(i.HeadOfficeCommanded("open_lane"))
    assert not lane.state.lane.closed_reason


def test_head_office_hears_of_a_device_that_is_lost_and_of_paper_that_runs_low() -> None:
    lane = open_lane().tell(i.DeviceLost("printer", "cable"))
    assert lane.effect(f.TellStanding) == f.TellStanding(("printer",), ())
    lane.tell(i.ConditionChanged("near_end", on=True))
    assert lane.effect(f.TellStanding) == f.TellStanding(("printer",), ("near_end",))
    assert lane.scan(MILK).no_effect(f.TellStanding)
