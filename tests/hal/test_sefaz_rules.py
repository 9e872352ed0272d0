"""The far end's own reading of SEFAZ's rules on sums: a document of the driver's passes, and each rule is judged."""

from __future__ import annotations

import asyncio
import re

import pytest
from lxml import etree

from bench.far_ends.fiscal.sefaz_rules import Refusal, judge_sums
from tests.support.nfe import sale
from tests.support.rigs import opened
from tests.support.rigs.fiscal.sefaz_nfce import sefaz_and_driver

TOTALS = {
    "vBC": 531, "vICMS": 532, "vBCST": 533, "vST": 534, "vFrete": 535, "vSeg": 536, "vDesc": 537, "vIPI": 538,
    "vProd": 564, "vII": 601, "vPIS": 602, "vCOFINS": 603, "vOutro": 604, "vTotTrib": 685, "vNF": 610,
}  # fmt: skip
WRONG = b"7654.32"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the driver has sent and SEFAZ has authorised."""

    async def run() -> bytes:
        async with sefaz_and_driver(tmp_path_factory.mktemp("sefaz"), poll_ms=60_000) as (sefaz, driver):
            await opened(driver)
            assert (await driver.sign(sale("a"))).outcome == "signed"
            message = next(message for name, message in sefaz.heard if name == "NFeAutorizacao4")
            return message[message.index(b"<infNFe") : message.index(b"</infNFe>") + len(b"</infNFe>")]

    return asyncio.run(run())


def judged(document: bytes) -> int:
    """The code it is refused under; 0 for none."""
    named = document.replace(b"<infNFe", b'<infNFe xmlns="http://www.portalfiscal.inf.br/nfe"', 1)
    try:
        judge_sums(etree.fromstring(named))
    except Refusal as refusal:
        return refusal.code
    return 0


def _with(document: bytes, path: bytes, value: bytes) -> bytes:
    """With another value in the first element of that name behind ``path``."""
    inside, name = path.rsplit(b"/", 1)
    at = document.index(b"<" + inside)
    changed, count = re.subn(b"<" + name + b">[^<]*<", b"<" + name + b">" + value + b"<", document[at:], count=1)
    assert count == 1
    return document[:at] + changed


def test_a_document_of_the_driver_s_passes(document: bytes) -> None:
    assert judged(document) == 0


@pytest.mark.parametrize(("name", "code"), TOTALS.items())
def test_a_total_that_is_not_the_sum_of_its_items_is_refused_under_its_code(
    document: bytes, name: str, code: int
) -> None:
    assert judged(_with(document, b"ICMSTot/" + name.encode(), WRONG)) == code


@pytest.mark.parametrize(
    ("path", "code"), [(b"prod/vProd", 629), (b"ICMS/vICMS", 528), (b"detPag/vPag", 866)], ids=["629", "528", "866"]
)
def test_an_item_or_a_payment_that_does_not_come_to_it_is_refused(document: bytes, path: bytes, code: int) -> None:
    assert judged(_with(document, path, WRONG)) == code


@pytest.mark.parametrize(("paid", "change", "code"), [(b"0.01", b"", 865), (WRONG, b"<vTroco>1.00</vTroco>", 869)])
def test_payments_cover_the_document_and_the_change_is_right(
    document: bytes, paid: bytes, change: bytes, code: int
) -> None:
    told = _with(document, b"detPag/vPag", paid)
    assert judged(told.replace(b"</detPag></pag>", b"</detPag>" + change + b"</pag>")) == code
