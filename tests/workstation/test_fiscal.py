"""A fiscal device at a whole kiosk: asked once the sale is on disk, heard before it is printed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from hal.fiscal.contract import FiscalAnswer, FiscalSale
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.workstation.devices import Rack
from kiosk.workstation.fiscal import FiscalService, sale_of
from tests.support.kiosk import Lane, Running, lane
from tests.support.lane import open_lane
from tests.support.shop import MemoryBook, bangladesh, small_shop
from tests.support.waiting import wait_until

MILK, TEA = "8901234567890", "4006381333931"
_DEVICE = """
[devices.fiscal]
category = "fiscal"
model = "simulated"
settings = {{ knob_socket = "{folder}/fiscal", file = "{folder}/fiscal.jsonl", answer_timeout_ms = 60000 }}

[policy.fiscal]
outage = "{outage}"
outage_documents = {documents}
submit_later = {later}
notice = "{notice}"
wait_ms = {wait_ms}
again_ms = 200
"""
_OUTAGE = {"notice": "receipt.fiscal_outage_de", "own_series": "receipt.fiscal_outage_bd"}


@contextmanager
def _lane(outage: str = "notice", *, wait_ms: int = 20_000, documents: int = 0) -> Iterator[Lane]:
    """A lane with a simulated fiscal device whose country has this rule."""
    with lane() as at:
        told = _DEVICE.format(
            folder=at.folder,
            outage=outage,
            documents=documents,
            later=str(outage != "notice").lower(),
            notice=_OUTAGE.get(outage, "receipt.fiscal_outage"),
            wait_ms=wait_ms,
        )
        at.settings.write_text(at.settings.read_text(encoding="utf-8") + told, encoding="utf-8")
        yield at


def _acts(at: Lane) -> list[dict[str, Any]]:
    file = at.folder / "fiscal.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _check_once_each(at: Lane) -> None:
    """No sale lost, none signed twice, none numbered twice, no gap in the device's series."""
    sold = [event.transaction.uuid for event in at.happened(e.TransactionCompleted)]
    signed = [act for act in _acts(at) if act["act"] == "signed"]
    numbered = Counter(event.transaction for event in at.happened(e.FiscalNumberGiven))
    assert set(numbered) <= set(sold)
    assert max(numbered.values(), default=0) <= 1
    assert len({act["transaction"] for act in signed}) == len(signed)
    assert {act["transaction"] for act in signed} <= set(sold)
    assert [act["number"] for act in signed] == list(range(1, len(signed) + 1))


def _pay(at: Lane, kiosk: Running) -> None:
    before = len(at.happened(e.TransactionCompleted))
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")
    wait_until(lambda: len(at.happened(e.TransactionCompleted)) > before, what="a sale")


def _words(receipt: dict[str, Any]) -> str:
    return json.dumps(receipt, ensure_ascii=False)


def test_a_sale_is_signed_and_its_receipt_bears_what_the_device_gave() -> None:
    with _lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        (given,) = at.happened(e.FiscalNumberGiven)
        assert (given.by, given.series, given.number) == ("device", "SIM", 1)
        (receipt,) = at.receipts()
        assert given.printed[0].value in _words(receipt)
        assert "SIM-000001" in _words(receipt)
        _check_once_each(at)


@pytest.mark.parametrize("device", ["silent", "unplugged"])
def test_a_device_that_does_not_answer_leaves_a_receipt_that_says_so_and_an_outage_on_record(device: str) -> None:
    with _lane(wait_ms=300) as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("fiscal", "silence", kind="after") if device == "silent" else at.turn("fiscal", "unplug")
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        assert "টিএসই অচল" in _words(at.receipts()[0])
        assert at.happened(e.FiscalNumberGiven) == []
        assert len(at.happened(e.FiscalOutageBegan)) == 1
        at.turn("fiscal", "silence", kind="none") if device == "silent" else at.turn("fiscal", "plug")
        kiosk.sees(s.ThanksBody)
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.FiscalNumberGiven), what="a signed sale")
        wait_until(lambda: at.happened(e.FiscalOutageEnded), what="the end of the outage")
        _check_once_each(at)


