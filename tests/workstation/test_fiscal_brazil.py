"""A Brazilian sale from the first scan to SEFAZ: the pack's tax classes, the item's codes, the slip's authorisation."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import msgspec

from hal.fiscal.contract import FiscalAnswer
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.nfce import NfceClass
from kiosk.retail.tax import TaxClass
from kiosk.workstation.fiscal import sale_of
from messages.values import FiscalDocument, FiscalText
from tests.journeys.far_office import FarOffice
from tests.support.kiosk import Lane, Running, lane
from tests.support.lane import open_lane
from tests.support.nfe import faults_of
from tests.support.rigs import opened
from tests.support.rigs.fiscal.sefaz_nfce import sefaz_and_driver
from tests.support.shop import MemoryBook, brazil, small_shop
from tests.support.waiting import wait_until

MILK, TEA = "8901234567890", "4006381333931"


@dataclass(slots=True)
class BrazilianBook(MemoryBook):
    """Tax classes that are shares of the price."""

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """Standard and exempt."""
        rate = {"standard": 1800, "exempt": 0}.get(tax_class)
        return None if rate is None else TaxClass(tax_class, (("2023-01-01", rate),), of_gross=True)


def _book() -> BrazilianBook:
    pack = tomllib.loads((resources.files("kiosk.countries") / "br.toml").read_text(encoding="utf-8"))
    classes = msgspec.convert(pack["policy"]["nfce"], dict[str, NfceClass])
    shop = small_shop()
    items = {key: replace(item, attributes={"ncm": "04012010"}) for key, item in shop.items.items()}
    rule = FiscalRule(
        outage="contingency",
        wait_ms=25_000,
        again_ms=200,
        returns="elsewhere",
        cancel_minutes=30,
        cancel_reason="Venda desfeita, mercadoria devolvida",
    )
    return BrazilianBook(replace(brazil(), nfce=classes, fiscal=rule, receipt_rule="always"), items, shop.offers)


def test_a_sale_of_the_pack_s_classes_is_authorised_with_its_offers_and_its_slip(tmp_path: Path) -> None:
    shop = open_lane(_book()).scan(MILK, TEA, TEA, TEA)
    shop.approve(shop.pay_by_card())
    sold = replace(shop.happened(e.TransactionCompleted)[0], buyer=BuyerNumber("cpf", "52998224725"))
    sale = sale_of(f.FiscalSign(sold, sold.utc_ms - 60_000), _book().policy, "America/Sao_Paulo")

    async def run() -> tuple[FiscalAnswer, bytes]:
        async with sefaz_and_driver(tmp_path, environment="test") as (sefaz, driver):
            await opened(driver)
            answer = await driver.sign(replace(sale, transaction=sold.transaction.uuid))
            return answer, next(message for name, message in sefaz.heard if name == "NFeAutorizacao4")

    answer, sent = asyncio.run(run())
    total = f"{sale.total_minor // 100}.{sale.total_minor % 100:02}".encode()

    assert (answer.outcome, answer.code, answer.reason) == ("signed", "", "")
    assert faults_of(sent, "enviNFe_v4.00.xsd") == []
    assert b"<vNF>" + total in sent
    assert b"<cAut>A1B2C3</cAut>" in sent
    assert b"<dest><CPF>52998224725</CPF>" in sent
    assert ("consumer", "CONSUMIDOR - CPF 529.982.247-25") in [(each.key, each.value) for each in answer.printed]
    assert sale.discount_minor > 0
    assert re.search(rb"<vDesc>[1-9]", sent)
    assert re.search(rb"<pICMS>18.0000</pICMS>.*<pPIS>1.6500</pPIS>.*<pCBS>0.9000</pCBS>", sent)


@contextmanager
def _lane(sync: str = "") -> Iterator[Lane]:
    """A lane whose fiscal device is SEFAZ, a program of its own."""
    with lane(_book(), sync=sync) as at:
        program = [sys.executable, "-m", "bench.far_ends.fiscal.sefaz_nfce", "--books", str(at.folder / "books.jsonl")]
        sefaz = subprocess.Popen([*program, "--knob-socket", str(at.folder / "fiscal")], stdout=subprocess.PIPE)
        try:
            assert sefaz.stdout is not None
            told = json.loads(sefaz.stdout.readline())["settings"]
            own = {"memory_file": str(at.folder / "nfce.db"), "poll_ms": 50, "outage_poll_ms": 50, "retry_ms": 50}
            lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in {**told, **own}.items())
            device = ["[devices.fiscal]", 'category = "fiscal"', 'model = "sefaz_nfce"', "[devices.fiscal.settings]"]
            settings = at.settings.read_text(encoding="utf-8") + "\n".join([*device, *lines, ""])
            at.settings.write_text(settings, encoding="utf-8")
            yield at
        finally:
            sefaz.terminate()
            sefaz.communicate()


def _pay(at: Lane, kiosk: Running) -> e.FiscalNumberGiven:
    before = len(at.happened(e.ReceiptPrinted))
    kiosk.sees(s.AttractBody)
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")
    wait_until(lambda: len(at.happened(e.ReceiptPrinted)) > before, 30, what="a receipt")
    given: e.FiscalNumberGiven = at.happened(e.FiscalNumberGiven)[-1]
    return given


def test_a_kiosk_sells_through_an_outage_and_a_power_cut_and_sefaz_has_each_sale_once() -> None:
    with _lane() as at:
        with at.kiosk() as kiosk:
            first = _pay(at, kiosk)
            assert (first.by, first.outcome, first.series, first.number) == ("device", "signed", "1", 1)
        with at.kiosk() as kiosk:  # after a power cut
            at.turn("fiscal", "unplug")
            second = _pay(at, kiosk)
            assert (second.outcome, second.number) == ("contingency", 2)
            assert any(each.value == "EMITIDA EM CONTINGÊNCIA" for each in second.printed)
            at.turn("fiscal", "plug")
            wait_until(lambda: at.happened(e.FiscalRegistered), 30, what="SEFAZ's late word in the journal")
        (late,) = at.happened(e.FiscalRegistered)
        assert (late.transaction, late.outcome, late.number) == (second.transaction, "signed", 2)
        books = [json.loads(line) for line in (at.folder / "books.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [(act["act"], int(act["key"][25:34])) for act in books] == [("authorised", 1), ("authorised", 2)]


def _takes_back(at: Lane, kiosk: Running, office: FarOffice, given: e.FiscalNumberGiven) -> None:
    """Staff take the whole sale back and have the card given its money."""
    sale = next(each for each in at.happened(e.TransactionCompleted) if each.transaction.uuid == given.transaction)
    marks = msgspec.convert(msgspec.to_builtins(given.printed), tuple[FiscalText, ...])
    office.knows(sale, FiscalDocument(given.series, given.number, given.utc_ms, "signed", marks))
    kiosk.sees(s.AttractBody)
    kiosk.touch(i.OperatorSignedIn("op1", "Rina", "supervisor", "pin"), i.OperatorActed("refund"))
    kiosk.sees(s.RefundFindBody)
    at.scan(f"sale:{given.transaction}")
    kiosk.sees(s.RefundLinesBody)
    asked = len(at.happened(e.ReturnsHeld))
    kiosk.touch(i.ReturnLineChosen(1, 1, "unwanted"), i.ReturnsConfirmed())
    wait_until(lambda: len(at.happened(e.ReturnsHeld)) > asked, what="units kept at head office")
    kiosk.touch(i.MoneyBackRequested())
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")


def test_a_whole_sale_that_comes_back_is_cancelled_at_sefaz_though_it_is_away_and_the_power_goes() -> None:
    with _lane("sync.sock") as at:
        office = FarOffice(at.folder / "run/sync.sock")
        try:
            with at.kiosk() as kiosk:
                first = _pay(at, kiosk)
                kiosk.touch(i.TimerElapsed("thanks"))
                _takes_back(at, kiosk, office, first)
                wait_until(lambda: len(at.happened(e.ReceiptPrinted)) == 2, 30, what="the return's paper")
                (done,) = at.happened(e.FiscalCancelled)
                assert [each.key for each in done.printed] == ["cancelled", "cancel_protocol", "cancel_moment"]
                assert "NFC-e nº 000000001 Série 001 CANCELADA" in json.dumps(at.receipts()[-1], ensure_ascii=False)
                kiosk.touch(i.TimerElapsed("thanks"), i.OperatorSignedOut())
                second = _pay(at, kiosk)
                kiosk.touch(i.TimerElapsed("thanks"))
                at.turn("fiscal", "unplug")
                _takes_back(at, kiosk, office, second)
                wait_until(
                    lambda: len(at.happened(e.ReceiptPrinted)) == 4, 30, what="a paper that says it is not known"
                )
                assert len(at.happened(e.FiscalCancelLeft)) == 1
                assert "Cancelamento" in json.dumps(at.receipts()[-1], ensure_ascii=False)
            with at.kiosk():  # after a power cut
                at.turn("fiscal", "plug")
                wait_until(lambda: len(at.happened(e.FiscalCancelled)) == 2, 30, what="SEFAZ's word in the journal")
        finally:
            office.close()
        books = [json.loads(line) for line in (at.folder / "books.jsonl").read_text(encoding="utf-8").splitlines()]
        told = [(act["act"], int(act["key"][25:34]), act.get("event", "")) for act in books]
        assert told == [
            ("authorised", 1, ""),
            ("cancelled", 1, "110111"),
            ("authorised", 2, ""),
            ("cancelled", 2, "110111"),
        ]
