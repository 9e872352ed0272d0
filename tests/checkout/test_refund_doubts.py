"""A refund that did not go as it should: stopped, denied by staff, said late to have been done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.asked_of_staff import asked_of_staff
from kiosk.checkout.screen import RefundMoneyBody
from kiosk.retail.stored_value import StoredValueRules
from tests.checkout.test_refund import MILK, TEA, goodbye, notice, refunded, sells, taka, the_return
from tests.support.lane import HandLane, replayed
from tests.support.returns import sold_sale, takes_back
from tests.support.shop import bangladesh, small_shop

CREDIT = StoredValueRules(prefixes=("9821",), item_id="gift", credit_prefix="9829", credit_days=365)


def test_a_refund_that_was_stopped_opens_no_way_to_cash_while_there_is_store_credit() -> None:
    """Stopping the terminal is no answer of the card's: whoever holds a stolen receipt would take cash for it."""
    lane, sale = sells(TEA)
    lane.book = small_shop(replace(bangladesh(), stored_value=CREDIT))
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    refunded(lane, "cancelled")
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert (body.stage, body.may_cash, body.may_credit) == ("refused", False, True)
    assert lane.tell(i.MoneyBackRequested(cash=True)).no_effect(f.OpenDrawer)
    assert notice(lane) == "refund.no_cash"
    refunded(lane.tell(i.MoneyBackRequested()), "declined")
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert (body.may_cash, body.may_credit) == (True, True), "the card cannot take it"


def test_where_no_store_credit_is_given_cash_is_the_only_other_way_of_a_refund_that_was_stopped() -> None:
    lane, sale = sells(TEA)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    refunded(lane, "cancelled").tell(i.MoneyBackRequested(cash=True)).effect(f.OpenDrawer)


def denied(lane: HandLane, sale: e.TransactionCompleted) -> str:
    """A refund to the card whose terminal was silent, and that staff said was not done; its tender."""
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    tender = lane.effect(f.Refund).tender
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender), i.OperatorActed("tender_was_declined"))
    return tender


def test_a_late_yes_stops_the_second_refund_and_counts_in_its_place() -> None:
    lane, sale = sells(MILK)
    first = denied(lane, sale)
    second = lane.tell(i.MoneyBackRequested()).effect(f.Refund).tender
    lane.tell(i.TerminalAnswered(first, "approved", taka(9500)))
    assert lane.effect(f.AbortTerminal).tender == second
    lane.tell(i.TerminalAnswered(second, "cancelled"))
    assert lane.effect(f.AskTerminal).tender == first, "asked about again now that nothing else is under way"
    lane.tell(i.TerminalAnswered(first, "approved", taka(9500)))
    assert [(t.tender, t.amount) for t in the_return(lane).tenders] == [(first, taka(-9500))]
    assert not lane.happened(e.RefundDoubled)


@pytest.mark.parametrize("cash", [False, True])
def test_money_that_went_back_twice_is_found_told_and_in_the_terminal_s_books(*, cash: bool) -> None:
    lane, sale = sells(MILK)
    first = denied(lane, sale)
    lane.tell(i.MoneyBackRequested(cash=cash))
    if cash:
        lane.tell(i.CashHandedBack())
    else:
        refunded(lane)
    goodbye(lane)
    lane.tell(i.TimerElapsed("doubt"))
    assert lane.effect(f.AskTerminal).tender == first, "also once its visit is over"
    for _ in range(2):
        lane.tell(i.TerminalAnswered(first, "approved", taka(9500), brand="VISA", reference="ref-1"))
    (found_late,) = lane.happened(e.RefundDoubled)
    assert (found_late.tender, found_late.original, found_late.amount) == (first, sale.tenders[0].tender, taka(9500))
    (told,) = lane.state.interventions
    assert (told.kind, told.reason, told.blocks) == ("reversal", "refunded_twice", "nothing")
    assert asked_of_staff(lane.state, told).message == "intervention.refunded_twice"
    back = sum(row.reversed_amount for row in lane.state.books.at_terminal)
    assert back == (9500 if cash else 19_000), "as the terminal has it"
    assert replayed(lane.journal).books == lane.state.books


def test_a_terminal_that_stays_silent_about_a_refund_that_staff_denied_is_asked_again() -> None:
    lane, sale = sells(MILK)
    tender = denied(lane, sale)
    lane.tell(i.TerminalSilent(tender))
    assert lane.effect(f.StartTimer).name == "doubt"
    lane.power_cut()
    assert lane.effect(f.AskTerminal).tender == tender
    assert lane.tell(i.TerminalAnswered(tender, "declined")).no_effect(f.AskTerminal)
