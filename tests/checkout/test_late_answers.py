"""Answers that come late, twice, out of order or for another amount: money is counted once, or given back once."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane

MILK, TEA = "8901234567890", "4006381333931"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def sold(lane: HandLane) -> str:
    """One more whole visit; gives its tender."""
    tender = lane.scan(MILK).pay_by_card()
    lane.approve(tender).tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    return tender


def test_a_yes_repeated_two_sales_later_takes_no_money_from_the_shop() -> None:
    lane = open_lane()
    first = sold(lane)
    sold(lane)
    sold(lane)
    lane.approve(first)
    assert lane.no_effect(f.Reverse)
    assert lane.happened(e.TenderReversed) == []


def test_a_late_yes_is_given_back_once_however_often_it_comes() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "declined"))
    lane.approve(tender).tell(i.ReversalAnswered(tender, done=True))
    lane.approve(tender)
    assert lane.no_effect(f.Reverse)
    assert [r.stage for r in lane.happened(e.TenderReversed)] == ["requested", "done"]


def test_money_handed_back_by_staff_is_not_given_back_again_by_a_repeated_yes() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 4000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=False))
    lane.tell(i.OperatorActed("approve", target=lane.state.interventions[0].intervention))
    lane.approve(tender, 4000)
    assert lane.no_effect(f.Reverse)
    assert lane.state.reversals == ()


def test_a_late_yes_that_names_no_amount_gives_back_what_was_asked_for() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "not_found"), i.TerminalAnswered(tender, "approved"))
    assert lane.effect(f.Reverse).amount == Money(9500, "BDT")


def test_a_late_yes_is_given_back_after_the_basket_was_parked_and_the_power_cut() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "declined"), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    lane.power_cut().approve(tender)
    assert lane.effect(f.Reverse).tender == tender


def test_once_staff_say_no_the_terminal_is_asked_once_more() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "approved", Money(9600, "BDT")), STAFF, i.OperatorActed("tender_was_declined"))
    assert lane.effect(f.AskTerminal).tender == tender
    lane.tell(i.TerminalAnswered(tender, "approved", Money(9600, "BDT")))
    assert lane.effect(f.Reverse).amount == Money(9600, "BDT")


def test_a_payment_staff_refused_that_is_still_under_way_is_stopped() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender), STAFF, i.OperatorActed("tender_was_declined"))
    lane.tell(i.TerminalAnswered(tender, "in_progress"))
    assert lane.effect(f.AbortTerminal).tender == tender


def test_a_terminal_that_overheard_the_cancelling_is_told_again() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.PaymentCancelled(), i.TerminalAnswered(tender, "in_progress"))
    assert lane.effect(f.AbortTerminal).tender == tender
    lane.tell(i.TerminalAnswered(tender, "cancelled")).pay_by_card()
    lane.tell(i.TerminalAnswered(lane.happened(e.TenderRequested)[-1].tender, "in_progress"))
    assert lane.no_effect(f.AbortTerminal)


def test_a_reversal_that_staff_have_in_hand_is_not_sent_again_after_a_power_cut() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 4000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=False)).power_cut()
    assert lane.no_effect(f.Reverse)
    assert [r.kind for r in lane.state.interventions] == ["reversal"]


def reversal_unknown(lane: HandLane) -> str:
    """An approved card is to be given back, and the terminal says nothing of it; gives the tender."""
    tender = lane.scan(MILK).pay_by_card()
    lane.approve(tender, 4000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=False, unknown=True))
    return tender


def test_a_reversal_nobody_knows_of_is_asked_for_until_the_terminal_says_and_staff_are_told_to_look_first() -> None:
    lane = open_lane()
    tender = reversal_unknown(lane)
    (raised,) = lane.state.interventions
    assert (raised.kind, raised.reason) == ("reversal", "unknown")
    assert lane.effect(f.StartTimer).name == "reversal"
    assert lane.tell(i.TimerElapsed("reversal")).effect(f.Reverse).tender == tender
    lane.tell(i.ReversalAnswered(tender, done=False, unknown=True))
    assert lane.tell(i.DeviceBack("card_reader")).effect(f.Reverse).tender == tender
    assert lane.power_cut().effect(f.Reverse).tender == tender
    lane.tell(i.ReversalAnswered(tender, done=True))
    assert lane.state.interventions == ()
    assert lane.tell(i.TimerElapsed("reversal")).no_effect(f.Reverse)


def test_a_reversal_that_was_refused_after_all_is_put_to_staff_in_other_words_and_not_asked_for_again() -> None:
    lane = open_lane()
    tender = reversal_unknown(lane)
    lane.tell(i.ReversalAnswered(tender, done=False, reason="refused"))
    (raised,) = lane.state.interventions
    assert (raised.kind, raised.reason) == ("reversal", "")
    assert lane.tell(i.TimerElapsed("reversal")).no_effect(f.Reverse)


def test_staff_who_handed_the_money_out_end_the_asking() -> None:
    lane = open_lane()
    reversal_unknown(lane)
    lane.tell(i.OperatorActed("approve", target=lane.state.interventions[0].intervention))
    assert lane.tell(i.TimerElapsed("reversal")).no_effect(f.Reverse)
    assert lane.state.reversals == ()


def test_staff_who_refuse_to_hand_money_back_have_the_terminal_try_again() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 4000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=False))
    lane.tell(i.OperatorActed("refuse", target=lane.state.interventions[0].intervention))
    assert lane.effect(f.Reverse).tender == tender
    assert lane.power_cut().effect(f.Reverse).tender == tender
    lane.tell(i.ReversalAnswered(tender, done=False))
    assert [r.kind for r in lane.state.interventions] == ["reversal"]


def refused_by_staff(lane: HandLane) -> str:
    """The terminal is silent, and staff say that nothing was paid; gives the tender."""
    tender = lane.scan(MILK).pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender), STAFF, i.OperatorActed("tender_was_declined"))
    lane.tell(i.TerminalSilent(tender))
    return tender


def test_a_terminal_that_was_silent_when_staff_said_no_is_asked_when_it_is_back() -> None:
    lane = open_lane()
    tender = refused_by_staff(lane)
    lane.tell(i.DeviceLost("card_reader", "cable"), i.DeviceBack("card_reader"))
    assert lane.effect(f.AskTerminal).tender == tender
    assert lane.approve(tender).effect(f.Reverse).amount == Money(9500, "BDT")
    lane.tell(i.ReversalAnswered(tender, done=True), i.DeviceBack("card_reader"))
    assert lane.no_effect(f.AskTerminal)


def test_a_terminal_that_was_silent_when_staff_said_no_is_asked_after_a_power_cut() -> None:
    lane = open_lane()
    tender = refused_by_staff(lane)
    assert lane.power_cut().effect(f.AskTerminal).tender == tender


def test_a_payment_that_was_still_under_way_when_staff_said_no_is_asked_about_until_it_has_ended() -> None:
    lane = open_lane()
    tender = refused_by_staff(lane)
    lane.tell(i.TerminalAnswered(tender, "in_progress"), i.TimerElapsed("doubt"))
    assert lane.effect(f.AskTerminal).tender == tender
    assert lane.approve(tender).effect(f.Reverse).tender == tender


def test_what_the_terminal_itself_declined_is_not_asked_about_again() -> None:
    lane = open_lane().scan(MILK)
    lane.tell(i.TerminalAnswered(lane.pay_by_card(), "declined"), i.DeviceBack("card_reader"))
    assert lane.no_effect(f.AskTerminal)
    assert lane.power_cut().no_effect(f.AskTerminal)
