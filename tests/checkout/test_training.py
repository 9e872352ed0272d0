"""Training: everything may be played at the lane, and nothing of it is ever so."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.training import NOT_REHEARSED, OVER
from kiosk.checkout.rehearsal import WORKSTATION
from kiosk.checkout.rehearsing import BOTH, PASSED_ON, REHEARSED, WITHHELD
from kiosk.checkout.screen import AttractBody, BasketBody, OutOfServiceBody, StaffBody, ThanksBody
from kiosk.checkout.state import Live, State
from kiosk.retail.book import Member
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, Offer, Scope
from kiosk.retail.points import Programme
from kiosk.retail.rights import Rights
from kiosk.retail.weight import Weight
from tests.support.lane import AGREE, HandLane, open_lane, replayed
from tests.support.shop import bangladesh, small_shop

MILK, BLADES, MEMBER = "8901234567890", "036000291452", "ab" * 32
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")
TRAINEE = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
TURN = i.OperatorActed("training")
MADE_UP = i.TimerElapsed("training:pretended_card")
ANSWERED_HERE = (f.StartTimer, f.StopTimer, f.Print, f.Charge, f.AskTerminal, f.AbortTerminal, f.Reverse, f.AskMember,
                 f.AskCoupon, f.AskSerial, f.AskValue, f.AskBought, f.AskSale,
                 f.AskStock, f.AskBasket, f.AskBaskets, f.AskPlace, f.PrintSlip)  # fmt: skip
FOR_THE_LANE = (
    i.TerminalAnswered, i.TerminalSilent, i.TerminalPrompted, i.TerminalDayAnswered, i.QrReady, i.ReversalAnswered,
    i.DrawerMoved, i.CabinetMoved, *get_args(i.FiscalInput), i.MemberAnswered, i.CouponAnswered, i.SerialAnswered,
    i.NumbersAnswered, i.BoughtAnswered, i.FramesStored, i.SaleTold, i.HoldTold, i.StockAnswered, i.BasketTold,
    i.PlaceTold, i.UnsyncedTold,
    *get_args(i.CashInput),
    i.BasketsTold,
    i.DevicesTold, i.DeviceChecked, i.HeadOfficeCommanded, i.StaffCommanded, i.DayTurned, i.PowerRestored,
)  # fmt: skip
BY_MARK = (i.TimerElapsed, i.PrinterAnswered)


def without_show(state: State) -> State:
    return replace(state, live=Live())


def training(lane: HandLane | None = None) -> HandLane:
    return (lane or open_lane()).tell(SUPERVISOR, TURN)


def played(lane: HandLane) -> State:
    rehearsal = lane.state.live.rehearsal
    assert rehearsal is not None
    return rehearsal


def sell(lane: HandLane) -> HandLane:
    return lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("card"), MADE_UP)


def test_a_whole_sale_is_played_and_nothing_of_it_is_journalled() -> None:
    lane = training()
    before = len(lane.journal)
    sell(lane)
    assert isinstance(lane.screen.body, ThanksBody)
    assert lane.journal[before:] == []
    assert lane.state.lane.last_number == 0
    assert lane.state.transaction is None


def test_what_is_paid_is_pretended_and_no_terminal_hears_of_it() -> None:
    lane = training().scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("card"))
    assert lane.no_effect(f.Charge)
    assert f.StartTimer("training:pretended_card", 2_000) in lane.effects
    lane.tell(MADE_UP)
    finishing = played(lane).finishing
    assert finishing is not None
    assert [tender.reference for tender in finishing.completed.tenders] == ["TRAINING"]


def test_its_receipt_says_training_and_has_a_number_of_no_lane() -> None:
    lane = sell(training())
    printed = lane.effect(f.Print)
    assert printed.training
    assert printed.legal_number == ""
    assert printed.completed.transaction.reference.startswith(WORKSTATION)
    lane.tell(i.PrinterAnswered(printed.job, "printed"))
    finishing = played(lane).finishing
    assert finishing is not None
    assert finishing.receipt == "printed"


def test_every_screen_says_that_it_is_training_and_of_which_lane() -> None:
    lane = training()
    assert lane.screen.chrome.training
    assert lane.screen.chrome.workstation == "3"
    assert lane.tell(i.OperatorSignedOut()).screen.chrome.training
    assert lane.scan(MILK).screen.chrome.training
    assert not open_lane().screen.chrome.training


def test_the_light_blinks_amber_all_the_while() -> None:
    lane = open_lane().tell(SUPERVISOR)
    assert f.SetLight("amber", blinking=True) in lane.tell(TURN).effects
    assert lane.scan(BLADES).tell(i.HelpPressed()).no_effect(f.SetLight)
    assert f.SetLight("green") in lane.tell(SUPERVISOR, TURN).effects


def test_the_lane_comes_back_as_it_was_with_nobody_signed_in() -> None:
    lane = training()
    began = without_show(lane.state)
    sell(lane).tell(SUPERVISOR, TURN)
    assert without_show(lane.state) == replace(began, training="")
    assert isinstance(lane.screen.body, AttractBody)
    assert lane.state.operator is None
    assert [type(event) for event in lane.journal[-5:]] == [
        e.OperatorOn, e.TrainingBegan, e.OperatorOff, e.StaffActed, e.TrainingEnded
    ]  # fmt: skip
    assert lane.happened(e.TrainingEnded) == [e.TrainingEnded("op2", "staff", lane.now_ms)]


def test_a_power_cut_ends_the_training_and_nothing_of_it_is_left() -> None:
    lane = training().scan(MILK)
    lane.power_cut()
    assert lane.happened(e.TrainingEnded) == [e.TrainingEnded("", "restart", lane.now_ms)]
    assert lane.state.training == ""
    assert lane.state.transaction is None
    assert isinstance(lane.screen.body, AttractBody)


def test_a_training_that_everybody_has_left_ends_by_itself() -> None:
    lane = training().scan(MILK).tell(i.TimerElapsed(OVER))
    assert lane.happened(e.TrainingEnded) == [e.TrainingEnded("", "idle", lane.now_ms)]
    assert isinstance(lane.screen.body, AttractBody)


def test_every_touch_puts_that_off() -> None:
    assert f.StartTimer(OVER, 900_000) in training().scan(MILK).effects


def test_a_trainee_without_the_right_cannot_end_it() -> None:
    lane = training().tell(i.OperatorSignedOut(), TRAINEE, TURN)
    assert lane.state.training == "op2"
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "staff.denied_role"
    assert lane.happened(e.StaffActRefused) == []


@pytest.mark.parametrize("act", sorted(NOT_REHEARSED))
def test_what_is_about_the_lane_itself_is_not_played(act: i.OperatorAct) -> None:
    lane = training()
    before = played(lane)
    lane.tell(i.OperatorActed(act, reason="change"))
    assert without_show(played(lane)) == without_show(before)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "training.not_here"
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert act not in body.acts


def test_it_does_not_begin_while_somebody_is_served() -> None:
    lane = open_lane().scan(MILK).tell(SUPERVISOR, TURN)
    assert lane.state.training == ""
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "training.not_now"
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert "training" not in body.acts


def test_it_does_not_begin_where_the_law_wants_training_on_record() -> None:
    policy = replace(bangladesh(), rights=Rights(training="forbidden"))
    lane = training(open_lane(small_shop(policy)))
    assert lane.state.training == ""
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "training.forbidden"


def test_a_lane_that_is_closed_may_be_trained_at_and_is_closed_after_it() -> None:
    lane = training(open_lane().tell(i.HeadOfficeCommanded("close_lane", "cleaning")))
    assert isinstance(lane.tell(i.OperatorSignedOut()).scan(MILK).screen.body, BasketBody)
    lane.tell(SUPERVISOR, TURN)
    assert isinstance(lane.screen.body, OutOfServiceBody)


def test_head_office_and_the_date_reach_the_lane_itself_meanwhile() -> None:
    lane = training().scan(MILK)
    lane.tell(i.HeadOfficeCommanded("close_lane", "cleaning"), i.DeviceLost("printer", "no_answer"))
    assert lane.state.lane.closed_reason == "cleaning"
    assert isinstance(lane.screen.body, BasketBody)
    assert ("printer", "no_answer") in lane.state.live.lost
    assert ("printer", "no_answer") in played(lane).live.lost
    assert isinstance(lane.tell(SUPERVISOR, TURN).screen.body, OutOfServiceBody)


def test_guessing_a_pin_is_on_record_in_training_too() -> None:
    lane = training().tell(i.OperatorSignedOut(), i.OperatorRefused(0, "pin", 60_000))
    assert lane.happened(e.SignInShut) == [e.SignInShut("pin", 60_000, lane.now_ms)]


def test_a_drawer_that_is_opened_by_hand_is_on_record_in_training_too() -> None:
    assert [one.reason for one in training().tell(i.DrawerMoved(is_open=True)).happened(e.DrawerOpened)] == ["by_hand"]


def test_a_payment_that_is_cancelled_is_cancelled_and_another_is_given_back() -> None:
    lane = training().scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("card"), i.PaymentCancelled())
    assert lane.no_effect(f.AbortTerminal)
    assert not played(lane).transaction.open_tender  # type: ignore[union-attr]  # the basket is there, or this fails


def test_every_effect_and_every_input_has_been_thought_about() -> None:
    assert set(get_args(f.Effect)) == {*PASSED_ON, *WITHHELD, *ANSWERED_HERE}
    assert {*REHEARSED, *BOTH, *FOR_THE_LANE, *BY_MARK} == set(get_args(i.Input))


# --- whatever is done ---------------------------------------------------------------------------------------------

SHOP_ACTS: tuple[i.OperatorActed, ...] = (
    i.OperatorActed("cancel_transaction"),
    i.OperatorActed("void_line", line=1),
    i.OperatorActed("quantity", line=1, quantity=7),
    i.OperatorActed("price_override", line=1, amount=Money(9_000, "BDT"), reason="damaged"),
    i.OperatorActed("suspend"),
    i.OperatorActed("resume_suspended"),
    i.OperatorActed("reprint"),
    i.OperatorActed("no_sale", reason="change"),
    i.OperatorActed("z_report"),
    i.OperatorActed("close_lane"),
    i.OperatorActed("cash_received", amount=Money(50_000, "BDT")),
)
PLAYED = st.sampled_from(
    (
        *(i.CodeScanned(code, "]E0") for code in (MILK, BLADES, "99112345", "4006381333931")),
        i.ItemChosen("banana"),
        i.WeightRead(Weight(1_000, -3, "kg"), stable=True, sequence=1, age_ms=0, scale="produce", certified=True),
        i.LoyaltyPresented(MEMBER, "card"),
        i.CheckoutRequested(),
        *(i.TenderChosen(tender) for tender in ("card", "bkash", "cash", "points")),
        i.PaymentCancelled(),
        i.ReceiptChosen("paper"),
        i.HelpPressed(),
        i.LanguageChosen("en"),
        i.OperatorSignedOut(),
        SUPERVISOR,
        TRAINEE,
        *SHOP_ACTS,
        *(i.TimerElapsed(f"training:{name}") for name in ("pretended_card", "idle", "leaving", "thanks", "staff")),
        i.DeviceLost("card_reader", "no_answer"),
        i.DeviceBack("card_reader"),
        i.NetworkChanged(online=False),
        AGREE,
    )
)


def _shop(fiscal: FiscalRule | None) -> HandLane:
    policy = replace(
        bangladesh(), fiscal=fiscal, points=Programme(earn_points=1, earn_minor=1_000, burn_points=10, burn_minor=1_000)
    )
    shop = small_shop(policy)
    shop.members[MEMBER] = Member("m1", "gold", points=5_000)
    shop.offers = (*shop.offers, Offer("one", Scope(), AmountOff(500), {"en": "One"}, coupon="991", serials="any"))
    return open_lane(shop)


@settings(max_examples=120, deadline=None)
@given(st.lists(PLAYED, min_size=3, max_size=40), st.sampled_from((None, FiscalRule(begin="first_line"))))
def test_whatever_is_played_the_journal_and_all_that_follows_from_it_are_as_before(
    inputs: list[i.Input], fiscal: FiscalRule | None
) -> None:
    lane = _shop(fiscal)
    tender = lane.scan(MILK).pay_by_card()
    lane.approve(tender)
    if lane.state.finishing is not None and lane.state.finishing.held:
        uuid = lane.state.finishing.completed.transaction.uuid
        lane.tell(i.FiscalAnswered(uuid, "signed", "DEV", 1, 1))
    lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
    training(lane)
    assert lane.state.training
    before, began = list(lane.journal), without_show(lane.state)
    for input_ in inputs:
        lane.tell(input_)
        for effect in lane.effects:
            assert isinstance(effect, (f.StartTimer, f.StopTimer, f.Print, f.TellStanding, *PASSED_ON))
            assert not isinstance(effect, f.Print) or effect.training
            if isinstance(effect, f.Print):
                lane.tell(i.PrinterAnswered(effect.job, "printed"))
        assert lane.screen.chrome.training
    assert lane.journal == before
    assert without_show(lane.state) == began
    lane.tell(i.OperatorSignedOut(), SUPERVISOR, i.TimerElapsed(OVER))
    assert [type(event) for event in lane.journal[len(before) :]] == [e.TrainingEnded]
    assert without_show(lane.state) == replace(began, training="") == without_show(replayed(lane.journal))
    lane.scan(MILK)
    assert lane.happened(e.TransactionOpened)[-1].transaction.number == 2
