"""The business day: opened, read, closed by whoever is there or by nobody; its label never goes back."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.business_day import TIMER
from kiosk.checkout.text import text
from kiosk.retail.day_report import DayReport, Grand, Sums, TerminalTotal
from kiosk.retail.money import Money
from tests.support.day_books import check_books
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.shop import bangladesh, small_shop

STAFF = i.OperatorSignedIn("op1", "Rahima", "supervisor", "badge")
MILK = "08901234567890"
TEA = "4006381333931"


def _served(lane: HandLane, *gtins: str) -> HandLane:
    """A whole visit, paid by card, receipt in hand."""
    lane.scan(*(gtins or (MILK,)))
    lane.approve(lane.pay_by_card())
    finishing = lane.state.finishing
    assert finishing is not None
    lane.tell(i.PrinterAnswered(finishing.job, "printed"))
    return lane.tell(i.TimerElapsed("thanks"))


def _reports(lane: HandLane) -> list[DayReport]:
    return [made.report for made in lane.happened(e.ZReportMade)]


def _close(lane: HandLane) -> HandLane:
    return lane.tell(STAFF, i.OperatorActed("z_report"))


def _notice(lane: HandLane) -> object:
    return lane.screen.notice.text if lane.screen.notice is not None else None


# --- closing -----------------------------------------------------------------------------------------------------


def test_staff_close_the_day_and_the_report_holds_what_was_sold() -> None:
    lane = _close(_served(_served(open_lane()), TEA))
    (report,) = _reports(lane)
    sold = lane.happened(e.TransactionCompleted)
    assert (report.number, report.series, report.by, report.cause) == (1, 1, "op1", "staff")
    assert report.book.business_day == "2026-11-22"
    assert report.book.sums.sales == 2
    assert report.book.sums.total == sum(sale.total.minor for sale in sold)
    assert (report.book.first, report.book.last) == tuple(sale.transaction.reference for sale in sold)
    assert [event.business_day for event in lane.happened(e.DayClosed)] == ["2026-11-22"]
    assert lane.state.lane.business_day == ""


def test_the_z_numbers_have_no_gap_and_each_begins_with_an_empty_book() -> None:
    lane = _close(_served(open_lane()))
    lane.tell(i.OperatorSignedOut())
    lane = _close(_served(lane, TEA, TEA))
    lane.tell(i.OperatorSignedOut())
    lane.day = "2026-11-23"
    lane = _close(_served(lane))
    reports = _reports(lane)
    assert [report.number for report in reports] == [1, 2, 3]
    assert [report.book.sums.sales for report in reports] == [1, 1, 1]
    assert [report.grand.sums.sales for report in reports] == [1, 2, 3]
    assert [report.book.business_day for report in reports] == ["2026-11-22", "2026-11-22", "2026-11-23"]


def test_an_open_basket_blocks_the_z_and_nothing_of_the_day_is_lost() -> None:
    lane = _close(open_lane().scan(MILK))
    assert _reports(lane) == []
    assert _notice(lane) == text("day.basket_open")


def test_a_day_that_is_not_open_cannot_be_closed_or_read() -> None:
    lane = _close(open_lane())
    assert _notice(lane) == text("day.not_open")
    lane.tell(i.OperatorActed("x_report"))
    assert (lane.happened(e.DayReportRequested), _reports(lane)) == ([], [])


def test_nobody_closes_the_day_without_signing_in() -> None:
    assert _reports(_served(open_lane()).tell(i.OperatorActed("z_report"))) == []


def test_the_turn_of_the_date_closes_the_day_and_opens_the_next_one() -> None:
    lane = _served(open_lane())
    lane.day = "2026-11-23"
    lane.tell(i.DayTurned())
    (report,) = _reports(lane)
    assert (report.cause, report.by, report.book.business_day) == ("turn", "system", "2026-11-22")
    assert lane.state.lane.business_day == "2026-11-23"
    assert lane.no_effect(f.PrintReport), "nobody is there to take it; it waits for staff"


def test_the_turn_waits_for_the_shopper_and_comes_as_soon_as_they_have_gone() -> None:
    lane = open_lane().scan(MILK)
    lane.day = "2026-11-23"
    lane.tell(i.DayTurned())
    assert _reports(lane) == []
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[0].transaction.business_day == "2026-11-22"
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    assert [report.book.sums.sales for report in _reports(lane)] == [1]
    assert lane.state.lane.business_day == "2026-11-23"


def test_a_day_that_was_never_closed_is_closed_at_the_next_start_under_its_own_label() -> None:
    lane = _served(open_lane())
    lane.day = "2026-11-26"
    lane.power_cut()
    (report,) = _reports(lane)
    assert (report.book.business_day, report.cause) == ("2026-11-22", "turn")
    assert lane.state.lane.business_day == "2026-11-26"
    kinds = [type(event) for event in lane.journal]
    assert kinds.index(e.ZReportMade) < kinds.index(e.DayClosed) < len(kinds) - kinds[::-1].index(e.DayOpened)


def test_a_start_under_an_unconfirmed_clock_closes_no_day_until_the_time_is_known() -> None:
    lane = _served(open_lane())
    lane.day, lane.clock_trusted = "2027-11-22", False
    lane.power_cut()
    assert _reports(lane) == []
    lane.day, lane.clock_trusted = "2026-11-23", True
    lane.tell(i.ConditionChanged("clock", on=False))
    assert [report.book.business_day for report in _reports(lane)] == ["2026-11-22"]
    assert lane.state.lane.business_day == "2026-11-23"


def test_head_office_closes_an_idle_lane_s_day_at_once() -> None:
    lane = _served(open_lane()).tell(i.HeadOfficeCommanded("close_day"))
    (report,) = _reports(lane)
    assert (report.by, report.cause) == ("head_office", "head_office")


def test_head_office_s_wish_waits_for_the_shopper_through_a_power_cut() -> None:
    lane = open_lane().scan(MILK).tell(i.HeadOfficeCommanded("close_day"), i.HeadOfficeCommanded("close_day"))
    assert (len(lane.happened(e.DayCloseWanted)), _reports(lane)) == (1, [])
    lane.power_cut()
    assert _reports(lane) == []
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    assert [report.by for report in _reports(lane)] == ["head_office"]
    assert lane.state.books.wanted_by == ""


def test_head_office_closes_no_day_that_is_not_open() -> None:
    lane = open_lane().tell(i.HeadOfficeCommanded("close_day"))
    assert (lane.happened(e.DayCloseWanted), _reports(lane)) == ([], [])


# --- suspended baskets -------------------------------------------------------------------------------------------


def _walked_away(lane: HandLane) -> HandLane:
    lane.scan(MILK).tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert len(lane.state.suspended) == 1
    return lane


def test_a_suspended_basket_is_listed_on_the_z_and_carried_over() -> None:
    lane = _close(_walked_away(_served(open_lane())))
    (report,) = _reports(lane)
    (parked,) = report.parked
    assert (parked.business_day, parked.lines) == ("2026-11-22", 1)
    assert parked.amount > 0
    assert len(lane.state.suspended) == 1
    assert report.book.suspended == 1


def test_a_basket_belongs_to_the_day_on_which_it_is_completed() -> None:
    lane = _close(_walked_away(open_lane()))
    lane.day = "2026-11-23"
    lane.tell(i.OperatorActed("resume_suspended"), YOURS, i.OperatorSignedOut())
    assert lane.state.lane.business_day == "2026-11-23"
    lane.approve(lane.pay_by_card())
    opened, completed = lane.happened(e.TransactionOpened)[0], lane.happened(e.TransactionCompleted)[0]
    assert opened.transaction.business_day == "2026-11-22"
    assert completed.transaction.business_day == "2026-11-23"
    assert (completed.transaction.uuid, completed.transaction.number) == (
        opened.transaction.uuid,
        opened.transaction.number,
    )
    assert lane.state.books.book.sums.sales == 1


# --- the label ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["2026-11-21", "2025-11-22", "1970-01-01"])
def test_a_clock_that_jumps_back_leaves_the_label_and_the_book_alone(wrong: str) -> None:
    lane = _served(open_lane())
    lane.day = wrong
    _served(lane.tell(i.DayTurned()))
    assert (_reports(lane), lane.state.lane.business_day) == ([], "2026-11-22")
    assert lane.state.books.book.sums.sales == 2


def test_after_a_z_the_label_still_never_goes_back() -> None:
    lane = _close(_served(open_lane())).tell(i.OperatorSignedOut())
    lane.day = "2026-11-20"
    _served(lane)
    assert lane.state.lane.business_day == "2026-11-22"


def test_an_hour_back_and_forth_over_midnight_makes_one_report() -> None:
    lane = _served(open_lane())
    for day in ("2026-11-23", "2026-11-22", "2026-11-23"):
        lane.day = day
        lane.tell(i.DayTurned())
    assert (len(_reports(lane)), lane.state.lane.business_day) == (1, "2026-11-23")


# --- paper -------------------------------------------------------------------------------------------------------


def _cash_day() -> HandLane:
    """A sale that the card terminal had nothing to do with."""
    lane = open_lane(small_shop(bangladesh())).scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    asked = lane.happened(e.TenderRequested)[-1]
    lane.tell(i.OperatorActed("cash_received", target=asked.tender, amount=Money(1_000_000, "BDT")))
    finishing = lane.state.finishing
    assert finishing is not None
    return lane.tell(i.PrinterAnswered(finishing.job, "printed"), i.TimerElapsed("thanks"))


def test_a_z_by_staff_is_printed_and_its_repeats_are_copies() -> None:
    lane = _close(_cash_day())
    first = lane.effect(f.PrintReport)
    assert (first.copy, first.report) == (False, _reports(lane)[0])
    lane.tell(i.PrinterAnswered(first.job, "printed"))
    assert lane.state.books.on_paper
    again = lane.tell(i.OperatorActed("print_z")).effect(f.PrintReport)
    assert (again.copy, again.report) == (True, first.report)
    assert [asked.copy for asked in lane.happened(e.DayReportRequested)] == [False, True]


def test_a_z_that_did_not_come_out_is_on_the_staff_s_list_until_it_has() -> None:
    lane = _close(_cash_day())
    lane.tell(i.PrinterAnswered(lane.effect(f.PrintReport).job, "failed", "paper"))
    assert _notice(lane) == text("day.not_printed")
    assert text("condition.z_waits") in _conditions(lane)
    lane.tell(i.OperatorActed("print_z"))
    assert lane.effect(f.PrintReport).copy, "it may be half out"
    lane.tell(i.PrinterAnswered(lane.effect(f.PrintReport).job, "printed"))
    assert text("condition.z_waits") not in _conditions(lane)


def test_a_power_cut_while_a_report_is_printed_leaves_it_unknown_and_the_next_a_copy() -> None:
    lane = _close(_cash_day()).power_cut()
    assert [settled.outcome for settled in lane.happened(e.DayReportSettled)] == ["unknown"]
    assert lane.tell(STAFF, i.OperatorActed("print_z")).effect(f.PrintReport).copy


def test_an_x_is_numbered_within_the_day_and_sets_nothing_back() -> None:
    lane = _served(open_lane()).tell(STAFF)
    before = lane.state.books.book
    numbers = [lane.tell(i.OperatorActed("x_report")).effect(f.PrintReport).report for _ in range(2)]
    assert [(report.kind, report.number) for report in numbers] == [("x", 1), ("x", 2)]
    assert lane.state.books.book.sums == before.sums
    assert _reports(lane) == []
    assert _close(lane).state.books.last_z == 1
    assert _reports(lane)[0].book.readings == 2


def test_an_answer_about_a_report_is_no_receipt_s() -> None:
    lane = _served(open_lane()).tell(STAFF, i.OperatorActed("x_report"))
    lane.tell(i.PrinterAnswered(lane.effect(f.PrintReport).job, "printed"))
    assert len(lane.happened(e.ReceiptPrinted)) == 1
    assert lane.happened(e.DayReportSettled)[0].outcome == "printed"


def _conditions(lane: HandLane) -> tuple[object, ...]:
    body = lane.screen.body
    assert hasattr(body, "conditions")
    return tuple(body.conditions)


# --- against the terminal ----------------------------------------------------------------------------------------


def test_the_z_waits_for_the_terminal_s_totals_and_prints_that_they_are_equal() -> None:
    lane = _close(_served(open_lane()))
    assert lane.no_effect(f.PrintReport)
    total = lane.happened(e.TransactionCompleted)[0].total.minor
    told = i.TerminalDayAnswered("2026-11-22", done=True, totals=(TerminalTotal("Visa", 1, total),))
    paper = lane.tell(told).effect(f.PrintReport)
    assert paper.reconciliation is not None
    assert (paper.reconciliation.outcome, paper.reconciliation.ours) == ("equal", total)
    assert (paper.copy, lane.state.books.at_terminal) == (False, ())


def test_a_difference_is_told_by_brand_on_paper_to_staff_and_to_head_office() -> None:
    lane = _close(_served(open_lane()))
    total = lane.happened(e.TransactionCompleted)[0].total.minor
    theirs = (TerminalTotal("VISA", 1, total + 500), TerminalTotal("AMEX", 1, 900))
    lane.tell(i.TerminalDayAnswered("2026-11-22", done=True, totals=theirs))
    (told,) = lane.happened(e.TerminalReconciled)
    assert (told.reconciliation.outcome, told.reconciliation.number) == ("different", 1)
    assert [(row.brand, row.our_amount, row.their_amount) for row in told.reconciliation.rows] == [
        ("amex", 0, 900),
        ("visa", total, total + 500),
    ]
    assert text("condition.terminal_differs") in _conditions(lane)


def test_a_terminal_that_says_nothing_holds_the_z_up_for_a_while_only() -> None:
    lane = _close(_served(open_lane()))
    paper = lane.tell(i.TimerElapsed(TIMER)).effect(f.PrintReport)
    assert (paper.copy, paper.reconciliation) == (False, None)
    lane.tell(i.TimerElapsed(TIMER), i.TerminalDayAnswered("2026-11-22", done=True))
    assert len(lane.happened(e.DayReportRequested)) == 1
    assert lane.happened(e.TerminalReconciled)[0].reconciliation.outcome == "untold"


def test_what_was_given_back_is_taken_off_at_the_terminal_too() -> None:
    lane = open_lane().scan(MILK, TEA)
    tender = lane.pay_by_card()
    lane.approve(tender, 5_000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=True))
    (row,) = lane.state.books.book.cards
    assert (row.brand, row.count, row.amount, row.reversed_count, row.reversed_amount) == ("VISA", 1, 5_000, 1, 5_000)
    lane = _close(lane).tell(i.TerminalDayAnswered("2026-11-22", done=True, totals=()))
    assert lane.happened(e.TerminalReconciled)[0].reconciliation.outcome == "equal"


def test_a_terminal_that_failed_is_compared_over_both_days_once_it_answers() -> None:
    lane = _close(_served(open_lane())).tell(i.TerminalDayAnswered("2026-11-22", done=False, reason="busy"))
    lane.tell(i.OperatorSignedOut())
    lane = _close(_served(lane))
    total = sum(sale.total.minor for sale in lane.happened(e.TransactionCompleted))
    lane.tell(i.TerminalDayAnswered("2026-11-22", done=True, totals=(TerminalTotal("VISA", 2, total),)))
    (told,) = lane.happened(e.TerminalReconciled)
    assert (told.reconciliation.outcome, told.reconciliation.number) == ("equal", 2)


def test_an_unknown_payment_on_its_way_back_is_listed_on_the_z() -> None:
    lane = open_lane().scan(MILK, TEA)
    tender = lane.pay_by_card()
    lane.approve(tender, 5_000).tell(STAFF, i.OperatorActed("cancel_transaction"))
    lane.tell(i.ReversalAnswered(tender, done=False, reason="no"))
    (report,) = _reports(_close(lane))
    assert [(one.tender, one.amount, one.what) for one in report.unsettled] == [(tender, 5_000, "not_given_back")]


# --- a unit that is replaced -------------------------------------------------------------------------------------


def test_a_replaced_unit_goes_on_with_the_z_numbers_and_the_perpetual_totals() -> None:
    lane = HandLane().tell(i.PowerRestored("kiosk-9", (1_794_000_001 << 20) | 9, "dhaka-01", "3", "0.1.0"))
    grand = Grand(Sums(sales=40, total=900_000), 1_700_000_000_000)
    asked = lane.effect(f.AskNumbers)
    lane.tell(i.NumbersAnswered(asked.correlation, 1, 41, 40, "2026-11-25", last_z=17, grand=grand))
    lane = _close(_served(lane.tell(i.NetworkChanged(online=True))))
    (report,) = _reports(lane)
    assert (report.number, report.book.business_day) == (18, "2026-11-25")
    assert report.grand.sums.sales == 41
    assert report.grand.since_ms == 1_700_000_000_000
    assert report.grand.sums.total == 900_000 + report.book.sums.total


def test_replay_and_a_second_reckoning_lead_to_the_same_books() -> None:
    lane = _close(_walked_away(_served(open_lane(), TEA, TEA, TEA)))
    assert lane.state.books.grand.sums.discount > 0
    check_books(lane.journal, lane.state)
    assert replayed(lane.journal).books == lane.state.books
