"""Returns at the lane: found, chosen, kept, paid back once and exactly; and exchanges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import (
    BasketBody,
    RefundFindBody,
    RefundLinesBody,
    RefundMoneyBody,
    ThanksBody,
)
from kiosk.i18n.translate import Translator
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.money import Money
from kiosk.retail.returns import ReturnRules
from kiosk.retail.rights import ACTS, Rights, Role
from kiosk.retail.stored_value import StoredValueRules
from kiosk.workstation.receipt import receipt
from tests.support.lane import HandLane, open_lane, replayed
from tests.support.returns import CLERK, SUPERVISOR, choose, found, kept, sold_sale, takes_back
from tests.support.shop import bangladesh, brazil, small_shop

MILK, TEA, WINE = "8901234567890", "4006381333931", "9780201379624"


def taka(minor: int) -> Money:
    return Money(minor, "BDT")


def sells(*gtins: str, tender: str = "card") -> tuple[HandLane, e.TransactionCompleted]:
    """A lane that has sold these, and the sale; its shopper has gone."""
    lane = open_lane(small_shop(replace(bangladesh(), credit_series="M67-")))
    lane.scan(*gtins)
    if tender == "card":
        lane.approve(lane.pay_by_card())
    else:
        lane.tell(i.CheckoutRequested(), i.TenderChosen("cash"), SUPERVISOR)
        lane.tell(i.OperatorActed("cash_received", amount=taka(1_000_000)), i.OperatorSignedOut())
    goodbye(lane)
    return lane, lane.happened(e.TransactionCompleted)[-1]


def goodbye(lane: HandLane) -> None:
    """All its paper comes out, and the shopper leaves."""
    while lane.state.finishing is not None:
        if lane.state.finishing.receipt == "requested":
            lane.tell(i.PrinterAnswered(lane.state.finishing.job, "printed"))
        else:
            lane.tell(i.TimerElapsed("thanks"))


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return shown.text.message if shown is not None else ""


def the_return(lane: HandLane) -> e.TransactionCompleted:
    (back,) = (sale for sale in lane.happened(e.TransactionCompleted) if sale.original is not None)
    return back


def refunded(lane: HandLane, outcome: i.TerminalOutcome = "approved") -> HandLane:
    """The terminal answers the refund that it was asked for."""
    asked = lane.effect(f.Refund)
    amount = asked.amount if outcome == "approved" else None
    return lane.tell(i.TerminalAnswered(asked.tender, outcome, amount, "R1", "VISA", "**** 1111", "ref-r"))


# --- finding -------------------------------------------------------------------------------------------------------


def test_an_attendant_may_not_take_anything_back_and_that_is_kept() -> None:
    lane, _ = sells(MILK)
    lane.tell(CLERK, i.OperatorActed("refund"))
    assert notice(lane) == "staff.denied_role"
    assert [refused.act for refused in lane.happened(e.StaffActRefused)] == ["refund"]
    assert "refund" not in lane.tell(i.ViewRequested("staff")).screen.body.acts  # type: ignore[union-attr]  # the staff view


def test_without_head_office_nothing_is_taken_back() -> None:
    lane, sale = sells(MILK)
    lane.tell(i.NetworkChanged(online=False), SUPERVISOR, i.OperatorActed("refund"))
    assert notice(lane) == "refund.offline"
    lane.tell(i.NetworkChanged(online=True), i.OperatorActed("refund"), i.CodeScanned("sale:1", "]Q1"))
    lane.tell(i.SaleTold(lane.effect(f.AskSale).correlation, None, offline=True))
    assert notice(lane) == "refund.offline"
    found(lane, sold_sale(sale)).tell(choose(), i.ReturnsConfirmed())
    kept(lane, "offline").tell(i.MoneyBackRequested())
    assert lane.no_effect(f.Refund)
    kept(lane).tell(i.NetworkChanged(online=False), i.MoneyBackRequested())
    assert lane.effect(f.Refund).amount == taka(9500), "kept already: the terminal needs no head office"


@pytest.mark.parametrize(
    ("told", "message"),
    [("nothing", "refund.unknown"), ("taken", "refund.taken"), ("a return", "refund.is_return")],
)
def test_a_receipt_that_cannot_be_returned_from_is_told_why(told: str, message: str) -> None:
    lane, sale = sells(MILK)
    returned = takes_back(sells(MILK)[0], sold_sale(sale))
    refunded(returned.tell(i.MoneyBackRequested()))
    answer = {"nothing": None, "taken": sold_sale(sale, taken=True), "a return": sold_sale(the_return(returned))}[told]
    found(lane, answer)
    assert notice(lane) == message
    assert isinstance(lane.screen.body, RefundFindBody)


def test_a_code_that_is_no_receipt_is_refused_and_rings_nothing_up() -> None:
    lane, _ = sells(MILK)
    lane.tell(SUPERVISOR, i.OperatorActed("refund")).scan(MILK)
    assert notice(lane) == "refund.no_receipt"
    assert lane.state.transaction is None


def test_a_typed_number_is_asked_for_in_latin_digits_without_blanks() -> None:
    lane, _ = sells(MILK)
    lane.tell(SUPERVISOR, i.OperatorActed("refund"), i.SaleSought("3-1-0000 ৪২"))
    assert lane.effect(f.AskSale).sought == "3-1-000042"


# --- choosing ------------------------------------------------------------------------------------------------------


def test_what_may_not_come_back_says_why_and_cannot_be_chosen() -> None:
    book = small_shop(replace(bangladesh(), returns=ReturnRules(departments=("dairy",))))
    lane, sale = sells(MILK, TEA)
    lane.book = book
    found(lane, sold_sale(sale, returned={2: 1}))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.why.message if line.why else "" for line in body.lines] == [
        "refund.why_department",
        "refund.why_gone",
    ]
    lane.tell(choose(1))
    assert notice(lane) == "refund.why_department"
    assert lane.tell(i.ReturnsConfirmed()).no_effect(f.HoldReturns)


def test_a_gift_card_never_comes_back_whatever_the_shop_takes_back() -> None:
    lane, sale = sells(MILK, TEA)
    lines = (sale.lines[0], replace(sale.lines[1], item_id="no-longer-listed", value_account="gc-1"))
    lane.book = small_shop(replace(bangladesh(), returns=ReturnRules(kinds=())))
    found(lane, sold_sale(replace(sale, lines=lines)))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.why.message if line.why else "" for line in body.lines] == ["", "refund.why_kind"]
    lane.tell(choose(2), i.ReturnsConfirmed())
    assert lane.no_effect(f.HoldReturns)


def test_too_late_is_for_a_higher_role() -> None:
    lane, sale = sells(MILK)
    lane.day = "2026-12-25"
    found(lane, sold_sale(sale)).tell(choose())
    assert notice(lane) == "staff.denied_role"
    assert lane.happened(e.StaffActRefused)[-1].act == "refund_late"
    manager = Role("manager", ACTS, names={"en": "Manager"})
    lane.book = small_shop(replace(bangladesh(), rights=Rights((*Rights().roles, manager))))
    found(lane, sold_sale(sale), i.OperatorSignedIn("op9", "Mina", "manager", "pin")).tell(choose())
    assert [one.units for one in lane.state.live.refund.chosen] == [1]


def test_a_role_gives_back_no_more_than_its_limit() -> None:
    lane, sale = sells(TEA)
    limited = Role("supervisor", ACTS, refund_minor=59_999)
    lane.book = small_shop(replace(bangladesh(), rights=Rights((limited,))))
    found(lane, sold_sale(sale)).tell(choose(), i.ReturnsConfirmed())
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ["limit"]
    assert lane.state.transaction is None


def test_units_that_another_lane_has_in_hand_are_not_taken_back_here() -> None:
    lane, sale = sells(MILK)
    found(lane, sold_sale(sale)).tell(choose(), i.ReturnsConfirmed())
    kept(lane, "taken")
    assert notice(lane) == "refund.taken"
    assert lane.state.transaction is None
    assert [dropped.reason for dropped in lane.happened(e.ReturnsDropped)] == ["taken"]
    assert lane.happened(e.TransactionVoided)


# --- the money -----------------------------------------------------------------------------------------------------


def test_one_of_three_goes_back_to_the_card_at_its_share_after_the_offer() -> None:
    lane, sale = sells(TEA, TEA, TEA)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    assert (asked.amount, asked.original, asked.reference) == (
        taka(40_000),
        sale.tenders[0].tender,
        sale.tenders[0].reference,
    )
    refunded(lane)
    back = the_return(lane)
    (line,) = back.lines
    assert (line.quantity, line.extended, line.net, line.discount) == (-1, taka(-60_000), taka(-40_000), taka(-20_000))
    assert (back.total, [t.amount for t in back.tenders]) == (taka(-40_000), [taka(-40_000)])
    assert back.original is not None
    assert back.original.transaction == sale.transaction
    (number,) = [given for given in lane.happened(e.FiscalNumberGiven) if given.transaction == back.transaction.uuid]
    assert (number.series, number.number, number.credit) == ("M67-3-1", 1, True)
    assert lane.happened(e.StockMoved)[-1].moves == (e.StockMove("tea", -1, "each"),)
    body = lane.screen.body
    assert isinstance(body, ThanksBody)
    assert (body.total, body.returned) == (taka(40_000), True)


def test_the_parts_of_a_line_come_to_what_was_paid_for_it() -> None:
    lane, sale = sells(TEA, TEA, TEA)
    given, totals, taxes = 0, [], []
    for back in range(3):
        takes_back(lane, sold_sale(sale, returned={1: back}, given={sale.tenders[0].tender: given}))
        refunded(lane.tell(i.MoneyBackRequested()))
        done = lane.happened(e.TransactionCompleted)[-1]
        totals.append(done.total.minor)
        taxes.append(sum(row.tax.minor for row in done.tax))
        given -= done.total.minor
        goodbye(lane)
    assert sum(totals) == -sale.total.minor
    assert sum(taxes) == -sum(row.tax.minor for row in sale.tax)


def test_damaged_goods_are_returned_and_not_put_on_the_shelf() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale), i.ReturnLineChosen(1, 1, "damaged", "damaged"))
    refunded(lane.tell(i.MoneyBackRequested()))
    assert lane.happened(e.StockMoved)[-1].moves == ()


def test_cash_goes_back_by_the_drawer_rounded_as_cash_and_once_it_was_handed_over() -> None:
    lane, sale = sells(MILK, tender="cash")
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    lane.effect(f.OpenDrawer)
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert (body.stage, body.cash_due) == ("cash", taka(9500))
    lane.tell(i.CashHandedBack())
    (tender,) = the_return(lane).tenders
    assert (tender.kind, tender.amount, tender.change, tender.rounding) == ("cash", taka(-9500), taka(9500), taka(0))


def test_what_a_card_cannot_take_staff_may_try_again_or_hand_over_in_cash() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested(cash=True))
    assert notice(lane) == "refund.no_cash"
    refunded(lane.tell(i.MoneyBackRequested()), "declined")
    assert notice(lane) == "refund.not_done"
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert (body.stage, body.may_cash, body.may_drop) == ("refused", True, True)
    refunded(lane.tell(i.MoneyBackRequested()), "declined")
    lane.tell(i.MoneyBackRequested(cash=True), i.CashHandedBack())
    (tender,) = the_return(lane).tenders
    assert (tender.kind, tender.original) == ("cash", sale.tenders[0].tender)


def test_a_refund_without_an_answer_is_asked_about_and_never_done_twice() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    tender = lane.effect(f.Refund).tender
    lane.tell(i.TerminalSilent(tender), i.MoneyBackRequested())
    assert lane.no_effect(f.Refund)
    lane.tell(i.TimerElapsed("card_status"))
    asked = lane.effect(f.AskTerminal)
    assert (asked.tender, asked.amount, asked.original) == (tender, taka(9500), sale.tenders[0].tender)
    lane.tell(i.TerminalSilent(tender))
    assert [raised.kind for raised in lane.state.interventions] == ["tender_unknown"]
    lane.tell(i.OperatorActed("tender_was_approved"))
    assert the_return(lane).total == taka(-9500)
    assert len([k for k in lane.happened(e.TenderRequested) if k.amount.minor < 0]) == 1


def test_a_refund_that_staff_said_was_not_done_and_was_counts_after_all_and_is_not_done_again() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    tender = lane.effect(f.Refund).tender
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender), i.OperatorActed("tender_was_declined"))
    assert lane.effect(f.AskTerminal).tender == tender
    lane.tell(i.TerminalAnswered(tender, "approved", taka(9500)), i.TerminalAnswered(tender, "approved", taka(9500)))
    assert [(t.tender, t.amount) for t in the_return(lane).tenders] == [(tender, taka(-9500))]
    again = replayed(lane.journal)
    assert again == replace(lane.state, live=again.live)


def by_code() -> tuple[HandLane, str]:
    """A refund of a payment by code that head office was asked for; its tender."""
    lane, sale = sells(MILK)
    paid = replace(sale, tenders=(replace(sale.tenders[0], tender_id="bkash", kind="qr"),))
    takes_back(lane, sold_sale(paid)).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    assert (asked.kind, asked.tender_id) == ("qr", "bkash")
    return lane, asked.tender


def test_what_head_office_was_asked_to_give_back_is_not_stopped_as_if_it_were_a_payment() -> None:
    lane, tender = by_code()
    lane.tell(i.PaymentCancelled())
    assert lane.no_effect(f.AbortTerminal)
    assert lane.effect(f.AskTerminal).tender == tender
    lane.tell(i.TerminalAnswered(tender, "approved", taka(9500)))
    assert the_return(lane).total == taka(-9500)


def test_of_a_refund_that_head_office_may_have_taken_on_nobody_at_the_lane_says_that_it_was_not_done() -> None:
    lane, tender = by_code()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender), i.OperatorActed("tender_was_declined"))
    assert lane.state.transaction is not None
    assert lane.state.transaction.open_tender is not None
    assert lane.tell(i.MoneyBackRequested(cash=True)).no_effect(f.OpenDrawer)
    lane.tell(i.TerminalAnswered(tender, "approved", taka(9500)))
    assert [t.kind for t in the_return(lane).tenders] == ["qr"]
    assert not lane.state.interventions


def test_an_amount_that_was_not_asked_for_is_nothing_a_machine_settles() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    tender = lane.effect(f.Refund).tender
    lane.tell(i.TerminalAnswered(tender, "partial", taka(100)))
    assert [raised.kind for raised in lane.state.interventions] == ["tender_unknown"]
    lane.tell(i.OperatorActed("tender_was_declined"))
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert body.stage == "refused"


def test_once_money_has_gone_back_the_visit_cannot_be_cancelled_and_nothing_is_rung_up() -> None:
    lane, sale = sells(MILK, TEA)
    two = replace(sale.tenders[0], amount=taka(9500)), replace(sale.tenders[0], tender="t2", amount=taka(60_000))
    takes_back(lane, sold_sale(replace(sale, tenders=two)), choose(1), choose(2)).tell(i.MoneyBackRequested())
    refunded(lane)
    refunded(lane, "declined").tell(i.OperatorActed("cancel_transaction"), i.ReturnsDropRequested())
    assert notice(lane) == "refund.money_given"
    lane.tell(i.ViewRequested("basket")).scan(MILK)
    assert notice(lane) == "refund.finish_first"
    assert lane.state.transaction is not None
    assert not lane.state.transaction.lines


def test_a_member_s_points_earned_are_taken_back_and_those_burned_given_back() -> None:
    lane, sale = sells(TEA, TEA, TEA)
    burned = e.SettledTender("p", "points", "points", taka(20_000), points=1000)
    card = replace(sale.tenders[0], amount=taka(100_000))
    lines = tuple(replace(line, points=10) for line in sale.lines)
    member = replace(sale, member_id="m-001", tenders=(burned, card), lines=lines)
    takes_back(lane, sold_sale(member, given={card.tender: 70_000})).tell(i.MoneyBackRequested())
    refunded(lane)
    back = the_return(lane)
    assert [(t.kind, t.amount.minor, t.points) for t in back.tenders] == [
        ("card", -30_000, 0),
        ("points", -10_000, -500),
    ]
    assert back.points is not None
    assert (back.member_id, back.points.earned, back.points.burned) == ("m-001", -3, -500)


def test_what_a_gift_card_paid_goes_back_as_store_credit_whose_slip_is_printed() -> None:
    lane, sale = sells(MILK)
    card = replace(sale, tenders=(replace(sale.tenders[0], kind="stored_value", tender_id="gift_card"),))
    takes_back(lane, sold_sale(card)).tell(i.MoneyBackRequested())
    assert notice(lane) == "refund.no_way", "the shop gives no store credit"
    lane.book = small_shop(replace(bangladesh(), stored_value=StoredValueRules(credit_prefix="9829")))
    lane.tell(i.MoneyBackRequested())
    back = the_return(lane)
    (issued,) = lane.happened(e.StoreCreditIssued)
    assert (issued.amount, issued.reason, issued.transaction) == (taka(9500), "refund", back.transaction.uuid)
    (tender,) = back.tenders
    assert (tender.kind, tender.amount, tender.original) == ("stored_value", taka(-9500), sale.tenders[0].tender)
    assert lane.effect(f.Print).owed == (issued,)


# --- an exchange ---------------------------------------------------------------------------------------------------


def test_a_dearer_exchange_is_two_documents_in_one_commit_and_the_difference_is_paid() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.ViewRequested("basket"), i.OperatorSignedOut()).scan(TEA)
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert (body.totals.credit, body.totals.due) == (taka(9500), taka(50_500))
    lane.approve(lane.pay_by_card())
    _, bought, back = lane.happened(e.TransactionCompleted)
    assert [(t.kind, t.amount) for t in bought.tenders] == [("credit_note", taka(9500)), ("card", taka(50_500))]
    assert [(t.kind, t.amount) for t in back.tenders] == [("credit_note", taka(-9500))]
    assert back.transaction.number == bought.transaction.number + 1
    assert back.transaction.uuid != bought.transaction.uuid
    goodbye(lane)
    assert [request.copy for request in lane.happened(e.ReceiptRequested)] == [False] * 3
    assert [given.series for given in lane.happened(e.FiscalNumberGiven)] == ["M63-3-1", "M63-3-1", "M67-3-1"]


def test_in_a_cheaper_exchange_staff_give_the_difference_back_to_the_card() -> None:
    lane, sale = sells(TEA)
    takes_back(lane, sold_sale(sale)).tell(i.ViewRequested("basket"), i.OperatorSignedOut()).scan(MILK)
    lane.tell(i.CheckoutRequested())
    assert notice(lane) == "refund.staff_gives"
    lane.tell(SUPERVISOR, i.OperatorActed("refund"))
    body = lane.screen.body
    assert isinstance(body, RefundMoneyBody)
    assert (body.stage, body.sale, body.owed) == ("ready", taka(9500), taka(50_500))
    lane.tell(i.MoneyBackRequested())
    assert lane.effect(f.Refund).amount == taka(50_500)
    refunded(lane)
    _, bought, back = lane.happened(e.TransactionCompleted)
    assert [(t.kind, t.amount.minor) for t in bought.tenders] == [("credit_note", 9500)]
    assert [(t.kind, t.amount.minor) for t in back.tenders] == [("credit_note", -9500), ("card", -50_500)]


def test_an_even_exchange_needs_no_money() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.ViewRequested("basket")).scan(MILK).tell(i.CheckoutRequested())
    _, bought, back = lane.happened(e.TransactionCompleted)
    assert (bought.total + back.total).minor == 0


def test_a_return_left_alone_calls_staff_and_is_not_parked() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.OperatorSignedOut(), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert [raised.kind for raised in lane.state.interventions] == ["help"]
    assert lane.state.transaction is not None


def test_staff_may_take_nothing_back_after_all_and_what_was_bought_stays() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.ViewRequested("basket")).scan(TEA)
    lane.tell(i.OperatorActed("refund"), i.ReturnsDropRequested())
    basket = lane.state.transaction
    assert basket is not None
    assert (basket.returns, len(basket.live_lines)) == (None, 1)


# --- the books, and the power --------------------------------------------------------------------------------------


def test_the_day_s_books_have_it_taken_off_and_told_apart() -> None:
    lane, sale = sells(MILK, TEA)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    refunded(lane)
    book = lane.state.books.book
    assert (book.sums.sales, book.sums.total, book.sums.units) == (1, 60_000, 1)
    assert (book.returns.count, book.returns.amount) == (1, 9500)
    (card,) = book.tenders
    assert (card.amount, card.refunded_count, card.refunded_amount) == (60_000, 1, 9500)
    (terminal,) = lane.state.books.at_terminal
    assert (terminal.amount, terminal.reversed_count, terminal.reversed_amount) == (69_500, 1, 9500)


def test_after_a_power_cut_at_each_step_it_goes_on_and_money_goes_back_once() -> None:
    lane, sale = sells(TEA)
    found(lane, sold_sale(sale)).tell(choose(), i.ReturnsConfirmed()).power_cut()
    kept(lane).tell(i.ViewRequested("staff_sign_in"), SUPERVISOR, i.OperatorActed("refund")).power_cut()
    lane.tell(SUPERVISOR, i.OperatorActed("refund"), i.MoneyBackRequested())
    tender = lane.effect(f.Refund).tender
    lane.power_cut()
    assert lane.effect(f.AskTerminal).tender == tender
    assert isinstance(lane.screen.body, RefundMoneyBody)
    lane.tell(i.TerminalAnswered(tender, "approved", taka(60_000))).power_cut()
    assert lane.state.finishing is not None
    assert the_return(lane).total == taka(-60_000)
    assert replayed(lane.journal).books == lane.state.books


def test_units_that_could_not_be_asked_for_after_a_power_cut_are_once_head_office_is_there() -> None:
    lane, sale = sells(TEA)
    found(lane, sold_sale(sale)).tell(choose(), i.ReturnsConfirmed()).power_cut()
    kept(lane, "offline")
    assert lane.tell(i.NetworkChanged(online=False)).no_effect(f.HoldReturns)
    kept(lane.tell(i.NetworkChanged(online=True)))
    assert lane.happened(e.ReturnsHeld)
    assert lane.tell(i.NetworkChanged(online=True)).no_effect(f.HoldReturns), "kept already"


def test_a_power_cut_between_the_two_documents_of_an_exchange_loses_neither() -> None:
    lane, sale = sells(MILK)
    takes_back(lane, sold_sale(sale)).tell(i.ViewRequested("basket")).scan(MILK).tell(i.CheckoutRequested()).power_cut()
    goodbye(lane)
    assert len({given.transaction for given in lane.happened(e.FiscalNumberGiven)}) == 3


def test_where_the_shopper_may_go_without_paper_a_credit_note_is_printed_all_the_same() -> None:
    lane = open_lane(small_shop(brazil())).scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.ReceiptChosen("none"), i.TimerElapsed("thanks"))
    takes_back(lane, sold_sale(lane.happened(e.TransactionCompleted)[-1])).tell(i.MoneyBackRequested())
    refunded(lane)
    lane.effect(f.Print)


def test_in_brazil_the_device_hears_nothing_of_a_return() -> None:
    rule = FiscalRule(outage="contingency", returns="elsewhere")
    lane = open_lane(small_shop(replace(brazil(), fiscal=rule))).scan(MILK)
    lane.approve(lane.pay_by_card())
    uuid = lane.happened(e.TransactionCompleted)[-1].transaction.uuid
    lane.tell(i.FiscalAnswered(uuid, "signed", "1", 7)).tell(i.ReceiptChosen("none"), i.TimerElapsed("thanks"))
    takes_back(lane, sold_sale(lane.happened(e.TransactionCompleted)[-1])).tell(i.MoneyBackRequested())
    refunded(lane)
    assert lane.no_effect(f.FiscalSign)
    assert lane.effect(f.Print).completed.original is not None


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
def test_a_credit_note_names_the_sale_the_reason_and_has_room_to_sign(language: str) -> None:
    lane, sale = sells(TEA, TEA, TEA)
    takes_back(lane, sold_sale(sale)).tell(i.MoneyBackRequested())
    refunded(lane)
    back = replace(the_return(lane), language=language)
    paper = str(receipt(back, lane.book.policy, "M67-3-1-000001", copy=False, job="j", time_zone="Asia/Dhaka").parts)
    say = Translator(language, paper=True)
    reason = say.t(
        "receipt.return_reason", reason=say.name({"en": "Does not suit", "bn": "পছন্দ হয়নি", "pt_BR": "Não serviu"})
    )
    for words in (say.t("receipt.credit_title"), say.t("receipt.returned_from"), reason, say.t("receipt.sign_here")):
        assert words in paper
    assert sale.transaction.reference in paper
    assert "M67-3-1-000001" in paper


# --- the power, at each commit -------------------------------------------------------------------------------------


def to_the_end(lane: HandLane) -> HandLane:
    """Whatever was cut is gone on with: asked again, asked about, given back, printed."""
    for _ in range(40):
        basket, sale = lane.state.transaction, lane.state.finishing
        if sale is not None and sale.receipt == "requested":
            lane.tell(i.PrinterAnswered(sale.job, "printed"))
        elif sale is not None:
            lane.tell(i.TimerElapsed("thanks"))
        elif basket is None or basket.returns is None:
            return lane
        elif not basket.returns.held_ms:
            lane.tell(i.HoldTold(basket.returns.hold, "held"))
        elif basket.open_tender is not None and basket.open_tender.kind == "cash":
            lane.tell(SUPERVISOR, i.OperatorActed("refund"), i.CashHandedBack())
        elif basket.open_tender is not None:
            asked = basket.open_tender
            lane.tell(i.TerminalAnswered(asked.tender, "approved", -asked.requested))
        elif basket.live_lines and lane.state.operator is None and lane.screen.body.__class__ is BasketBody:
            lane.tell(i.CheckoutRequested(), SUPERVISOR, i.OperatorActed("refund"), i.MoneyBackRequested())
        else:
            lane.tell(SUPERVISOR, i.OperatorActed("refund"), i.MoneyBackRequested())
    message = f"it does not come to its end: {lane.state.transaction}"
    raise AssertionError(message)


@pytest.mark.parametrize("tender", ["card", "cash"])
@pytest.mark.parametrize("bought", ["", MILK, TEA])
def test_wherever_the_power_goes_a_return_ends_the_same_and_no_money_goes_back_twice(tender: str, bought: str) -> None:
    """Every commit of the visit is a place to cut: the list is the journal's own."""
    lane, sale = sells(TEA, tender=tender)
    begun = len(lane.journal)
    takes_back(lane, sold_sale(sale))
    if bought:
        lane.tell(i.ViewRequested("basket"), i.OperatorSignedOut()).scan(bought)
    to_the_end(lane)
    whole = lane.journal
    started = next(n for n, event in enumerate(whole) if isinstance(event, e.ReturnsRequested)) + 1
    assert started > begun
    owed = 60_000 - {"": 0, MILK: 9500, TEA: 60_000}[bought]
    for cut in (place for place in lane.commits if place >= started):
        again = open_lane(lane.book)
        again.journal = list(whole[:cut])
        again.power_cut()
        if bought and not any(isinstance(event, e.LineAdded) for event in again.journal[begun:]):
            continue  # the shopper had not scanned it yet: another visit
        to_the_end(again)
        (back,) = (each for each in again.happened(e.TransactionCompleted) if each.original is not None)
        given = sum(-t.amount.minor for t in back.tenders if t.kind != "credit_note")
        assert (cut, given) == (cut, owed)
        asked = [each for each in again.happened(e.TenderRequested) if each.amount.minor < 0]
        assert len(asked) == (1 if owed else 0), f"cut after {type(whole[cut - 1]).__name__}"
