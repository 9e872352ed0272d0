"""The slip of a parked basket: printed or shown, scanned here or elsewhere, once; paying at the counter by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.parked import ParkedRow
from kiosk.checkout.screen import AttractBody, BasketBody, ParkedBody, SlipBody, StaffBody, TenderChoiceBody
from kiosk.checkout.state import Phase
from kiosk.retail.money import Money
from kiosk.retail.parking import ParkingRules
from kiosk.retail.slip_code import read_slip_code, slip_code
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, WINE, TEA = "8901234567890", "9780201379624", "4006381333931"
KEY = "11" * 32
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
PARK = i.OperatorActed("suspend", reason="wallet")
OFFLINE, ONLINE = i.NetworkChanged(online=False), i.NetworkChanged(online=True)
HOUR = 3_600_000


def shop(counter: str = "always", **rules: object) -> MemoryBook:
    parking = replace(ParkingRules(), counter=counter, **rules)  # type: ignore[arg-type]  # what a test wants of it
    return small_shop(replace(bangladesh(), parking=parking, slip_key=KEY))


def lane_of(**rules: object) -> HandLane:
    return open_lane(shop(**rules))  # type: ignore[arg-type]  # passed on as it is


def to_counter(lane: HandLane) -> HandLane:
    return lane.scan(MILK, TEA).tell(i.CheckoutRequested(), i.CounterChosen())


def slip_of(lane: HandLane) -> str:
    return lane.effect(f.PrintSlip).code


def printed(lane: HandLane, outcome: str = "printed") -> HandLane:
    job = lane.effect(f.PrintSlip).job
    return lane.tell(i.PrinterAnswered(job, outcome))  # type: ignore[arg-type]  # one of the printer's words


def scan(lane: HandLane, code: str) -> HandLane:
    return lane.tell(i.CodeScanned(code, "]Q1"))


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return shown.text.message if shown is not None else ""


def shown(lane: HandLane) -> str:
    return type(lane.screen.body).__name__


def given(lane: HandLane, parked: e.TransactionSuspended) -> HandLane:
    asked = lane.effect(f.AskBasket)
    return lane.tell(i.BasketTold(asked.correlation, "given", parked.transaction, "kiosk-2", parked.lines))


# --- to the counter ----------------------------------------------------------------------------------------------


def test_a_basket_to_be_paid_at_the_counter_is_put_aside_unsold_with_a_slip() -> None:
    lane = to_counter(lane_of())
    (parked,) = lane.happened(e.TransactionSuspended)
    assert (parked.by, parked.reason, len(parked.lines)) == ("shopper", "counter", 2)
    assert lane.happened(e.TransactionCompleted) == []
    slip = lane.effect(f.PrintSlip)
    assert (slip.reason, slip.count, slip.total) == ("counter", 2, Money(69_500, "BDT"))
    told = read_slip_code(bytes.fromhex(KEY), slip.code)
    assert told is not None
    assert (told.uuid, told.store) == (parked.transaction, "dhaka-01")
    assert 0 <= told.expires_ms - parked.expires_ms < 60_000
    assert parked.expires_ms == lane.now_ms + 2 * HOUR
    body = lane.screen.body
    assert isinstance(body, SlipBody)
    assert (body.stage, body.code, body.counter) == ("printing", "", True)


def test_once_its_slip_is_out_the_lane_is_free_for_the_next_shopper_and_nothing_of_the_first_is_left() -> None:
    lane = to_counter(lane_of().tell(i.LanguageChosen("en")))
    assert lane.screen.chrome.language == "en"
    printed(lane)
    assert lane.effect(f.StartTimer) == f.StartTimer("slip", lane.book.policy.timeouts.thanks)
    lane.tell(i.TimerElapsed("slip"))
    assert isinstance(lane.screen.body, AttractBody)
    assert (lane.state.language, lane.state.slip, lane.state.phase) == ("", None, Phase.IDLE)
    assert replayed(lane.journal).suspended == lane.state.suspended


def test_a_next_shopper_s_first_scan_takes_the_slip_off_the_screen() -> None:
    lane = printed(to_counter(lane_of())).scan(MILK)
    assert lane.state.slip is None
    assert isinstance(lane.screen.body, BasketBody)
    assert len(lane.happened(e.ShopperLeft)) == 1


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_where_no_paper_comes_out_its_code_is_shown_until_it_is_taken(outcome: str) -> None:
    lane = to_counter(lane_of())
    code = slip_of(lane)
    printed(lane, outcome)
    body = lane.screen.body
    assert isinstance(body, SlipBody)
    assert (body.stage, body.code) == ("failed", code)
    assert [settled.outcome for settled in lane.happened(e.SlipSettled)] == ["failed"]
    lane.tell(i.SlipTaken())
    assert isinstance(lane.screen.body, AttractBody)


def test_a_printer_that_says_nothing_has_the_code_shown_and_one_that_is_back_prints_it() -> None:
    lane = to_counter(lane_of())
    code = slip_of(lane)
    lane.tell(i.TimerElapsed("slip"))
    body = lane.screen.body
    assert isinstance(body, SlipBody)
    assert body.code == code
    lane.tell(i.DeviceBack("printer"))
    assert slip_of(lane) == code
    printed(lane)
    assert isinstance(lane.screen.body, SlipBody)


def test_after_a_power_cut_the_same_slip_is_printed_again_and_an_old_one_is_not() -> None:
    lane = to_counter(lane_of())
    code = slip_of(lane)
    assert slip_of(lane.power_cut()) == code
    assert shown(lane) == "SlipBody"
    lane.later(HOUR).power_cut()
    assert lane.no_effect(f.PrintSlip)
    assert shown(lane) == "AttractBody"


def test_approvals_of_age_lapse_and_are_asked_again_at_the_counter() -> None:
    lane = lane_of().scan(WINE).tell(STAFF)
    lane.tell(i.OperatorActed("approve", target=lane.state.interventions[0].intervention), i.OperatorSignedOut())
    lane.tell(i.CheckoutRequested(), i.CounterChosen())
    (parked,) = lane.happened(e.TransactionSuspended)
    counter = lane_of().tell(STAFF)
    given(scan(counter, slip_of(lane)), parked)
    assert [raised.kind for raised in counter.state.interventions] == ["age"]


def test_the_counter_is_a_staffed_lane_that_takes_the_basket_by_its_slip_and_is_paid_in_cash() -> None:
    lane = to_counter(lane_of())
    (parked,) = lane.happened(e.TransactionSuspended)
    counter = scan(lane_of().tell(STAFF), slip_of(lane))
    assert counter.effect(f.AskBasket).sought == parked.transaction
    given(counter, parked).tell(i.OperatorSignedOut(), i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    counter.tell(i.OperatorActed("cash_received", amount=Money(100_000, "BDT")))
    (sold,) = counter.happened(e.TransactionCompleted)
    assert sold.total == Money(69_500, "BDT")
    assert [taken.origin for taken in counter.happened(e.BasketTakenOver)] == [parked.transaction]


@pytest.mark.parametrize(("counter", "lost", "offered"), [
    ("never", True, False), ("when_shut", False, False), ("when_shut", True, True), ("always", False, True),
])  # fmt: skip
def test_the_counter_is_offered_as_the_shop_says_before_the_first_scan_and_at_the_choice(
    counter: str, *, lost: bool, offered: bool
) -> None:
    book = shop(counter)
    cards = tuple(each for each in book.policy.tenders if each.kind != "cash")
    lane = open_lane(small_shop(replace(book.policy, tenders=cards)))
    if lost:
        lane.tell(OFFLINE, i.DeviceLost("card_reader", "no_answer"))
    attract = lane.screen.body
    assert isinstance(attract, AttractBody)
    assert attract.counter == offered
    choice = lane.scan(MILK).tell(i.CheckoutRequested()).screen.body
    assert isinstance(choice, TenderChoiceBody)
    assert choice.counter == offered
    lane.tell(i.CounterChosen())
    assert bool(lane.happened(e.TransactionSuspended)) == offered


def test_a_kiosk_without_the_shop_s_key_makes_no_slips_and_sends_nobody_to_the_counter() -> None:
    lane = open_lane(small_shop(replace(shop().policy, slip_key="")))
    to_counter(lane)
    assert lane.happened(e.TransactionSuspended) == []
    lane.tell(STAFF, PARK)
    assert lane.no_effect(f.PrintSlip)
    scan(lane, "P1.dhaka-01.AGIJUXQAABYABAAAAAAAAAAA74.0.ABCDEFGH234567AB")
    assert notice(lane) == "slip.wrong"


def test_a_basket_that_is_part_paid_by_card_stays_where_it_was_paid() -> None:
    lane = lane_of().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalAnswered(tender, "partial", Money(1_000, "BDT"), reference="r1"))
    lane.tell(i.CounterChosen())
    assert notice(lane) == "counter.paid_here"
    assert lane.happened(e.TransactionSuspended) == []


def test_what_head_office_only_keeps_aside_is_let_go_before_the_basket_goes_to_the_counter() -> None:
    lane = lane_of().scan(MILK).tell(i.CheckoutRequested())
    basket = lane.state.transaction
    assert basket is not None
    asked = e.TenderRequested("t1", "gift_card", "stored_value", Money(500, "BDT"), lane.now_ms)
    held = e.TenderSettled("t1", "approved", Money(500, "BDT"), reference="h1")
    for event in (asked, held):
        lane.journal.append(event)
    lane.state = replayed(lane.journal)
    lane.tell(ONLINE, i.ViewRequested("tender_choice"), i.CounterChosen())
    assert lane.effect(f.Reverse).tender == "t1"
    (parked,) = lane.state.suspended
    assert (parked.paid, [t.outcome for t in parked.tenders]) == (0, ["cancelled"])


# --- slips of staff ----------------------------------------------------------------------------------------------


def test_staff_who_put_a_basket_aside_go_on_while_its_slip_is_printed() -> None:
    lane = lane_of().scan(MILK).tell(STAFF, PARK)
    assert slip_of(lane)
    assert isinstance(lane.screen.body, StaffBody)
    printed(lane)
    assert notice(lane) == "slip.printed_for_staff"
    assert isinstance(lane.screen.body, StaffBody)
    assert lane.state.slip is None


def test_staff_are_shown_the_code_where_there_is_no_paper() -> None:
    lane = lane_of().scan(MILK).tell(STAFF, PARK)
    printed(lane, "failed")
    assert isinstance(lane.screen.body, SlipBody)
    assert isinstance(lane.tell(i.SlipTaken()).screen.body, StaffBody)


def test_whoever_walked_away_leaves_no_slip_before_the_next() -> None:
    lane = lane_of().scan(MILK).tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert lane.no_effect(f.PrintSlip)
    assert len(lane.state.suspended) == 1


def test_in_training_a_slip_has_no_code_that_could_be_taken_up() -> None:
    lane = lane_of().tell(i.OperatorSignedIn("op2", "Karim", "supervisor", "pin"), i.OperatorActed("training"))
    lane.tell(i.OperatorSignedOut()).scan(MILK).tell(i.CheckoutRequested(), i.CounterChosen())
    slip = lane.effect(f.PrintSlip)
    assert (slip.code, slip.training) == ("", True)
    assert lane.happened(e.TransactionSuspended) == []


# --- a slip is scanned -------------------------------------------------------------------------------------------


def parked_here(**rules: object) -> tuple[HandLane, str]:
    lane = lane_of(**rules).scan(MILK).tell(STAFF, PARK)
    code = slip_of(lane)
    return printed(lane).tell(i.OperatorSignedOut()), code


def test_a_shopper_goes_on_with_their_own_lane_s_basket_by_its_slip_without_a_network() -> None:
    lane, code = parked_here()
    scan(lane.tell(OFFLINE), code)
    assert isinstance(lane.screen.body, BasketBody)
    assert [resumed.by for resumed in lane.happened(e.TransactionResumed)] == ["shopper"]
    assert replayed(lane.journal).transaction == lane.state.transaction


def test_a_shopper_goes_on_at_another_kiosk_by_the_slip() -> None:
    lane, code = parked_here()
    (parked,) = lane.happened(e.TransactionSuspended)
    other = scan(lane_of(), code)
    asked = other.effect(f.AskBasket)
    assert (asked.sought, asked.own) == (parked.transaction, False)
    given(other, parked)
    assert isinstance(other.screen.body, BasketBody)
    assert [taken.by for taken in other.happened(e.BasketTakenOver)] == ["shopper"]


def test_where_only_staff_may_they_are_called_and_a_signed_in_one_scans_it() -> None:
    lane, code = parked_here(resume_by="staff")
    scan(lane, code)
    assert (notice(lane), [r.kind for r in lane.state.interventions]) == ("slip.staff", ["help"])
    scan(lane.tell(STAFF), code).tell(YOURS)
    assert [resumed.by for resumed in lane.happened(e.TransactionResumed)] == ["op1"]


def test_a_role_that_may_not_resume_is_refused_by_its_slip_too() -> None:
    lane, code = parked_here()
    lane.tell(i.OperatorSignedIn("op9", "Tech", "technician", "pin"))
    scan(lane, code)
    assert [refused.act for refused in lane.happened(e.StaffActRefused)] == ["resume_suspended"]


def forged(code: str) -> str:
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def test_a_forged_slip_one_of_another_shop_and_an_old_one_are_refused_each_with_its_word() -> None:
    lane, code = parked_here()
    uuid = lane.state.suspended[0].opened.transaction.uuid
    assert notice(scan(lane, forged(code))) == "slip.wrong"
    assert notice(scan(lane, slip_code(bytes(32), "dhaka-01", uuid, 0))) == "slip.wrong"
    assert notice(scan(lane, slip_code(bytes.fromhex(KEY), "ctg-02", uuid, 0))) == "slip.other_shop"
    lane.later(25 * HOUR)
    assert notice(scan(lane, code)) == "slip.expired"
    assert lane.happened(e.TransactionResumed) == []


@pytest.mark.parametrize(("state", "word"), [
    ("taken", "basket.taken"), ("gone", "basket.gone"), ("unknown", "slip.over"), ("expired", "basket.expired"),
    ("offline", "basket.offline"),
])  # fmt: skip
def test_a_slip_whose_basket_is_not_to_be_had_says_why(state: i.BasketState, word: str) -> None:
    _, code = parked_here()
    lane = scan(lane_of(), code)
    lane.tell(i.BasketTold(lane.effect(f.AskBasket).correlation, state))
    assert (notice(lane), lane.state.transaction) == (word, None)


def test_the_same_slip_goes_on_once() -> None:
    lane, code = parked_here()
    scan(lane.tell(OFFLINE), code).tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    scan(lane, code)
    assert notice(lane) == "basket.offline"
    scan(lane.tell(ONLINE), code)
    lane.tell(i.BasketTold(lane.effect(f.AskBasket).correlation, "unknown"))
    assert notice(lane) == "slip.over"
    assert len(lane.happened(e.TransactionResumed)) == 1


def test_a_slip_over_an_open_basket_changes_nothing() -> None:
    lane, code = parked_here()
    scan(lane.scan(TEA), code)
    assert notice(lane) == "slip.basket_open"
    basket = lane.state.transaction
    assert basket is not None
    assert [line.item_id for line in basket.lines] == ["tea"]


# --- how long it is kept -----------------------------------------------------------------------------------------


def test_an_unpaid_basket_comes_to_nothing_when_its_time_is_over_and_not_by_an_untrusted_clock() -> None:
    lane = printed(to_counter(lane_of())).tell(i.TimerElapsed("slip")).later(3 * HOUR)
    lane.clock_trusted = False
    assert len(lane.tell(i.TimerElapsed("parked")).state.suspended) == 1
    lane.clock_trusted = True
    assert lane.tell(i.TimerElapsed("parked")).state.suspended == ()
    assert [voided.reason for voided in lane.happened(e.TransactionVoided)] == ["expired"]


def test_one_that_is_kept_until_it_is_taken_up_says_so_on_its_slip() -> None:
    lane = to_counter(lane_of(counter_minutes=0))
    assert lane.effect(f.PrintSlip).expires_ms == 0
    printed(lane).later(1_000 * HOUR).power_cut()
    assert len(lane.state.suspended) == 1


def test_a_time_that_is_none_is_no_rule() -> None:
    with pytest.raises(ValueError, match="given_minutes"):
        ParkingRules(given_minutes=0)


# --- the list ----------------------------------------------------------------------------------------------------

ROW = ParkedRow("u2", "5", "5-1-000007", 1, 2, Money(500, "BDT"), "counter")


def listed(lane: HandLane) -> ParkedBody:
    body = lane.screen.body
    assert isinstance(body, ParkedBody)
    return body


def test_staff_see_this_lane_s_baskets_at_once_and_the_shop_s_when_head_office_has_told_them() -> None:
    lane, _ = parked_here()
    lane.tell(STAFF, i.ViewRequested("parked"))
    assert ([row.state for row in listed(lane).rows], listed(lane).stage) == (["own"], "asking")
    asked = lane.effect(f.AskBaskets)
    lane.tell(i.BasketsTold(asked.correlation, (ROW, replace(ROW, uuid="u3", state="elsewhere"))))
    assert ([row.uuid for row in listed(lane).rows][1:], listed(lane).stage) == (["u2"], "told")
    lane.tell(i.OperatorActed("resume_suspended", target="u2"))
    assert lane.effect(f.AskBasket).sought == "u2"
    assert listed(lane).busy


def test_without_head_office_there_is_this_lane_s_list_alone() -> None:
    lane, _ = parked_here()
    lane.tell(OFFLINE, STAFF, i.ViewRequested("parked"))
    assert (len(listed(lane).rows), listed(lane).stage) == (1, "offline")
    assert lane.no_effect(f.AskBaskets)


def test_an_older_one_is_chosen_from_several() -> None:
    lane = lane_of().scan(MILK).tell(STAFF, PARK)
    printed(lane).tell(i.OperatorSignedOut()).scan(TEA).tell(STAFF, PARK)
    printed(lane).tell(OFFLINE, i.ViewRequested("parked"))
    older = listed(lane).rows[-1]
    lane.tell(i.OperatorActed("resume_suspended", target=older.uuid))
    basket = lane.state.transaction
    assert basket is not None
    assert [line.item_id for line in basket.lines] == ["milk"]


def test_a_basket_that_another_goes_on_with_is_no_more_on_this_lane_s_list() -> None:
    lane, _ = parked_here()
    uuid = lane.state.suspended[0].opened.transaction.uuid
    lane.tell(STAFF, i.ViewRequested("parked"))
    lane.tell(i.BasketsTold(lane.effect(f.AskBaskets).correlation, (), (uuid,)))
    assert (listed(lane).rows, [v.reason for v in lane.happened(e.TransactionVoided)]) == ((), ["taken_over"])


def test_staff_say_that_the_lane_it_was_given_to_will_not_go_on_with_it_and_that_is_on_record() -> None:
    lane = lane_of().tell(STAFF, i.OperatorActed("resume_suspended", target="u2", reason="again"))
    assert lane.effect(f.AskBasket).again
    assert [(done.target, done.reason) for done in lane.happened(e.StaffActed)] == [("u2", "again")]


def test_an_answer_to_an_earlier_asking_changes_no_list() -> None:
    lane, _ = parked_here()
    lane.tell(STAFF, i.ViewRequested("parked"))
    lane.tell(i.BasketsTold("another", (ROW,)))
    assert len(listed(lane).rows) == 1


def test_a_shopper_sees_no_list() -> None:
    lane, _ = parked_here()
    assert isinstance(lane.tell(i.ViewRequested("parked")).screen.body, AttractBody)


# --- reports -----------------------------------------------------------------------------------------------------


def test_a_z_report_names_what_waits_to_be_paid_at_the_counter() -> None:
    lane = printed(to_counter(lane_of())).tell(i.TimerElapsed("slip"))
    lane.tell(i.OperatorSignedIn("op2", "Karim", "supervisor", "pin"), i.OperatorActed("z_report"))
    (made,) = lane.happened(e.ZReportMade)
    (parked,) = made.report.parked
    assert (parked.reason, parked.amount) == ("counter", 69_500)


# --- power -------------------------------------------------------------------------------------------------------


def cut_at(lane: HandLane, commit: int) -> HandLane:
    """The lane as it comes up again when only so many of its commits were on disk."""
    again = HandLane(lane.book)
    again.now_ms, again.journal = lane.now_ms, lane.journal[:commit]
    return again.power_cut().tell(ONLINE)


def test_whatever_commit_the_power_goes_after_a_basket_is_open_or_put_aside_once_and_whole() -> None:
    lane = printed(to_counter(lane_of())).tell(i.TimerElapsed("slip"))
    begun = next(n for n, event in enumerate(lane.journal, 1) if isinstance(event, e.TransactionSuspended))
    for commit in (each for each in lane.commits if each >= begun - 1):
        state = cut_at(lane, commit).state
        baskets = [basket for basket in (state.transaction, *state.suspended) if basket is not None]
        assert [len(basket.live_lines) for basket in baskets] == [2], commit


def test_whatever_commit_the_power_goes_after_a_taker_has_the_whole_basket_or_asks_for_it_again() -> None:
    lane = to_counter(lane_of())
    (parked,) = lane.happened(e.TransactionSuspended)
    code = slip_of(lane)
    taker = lane_of()
    free = len(taker.journal)
    given(scan(taker, code), parked)
    for commit in (free, *(each for each in taker.commits if each > free)):
        again = cut_at(taker, commit)
        if again.state.transaction is None:
            assert again.state.taken_over == (), commit
            given(scan(again, code), parked)
        assert again.state.taken_over == (parked.transaction,), commit
        basket = again.state.transaction
        assert basket is not None, commit
        assert [line.item_id for line in basket.live_lines] == ["milk", "tea"], commit
