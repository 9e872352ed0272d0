"""The card terminal besides its payments, and the cash drawer: prompts on show, days ended, openings on record."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import CardBody, StaffBody
from kiosk.checkout.shown import TerminalPrompt
from kiosk.checkout.text import text
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane, replayed

STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "badge")
MILK = "08901234567890"


def _card(lane: HandLane) -> CardBody:
    body = lane.screen.body
    assert isinstance(body, CardBody)
    return body


def _next_day(lane: HandLane) -> HandLane:
    """A sale, a night, and the date has changed."""
    lane.scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.PrinterAnswered(lane.state.finishing.job, "printed"))  # type: ignore[union-attr]  # it is
    lane.tell(i.TimerElapsed("thanks"))
    lane.day = "2026-11-23"
    return lane.tell(i.DayTurned())


# --- prompts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", ["present_card", "enter_pin", "remove_card", "wait"])
def test_what_the_terminal_asks_is_on_the_screen_until_it_has_answered(prompt: TerminalPrompt) -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    assert _card(lane).prompt == ""
    assert _card(lane.tell(i.TerminalPrompted(tender, prompt))).prompt == prompt
    lane.approve(tender)
    assert lane.state.live.prompt is None


def test_a_prompt_about_another_payment_is_nobody_s_here() -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    assert _card(lane.tell(i.TerminalPrompted("another", "enter_pin"), i.TerminalPrompted("", "wait"))).prompt == ""


def test_while_the_outcome_is_asked_about_no_prompt_stands_in_its_way() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalPrompted(tender, "enter_pin"), i.TerminalSilent(tender), i.TerminalPrompted(tender, "wait"))
    assert (_card(lane).stage, _card(lane).prompt) == ("asking", "")


def test_a_prompt_without_a_basket_is_let_go() -> None:
    assert open_lane().tell(i.TerminalPrompted("t", "wait")).state.live.prompt is None


# --- the end of the day ------------------------------------------------------------------------------------------


def test_the_day_s_end_has_the_terminal_end_its_own_and_its_totals_are_on_record() -> None:
    lane = _next_day(open_lane())
    assert lane.effect(f.CloseTerminalDay) == f.CloseTerminalDay("2026-11-22")
    lane.tell(i.TerminalDayAnswered("2026-11-22", done=True, report=("VISA 1 95.00",)))
    (closed,) = lane.happened(e.TerminalDayClosed)
    assert (closed.business_day, closed.done, closed.report) == ("2026-11-22", True, ("VISA 1 95.00",))
    assert lane.power_cut().no_effect(f.CloseTerminalDay)


def test_a_terminal_that_could_not_is_a_remark_for_staff_and_asked_when_it_is_back() -> None:
    lane = _next_day(open_lane()).tell(i.TerminalDayAnswered("2026-11-22", done=False, reason="busy"))
    body = lane.tell(STAFF).screen.body
    assert isinstance(body, StaffBody)
    assert text("condition.terminal_day") in body.conditions
    lane.tell(i.OperatorSignedOut()).scan(MILK)
    assert lane.happened(e.LineAdded), "selling goes on"
    lane.tell(i.DeviceLost("card_reader", "cable"), i.DeviceBack("card_reader"))
    assert lane.no_effect(f.CloseTerminalDay), "not while a shopper is here, who may be about to pay"
    lane.approve(lane.pay_by_card()).tell(i.ReceiptChosen("none"), i.TimerElapsed("thanks"))
    lane.tell(i.DeviceLost("card_reader", "cable"), i.DeviceBack("card_reader"))
    assert lane.effect(f.CloseTerminalDay) == f.CloseTerminalDay("2026-11-22")
    lane.tell(i.TerminalDayAnswered("2026-11-22", done=True))
    assert not replayed(lane.journal).lane.terminal_day_failed


def test_a_power_cut_before_the_terminal_s_answer_has_it_asked_again() -> None:
    lane = _next_day(open_lane()).power_cut()
    assert f.CloseTerminalDay("2026-11-22") in lane.effects


def test_an_answer_about_a_day_nobody_asked_for_is_not_on_record() -> None:
    lane = open_lane().tell(i.TerminalDayAnswered("2026-11-20", done=True))
    assert lane.happened(e.TerminalDayClosed) == []


# --- its own display ---------------------------------------------------------------------------------------------


def test_an_idle_terminal_says_when_the_lane_closes_and_no_more_when_it_opens() -> None:
    lane = open_lane().tell(i.HeadOfficeCommanded("close_lane"))
    assert lane.effect(f.TellTerminal) == f.TellTerminal(closed=True)
    assert f.TellTerminal(closed=True) in lane.power_cut().effects
    assert f.TellTerminal(closed=False) in lane.tell(i.HeadOfficeCommanded("open_lane")).effects


def test_a_lane_that_closes_after_this_shopper_says_so_only_then() -> None:
    lane = open_lane().scan(MILK).tell(i.HeadOfficeCommanded("close_lane"))
    assert lane.no_effect(f.TellTerminal)


# --- the drawer --------------------------------------------------------------------------------------------------


def _paid_in_cash(lane: HandLane) -> HandLane:
    lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    return lane.tell(i.OperatorActed("cash_received", amount=Money(10_000, "BDT")))


def test_the_drawer_is_opened_for_cash_with_who_and_why_on_record_before_it_opens() -> None:
    lane = _paid_in_cash(open_lane())
    (opened,) = lane.happened(e.DrawerOpened)
    (asked,) = lane.happened(e.TenderRequested)
    assert (opened.by, opened.reason, opened.tender) == ("op1", "cash_received", asked.tender)
    assert opened.utc_ms == lane.now_ms
    lane.effect(f.OpenDrawer)
    lane.tell(i.DrawerMoved(is_open=True), i.DrawerMoved(is_open=False))
    assert len(lane.happened(e.DrawerOpened)) == 1, "it was told to"


def test_a_drawer_that_nobody_told_to_open_is_on_record_once_however_many_contacts_tell_of_it() -> None:
    lane = open_lane().tell(i.DrawerMoved(is_open=True), i.DrawerMoved(is_open=True))
    (opened,) = lane.happened(e.DrawerOpened)
    assert (opened.by, opened.reason) == ("", "by_hand")
    lane.tell(i.DrawerMoved(is_open=False)).later(60_000).tell(STAFF, i.DrawerMoved(is_open=True))
    assert [each.by for each in lane.happened(e.DrawerOpened)] == ["", "op1"]


def test_cash_that_is_handed_back_opens_the_drawer_on_record() -> None:
    lane = open_lane().scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    lane.tell(i.OperatorActed("cash_received", amount=Money(1_000, "BDT")), i.OperatorActed("cancel_transaction"))
    assert [each.reason for each in lane.happened(e.DrawerOpened)] == ["cash_received", "cash_handed_back"]
