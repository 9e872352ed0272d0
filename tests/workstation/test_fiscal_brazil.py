"""A Brazilian sale from the first scan to SEFAZ: the pack's tax classes, the item's codes, the slip's authorisation."""

from __future__ import annotations

import asyncio
import re
import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import msgspec

from hal.fiscal.contract import FiscalAnswer
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.retail.nfce import NfceClass
from kiosk.retail.tax import TaxClass
from kiosk.workstation.fiscal import sale_of
from tests.support.lane import open_lane
from tests.support.nfe import faults_of
from tests.support.rigs import opened
from tests.support.rigs.fiscal.sefaz_nfce import sefaz_and_driver
from tests.support.shop import MemoryBook, brazil, small_shop

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
    return BrazilianBook(replace(brazil(), nfce=classes), items, shop.offers)


def test_a_sale_of_the_pack_s_classes_is_authorised_with_its_offers_and_its_slip(tmp_path: Path) -> None:
    shop = open_lane(_book()).scan(MILK, TEA, TEA, TEA)
    shop.approve(shop.pay_by_card())
    sold = shop.happened(e.TransactionCompleted)[0]
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
    assert sale.discount_minor > 0
    assert re.search(rb"<vDesc>[1-9]", sent)
    assert re.search(rb"<pICMS>18.0000</pICMS>.*<pPIS>1.6500</pPIS>.*<pCBS>0.9000</pCBS>", sent)