def test_sales_of_an_outage_have_numbers_of_their_own_and_are_registered_when_the_device_is_back() -> None:
    with _lane("own_series") as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("fiscal", "unplug")
        wait_until(lambda: at.happened(e.FiscalOutageBegan), what="an outage")
        _pay(at, kiosk)
        wait_until(lambda: len(at.happened(e.ReceiptPrinted)) == 1, what="a receipt")
        _pay(at, kiosk)
        wait_until(lambda: len(at.happened(e.ReceiptPrinted)) == 2, what="another")
        assert [given.number for given in at.happened(e.FiscalNumberGiven)] == [1, 2]
        assert all("পরে নিবন্ধিত হবে" in _words(receipt) for receipt in at.receipts())
        at.turn("fiscal", "plug")
        wait_until(lambda: at.happened(e.FiscalOutageEnded), what="the end of the outage")
        assert [told.outcome for told in at.happened(e.FiscalRegistered)] == ["signed", "signed"]
        _check_once_each(at)


def test_a_refused_sale_waits_for_staff_and_is_signed_once_the_authority_takes_it() -> None:
    with _lane("contingency") as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("fiscal", "refuse", on=True, permanent=True)
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.FiscalRefused), what="a refusal")
        assert at.receipts() == []
        at.turn("fiscal", "refuse", on=False, permanent=False)
        kiosk.touch(i.OperatorSignedIn("op1", "R", "attendant", "key"))
        raised = kiosk.sees(s.StaffBody).interventions[0]
        kiosk.touch(i.OperatorActed("approve", raised.intervention))
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        _check_once_each(at)


def test_a_contingency_is_confirmed_once_the_authority_has_it() -> None:
    with _lane("contingency") as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("fiscal", "outage", on=True)
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        assert at.happened(e.FiscalNumberGiven)[0].outcome == "contingency"
        assert "Issued in contingency" in _words(at.receipts()[0])
        at.turn("fiscal", "outage", on=False)
        wait_until(lambda: at.happened(e.FiscalRegistered), what="the authority's late word")
        wait_until(lambda: "confirmed" in [act["act"] for act in _acts(at)], what="it is not told again")
        _check_once_each(at)


@pytest.mark.parametrize("cut", ["before it is signed", "after it is signed", "before it is printed"])
def test_a_cut_between_completion_signing_and_print_loses_no_sale_and_numbers_none_twice(cut: str) -> None:
    with _lane() as at:
        with at.headless() as kiosk:
            kiosk.sees("AttractBody")
            if cut == "before it is printed":
                at.turn("printer", "paper_out", on=True)
            else:
                at.turn("fiscal", "silence", kind=cut.partition(" ")[0])
            at.scan(MILK)
            kiosk.sees("BasketBody")
            kiosk.touch("CheckoutRequested")
            kiosk.touch("TenderChosen", tender_id="card")
            wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
            at.turn("terminal", "tap", outcome="approve")
            match cut:
                case "before it is signed":
                    wait_until(lambda: at.happened(e.FiscalRequested), what="the request")
                case "after it is signed":
                    wait_until(lambda: any(act["act"] == "signed" for act in _acts(at)), what="a signature")
                case _:
                    wait_until(lambda: at.happened(e.ReceiptFailed), what="no paper")
            kiosk.kill()
        before = len(at.happened(e.FiscalNumberGiven))
        assert (before, at.receipts()) == (int(cut == "before it is printed"), [])
        with at.headless() as kiosk:
            kiosk.sees("ThanksBody")
            wait_until(lambda: at.happened(e.ReceiptPrinted), what="the receipt")
            assert at.happened(e.FiscalNumberGiven)[0].number == 1
            assert "SIM-000001" in _words(at.receipts()[0])
            _check_once_each(at)


