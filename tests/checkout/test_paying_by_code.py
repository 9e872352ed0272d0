"""Paying by a code on the screen: shown, paid, cancelled, run out, cut off, paid too late; never asked for twice."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import AttractBody, QrBody, StaffBody, TenderChoiceBody, ThanksBody
from kiosk.retail.merchant_qr import Account, MerchantQr, build
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane

MILK, TEA = "8901234567890", "4006381333931"
DUE = Money(9500, "BDT")


def code(minor: int = 9500) -> str:
    account = Account("26", (("00", "scheme.example.bd"),))
    return build(MerchantQr((account,), "BDT", "BD", "Sobuj Bazar", "Dhaka", amount=f"{minor // 100}.{minor % 100:02}"))


def chosen() -> tuple[HandLane, str]:
    """To the point where head office has been asked for a code."""
    lane = open_lane().tell(i.ShopperArrived("en")).scan(MILK)
    lane.tell(i.CheckoutRequested(), i.TenderChosen("bkash"))
    charge = lane.effect(f.Charge)
    assert (charge.kind, charge.tender_id, charge.amount) == ("qr", "bkash", DUE)
    return lane, charge.tender


def on_show() -> tuple[HandLane, str]:
    """To the point where the code is on the screen."""
    lane, tender = chosen()
    return lane.tell(i.QrReady(tender, code(), 120_000)), tender


def body(lane: HandLane) -> QrBody:
    shown = lane.screen.body
    assert isinstance(shown, QrBody), shown
    return shown


def paid(tender: str, minor: int = 9500) -> i.TerminalAnswered:
    return i.TerminalAnswered(tender, "approved", Money(minor, "BDT"), brand="Bangla QR", reference="E2E-1")


def given_back(tender: str, stage: str = "refunded") -> i.TerminalAnswered:
    return i.TerminalAnswered(tender, "given_back", DUE, reference="E2E-1", reason=stage)


def test_the_request_is_journalled_and_the_code_is_shown_when_it_has_come() -> None:
    lane, tender = chosen()
    assert [asked.tender for asked in lane.happened(e.TenderRequested)] == [tender]
    assert (body(lane).stage, body(lane).amount) == ("getting", DUE)
    lane.tell(i.QrReady(tender, code(), 119_400))
    assert (body(lane).stage, body(lane).payload, body(lane).seconds_left) == ("present", code(), 120)
    assert lane.happened(e.TenderSettled) == [], "a code that is shown is no payment"


def test_the_acquirer_s_word_completes_the_sale_with_the_bank_s_reference() -> None:
    lane, tender = on_show()
    lane.tell(paid(tender))
    assert isinstance(lane.screen.body, ThanksBody)
    (sale,) = lane.happened(e.TransactionCompleted)
    assert [(t.kind, t.amount, t.reference, t.brand) for t in sale.tenders] == [("qr", DUE, "E2E-1", "Bangla QR")]
    lane.tell(paid(tender), i.QrReady(tender, code(), 5_000))
    assert len(lane.happened(e.TransactionCompleted)) == 1
    assert lane.happened(e.TenderReversed) == []


def test_the_time_left_is_counted_by_the_second_without_touching_the_journal() -> None:
    lane, _ = on_show()
    before = len(lane.journal)
    for second in range(1, 4):
        lane.later(1_000).tell(i.TimerElapsed("qr"))
        assert body(lane).seconds_left == 120 - second
        assert lane.effect(f.StartTimer) == f.StartTimer("qr", 1_000)
    assert len(lane.journal) == before


def test_when_no_time_is_left_the_code_is_taken_down_and_asked_about() -> None:
    lane, tender = on_show()
    lane.later(120_000).tell(i.TimerElapsed("qr"))
    assert body(lane).stage == "asking"
    assert lane.effect(f.AskTerminal) == f.AskTerminal(tender, "qr", "bkash", DUE)
    lane.tell(i.TerminalAnswered(tender, "declined", reason="expired"))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.qr_expired"


def test_while_the_code_is_on_show_its_fate_is_asked_now_and_then() -> None:
    lane, tender = on_show()
    assert f.StartTimer("card_status", 5_000) in lane.effects
    lane.tell(i.TimerElapsed("card_status"))
    assert lane.effect(f.AskTerminal).tender == tender
    lane.tell(i.QrReady(tender, code(), 100_000))
    assert (body(lane).stage, body(lane).seconds_left) == ("present", 100)
    assert f.StartTimer("card_status", 5_000) in lane.effects


def test_a_cancelled_code_is_stopped_at_the_acquirer_and_waited_for() -> None:
    lane, tender = on_show()
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.AbortTerminal) == f.AbortTerminal(tender, "qr", "bkash", DUE)
    assert (body(lane).stage, body(lane).payload) == ("cancelling", "")
    lane.tell(i.QrReady(tender, code(), 60_000))
    assert body(lane).stage == "cancelling", "a code that shall be stopped is not shown again"
    assert lane.effect(f.AbortTerminal).tender == tender
    lane.tell(i.TerminalAnswered(tender, "cancelled", reason="cancelled"))
    assert isinstance(lane.screen.body, TenderChoiceBody)


def test_a_payment_that_overtakes_the_cancel_counts() -> None:
    lane, tender = on_show()
    lane.tell(i.PaymentCancelled(), paid(tender))
    assert isinstance(lane.screen.body, ThanksBody)


def test_late_money_that_head_office_gave_back_is_journalled_and_told_to_who_still_stands_here() -> None:
    lane, tender = on_show()
    lane.tell(i.PaymentCancelled(), i.TerminalAnswered(tender, "cancelled"))
    lane.tell(given_back(tender, "refunding"))
    assert lane.happened(e.TenderReversed) == []
    lane.tell(given_back(tender))
    assert [(r.stage, r.amount, r.reason) for r in lane.happened(e.TenderReversed)] == [("done", DUE, "late_approval")]
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.came_late"
    lane.tell(given_back(tender))
    assert len(lane.happened(e.TenderReversed)) == 1
    assert lane.state.reversals == ()


def test_the_next_shopper_hears_nothing_of_the_last_one_s_money() -> None:
    lane, tender = on_show()
    lane.tell(i.TerminalAnswered(tender, "cancelled"), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    lane.tell(i.ShopperArrived("en")).scan(TEA)
    lane.tell(given_back(tender))
    assert lane.screen.notice is None or lane.screen.notice.text.message != "pay.came_late"
    assert len(lane.happened(e.TenderReversed)) == 1


def test_money_that_came_for_another_amount_counts_for_nothing() -> None:
    lane, tender = on_show()
    lane.tell(given_back(tender, "refunding"))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.given_back"
    assert [s.outcome for s in lane.happened(e.TenderSettled)] == ["declined"]


def test_an_approval_of_part_is_nothing_a_machine_may_settle() -> None:
    lane, tender = on_show()
    lane.tell(paid(tender, 9400))
    assert body(lane).stage == "staff"


def test_the_way_is_greyed_with_its_reason_while_head_office_is_out_of_reach() -> None:
    lane = open_lane().tell(i.NetworkChanged(online=False))
    attract = lane.screen.body
    assert isinstance(attract, AttractBody)
    assert [tender.tender_id for tender in attract.tenders] == ["card", "cash"]
    lane.tell(i.ShopperArrived("en")).scan(MILK).tell(i.CheckoutRequested())
    choice = lane.screen.body
    assert isinstance(choice, TenderChoiceBody)
    assert [(tender, why.message) for tender, why in choice.unavailable] == [("bkash", "pay.without_head_office")]
    lane.tell(i.TenderChosen("bkash"))
    assert lane.happened(e.TenderRequested) == []
    assert lane.no_effect(f.Charge)


def test_a_lost_card_terminal_keeps_nobody_from_paying_by_code() -> None:
    lane = open_lane().tell(i.DeviceLost("card_reader", "cable"), i.ShopperArrived("en")).scan(MILK)
    lane.tell(i.CheckoutRequested(), i.TenderChosen("bkash"))
    assert lane.effect(f.Charge).kind == "qr"


def test_a_network_that_goes_while_the_code_is_on_show_leaves_the_outcome_unknown_until_it_is_back() -> None:
    lane, tender = on_show()
    lane.tell(i.NetworkChanged(online=False))
    assert (body(lane).stage, body(lane).payload) == ("asking", "")
    assert [s.outcome for s in lane.happened(e.TenderSettled)] == ["unknown"]
    lane.tell(i.TimerElapsed("card_status"), i.TerminalSilent(tender))
    assert body(lane).stage == "staff"
    lane.tell(i.NetworkChanged(online=True))
    assert lane.effect(f.AskTerminal) == f.AskTerminal(tender, "qr", "bkash", DUE)
    lane.tell(i.QrReady(tender, code(), 40_000))
    assert (body(lane).stage, body(lane).seconds_left) == ("present", 40)
    assert lane.state.interventions == (), "staff need not come any more"
    lane.tell(paid(tender))
    assert isinstance(lane.screen.body, ThanksBody)
    assert len(lane.happened(e.TenderRequested)) == 1


def test_a_code_that_came_back_after_the_network_may_still_be_cancelled() -> None:
    lane, tender = on_show()
    lane.tell(i.NetworkChanged(online=False), i.NetworkChanged(online=True), i.QrReady(tender, code(), 40_000))
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.AbortTerminal).tender == tender


@pytest.mark.parametrize("told", [i.NetworkChanged(online=False), "silent"])
def test_who_never_saw_a_code_is_not_held(told: i.Input | str) -> None:
    lane, tender = chosen()
    lane.tell(i.TerminalSilent(tender) if isinstance(told, str) else told)
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert [(s.outcome, s.reason) for s in lane.happened(e.TenderSettled)] == [("declined", "no_answer")]
    assert lane.effect(f.AbortTerminal).tender == tender
    lane.tell(i.QrReady(tender, code(), 120_000))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert lane.effect(f.AbortTerminal).tender == tender, "a code that comes too late is stopped, never shown"
    lane.tell(paid(tender))
    assert lane.effect(f.Reverse) == f.Reverse(tender, "qr", DUE, "E2E-1", "bkash"), "and its money goes back"


def test_what_was_given_up_here_is_stopped_at_head_office_however_long_that_takes() -> None:
    lane, tender = chosen()
    lane.tell(i.TerminalSilent(tender))
    stop = f.AbortTerminal(tender, "qr", "bkash", DUE)
    assert f.StartTimer("left", 30_000) in lane.effects
    for told in (i.TimerElapsed("left"), i.NetworkChanged(online=True)):
        lane.tell(told)
        assert lane.effect(f.AbortTerminal) == stop
    lane.power_cut()
    assert lane.effect(f.AbortTerminal) == stop, "the journal says that it was given up here"
    lane.tell(i.TerminalAnswered(tender, "cancelled", reason="cancelled"))
    for told in (i.TimerElapsed("left"), i.NetworkChanged(online=True)):
        lane.tell(told)
        assert lane.no_effect(f.AbortTerminal), "head office has stopped it"


def test_what_head_office_gave_up_is_not_asked_about_again() -> None:
    lane, tender = on_show()
    lane.tell(i.TerminalAnswered(tender, "declined", reason="expired"))
    lane.power_cut()
    lane.tell(i.NetworkChanged(online=True))
    assert lane.no_effect(f.AbortTerminal)


def test_money_for_what_was_given_up_here_goes_back_when_head_office_tells_of_it() -> None:
    lane, tender = chosen()
    lane.tell(i.TerminalSilent(tender), paid(tender))
    assert lane.effect(f.Reverse) == f.Reverse(tender, "qr", DUE, "E2E-1", "bkash")
    lane.tell(i.ReversalAnswered(tender, done=True))
    lane.tell(i.TimerElapsed("left"))
    assert lane.no_effect(f.AbortTerminal)


@pytest.mark.parametrize("payload", [code(9501), code()[:-1], "", "https://pay.example/1"])
def test_a_code_that_asks_for_something_else_is_never_shown(payload: str) -> None:
    lane, tender = chosen()
    lane.tell(i.QrReady(tender, payload, 120_000))
    assert isinstance(lane.screen.body, TenderChoiceBody)
    assert [(s.outcome, s.reason) for s in lane.happened(e.TenderSettled)] == [("declined", "code_refused")]
    assert lane.effect(f.AbortTerminal).tender == tender


def test_after_a_power_cut_the_code_is_asked_about_and_shown_again_but_never_asked_for_again() -> None:
    lane, tender = on_show()
    lane.power_cut()
    assert lane.effect(f.AskTerminal) == f.AskTerminal(tender, "qr", "bkash", DUE)
    assert body(lane).stage == "asking"
    lane.tell(i.TerminalSilent(tender), i.NetworkChanged(online=True))
    assert lane.effect(f.AskTerminal) == f.AskTerminal(tender, "qr", "bkash", DUE)
    lane.tell(i.QrReady(tender, code(), 90_000))
    assert (body(lane).stage, body(lane).seconds_left) == ("present", 90)
    lane.tell(paid(tender))
    assert isinstance(lane.screen.body, ThanksBody)
    assert len(lane.happened(e.TenderRequested)) == 1


def test_staff_are_asked_to_look_at_the_shopper_s_app_and_may_settle_it() -> None:
    lane, tender = on_show()
    lane.tell(i.NetworkChanged(online=False), i.TerminalSilent(tender))
    lane.tell(i.OperatorSignedIn("op-1", "Rina", "attendant", "pin"), i.ViewRequested("staff"))
    shown = lane.screen.body
    assert isinstance(shown, StaffBody)
    assert [each.text.message for each in shown.interventions] == ["intervention.tender_unknown_qr"]
    lane.tell(i.OperatorActed("tender_was_declined"))
    assert lane.effect(f.AbortTerminal) == f.AbortTerminal(tender, "qr", "bkash", DUE)
    lane.tell(paid(tender))
    assert lane.effect(f.Reverse) == f.Reverse(tender, "qr", DUE, "E2E-1", "bkash")


def cancelled_after_part() -> tuple[HandLane, str]:
    """A basket that was paid by code is cancelled by staff: its money is to go back."""
    lane, tender = on_show()
    lane.tell(i.NetworkChanged(online=False), i.TerminalSilent(tender))
    lane.tell(i.OperatorSignedIn("op-1", "Rina", "attendant", "pin"), i.OperatorActed("tender_was_declined"))
    return lane.tell(paid(tender)), tender


def test_what_shall_go_back_is_asked_for_again_until_head_office_has_done_it() -> None:
    lane, tender = cancelled_after_part()
    again = f.Reverse(tender, "qr", DUE, "E2E-1", "bkash")
    assert f.StartTimer("reversal", 30_000) in lane.effects
    lane.tell(i.TimerElapsed("reversal"))
    assert lane.effect(f.Reverse) == again
    lane.tell(i.NetworkChanged(online=True))
    assert lane.effect(f.Reverse) == again
    lane.power_cut()
    assert lane.effect(f.Reverse) == again
    lane.tell(given_back(tender, "refunding"))
    assert [pending.tender for pending in lane.state.reversals] == [tender]
    lane.tell(given_back(tender))
    assert [pending.tender for pending in lane.state.reversals] == []
    lane.tell(i.TimerElapsed("reversal"))
    assert lane.no_effect(f.Reverse)


def test_what_head_office_cannot_give_back_is_for_staff() -> None:
    lane, tender = cancelled_after_part()
    lane.tell(given_back(tender, "refund_failed"))
    assert [raised.kind for raised in lane.state.interventions] == ["reversal"]
    lane.tell(i.TimerElapsed("reversal"))
    assert lane.no_effect(f.Reverse)
