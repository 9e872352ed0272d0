"""A fiscal device signs what is sold: after it is on disk, before it is printed, once, whatever goes away when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.effects import SetLight
from kiosk.checkout.screen import OutOfServiceBody, ReceiptChoiceBody, StaffBody, ThanksBody
from kiosk.checkout.state import Live
from kiosk.checkout.text import text
from kiosk.retail.fiscal import FiscalRule, FiscalText
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.shop import bangladesh, brazil, small_shop

MILK = "8901234567890"
GERMANY = FiscalRule(begin="first_line", outage="notice")
BANGLADESH = FiscalRule(outage="own_series", outage_hours=24, outage_documents=3, submit_later=True)
BRAZIL = FiscalRule(outage="contingency", outage_hours=24)
SIGNATURE = (FiscalText("signature", "AB12"), FiscalText("qr", "V0;AB12", "qr"))
HOUR = 3_600_000
STAFF = i.OperatorSignedIn("op1", "R", "supervisor", "pin")


def _lane(rule: FiscalRule, *, choice: bool = False) -> HandLane:
    policy = replace(brazil() if choice else bangladesh(), fiscal=rule, legal_series="")
    return open_lane(small_shop(policy))


def _sell(lane: HandLane) -> str:
    """A sale up to where the device has been asked, or need not be; gives its uuid."""
    lane.scan(MILK)
    lane.approve(lane.pay_by_card())
    return lane.happened(e.TransactionCompleted)[-1].transaction.uuid


def _signed(uuid: str, number: int = 41, **more: object) -> i.FiscalAnswered:
    answer = i.FiscalAnswered(uuid, "signed", "TSE-1", number, 1_794_000_000_500, SIGNATURE)
    return replace(answer, **more)  # type: ignore[arg-type]  # any field of an answer


def _leave(lane: HandLane) -> None:
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))


def _numbers(lane: HandLane) -> list[tuple[str, str, int]]:
    return [(given.transaction, given.by, given.number) for given in lane.happened(e.FiscalNumberGiven)]


def test_a_sale_is_on_disk_before_the_device_is_asked_and_printed_only_after_its_word() -> None:
    lane = _lane(GERMANY)
    uuid = _sell(lane)
    kinds = [type(event).__name__ for event in lane.journal[-3:]]
    assert kinds == ["TransactionCompleted", "StockMoved", "FiscalRequested"]
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid
    assert lane.no_effect(f.Print)
    assert isinstance(lane.screen.body, ThanksBody)
    assert lane.screen.body.receipt == "signing"
    lane.tell(_signed(uuid))
    printed = lane.effect(f.Print)
    assert (printed.legal_number, printed.printed, printed.fiscal) == ("TSE-1-000041", SIGNATURE, "given")
    assert _numbers(lane) == [(uuid, "device", 41)]


def test_the_choice_of_a_receipt_is_offered_only_once_the_sale_is_signed() -> None:
    lane = _lane(BRAZIL, choice=True)
    uuid = _sell(lane)
    lane.tell(i.ReceiptChosen("paper"))
    assert lane.no_effect(f.Print)
    lane.tell(_signed(uuid))
    assert isinstance(lane.screen.body, ReceiptChoiceBody)
    lane.tell(i.ReceiptChosen("paper"))
    assert lane.effect(f.Print).printed == SIGNATURE


@pytest.mark.parametrize("cut_after", ["completion", "signing", "printing"])
def test_a_cut_at_any_instant_asks_again_by_the_same_id_and_numbers_once(cut_after: str) -> None:
    lane = _lane(GERMANY)
    uuid = _sell(lane)
    if cut_after == "completion":
        lane.power_cut()
        assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid
        assert lane.no_effect(f.Print)
        lane.tell(_signed(uuid))
    else:
        lane.tell(_signed(uuid)).power_cut()
        assert lane.no_effect(f.FiscalSign)
    assert lane.effect(f.Print).printed == SIGNATURE
    lane.tell(_signed(uuid))
    assert _numbers(lane) == [(uuid, "device", 41)]
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_an_answer_for_another_sale_numbers_nothing() -> None:
    lane = _lane(GERMANY)
    uuid = _sell(lane)
    lane.tell(_signed("another"))
    assert _numbers(lane) == []
    lane.tell(_signed(uuid), _signed(uuid, 42))
    assert _numbers(lane) == [(uuid, "device", 41)]


def test_a_device_keeps_its_own_series_and_ours_goes_on_without_a_gap() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(_signed(_sell(lane), 900))
    _leave(lane)
    lane.tell(i.FiscalSilent(_sell(lane), "no_answer"))
    assert [given[1:] for given in _numbers(lane)] == [("device", 900), ("checkout", 1)]


# --- outage: Germany ---------------------------------------------------------------------------------------------


def test_in_germany_a_sale_goes_on_unsigned_with_a_notice_and_the_outage_is_on_record() -> None:
    lane = _lane(GERMANY)
    uuid = _sell(lane)
    lane.tell(i.FiscalSilent(uuid, "no_answer"))
    assert (lane.effect(f.Print).fiscal, lane.effect(f.Print).legal_number) == ("unsigned", "")
    assert lane.happened(e.FiscalOutageBegan)[0].cause == "no_answer"
    assert lane.effect(SetLight).colour == "amber"
    _leave(lane)
    lane.later(5_000).tell(_signed(_sell(lane)))
    (over,) = lane.happened(e.FiscalOutageEnded)
    assert (over.documents, over.utc_ms - lane.happened(e.FiscalOutageBegan)[0].utc_ms) == (1, 5_000)
    assert lane.happened(e.FiscalRegistered) == []
    assert [raised.kind for raised in lane.state.interventions] == []


def test_a_word_that_comes_too_late_is_kept_and_changes_no_receipt() -> None:
    lane = _lane(GERMANY)
    uuid = _sell(lane)
    lane.tell(i.TimerElapsed("fiscal"))
    assert lane.effect(f.Print).fiscal == "unsigned"
    lane.tell(_signed(uuid))
    assert lane.happened(e.FiscalRegistered)[0].number == 41
    assert _numbers(lane) == []


def test_while_the_device_is_away_no_shopper_waits_for_it() -> None:
    lane = _lane(GERMANY)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    assert len(lane.happened(e.FiscalOutageBegan)) == 1
    _sell(lane)
    assert lane.no_effect(f.FiscalSign)
    assert lane.effect(f.Print).fiscal == "unsigned"
    lane.tell(i.DeviceBack("fiscal"))
    assert lane.happened(e.FiscalOutageEnded)[0].documents == 1


def test_the_device_hears_of_a_first_line_and_of_a_basket_that_came_to_nothing() -> None:
    lane = _lane(GERMANY).scan(MILK)
    begun = lane.effect(f.FiscalBegin)
    lane.scan(MILK)
    assert lane.no_effect(f.FiscalBegin)
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"))
    assert lane.effect(f.FiscalVoid).transaction == begun.transaction.uuid
    lane.power_cut()
    assert lane.effect(f.FiscalVoid).transaction == begun.transaction.uuid
    lane.tell(i.FiscalWithdrew(begun.transaction.uuid)).power_cut()
    assert lane.no_effect(f.FiscalVoid)


def test_a_parked_basket_stays_begun_until_it_is_sold_or_voided() -> None:
    lane = _lane(GERMANY).scan(MILK)
    uuid = lane.effect(f.FiscalBegin).transaction.uuid
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert lane.no_effect(f.FiscalVoid)
    lane.tell(STAFF, i.OperatorActed("resume_suspended"), YOURS)
    assert lane.no_effect(f.FiscalBegin)
    lane.tell(i.OperatorSignedOut())
    lane.approve(lane.pay_by_card())
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid


def test_elsewhere_a_device_hears_of_a_sale_when_it_is_complete() -> None:
    lane = _lane(BANGLADESH).scan(MILK)
    assert lane.no_effect(f.FiscalBegin)
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"))
    assert lane.no_effect(f.FiscalVoid)


# --- outage: Bangladesh ------------------------------------------------------------------------------------------


def test_in_bangladesh_sales_get_numbers_of_our_own_and_are_registered_later() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    first = _sell(lane)
    assert lane.effect(f.Print).legal_number == "OUT3-1-000001"
    _leave(lane)
    second = _sell(lane)
    _leave(lane)
    lane.tell(i.DeviceBack("fiscal"))
    asked = lane.effect(f.FiscalSign)
    assert (asked.completed.transaction.uuid, asked.series, asked.number) == (first, "OUT3-1", 1)
    lane.tell(_signed(first, 900))
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == second
    assert lane.happened(e.FiscalOutageEnded) == []
    lane.tell(_signed(second, 901))
    assert [told.number for told in lane.happened(e.FiscalRegistered)] == [900, 901]
    assert lane.happened(e.FiscalOutageEnded)[0].documents == 2
    assert [given[1:] for given in _numbers(lane)] == [("checkout", 1), ("checkout", 2)]


def test_what_is_owed_survives_a_cut_and_is_asked_for_again_when_nobody_answers() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    uuid = _sell(lane)
    _leave(lane)
    lane.power_cut()
    assert lane.effect(f.FiscalSign).number == 1
    lane.tell(i.FiscalSilent(uuid, "no_answer"), i.TimerElapsed("fiscal_owed"))
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid
    lane.tell(_signed(uuid))
    assert lane.state.owed == ()


def test_after_as_many_documents_as_the_law_allows_the_lane_stops_and_staff_cannot_open_it() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    for _ in range(3):
        _sell(lane)
        _leave(lane)
    assert isinstance(lane.screen.body, OutOfServiceBody)
    assert lane.screen.body.for_staff == text("closed.fiscal")
    lane.tell(STAFF, i.OperatorActed("open_lane"))
    assert lane.state.lane.closed_reason
    lane.tell(i.OperatorSignedOut(), i.HeadOfficeCommanded("open_lane"))
    assert isinstance(lane.screen.body, OutOfServiceBody)
    lane.tell(i.DeviceBack("fiscal"))
    for owed in lane.state.owed:
        lane.tell(_signed(owed.uuid))
    assert not lane.state.lane.closed_reason


def test_after_as_many_hours_as_the_law_allows_the_lane_stops_also_over_a_cut() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    assert lane.effect(f.StartTimer) == f.StartTimer("fiscal_limit", 24 * HOUR)
    lane.later(23 * HOUR).power_cut()
    left = next(x for x in lane.effects if isinstance(x, f.StartTimer) and x.name == "fiscal_limit")
    assert left.milliseconds == HOUR - 3_000
    lane.tell(i.TimerElapsed("fiscal_limit"))
    assert lane.happened(e.LaneClosed) == []
    lane.later(HOUR).tell(i.TimerElapsed("fiscal_limit"))
    assert [closed.reason for closed in lane.happened(e.LaneClosed)] == ["fiscal_limit"]


def test_a_sale_refused_when_it_is_registered_late_is_told_to_staff_and_head_office() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    uuid = _sell(lane)
    _leave(lane)
    refusal = i.FiscalAnswered(uuid, "refused", code="E17", reason="BIN unknown", permanent=True)
    lane.tell(i.DeviceBack("fiscal"), refusal)
    assert lane.happened(e.FiscalRegistered)[0].outcome == "refused"
    raised = next(r for r in lane.state.interventions if r.kind == "fiscal_late")
    assert raised.reason == "E17 BIN unknown"
    lane.tell(STAFF, i.OperatorActed("approve", raised.intervention))
    assert [r.kind for r in lane.state.interventions if r.kind == "fiscal_late"] == []


# --- outage: Brazil, and where nothing may be sold without ---------------------------------------------------------


def test_a_contingency_is_printed_counted_and_its_late_word_confirmed() -> None:
    lane = _lane(BRAZIL)
    uuid = _sell(lane)
    lane.tell(_signed(uuid, 7, outcome="contingency"))
    assert lane.happened(e.FiscalNumberGiven)[0].outcome == "contingency"
    _leave(lane)
    lane.tell(_signed(uuid, 7, late=True))
    assert lane.effect(f.FiscalConfirm).transaction == uuid
    assert lane.happened(e.FiscalRegistered)[0].outcome == "signed"
    assert len(_numbers(lane)) == 1


def test_a_device_that_can_issue_nothing_closes_the_lane_before_the_first_scan() -> None:
    lane = _lane(BRAZIL)
    lane.tell(i.DeviceLost("fiscal", "cable")).scan(MILK)
    assert lane.state.transaction is None
    assert isinstance(lane.screen.body, OutOfServiceBody)
    lane.tell(i.DeviceBack("fiscal"))
    lane.scan(MILK)
    assert lane.state.transaction is not None


def test_a_paid_sale_waits_for_the_device_until_staff_let_the_shopper_go() -> None:
    lane = _lane(BRAZIL)
    uuid = _sell(lane)
    lane.tell(i.FiscalSilent(uuid, "no_answer"))
    assert lane.no_effect(f.Print)
    assert isinstance(lane.screen.body, ThanksBody)
    assert lane.screen.body.receipt == "held"
    assert lane.effect(SetLight).colour == "red"
    lane.tell(i.TimerElapsed("fiscal"))
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid
    raised = next(r for r in lane.state.interventions if r.kind == "fiscal")
    lane.tell(STAFF, i.OperatorActed("refuse", raised.intervention))
    assert lane.effect(f.Print).fiscal == "unsigned"
    lane.tell(_signed(uuid))
    assert lane.happened(e.FiscalRegistered)[0].number == 41


def test_a_refused_sale_is_told_to_staff_in_the_authority_s_words_and_asked_for_again() -> None:
    lane = _lane(BRAZIL)
    uuid = _sell(lane)
    refused = i.FiscalAnswered(uuid, "refused", code="778", reason="NCM inexistente", permanent=True)
    lane.tell(refused, STAFF)
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert body.interventions[0].text == text("intervention.fiscal_refused", words="778 NCM inexistente")
    lane.power_cut()
    assert lane.no_effect(f.FiscalSign)
    assert lane.no_effect(f.Print)
    lane.tell(STAFF, i.OperatorActed("approve", lane.state.interventions[0].intervention))
    assert lane.effect(f.FiscalSign).completed.transaction.uuid == uuid
    lane.tell(_signed(uuid))
    assert lane.effect(f.Print).fiscal == "given"


def test_an_outage_of_the_authority_is_on_record_from_what_the_driver_tells() -> None:
    lane = _lane(BRAZIL)
    lane.tell(i.FiscalStands(outage=True, cause="SEFAZ"), i.FiscalStands(outage=True, pending=1))
    assert [began.cause for began in lane.happened(e.FiscalOutageBegan)] == ["SEFAZ"]
    lane.tell(i.FiscalStands(outage=False, pending=1))
    assert lane.happened(e.FiscalOutageEnded) == []
    lane.tell(i.FiscalStands(outage=False))
    assert len(lane.happened(e.FiscalOutageEnded)) == 1


def test_an_outage_that_began_before_a_cut_goes_on_from_when_it_began() -> None:
    lane = _lane(BRAZIL).tell(i.DeviceBack("fiscal"), i.FiscalStands(outage=True, cause="SEFAZ"))
    began = lane.state.lane.outage_ms
    lane.later(20 * HOUR).power_cut()
    lane.tell(i.DeviceBack("fiscal"), i.FiscalStands(outage=True, pending=3, since_ms=began + HOUR))
    assert (lane.state.lane.outage_ms, lane.happened(e.FiscalOutageEnded)) == (began, [])
    lane.later(5 * HOUR).tell(i.TimerElapsed("fiscal_limit"))
    assert [closed.reason for closed in lane.happened(e.LaneClosed)] == ["fiscal_limit"]


def test_a_lane_with_a_fresh_journal_counts_an_outage_from_when_the_driver_says() -> None:
    lane = _lane(BRAZIL)
    since = lane.now_ms - 23 * HOUR
    lane.tell(i.FiscalStands(outage=True, pending=3, since_ms=since))
    assert lane.state.lane.outage_ms == since
    assert lane.effect(f.StartTimer).milliseconds < 2 * HOUR


def test_a_lane_shut_for_a_lost_driver_opens_when_the_driver_is_back_and_its_outage_goes_on() -> None:
    lane = _lane(BRAZIL).tell(i.DeviceLost("fiscal", "cable"))
    assert lane.state.lane.closed_reason == "fiscal_lost"
    lane.tell(i.DeviceBack("fiscal"))
    assert not lane.state.lane.closed_reason
    lane.tell(i.FiscalStands(outage=False))
    assert len(lane.happened(e.FiscalOutageEnded)) == 1


@pytest.mark.parametrize("rule", [GERMANY, BANGLADESH, BRAZIL])
def test_staff_need_not_wait_for_a_device_that_will_not_answer(rule: FiscalRule) -> None:
    lane = _lane(rule)
    uuid = _sell(lane)
    before = lane.tell(STAFF).screen.body
    lane.tell(i.OperatorActed("fiscal_skip"))
    assert lane.effect(f.Print).fiscal == "unsigned"
    after = lane.tell(i.ViewRequested("staff")).screen.body
    assert isinstance(before, StaffBody)
    assert isinstance(after, StaffBody)
    assert ("fiscal_skip" in before.acts, "fiscal_skip" in after.acts) == (True, False)
    (unsigned,) = lane.happened(e.FiscalUnsigned)
    assert (unsigned.transaction, unsigned.owed) == (uuid, rule is not GERMANY)
    assert lane.happened(e.StaffActed)[-1].act == "fiscal_skip"


def test_staff_cannot_judge_an_outage_away() -> None:
    lane = _lane(GERMANY)
    lane.tell(i.DeviceLost("fiscal", "cable"), STAFF)
    raised = next(r for r in lane.state.interventions if r.kind == "fiscal_outage")
    lane.tell(i.OperatorActed("approve", raised.intervention))
    assert raised in lane.state.interventions


def test_staff_are_warned_of_a_certificate_before_it_runs_out() -> None:
    lane = _lane(BRAZIL).tell(i.FiscalStands(outage=False, certificate_expires="2027-06-01"))
    assert "fiscal_certificate" not in lane.state.live.conditions
    lane.tell(i.FiscalStands(outage=False, certificate_expires="2026-12-10"))
    assert "fiscal_certificate" in lane.state.live.conditions
    lane.tell(i.FiscalStands(outage=False, certificate_expires="soon"))
    assert "fiscal_certificate" not in lane.state.live.conditions


# --- the rest ------------------------------------------------------------------------------------------------------


def test_the_authority_s_day_is_closed_with_ours() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(_signed(_sell(lane)))
    _leave(lane)
    lane.day = "2026-11-23"
    lane.tell(i.DayTurned())
    assert lane.effect(f.FiscalCloseDay).business_day == "2026-11-22"
    lane.tell(i.FiscalClosedDay("2026-11-22", "Z-7"))
    assert lane.happened(e.FiscalDayClosed)[0].reference == "Z-7"
    assert lane.state.fiscal_days == ()


def test_a_day_the_device_did_not_close_is_asked_for_again_also_after_a_cut() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(_signed(_sell(lane)))
    _leave(lane)
    lane.day = "2026-11-23"
    lane.tell(i.DayTurned()).tell(i.TimerElapsed("fiscal_day"))
    assert lane.effect(f.FiscalCloseDay).business_day == "2026-11-22"
    lane.power_cut()
    assert lane.effect(f.FiscalCloseDay).business_day == "2026-11-22"
    body = lane.tell(STAFF).screen.body
    assert isinstance(body, StaffBody)
    assert text("condition.fiscal_day") in body.conditions
    lane.tell(i.FiscalClosedDay("2026-11-22", ""), i.TimerElapsed("fiscal_day"))
    assert lane.no_effect(f.FiscalCloseDay)
    assert replayed(lane.journal).fiscal_days == ()


def test_what_waits_for_a_device_that_was_taken_out_goes_on_without_it() -> None:
    lane = _lane(BRAZIL)
    uuid = _sell(lane)
    lane.tell(i.FiscalSilent(uuid, "no_answer"))
    lane.book = small_shop(replace(bangladesh(), legal_series=""))
    lane.power_cut()
    assert lane.effect(f.Print).fiscal == "unsigned"
    assert lane.state.lane.outage_ms == 0


def test_the_journal_alone_gives_the_state_back() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    _sell(lane)
    _leave(lane)
    lane.tell(i.DeviceBack("fiscal"), _signed(lane.state.owed[0].uuid, 900))
    lane.tell(_signed(_sell(lane), 901))
    assert replace(replayed(lane.journal), live=Live()) == replace(lane.state, live=Live())


# --- where a lane must not stay for ever ---------------------------------------------------------------------------


def test_a_lane_shut_by_the_law_opens_again_though_the_device_refuses_all_that_was_owed() -> None:
    lane = _lane(BANGLADESH)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    for _ in range(3):
        _sell(lane)
        _leave(lane)
    assert lane.state.lane.closed_reason == "fiscal_limit"
    lane.tell(i.DeviceBack("fiscal"))
    for owed in lane.state.owed:
        lane.tell(i.FiscalAnswered(owed.uuid, "refused", code="E17", reason="BIN unknown", permanent=True))
    assert lane.state.owed == ()
    assert not lane.state.lane.closed_reason
    assert lane.happened(e.FiscalOutageEnded)[0].documents == 3


def test_a_late_refusal_that_is_told_again_is_put_before_staff_once() -> None:
    lane = _lane(BRAZIL)
    uuid = _sell(lane)
    lane.tell(_signed(uuid, 7, outcome="contingency"))
    _leave(lane)
    refused = i.FiscalAnswered(uuid, "refused", code="539", reason="duplicidade", permanent=True, late=True)
    lane.tell(refused).power_cut()
    lane.tell(refused)
    assert lane.effect(f.FiscalConfirm).transaction == uuid
    assert [r.reason for r in lane.state.interventions if r.kind == "fiscal_late"] == ["539 duplicidade"]


def test_a_device_that_is_away_hears_of_a_basket_when_it_is_back_and_of_none_that_came_and_went() -> None:
    lane = _lane(GERMANY)
    lane.tell(i.DeviceLost("fiscal", "cable"))
    for _ in range(3):
        lane.scan(MILK).tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    assert lane.state.withdrawals == ()
    lane.scan(MILK)
    assert lane.no_effect(f.FiscalBegin)
    lane.tell(i.DeviceBack("fiscal"))
    assert lane.effect(f.FiscalBegin).transaction.number == 4
