"""The power goes at any moment: what was journalled stands, what was asked is asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import event, given, settings
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import lane as lane_rules
from kiosk.checkout.evolve import evolve
from kiosk.checkout.screen import AttractBody, BasketBody, CardBody, OutOfServiceBody, StaffBody
from kiosk.checkout.state import Live, Phase, State
from kiosk.checkout.text import text
from kiosk.retail.money import Money
from kiosk.retail.weight import Weight
from tests.support.lane import AGREE, POWER, HandLane, open_lane, replayed

MILK, TEA = "8901234567890", "4006381333931"


def durable(state: State) -> State:
    return replace(state, live=Live())


def test_the_basket_stands_as_it_was_shown() -> None:
    lane = open_lane().tell(i.ShopperArrived("en")).scan(MILK, TEA, TEA, TEA)
    shown = lane.screen.body
    lane.power_cut()
    again = lane.screen.body
    assert isinstance(shown, BasketBody)
    assert isinstance(again, BasketBody)
    assert (again.lines, again.totals) == (shown.lines, shown.totals)
    assert lane.screen.chrome.language == "en"


def test_an_unanswered_payment_is_asked_about_and_never_repeated() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.power_cut()
    assert lane.effect(f.AskTerminal).tender == tender
    assert lane.no_effect(f.Charge)
    lane.approve(tender)
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_a_receipt_without_an_answer_is_printed_again_and_marked_as_a_copy() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card()).power_cut()
    assert lane.effect(f.Print).copy
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_a_reversal_without_an_answer_is_asked_for_again() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.approve(tender, 4000)
    lane.tell(i.OperatorSignedIn("op1", "R", "attendant", "pin"), i.OperatorActed("cancel_transaction"))
    lane.power_cut()
    assert lane.effect(f.Reverse).tender == tender


def test_staff_are_signed_out_by_a_power_cut() -> None:
    lane = open_lane().tell(i.OperatorSignedIn("op1", "R", "attendant", "pin")).power_cut()
    assert lane.state.operator is None
    assert isinstance(lane.screen.body, AttractBody)


def test_a_new_journal_sells_only_once_its_numbers_are_known() -> None:
    lane = HandLane().tell(POWER)
    lane.scan(MILK)
    assert isinstance(lane.screen.body, OutOfServiceBody)
    assert lane.state.transaction is None


def test_a_new_journal_goes_on_from_the_numbers_head_office_knows() -> None:
    lane = HandLane().tell(POWER)
    asked = lane.effect(f.AskNumbers)
    lane.tell(i.NumbersAnswered(asked.correlation, 1, 41, 40, "2026-11-25")).scan(MILK)
    opened = lane.happened(e.TransactionOpened)[0].transaction
    assert (opened.number, opened.business_day) == (42, "2026-11-25")


def test_without_head_office_a_new_journal_opens_a_series_of_its_own() -> None:
    lane = HandLane().tell(POWER)
    asked = lane.effect(f.AskNumbers)
    lane.tell(i.NumbersAnswered(asked.correlation, offline=True)).scan(MILK)
    opened = lane.happened(e.TransactionOpened)[0].transaction
    assert opened.series > 1
    assert opened.number == 1


def test_series_of_journals_born_under_a_wrong_clock_are_chance_and_never_one_of_the_right_clocks() -> None:
    wrong = {lane_rules.new_series((1_000_000 << 20) | chance) for chance in range(0, 1 << 20, 4099)}
    assert len(wrong) == len(range(0, 1 << 20, 4099))
    assert min(wrong) >= 2
    assert max(wrong) < lane_rules.new_series(1_767_225_600 << 20)
    assert lane_rules.new_series(1_794_000_060 << 20) == lane_rules.new_series(1_794_000_000 << 20) + 1


def test_a_full_disk_closes_the_lane_and_keeps_the_basket() -> None:
    lane = open_lane().scan(MILK).tell(i.StorageFailed("full"))
    closed = lane.screen.body
    lane.tell(i.StorageRecovered())
    assert closed == OutOfServiceBody(text("closed.storage"), text("storage.full"))
    assert isinstance(lane.screen.body, BasketBody)


def test_whoever_has_been_asked_for_money_is_told_not_to_pay_again_while_the_disk_refuses() -> None:
    lane = open_lane().scan(MILK)
    lane.pay_by_card()
    lane.tell(i.StorageFailed("read_only"))
    assert lane.screen.body == OutOfServiceBody(text("closed.storage_paying"), text("storage.read_only"))


def test_after_a_cut_nobody_is_asked_for_a_card_before_the_terminal_has_said_what_it_knows() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    body = lane.power_cut().screen.body
    assert isinstance(body, CardBody)
    assert body.stage == "asking"
    body = lane.tell(i.TerminalAnswered(tender, "in_progress")).screen.body
    assert isinstance(body, CardBody)
    assert body.stage == "present"


def test_the_terminal_is_asked_once_more_when_staff_say_no_and_a_late_yes_is_given_back() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    lane.tell(i.TerminalSilent(tender), i.TerminalSilent(tender))
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "badge"), i.OperatorActed("tender_was_declined"))
    assert lane.effect(f.AskTerminal).tender == tender
    lane.approve(tender)
    assert lane.effect(f.Reverse).tender == tender


def test_a_wrong_pin_is_forgotten_once_staff_are_in() -> None:
    lane = open_lane().tell(i.OperatorRefused(4), i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"))
    assert lane.screen.notice is None


# --- what staff should know --------------------------------------------------------------------------------------


def test_staff_see_lost_devices_and_conditions_and_shoppers_only_what_they_miss() -> None:
    lane = open_lane().tell(
        i.DeviceLost("lights", "cable"),
        i.DeviceLost("printer", "paper_out"),
        i.ConditionChanged("settings", on=True),
        i.ConditionChanged("near_end", on=True),
        i.ConditionChanged("near_end", on=False),
    )
    assert lane.screen.warnings == (text("device.printer_lost"),)
    lane.tell(i.OperatorSignedIn("op1", "Rahima", "attendant", "badge"))
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert body.devices == (("lights", "cable"), ("printer", "paper_out"))
    assert body.conditions == (text("condition.settings"),)


def test_a_condition_calls_staff_with_amber_and_an_unconfirmed_clock_does_not() -> None:
    lane = open_lane().tell(i.ConditionChanged("clock", on=True))
    assert lane.no_effect(f.SetLight)
    assert lane.tell(i.ConditionChanged("settings", on=True)).effect(f.SetLight) == f.SetLight("amber")
    assert lane.tell(i.ConditionChanged("settings", on=False)).effect(f.SetLight) == f.SetLight("green")


# --- over long random sessions -----------------------------------------------------------------------------------

_TENDERS = st.sampled_from(["card", "bkash", "cash", "nonsense"])
_LINES = st.integers(min_value=0, max_value=6)
_AMOUNTS = st.integers(min_value=-1, max_value=200_000).map(lambda minor: Money(minor, "BDT"))
_OUTCOMES = st.sampled_from(["approved", "partial", "declined", "cancelled", "not_found", "in_progress", "unknown"])

_STEPS = st.one_of(
    st.sampled_from([MILK, TEA, "9780201379624", "036000291452", "012345678905", "4011", "junk"]).map(i.CodeScanned),
    st.sampled_from(["banana", "grapes", "bag", "none"]).map(i.ItemChosen),
    st.builds(i.QuantityEntered, _LINES, st.integers(min_value=-1, max_value=120)),
    st.builds(i.LineVoidRequested, _LINES),
    st.builds(
        i.WeightRead,
        st.builds(Weight, st.integers(min_value=-50, max_value=6000), st.just(-3), st.just("kg")),
        st.booleans(),
        st.just(1),
        st.integers(min_value=0, max_value=2000),
        st.just("produce"),
        st.sampled_from(["", "motion", "zero", "over"]),
    ),
    st.builds(i.TenderChosen, _TENDERS),
    st.builds(i.OperatorActed, st.sampled_from(get_args(i.OperatorAct)), st.just(""), st.none() | _LINES, _AMOUNTS),
    st.sampled_from(["idle", "leaving", "notice", "thanks", "receipt", "card", "card_status", "staff"]).map(
        i.TimerElapsed
    ),
    st.builds(
        i.ViewRequested, st.sampled_from(["basket", "look_up", "loyalty", "tender_choice", "staff_sign_in", "staff"])
    ),
    st.sampled_from(
        [
            i.ShopperArrived("en"),
            i.LanguageChosen("bn"),
            i.AccessibilityChosen(large_text=True),
            i.CheckoutRequested(),
            i.PaymentCancelled(),
            AGREE,
            i.HelpPressed(),
            i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"),
            i.OperatorSignedOut(),
            i.LoyaltyPresented("ab" * 32, "card"),
            i.ReceiptChosen("paper"),
            i.ReceiptChosen("none"),
            i.DeviceLost("printer", "cable"),
            i.DeviceBack("printer"),
            i.DeviceLost("card_reader", "cable"),
            i.DeviceBack("card_reader"),
            i.NetworkChanged(online=False),
            i.DayTurned(),
            i.StorageFailed("full"),
            i.StorageRecovered(),
        ]
    ),
)
_ANSWERS = st.tuples(
    st.sampled_from(["terminal", "terminal", "printer", "printer", "reversal", "judge", "power", "buy", "buy"]),
    st.just("approved") | _OUTCOMES,
    _AMOUNTS,
)
_EITHER = st.booleans().flatmap(lambda answers: _ANSWERS if answers else _STEPS)
"""Half of all steps answer something or pay: else hardly a session would ever complete a sale."""


def _answer(lane: HandLane, what: str, outcome: i.TerminalOutcome, amount: Money) -> None:
    """What a device, or staff, might say to what was asked last."""
    asked = lane.happened(e.TenderRequested)
    if what == "terminal" and asked:
        lane.tell(i.TerminalAnswered(asked[-1].tender, outcome, asked[-1].amount if outcome == "approved" else amount))
    elif what == "printer" and lane.happened(e.ReceiptRequested):
        said = {"approved": "printed", "declined": "failed"}.get(outcome, "unknown")
        lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, said))  # type: ignore[arg-type]  # one of its three words
    elif what == "reversal" and lane.state.reversals:
        lane.tell(i.ReversalAnswered(lane.state.reversals[0].tender, done=outcome == "approved"))
    elif what == "judge" and lane.state.interventions:
        act: i.OperatorAct = "approve" if outcome == "approved" else "refuse"
        lane.tell(i.OperatorActed(act, target=lane.state.interventions[0].intervention))
    elif what == "power":
        lane.power_cut()
    elif what == "buy":
        lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("card"))


@settings(max_examples=150)
@given(st.lists(_EITHER, min_size=20, max_size=80))
def test_replay_equals_live_and_money_adds_up_over_any_session(steps: list[i.Input | tuple[str, str, Money]]) -> None:
    lane = open_lane()
    for step in steps:
        lane.later(700)
        if isinstance(step, tuple):
            _answer(lane, step[0], step[1], step[2])  # type: ignore[arg-type]  # drawn from the outcomes
        else:
            lane.tell(step)
        assert lane.screen is not None
        open_tenders = [t for t in lane.state.transaction.tenders if t.open] if lane.state.transaction else []
        assert len(open_tenders) <= 1
    assert durable(replayed(lane.journal)) == durable(lane.state)
    _check_the_sales(lane)
    event(f"sales completed: {len(lane.happened(e.TransactionCompleted))}")


def _check_the_sales(lane: HandLane) -> None:
    sales = lane.happened(e.TransactionCompleted)
    assert len({sale.transaction.uuid for sale in sales}) == len(sales)
    numbers = [opened.transaction.number for opened in lane.happened(e.TransactionOpened)]
    assert numbers == list(range(1, len(numbers) + 1))
    legal = [given_.number for given_ in lane.happened(e.FiscalNumberGiven)]
    assert legal == list(range(1, len(sales) + 1))
    for sale in sales:
        assert sale.total.minor == sum(line.net.minor for line in sale.lines)
        assert sale.total.minor == sum(tender.amount.minor for tender in sale.tenders)
        assert sale.total.minor == sum(row.gross.minor for row in sale.tax)
        assert all(line.minimum_age == 0 or lane.happened(e.AgeApproved) for line in sale.lines)


@given(st.lists(_STEPS, max_size=30))
def test_what_is_only_on_show_changes_nothing_that_is_journalled(steps: list[i.Input]) -> None:
    lane = open_lane().tell(*steps)
    before = lane.state
    shown = e.ViewShown("staff"), e.NoticeShown(None), e.NetworkShown(online=False), e.StorageShown("full")
    for seen in shown:
        assert durable(evolve(before, seen)) == durable(before)


def test_the_lane_is_idle_again_after_a_visit() -> None:
    lane = open_lane().scan(MILK)
    lane.approve(lane.pay_by_card()).tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    lane.tell(i.TimerElapsed("thanks"))
    assert lane.state.phase is Phase.IDLE
