"""Staff and the machine itself: started anew only where no money is open, the sign-in freed by who may."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody
from tests.checkout.test_remote import answers, order
from tests.support.lane import HandLane, open_lane

MILK = "8901234567890"
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")


def offered(lane: HandLane) -> tuple[str, ...]:
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    return body.acts


@pytest.mark.parametrize(("act", "what"), [("restart", "program"), ("reboot", "machine")])
def test_a_restart_is_on_record_before_it_is_done(act: i.OperatorAct, what: e.Restartable) -> None:
    lane = open_lane().tell(SUPERVISOR)
    assert act in offered(lane)
    lane.tell(i.OperatorActed(act))
    assert lane.effect(f.Restart).what == what
    assert lane.happened(e.RestartOrdered) == [e.RestartOrdered(what, "op2", lane.now_ms)]
    assert [done.act for done in lane.happened(e.StaffActed)] == [act]


def test_a_basket_without_money_outlives_a_restart() -> None:
    lane = open_lane().scan(MILK).tell(SUPERVISOR, i.OperatorActed("restart")).power_cut()
    assert lane.state.transaction is not None
    assert [line.line for line in lane.state.transaction.live_lines] == [1]


@pytest.mark.parametrize("act", ["restart", "reboot"])
def test_nothing_is_started_anew_while_money_is_open(act: i.OperatorAct) -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    lane.tell(SUPERVISOR)
    assert act not in offered(lane)
    lane.tell(i.OperatorActed(act))
    assert lane.no_effect(f.Restart)
    assert lane.happened(e.RestartOrdered) == []
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "upkeep.money_open"


def test_money_on_its_way_back_holds_a_restart_up() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 100)
    lane.tell(SUPERVISOR, i.OperatorActed("cancel_transaction"), i.OperatorActed("restart"))
    assert lane.happened(e.RestartOrdered) == []
    reversal = lane.happened(e.TenderReversed)[-1].tender
    lane.tell(i.ReversalAnswered(reversal, done=True), i.OperatorActed("restart"))
    assert len(lane.happened(e.RestartOrdered)) == 1


def test_the_sign_in_is_freed_from_a_page_by_who_may() -> None:
    lane = open_lane().tell(i.OperatorRefused(0, "pin", 60_000))
    lane.tell(order(lane, "unlock_sign_in", role="attendant"))
    assert answers(lane) == [("refused", "role")]
    assert lane.no_effect(f.OpenSignIn)
    lane.tell(order(lane, "unlock_sign_in", ident="c-2", role="supervisor"))
    assert not lane.no_effect(f.OpenSignIn)
    assert lane.state.live.sign_in_attempts_left is None
    assert answers(lane)[-1] == ("done", "")


def test_a_lane_is_started_anew_from_a_page_but_not_over_open_money() -> None:
    lane = open_lane().tell(order(open_lane(), "restart", role="supervisor"))
    assert lane.effect(f.Restart).what == "program"
    lane.scan(MILK)
    lane.pay_by_card()
    lane.tell(order(lane, "restart", ident="c-2", role="supervisor"))
    assert answers(lane) == [("done", ""), ("refused", "money_open")]
    assert lane.no_effect(f.Restart)


def test_what_a_page_says_to_a_shopper_is_not_shown_to_a_trainee() -> None:
    lane = open_lane().tell(SUPERVISOR, i.OperatorActed("training"))
    lane.tell(order(lane, "message", words="Your umbrella"))
    assert answers(lane) == [("refused", "training")]
