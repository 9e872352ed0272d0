"""A Brazilian sale comes back whole while its document can be cancelled: cancelled once, whatever goes away when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hal.printer.contract import TextLine
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody, ThanksBody
from kiosk.i18n.translate import Translator
from kiosk.retail.fiscal import FiscalDocument, FiscalRule, FiscalText
from kiosk.workstation.day_paper import day_report
from kiosk.workstation.receipt import receipt
from tests.support.lane import HandLane, open_lane, replayed
from tests.support.returns import SUPERVISOR, choose, sold_sale, takes_back
from tests.support.shop import brazil, small_shop

MILK, TEA = "8901234567890", "4006381333931"
MINUTE = 60_000
RULE = FiscalRule(outage="contingency", returns="elsewhere", cancel_minutes=30, cancel_reason="Venda desfeita")
PAPER = (FiscalText("access_key", "3526 1122", "note"), FiscalText("protocol", "Protocolo: 135", "note"))
UNDONE = (FiscalText("cancelled", "NFC-e nº 000000007 Série 001 CANCELADA", "note"),)


def _shop(rule: FiscalRule | None = RULE) -> HandLane:
    policy = replace(brazil(), fiscal=rule, receipt_rule="always")
    return open_lane(small_shop(policy))


def _sold(lane: HandLane, *gtins: str, outcome: str = "signed") -> i.SoldSale:
    """A sale of these that the device has signed, as head office tells of it; its shopper has gone."""
    lane.scan(*gtins)
    lane.approve(lane.pay_by_card())
    sale = lane.happened(e.TransactionCompleted)[-1]
    signed = i.FiscalAnswered(sale.transaction.uuid, outcome, "1", 7, sale.utc_ms, PAPER)  # type: ignore[arg-type]  # either
    lane.tell(signed)
    _goodbye(lane)
    document = FiscalDocument("1", 7, sale.utc_ms, outcome, PAPER)  # type: ignore[arg-type]  # either
    return sold_sale(sale, document=document)


def _goodbye(lane: HandLane) -> None:
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))


def _back(lane: HandLane, sale: i.SoldSale, *chosen: i.ReturnLineChosen) -> HandLane:
    """Taken back, and the money with it."""
    takes_back(lane, sale, *chosen).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    return lane.tell(i.TerminalAnswered(asked.tender, "approved", asked.amount))


def _return(lane: HandLane) -> str:
    return next(sale.transaction.uuid for sale in lane.happened(e.TransactionCompleted) if sale.original is not None)


def _cancelled(uuid: str) -> i.FiscalCancelAnswered:
    return i.FiscalCancelAnswered(uuid, "cancelled", 1_794_000_000_500, UNDONE)


def test_a_sale_that_comes_back_whole_has_its_document_cancelled_and_its_paper_says_so() -> None:
    lane = _shop()
    sale = _sold(lane, MILK, TEA, TEA)
    _back(lane, sale, choose(1, 1), choose(2, 2))
    kinds = [type(event).__name__ for event in lane.journal[-3:]]
    assert kinds == ["TransactionCompleted", "StockMoved", "FiscalCancelRequested"]
    asked = lane.effect(f.FiscalCancel)
    assert (asked.original, asked.document, asked.reason) == (
        sale.completed.transaction.uuid,
        sale.document,
        "Venda desfeita",
    )
    assert asked.transaction == _return(lane)
    assert lane.no_effect(f.Print)
    assert isinstance(lane.screen.body, ThanksBody)
    assert lane.screen.body.receipt == "signing"
    lane.tell(_cancelled(asked.transaction))
    paper = lane.effect(f.Print)
    assert (paper.fiscal, paper.printed, paper.legal_number) == ("cancelled", UNDONE, "")
    assert lane.state.cancels == ()
    assert lane.no_effect(f.FiscalSign)


@pytest.mark.parametrize(
    ("rule", "chosen", "minutes"),
    [
        (RULE, [choose(1, 1)], 0),
        (RULE, [choose(1, 1), choose(2, 1)], 0),
        (RULE, [choose(1, 1), choose(2, 2)], 30),
        (replace(RULE, cancel_minutes=0), [choose(1, 1), choose(2, 2)], 0),
        (None, [choose(1, 1), choose(2, 2)], 0),
    ],
)
def test_a_part_of_it_or_one_too_late_or_where_the_law_knows_none_leaves_the_document_alone(
    rule: FiscalRule | None, chosen: list[i.ReturnLineChosen], minutes: int
) -> None:
    lane = _shop()
    sale = _sold(lane, MILK, TEA, TEA)
    lane.book = small_shop(replace(lane.book.policy, fiscal=rule))
    _back(lane.later(minutes * MINUTE), sale, *chosen)
    assert lane.no_effect(f.FiscalCancel)
    assert lane.effect(f.Print).fiscal == ""
    assert lane.happened(e.FiscalCancelRequested) == []


def test_what_has_come_back_before_leaves_a_rest_that_cancels_nothing() -> None:
    lane = _shop()
    sale = _sold(lane, TEA, TEA)
    _back(lane, replace(sale, returned=((1, 1),)), choose(1, 1))
    assert lane.no_effect(f.FiscalCancel)


def test_time_that_runs_out_while_money_goes_back_leaves_the_document_alone() -> None:
    lane = _shop()
    sale = _sold(lane, MILK)
    lane.later(29 * MINUTE)
    takes_back(lane, sale).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    lane.later(2 * MINUTE).tell(i.TerminalAnswered(asked.tender, "approved", asked.amount))
    assert lane.no_effect(f.FiscalCancel)


def test_a_contingency_document_that_the_authority_has_yet_to_hear_of_has_all_its_time_left() -> None:
    lane = _shop()
    sale = _sold(lane, MILK, outcome="contingency")
    _back(lane.later(90 * MINUTE), sale)
    assert lane.effect(f.FiscalCancel).original == sale.completed.transaction.uuid


@pytest.mark.parametrize("silence", ["answer", "timer", "staff"])
def test_without_an_answer_the_paper_says_so_and_it_is_asked_again_until_there_is_one(silence: str) -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    uuid = _return(lane)
    if silence == "answer":
        lane.tell(i.FiscalCancelAnswered(uuid, "unknown"))
    elif silence == "timer":
        lane.tell(i.TimerElapsed("fiscal_cancel"))
    else:
        lane.tell(SUPERVISOR, i.OperatorActed("fiscal_skip"))
    assert lane.effect(f.Print).fiscal == "cancel_open"
    (left,) = lane.happened(e.FiscalCancelLeft)
    assert (left.by == "system") == (silence != "staff")
    _goodbye(lane)
    lane.tell(SUPERVISOR)
    assert isinstance(lane.screen.body, StaffBody)
    assert "condition.fiscal_cancel" in [told.message for told in lane.screen.body.conditions]
    lane.later(30_000).tell(i.TimerElapsed("fiscal_cancel"))
    assert lane.effect(f.FiscalCancel).transaction == uuid
    lane.tell(_cancelled(uuid))
    assert lane.state.cancels == ()
    lane.tell(i.OperatorActed("reprint"))
    assert (lane.effect(f.Print).fiscal, lane.effect(f.Print).copy) == ("cancelled", True)


def test_what_the_authority_will_not_cancel_stands_and_staff_are_told_in_its_words() -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    refused = i.FiscalCancelAnswered(_return(lane), "refused", code="501", reason="Prazo superior")
    lane.tell(refused)
    assert lane.effect(f.Print).fiscal == ""
    (raised,) = (each for each in lane.state.interventions if each.kind == "fiscal_cancel")
    assert raised.reason == "501 Prazo superior"
    _goodbye(lane)
    assert [each.kind for each in lane.state.interventions] == ["fiscal_cancel"]
    lane.tell(refused)
    assert len(lane.happened(e.FiscalCancelRefused)) == 1


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("cancelled", "Documents cancelled"),
        ("refused", "CANCELLATION REFUSED"),
        ("unknown", "Cancellation not answered"),
    ],
)
def test_the_z_report_says_how_many_documents_were_cancelled_refused_and_wait(word: str, left: str) -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    lane.tell(i.FiscalCancelAnswered(_return(lane), word))  # type: ignore[arg-type]  # one of the three
    _goodbye(lane)
    lane.tell(SUPERVISOR, i.OperatorActed("z_report"))
    report = lane.happened(e.ZReportMade)[-1].report
    paper = day_report(report, replace(lane.book.policy, languages=("en",)), copy=False, job="j", time_zone="UTC")
    told = [(part.left, part.right) for part in paper.parts if isinstance(part, TextLine)]
    others = {"Documents cancelled", "CANCELLATION REFUSED", "Cancellation not answered"}
    assert [row for row in told if row[0] in others] == [(left, "1")]


@pytest.mark.parametrize("told", [False, True])
def test_a_cut_at_any_instant_asks_again_by_the_same_id_and_cancels_once(*, told: bool) -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    uuid = _return(lane)
    if told:
        lane.tell(_cancelled(uuid))
    lane.power_cut()
    if not told:
        assert lane.effect(f.FiscalCancel).transaction == uuid
        assert lane.no_effect(f.Print)
        lane.tell(_cancelled(uuid))
    assert lane.effect(f.Print).fiscal == "cancelled"
    lane.tell(_cancelled(uuid))
    assert len(lane.happened(e.FiscalCancelled)) == 1
    assert replayed(lane.journal) == replace(lane.state, live=replayed(lane.journal).live)


def test_a_device_that_was_taken_out_holds_nobody_s_paper() -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    lane.book = small_shop(replace(lane.book.policy, fiscal=None))
    lane.power_cut()
    assert lane.effect(f.Print).fiscal == "cancel_open"


def test_two_that_are_open_are_asked_for_in_turn() -> None:
    lane = _shop()
    for _ in range(2):
        _back(lane, _sold(lane, MILK))
        lane.tell(i.TimerElapsed("fiscal_cancel"))
        _goodbye(lane)
        lane.tell(i.OperatorSignedOut())
    asked = set()
    for _ in range(2):
        lane.later(RULE.again_ms).tell(i.TimerElapsed("fiscal_cancel"))
        asked.add(lane.effect(f.FiscalCancel).transaction)
    assert asked == {each.uuid for each in lane.state.cancels}
    assert len(asked) == 2


def test_silence_about_an_earlier_one_lets_nobody_s_paper_go() -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    earlier = _return(lane)
    lane.tell(i.TimerElapsed("fiscal_cancel"))
    _goodbye(lane)
    lane.tell(i.OperatorSignedOut())
    _back(lane, _sold(lane, MILK))
    mine = lane.effect(f.FiscalCancel).transaction
    lane.tell(i.FiscalCancelAnswered(earlier, "unknown"))
    assert lane.no_effect(f.Print)
    lane.tell(_cancelled(earlier))
    assert lane.no_effect(f.Print)
    lane.tell(_cancelled(mine))
    assert lane.effect(f.Print).fiscal == "cancelled"


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
@pytest.mark.parametrize(
    ("word", "message"), [("cancelled", "receipt.fiscal_cancelled"), ("cancel_open", "receipt.fiscal_cancelling")]
)
def test_the_paper_says_what_became_of_the_document(language: str, word: str, message: str) -> None:
    lane = _shop()
    _back(lane, _sold(lane, MILK))
    back = next(sale for sale in lane.happened(e.TransactionCompleted) if sale.original is not None)
    told = replace(back, language=language)
    shown = UNDONE if word == "cancelled" else ()
    paper = receipt(
        told,
        lane.book.policy,
        "",
        copy=False,
        job="j",
        time_zone="America/Sao_Paulo",
        printed=shown,
        fiscal=word,  # type: ignore[arg-type]  # one of its words
    )
    said = Translator(language, paper=True)
    assert said.t(message) in str(paper.parts)
    assert said.t("receipt.return_nfe_br") not in str(paper.parts)
    assert ("CANCELADA" in str(paper.parts)) == (word == "cancelled")


def test_an_exchange_has_the_new_sale_signed_and_then_the_old_one_s_document_cancelled() -> None:
    lane = _shop()
    old = _sold(lane, MILK)
    takes_back(lane, old).tell(i.ViewRequested("basket"), i.OperatorSignedOut())
    lane.scan(TEA)
    lane.approve(lane.pay_by_card())
    signed = lane.effect(f.FiscalSign).completed
    assert (signed.original, signed.total.minor) == (None, 60_000)
    assert lane.no_effect(f.FiscalCancel)
    lane.tell(i.FiscalAnswered(signed.transaction.uuid, "signed", "1", 8, 1, PAPER))
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    asked = lane.effect(f.FiscalCancel)
    assert (asked.original, asked.transaction) == (old.completed.transaction.uuid, _return(lane))
    assert asked.transaction != signed.transaction.uuid
    lane.tell(_cancelled(asked.transaction))
    assert lane.effect(f.Print).fiscal == "cancelled"
