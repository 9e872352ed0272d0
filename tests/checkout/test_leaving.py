"""The end of a visit: the lane gets free whatever the printer does, and the next shopper finds nothing of the last."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import AttractBody
from kiosk.checkout.state import Phase
from tests.support.lane import HandLane, open_lane
from tests.support.shop import brazil, small_shop

MILK = "8901234567890"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def without_paper() -> HandLane:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card())
    return lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "failed", "paper out"))


def waiting(lane: HandLane) -> list[str]:
    return [raised.kind for raised in lane.state.interventions]


def test_staff_free_a_lane_whose_printer_is_dead_and_print_the_receipt_later() -> None:
    lane = without_paper()
    lane.tell(STAFF, i.OperatorActed("refuse", target=lane.state.interventions[0].intervention), i.OperatorSignedOut())
    assert lane.state.phase is Phase.IDLE
    assert waiting(lane) == []
    lane.tell(STAFF, i.OperatorActed("reprint"))
    assert lane.effect(f.Print).completed == lane.happened(e.TransactionCompleted)[0]


def test_nobody_waves_a_receipt_away_that_is_being_printed() -> None:
    lane = without_paper()
    raised = lane.state.interventions[0].intervention
    lane.tell(i.DeviceBack("printer"), STAFF, i.OperatorActed("refuse", target=raised))
    assert lane.happened(e.ShopperLeft) == []
    lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
    assert lane.state.phase is Phase.IDLE


def test_a_receipt_the_law_wants_is_tried_again_after_a_power_cut_and_staff_are_called_once() -> None:
    lane = without_paper().power_cut()
    assert lane.effect(f.Print).copy
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "failed", "paper out"))
    assert waiting(lane) == ["printer"]
    lane.power_cut()
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    assert waiting(lane) == []


def test_where_the_shopper_may_choose_a_power_cut_after_a_failed_receipt_calls_staff_once() -> None:
    lane = open_lane(small_shop(brazil())).scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.ReceiptChosen("paper"))
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "failed")).power_cut()
    assert waiting(lane) == ["printer"]
    lane.tell(i.TimerElapsed("thanks"))
    assert lane.state.phase is Phase.IDLE


def test_a_member_answered_for_after_the_visit_is_nobodys() -> None:
    lane = open_lane().scan(MILK).tell(i.LoyaltyPresented("cd" * 32, "phone"))
    asked = lane.effect(f.AskMember)
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    lane.tell(i.MemberAnswered(asked.correlation, "m-9", "gold"))
    assert lane.happened(e.LoyaltyAttached) == []
    assert lane.state.phase is Phase.IDLE


def test_large_text_set_on_the_attract_screen_is_not_left_to_the_next_shopper() -> None:
    lane = open_lane().tell(i.AccessibilityChosen(large_text=True))
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert not lane.state.large_text
    lane.tell(i.AccessibilityChosen(large_text=True)).power_cut()
    assert not lane.state.large_text


def test_a_screen_left_open_in_a_closed_lane_is_cleared_before_it_opens_again() -> None:
    lane = open_lane().tell(i.ShopperArrived("en"), i.HeadOfficeCommanded("close_lane"))
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"), i.HeadOfficeCommanded("open_lane"))
    assert isinstance(lane.screen.body, AttractBody)
    assert lane.state.language == ""
