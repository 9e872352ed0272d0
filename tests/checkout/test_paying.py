"""Money: asked for once, its answer awaited, unknown asked about, never charged twice."""

from __future__ import annotations

from typing import Literal

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import CardBody, CashBody, ReceiptChoiceBody, StaffSignInBody, TenderChoiceBody, ThanksBody
from kiosk.checkout.state import Phase
from kiosk.retail.money import Money
from tests.support.lane import AGREE, HandLane, open_lane
from tests.support.shop import brazil, small_shop

MILK, TEA, WINE = "8901234567890", "4006381333931", "9780201379624"


def test_the_request_is_journalled_in_the_decision_that_asks_the_terminal() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    assert lane.journal[-1] == lane.happened(e.TenderRequested)[0]
    assert lane.effect(f.Charge).amount == Money(9500, "BDT")
    assert lane.happened(e.TenderRequested)[0].tender == tender


def test_an_approved_card_completes_the_sale_moves_stock_and_numbers_it_at_once() -> None:
    lane = open_lane().scan(MILK, MILK)
    before = len(lane.journal)
    lane.approve(lane.pay_by_card())
    kinds = [type(event).__name__ for event in lane.journal[before:]]
    assert kinds == [
        "TenderRequested",
        "TenderSettled",
        "TransactionCompleted",
        "StockMoved",
        "FiscalNumberGiven",
        "ReceiptRequested",
    ]
    (sale,) = lane.happened(e.TransactionCompleted)
    assert sale.total == Money(19_000, "BDT")
    assert sum(row.gross.minor for row in sale.tax) == 19_000
    assert lane.happened(e.StockMoved)[0].moves == (e.StockMove("milk", 2, "each"),)


def test_a_declined_card_returns_the_shopper_to_tender_choice() -> None:
    lane = open_lane().scan(MILK)
    lane.tell(i.TerminalAnswered(lane.pay_by_card(), "declined"))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert lane.happened(e.TransactionCompleted) == []
    lane.approve(lane.pay_by_card())
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_a_second_touch_while_the_card_is_in_asks_for_no_second_payment() -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    lane.tell(i.TenderChosen("card"), i.TenderChosen("cash"), i.CheckoutRequested())
    assert len(lane.happened(e.TenderRequested)) == 1
    assert isinstance(lane.screen.body, CardBody)


def test_whoever_strays_into_the_staff_sign_in_while_paying_finds_the_way_back() -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    lane.tell(i.ViewRequested("staff_sign_in"))
    strayed = lane.screen.body
    assert isinstance(strayed, StaffSignInBody)
    lane.tell(i.ViewRequested("basket"))
    assert isinstance(lane.screen.body, CardBody)


def test_partial_approval_asks_for_the_rest() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card(), 4000)
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody)
    assert body.totals.due == Money(5500, "BDT")
    lane.approve(lane.pay_by_card())
    (sale,) = lane.happened(e.TransactionCompleted)
    assert [t.amount.minor for t in sale.tenders] == [4000, 5500]


def test_a_silent_terminal_is_asked_and_its_late_yes_completes_the_sale() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TimerElapsed("card"))
    assert lane.effect(f.AskTerminal).tender == tender
    lane.tell(i.TerminalSilent(tender))
    assert lane.no_effect(f.Charge)
    lane.approve(tender)
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_a_terminal_that_stays_silent_calls_staff_who_settle_it() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender))
    assert [r.kind for r in lane.state.interventions] == ["tender_unknown"]
    body = lane.screen.body
    assert isinstance(body, CardBody)
    assert body.stage == "staff"
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"), i.OperatorActed("tender_was_approved"))
    assert len(lane.happened(e.TransactionCompleted)) == 1
    assert lane.state.interventions == ()


@pytest.mark.parametrize("said", ["tender_was_approved", "tender_was_declined"])
def test_who_has_settled_a_payment_is_not_left_signed_in_behind_the_shopper(
    said: Literal["tender_was_approved", "tender_was_declined"],
) -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender))
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"), i.OperatorActed(said))
    assert lane.state.operator is None
    assert [off.reason for off in lane.happened(e.OperatorOff)] == ["auto_lock"]
    assert isinstance(lane.screen.body, TenderChoiceBody if said == "tender_was_declined" else ThanksBody)


def test_a_yes_that_comes_after_staff_said_no_is_given_back() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender))
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"), i.OperatorActed("tender_was_declined"))
    lane.approve(tender)
    assert lane.effect(f.Reverse).tender == tender
    assert lane.happened(e.TransactionCompleted) == []
    lane.tell(i.ReversalAnswered(tender, done=True))
    assert lane.state.reversals == ()


def test_the_same_yes_twice_counts_once() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender).approve(tender)
    assert len(lane.happened(e.TransactionCompleted)) == 1
    assert lane.happened(e.TenderReversed) == []


def test_an_approval_of_more_than_was_asked_is_for_staff() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "approved", Money(9600, "BDT")))
    assert lane.happened(e.TransactionCompleted) == []
    assert [r.kind for r in lane.state.interventions] == ["tender_unknown"]


def test_a_request_the_terminal_never_got_may_be_made_anew_under_another_id() -> None:
    lane = open_lane().scan(MILK)
    first = lane.pay_by_card()
    lane.tell(i.TerminalSilent(first), i.TerminalAnswered(first, "not_found"))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert lane.pay_by_card() != first


