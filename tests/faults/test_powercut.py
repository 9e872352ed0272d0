"""The power goes at chosen steps of a payment, and the drill that does it leaves none out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from kiosk.checkout import cash_effects
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.cash_events import CashEvent
from kiosk.checkout.inputs import OperatorAct
from kiosk.retail.returns import WAY_BACK
from kiosk.retail.transaction import TenderKind
from samples.catalogue import Country, load_shop
from tests.faults.knife import BEGINS, ENDS, MUST_BE_CUT, NO_STEP
from tests.faults.powercut import drill, main
from tests.faults.ways import WAYS, way_of
from tools.report import Report

MOVES_MONEY_OR_GOODS = {
    f.Charge, f.AskTerminal, f.AbortTerminal, f.Reverse, f.Refund, f.HoldReturns, f.OpenDrawer, f.Print, f.FiscalSign,
    f.PayOut, f.TakeCash, f.EndCash, f.JudgeNote, f.AskBasket, f.PrintSlip,
}  # fmt: skip


@pytest.mark.timeout(300)
def test_the_power_may_go_before_and_after_each_record_and_deed_of_a_card_payment(tmp_path: Path) -> None:
    (card,) = (way for way in WAYS if way.name == "card")
    code = drill(Report("powercut", folder=tmp_path), [card], every=3)
    told: dict[str, Any] = json.loads((tmp_path / "powercut.json").read_text(encoding="utf-8"))
    assert (code, told["passed"]) == (0, True), told["requirements"]
    assert told["figures"]["cuts"] == told["figures"]["steps"] >= 3
    assert told["figures"]["sales"] == told["figures"]["cuts"] + 1


def test_no_deed_that_moves_money_or_goods_is_spared_the_knife() -> None:
    assert not MOVES_MONEY_OR_GOODS & set(NO_STEP)
    assert set(NO_STEP) <= set(get_args(f.Effect))
    assert set(BEGINS) | set(ENDS) <= {*get_args(e.Durable), *get_args(f.Effect)}


def test_each_record_and_deed_of_cash_in_a_machine_is_cut_or_is_no_step_with_a_reason() -> None:
    spared = {*get_args(CashEvent), *get_args(cash_effects.CashEffect)} - MUST_BE_CUT
    assert spared == {e.CashCounted, f.CountCash, f.AskCash, f.AskPayout, f.LookAtCash}
    assert {e.RefundDoubled, e.TenderReversed, f.Reverse} <= MUST_BE_CUT


def test_each_kind_of_tender_is_paid_with_in_the_drill() -> None:
    kinds = {"code": "qr"}
    paid = {kinds.get(tender, tender) for way in WAYS for tender in way.tenders}
    nobody_s = {"credit_note"}  # what an exchange's return gives its sale
    shop = {each.tender_id: each.kind for country in get_args(Country) for each in load_shop(country).tenders}
    assert {shop.get(each, each) for each in paid} == set(get_args(TenderKind)) - nobody_s, "a new tender is a new way"
    assert "cash_received" in get_args(OperatorAct)


def test_each_tender_that_money_can_go_back_to_has_it_go_back_in_the_drill() -> None:
    sold = [way_of(way.returns) for way in WAYS if way.returns]
    shop = {each.tender_id: each.kind for country in get_args(Country) for each in load_shop(country).tenders}
    kinds = {"code": "qr", "credit": "card"}
    back = {kinds.get(tender, shop.get(tender, tender)) for way in sold for tender in way.tenders}
    assert back == set(WAY_BACK), "a new way back is a new way of the drill"
    assert {way.bought for way in WAYS if way.returns} == {"", "even", "dearer", "cheaper"}
    assert {way.instead for way in WAYS} == {"", "cash", "credit"}
    assert any(way.sells for way in WAYS), "gift cards are sold"
    assert {way.parked for way in WAYS} == {"", "counter", "elsewhere"}
    assert {way.cancels for way in WAYS if way.machine} == {False, True}, "cash is kept, and goes back"
    assert all(way.country == way_of(way.returns).country for way in WAYS if way.returns)


def test_a_way_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WAYS", "card,magic")
    assert main() == 2
    assert "there is no magic" in capsys.readouterr().err
