"""Paper is changed step by step, and the lane waits meanwhile."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody
from tests.support.lane import HandLane, open_lane

MILK = "8901234567890"
STAFF = i.OperatorSignedIn("op1", "Rahima", "technician", "badge")
OPEN, CLOSED = i.DeviceLost("printer", "cover_open"), i.DeviceBack("printer")


def changing() -> HandLane:
    return open_lane().tell(STAFF, i.OperatorActed("paper_change"))


def said(lane: HandLane) -> str:
    body = lane.tell(i.ViewRequested("staff")).screen.body
    assert isinstance(body, StaffBody)
    return next((one.text.message for one in body.interventions if one.kind == "paper"), "")


def slip(lane: HandLane) -> str:
    return lane.effect(f.PrintTest).job


def test_the_steps_follow_the_printer_and_the_lane_goes_on_when_a_slip_is_out() -> None:
    lane = changing()
    assert said(lane) == "intervention.paper_open"
    assert said(lane.tell(OPEN)) == "intervention.paper_load"
    job = slip(lane.tell(CLOSED))
    assert said(lane) == "intervention.paper_test"
    lane.tell(i.PrinterAnswered(job, "printed"))
    assert said(lane) == ""
    cleared = lane.happened(e.InterventionCleared)[-1]
    assert (cleared.outcome, cleared.by) == ("approved", "op1")
    assert [done.act for done in lane.happened(e.StaffActed)] == ["paper_change"]


def test_nothing_is_rung_up_meanwhile() -> None:
    lane = changing().scan(MILK)
    assert lane.state.transaction is None
    lane.tell(i.PrinterAnswered(slip(lane.tell(CLOSED)), "printed")).scan(MILK)
    assert lane.state.transaction is not None


def test_a_printer_that_stands_open_already_begins_at_the_roll() -> None:
    assert said(open_lane().tell(OPEN, STAFF, i.OperatorActed("paper_change"))) == "intervention.paper_load"


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_slip_that_does_not_come_out_begins_again(outcome: str) -> None:
    lane = changing().tell(OPEN)
    job = slip(lane.tell(CLOSED))
    lane.tell(i.PrinterAnswered(job, "failed" if outcome == "failed" else "unknown"))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "paper.not_ready"
    assert said(lane) == "intervention.paper_open"


def test_a_printer_that_tells_no_cover_is_tried_by_hand() -> None:
    lane = changing()
    raised = lane.state.interventions[0].intervention
    lane.tell(i.OperatorActed("approve", raised))
    lane.tell(i.PrinterAnswered(slip(lane), "printed"))
    assert not lane.state.interventions


def test_staff_may_leave_it() -> None:
    lane = changing()
    lane.tell(i.OperatorActed("refuse", lane.state.interventions[0].intervention)).scan(MILK)
    assert lane.state.live.paper is None
    assert lane.state.transaction is not None


def test_it_does_not_begin_while_a_receipt_is_printed() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.ReceiptChosen("paper"), STAFF, i.OperatorActed("paper_change"))
    assert not lane.state.interventions
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "paper.printing"


def test_the_lock_waits_for_whoever_has_both_hands_in_the_printer() -> None:
    assert f.StartTimer("staff", 60_000) in changing().tell(OPEN).effects


def test_after_a_power_cut_in_the_middle_the_lane_sells_or_asks_again() -> None:
    lane = changing().tell(OPEN).power_cut()
    lane.tell(STAFF)
    assert said(lane) == ""
    busy = open_lane().scan(MILK).tell(STAFF, i.OperatorActed("paper_change"), OPEN).power_cut().tell(STAFF)
    assert said(busy) == "intervention.paper_open"