def test_cancelling_waits_for_the_terminals_word() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.AbortTerminal).tender == tender
    assert lane.state.phase is Phase.TENDERING
    lane.tell(i.TerminalAnswered(tender, "cancelled"))
    assert isinstance(lane.screen.body, TenderChoiceBody)


def test_cash_is_rounded_to_the_taka_outside_tax_and_change_is_told() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(333).tell(AGREE)
    lane.tell(i.CheckoutRequested(), i.TenderChosen("cash"))
    body = lane.screen.body
    assert isinstance(body, CashBody)
    assert (body.due, body.rounding) == (Money(4000, "BDT"), Money(4, "BDT"))
    lane.tell(
        i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"),
        i.OperatorActed("cash_received", amount=Money(5000, "BDT")),
    )
    (sale,) = lane.happened(e.TransactionCompleted)
    (cash,) = sale.tenders
    assert (sale.total.minor, cash.amount.minor) == (3996, 3996)
    assert cash.change == Money(1000, "BDT")
    assert cash.rounding == Money(4, "BDT")
    assert not lane.no_effect(f.OpenDrawer)


def test_a_scan_while_the_card_is_in_is_refused_and_changes_nothing() -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    lane.scan(TEA)
    assert len(lane.happened(e.LineAdded)) == 1
    assert lane.effect(f.Beep).sound == "refusal"


def test_a_change_of_mind_goes_back_to_the_basket_and_on() -> None:
    lane = open_lane().scan(MILK).tell(i.CheckoutRequested(), i.PaymentCancelled()).scan(TEA)
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[0].total == Money(69_500, "BDT")


def test_a_basket_worth_nothing_completes_without_a_tender() -> None:
    lane = open_lane().scan("614141000036").tell(i.CheckoutRequested())
    (sale,) = lane.happened(e.TransactionCompleted)
    assert (sale.total.minor, sale.tenders) == (0, ())


def test_a_lost_terminal_offers_no_card() -> None:
    lane = open_lane().scan(MILK).tell(i.DeviceLost("card_reader", "cable"), i.CheckoutRequested())
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody)
    assert [tender for tender, _ in body.unavailable] == ["card"]
    lane.tell(i.TenderChosen("card"))
    assert lane.happened(e.TenderRequested) == []


def test_the_printed_receipt_ends_the_visit_and_the_next_number_follows() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    assert isinstance(lane.screen.body, ThanksBody)
    lane.tell(i.TimerElapsed("thanks")).scan(TEA)
    assert [o.transaction.number for o in lane.happened(e.TransactionOpened)] == [1, 2]


def test_paper_out_keeps_the_sale_and_the_reprint_is_a_copy() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "failed", "paper out"))
    assert [r.kind for r in lane.state.interventions] == ["printer"]
    lane.tell(i.TimerElapsed("thanks"))
    assert lane.state.phase is Phase.FINISHING
    lane.tell(i.DeviceBack("printer"))
    assert lane.effect(f.Print).copy
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    assert lane.state.interventions == ()


def test_a_receipt_of_unknown_fate_is_printed_again_once_as_a_copy() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "unknown"))
    copy = lane.effect(f.Print)
    assert copy.copy
    lane.tell(i.PrinterAnswered(copy.job, "unknown"))
    assert lane.no_effect(f.Print)


def test_where_the_law_leaves_it_the_shopper_may_decline_the_receipt() -> None:
    lane = open_lane(small_shop(brazil())).scan(MILK)
    lane.approve(lane.pay_by_card())
    asked = lane.screen.body
    lane.tell(i.ReceiptChosen("none"))
    assert isinstance(asked, ReceiptChoiceBody)
    assert lane.happened(e.ReceiptRequested) == []
    assert isinstance(lane.screen.body, ThanksBody)


def test_where_the_law_wants_a_receipt_nobody_can_decline_it() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.ReceiptChosen("none"))
    assert lane.happened(e.ReceiptDeclined) == []
    assert len(lane.happened(e.ReceiptRequested)) == 1


def test_cancelling_a_part_paid_basket_gives_the_money_back() -> None:
    lane: HandLane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 4000)
    lane.tell(
        i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"), i.OperatorActed("cancel_transaction", reason="asked")
    )
    assert lane.effect(f.Reverse).amount == Money(4000, "BDT")
    assert len(lane.happened(e.TransactionVoided)) == 1
    lane.tell(i.ReversalAnswered(tender, done=False, reason="host away"))
    assert [r.kind for r in lane.state.interventions] == ["reversal"]


def test_age_refused_takes_the_line_out_and_shopping_goes_on() -> None:
    lane = open_lane().scan(MILK, WINE)
    raised = lane.state.interventions[0].intervention
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "badge"), i.OperatorActed("refuse", target=raised))
    lane.tell(i.OperatorSignedOut())
    lane.approve(lane.pay_by_card())
    assert [line.item_id for line in lane.happened(e.TransactionCompleted)[0].lines] == ["milk"]


def test_nobody_acts_for_staff_without_signing_in() -> None:
    lane = open_lane().scan(MILK).tell(i.OperatorActed("cancel_transaction"), i.OperatorActed("close_lane"))
    assert lane.happened(e.TransactionVoided) == []
    assert lane.state.lane.closed_reason == ""