def test_a_rule_binds_only_where_there_is_a_device() -> None:
    with lane(extra_settings='[policy.fiscal]\noutage = "wait"\n') as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        _pay(at, kiosk)
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        assert at.happened(e.FiscalRequested) == []
        assert at.happened(e.FiscalNumberGiven)[0].by == "checkout"


# --- the sale in the contract's words ------------------------------------------------------------------------------


def _given(book: MemoryBook) -> FiscalSale:
    shop = open_lane(book).scan(MILK, TEA, TEA, TEA)
    shop.approve(shop.pay_by_card())
    sold = shop.happened(e.TransactionCompleted)[0]
    return sale_of(f.FiscalSign(sold, sold.utc_ms - 60_000), book.policy, "Asia/Dhaka")


def _check_sums(sale: FiscalSale) -> None:
    for row in sale.taxes:
        lines = [line.tax for line in sale.lines if line.tax.tax_class == row.tax_class]
        assert sum(tax.tax_minor for tax in lines) == row.tax_minor
        assert sum(tax.duty_minor for tax in lines) == row.duty_minor
        assert sum(tax.base_minor for tax in lines) == row.base_minor
    assert sum(line.paid_minor for line in sale.lines) == sale.total_minor
    assert sale.subtotal_minor - sale.discount_minor == sale.total_minor
    assert sum(tender.amount_minor for tender in sale.tenders) == sale.total_minor


def test_lines_carry_their_shares_of_tax_to_the_last_poisha() -> None:
    sale = _given(small_shop(replace(bangladesh(), legal_series="")))
    _check_sums(sale)
    assert [(line.quantity_milli, line.unit) for line in sale.lines] == [(1_000, "each"), (3_000, "each")]
    assert sale.discount_minor > 0
    assert (sale.completed_ms - sale.begun_ms, sale.currency, sale.tax_number) == (60_000, "BDT", "000000000-0000")
    assert sale.tenders[0].approval_code == "A1B2C3"


def test_a_deposit_is_a_line_of_its_own() -> None:
    book = small_shop()
    bottle = Item("bottle", {"en": "Bottle"}, "deposit", "standard", Money(500, "BDT"))
    book.items["bottle"] = bottle
    book.items["milk"] = replace(book.items["milk"], deposit="bottle")
    sale = _given(book)
    assert [(line.item_id, line.deposit, line.paid_minor) for line in sale.lines[:2]] == [
        ("milk", False, 9500),
        ("bottle", True, 500),
    ]
    _check_sums(sale)


# --- the service alone ---------------------------------------------------------------------------------------------


class _Slow:
    """A fiscal device that thinks until it is let go; it keeps what it was asked to sign."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = asyncio.Event()

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        self.asked.append(sale.transaction)
        await self.go.wait()
        return FiscalAnswer(sale.transaction, "signed", "S", len(self.asked))


class _RackOf:
    def __init__(self, device: object) -> None:
        self._device = device

    async def ready(self, _: str) -> object:
        return self._device


def test_a_sale_asked_for_again_and_again_in_a_silence_does_not_stand_before_the_next_shopper() -> None:
    shop = open_lane()
    for _ in range(2):
        shop.scan(MILK)
        shop.approve(shop.pay_by_card())
        shop.tell(i.PrinterAnswered(shop.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    first, second = (f.FiscalSign(sold, sold.utc_ms) for sold in shop.happened(e.TransactionCompleted))
    told: list[i.Input] = []
    device = _Slow()
    rack = cast("Rack", _RackOf(device))
    service = FiscalService(rack=rack, put=told.append, policy=lambda: shop.book.policy, time_zone="Asia/Dhaka")

    async def outage() -> None:
        asked = [asyncio.create_task(service.perform(each)) for each in (first, first, first, second)]
        for _ in range(5):
            await asyncio.sleep(0)
        device.go.set()
        await asyncio.gather(*asked)
        await service.perform(first)

    asyncio.run(outage())
    uuids = [each.completed.transaction.uuid for each in (first, second, first)]
    assert device.asked == uuids
    assert [answer.transaction for answer in told if isinstance(answer, i.FiscalAnswered)] == uuids
