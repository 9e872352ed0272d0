"""The cabinet: an opening is on record, shown to staff while it is open, and judged by whoever may."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.lane import HandLane, open_lane, replayed
from tests.support.returns import CLERK, SUPERVISOR

MILK = "8901234567890"
TECHNICIAN = i.OperatorSignedIn("op3", "Tapan", "technician", "pin")


def _door(is_open: bool = True) -> i.CabinetMoved:  # noqa: FBT001, FBT002  open unless closed
    return i.CabinetMoved("door", is_open)


def _tamper(is_open: bool = True) -> i.CabinetMoved:  # noqa: FBT001, FBT002  as above
    return i.CabinetMoved("tamper", is_open)


def _waiting(lane: HandLane) -> list[tuple[str, str]]:
    return [(raised.kind, raised.reason) for raised in lane.state.interventions]


def _judges(lane: HandLane, act: i.OperatorAct) -> HandLane:
    (raised,) = lane.state.interventions
    return lane.tell(i.OperatorActed(act, raised.intervention))


def test_a_door_that_opens_while_nobody_is_there_is_on_record_and_calls_staff() -> None:
    lane = open_lane().tell(_door())
    assert lane.happened(e.CabinetOpened) == [e.CabinetOpened("door", "", lane.now_ms)]
    assert _waiting(lane) == [("door", "unattended")]
    assert lane.effect(f.SetLight) == f.SetLight("amber")
    assert lane.effect(f.TellStanding).conditions == ("door_open",)
    lane.later(5_000).tell(_door(is_open=False))
    assert lane.happened(e.CabinetClosed) == [e.CabinetClosed("door", "", lane.now_ms)]
    assert _waiting(lane) == [("door", "unattended")], "it is closed, and somebody was in it all the same"
    _judges(lane.tell(CLERK), "approve")
    assert _waiting(lane) == []
    assert lane.happened(e.InterventionCleared)[-1].by == "op1"


def test_a_door_that_staff_open_is_on_record_with_their_name_and_calls_nobody() -> None:
    lane = open_lane().tell(TECHNICIAN, _door())
    assert [(each.contact, each.by) for each in lane.happened(e.CabinetOpened)] == [("door", "op3")]
    assert _waiting(lane) == []
    assert isinstance(lane.screen.body, s.StaffBody)
    assert "condition.door_open" in [told.message for told in lane.screen.body.conditions]
    lane.tell(_door(is_open=False), i.OperatorSignedOut())
    assert _waiting(lane) == []


@pytest.mark.parametrize("goes", [i.OperatorSignedOut(), i.TimerElapsed("staff")])
def test_a_door_that_staff_leave_open_calls_them_back_until_it_is_closed(goes: i.Input) -> None:
    lane = open_lane().tell(CLERK, _door(), goes)
    assert _waiting(lane) == [("door", "left_open")]
    lane.tell(_door(is_open=False))
    assert _waiting(lane) == []
    assert [(each.outcome, each.by) for each in lane.happened(e.InterventionCleared)] == [("withdrawn", "system")]


def test_a_contact_that_tells_the_same_again_tells_nothing_new() -> None:
    lane = open_lane().tell(_door(is_open=False), _tamper(is_open=False), _door(), _door())
    assert len(lane.happened(e.CabinetOpened)) == len(lane.state.interventions) == 1
    assert lane.happened(e.CabinetClosed) == []


def test_a_tamper_contact_calls_a_supervisor_whoever_is_there_and_holds_payment_up() -> None:
    lane = open_lane().scan(MILK).tell(CLERK, _tamper())
    assert lane.effect(f.SetLight) == f.SetLight("red", blinking=True)
    (raised,) = lane.state.interventions
    assert (raised.kind, raised.blocks, raised.may_clear, raised.severity) == ("tamper", "payment", "supervisor", "now")
    _judges(lane, "approve")
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ["kind"]
    lane.tell(i.OperatorSignedOut(), i.CheckoutRequested(), i.TenderChosen("card"))
    assert lane.happened(e.TenderRequested) == []
    _judges(lane.tell(SUPERVISOR), "approve").tell(i.OperatorSignedOut())
    assert lane.pay_by_card()


@pytest.mark.parametrize("told", [_door(), _tamper(), i.DrawerMoved(is_open=True)])
def test_what_is_not_in_order_closes_the_lane_after_this_shopper(told: i.Input) -> None:
    lane = open_lane().scan(MILK).tell(told)
    _judges(lane.tell(SUPERVISOR), "refuse")
    assert [(closed.by, closed.reason) for closed in lane.happened(e.LaneClosed)] == [("op2", "cabinet")]
    assert lane.state.transaction is not None
    assert replayed(lane.journal).lane.closed_reason == "cabinet"


def test_it_waits_over_shoppers_and_power_cuts_and_an_open_door_is_found_open_again() -> None:
    lane = open_lane().tell(_tamper()).scan(MILK)
    lane.tell(SUPERVISOR, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    assert _waiting(lane) == [("tamper", "")]
    lane.power_cut()
    assert _waiting(lane) == [("tamper", "")]
    lane.tell(i.CabinetMoved("tamper", is_open=True, found=True))
    assert _waiting(lane) == [("tamper", "")], "one call for one contact"
    assert len(lane.happened(e.CabinetOpened)) == 1, "it was opened once"


def test_a_door_that_staff_had_opened_is_no_opening_of_nobody_s_after_a_power_cut() -> None:
    lane = open_lane().tell(TECHNICIAN, _door(), i.OperatorSignedOut(), _door(is_open=False), TECHNICIAN, _door())
    lane.power_cut()
    lane.tell(i.OperatorSignedOut(), i.CabinetMoved("door", is_open=True, found=True))
    assert [each.by for each in lane.happened(e.CabinetOpened)] == ["op3", "op3"]
    assert "door_open" in lane.state.live.conditions
    assert _waiting(lane) == [("door", "left_open")]
    lane.tell(_door(is_open=False))
    assert _waiting(lane) == []
    assert len(lane.happened(e.CabinetClosed)) == 2


def test_a_door_that_was_opened_without_power_is_on_record_when_it_is_found() -> None:
    lane = open_lane().tell(TECHNICIAN, _door(), _door(is_open=False), i.OperatorSignedOut())
    lane.power_cut()
    lane.tell(i.CabinetMoved("door", is_open=True, found=True))
    assert [each.by for each in lane.happened(e.CabinetOpened)] == ["op3", ""]
    assert _waiting(lane) == [("door", "unattended")]


def test_a_tamper_contact_that_is_found_open_calls_a_supervisor_again_though_one_had_looked() -> None:
    lane = open_lane().tell(_tamper())
    _judges(lane.tell(SUPERVISOR), "approve").tell(i.OperatorSignedOut())
    lane.power_cut()
    lane.tell(i.CabinetMoved("tamper", is_open=True, found=True))
    assert len(lane.happened(e.CabinetOpened)) == 1
    assert _waiting(lane) == [("tamper", "")]


def test_a_door_that_was_shut_without_power_and_opens_again_has_opened_again() -> None:
    lane = open_lane().tell(_door())
    _judges(lane.tell(CLERK), "approve").tell(i.OperatorSignedOut())
    lane.power_cut()
    lane.tell(_door())
    assert len(lane.happened(e.CabinetOpened)) == 2


def test_a_drawer_forced_while_nobody_is_there_calls_staff_and_one_that_stands_open_is_said() -> None:
    lane = open_lane().tell(i.DrawerMoved(is_open=True))
    assert [each.reason for each in lane.happened(e.DrawerOpened)] == ["by_hand"]
    assert _waiting(lane) == [("drawer", "")]
    assert "drawer_open" in lane.state.live.conditions
    lane.tell(i.DrawerMoved(is_open=False))
    assert len(lane.state.live.conditions) == 0
    _judges(lane.tell(CLERK), "approve")
    lane.later(60_000).tell(i.DrawerMoved(is_open=True))
    assert _waiting(lane) == [], "whoever is signed in has its key"


def test_no_page_judges_the_cabinet_whatever_the_shop_lets_pages_do() -> None:
    lane = open_lane().tell(_door())
    (raised,) = lane.state.interventions
    lane.tell(
        i.StaffCommanded(
            "c-1", "clear_intervention", lane.now_ms + 60_000, "op2", "supervisor", raised.intervention, "approved"
        )
    )
    (answered,) = lane.happened(e.CommandAnswered)
    assert (answered.outcome, answered.reason) == ("refused", "not_remote")
    assert _waiting(lane) == [("door", "unattended")]


def test_a_door_that_opens_while_there_is_training_is_the_lane_s_own_matter() -> None:
    lane = open_lane().tell(SUPERVISOR, i.OperatorActed("training"), i.OperatorSignedOut(), _tamper())
    assert [each.contact for each in lane.happened(e.CabinetOpened)] == ["tamper"]
    assert _waiting(lane) == [("tamper", "")]
