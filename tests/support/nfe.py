"""A shop in Brazil for tests: its certificate, a sale's lines as an NFC-e has them, and the published schemas as judge.

The schemas are the tax authorities' own, as the package nfelib carries them; nothing else of it is used.
"""

from __future__ import annotations

import functools
import importlib.util
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

from lxml import etree

from bench.far_ends.fiscal.icp_brasil import make_papers
from hal.fiscal.contract import FiscalLine, FiscalSale, FiscalTax, FiscalTender
from hal.fiscal.nfe.document import Card, Contingency, Document, Issuer, Item, Payment
from hal.fiscal.nfe.key import AccessKey
from hal.fiscal.nfe.signature import Certificate, load_certificate
from hal.fiscal.nfe.taxes import Taxes

__all__ = [
    "CNPJ",
    "ISSUER",
    "SAO_PAULO",
    "TAXED",
    "document",
    "faults_of",
    "issuer_certificate",
    "item",
    "sale",
    "sale_line",
]

CNPJ = "12345678000195"
SAO_PAULO = timezone(timedelta(hours=-3))
ISSUER = Issuer(
    CNPJ,
    "111222333444",
    "Mercado São José & Filhos Ltda",
    "Rua das Flores",
    "100",
    "Centro",
    "3550308",
    "São Paulo",
    "SP",
    "01001000",
    trade_name="Mercado São José",
    phone="1133334444",
)
TAXED = Taxes(
    {
        "vBC": 1000,
        "vICMS": 180,
        "vBCPIS": 820,
        "vPIS": 14,
        "vBCCOFINS": 820,
        "vCOFINS": 62,
        "vTotTrib": 314,
        "vBCIBSCBS": 744,
        "vIBSUF": 1,
        "vIBSMun": 0,
        "vCBS": 7,
    },
    {"pICMS": 1800, "pPIS": 165, "pCOFINS": 760, "pIBSUF": 10, "pCBS": 90},
    icms="00",
    pis="01",
    cofins="01",
    rtc="000",
    rtc_class="000001",
)


@functools.cache
def issuer_certificate(folder: Path) -> Certificate:
    """The shop's certificate, of the bench's own authority."""
    papers = make_papers(folder, CNPJ)
    return load_certificate(papers.pkcs12.read_bytes(), papers.password)


def item(**changes: object) -> Item:
    """A litre of milk, ten reais."""
    plain: dict[str, object] = {
        "code": "1001",
        "name": "Leite integral 1 L",
        "ncm": "04012010",
        "cfop": "5102",
        "unit": "UN",
        "quantity": Fraction(1),
        "unit_price": Fraction(1000),
        "product": 1000,
        "taxes": TAXED,
        "gtin": "7891000100103",
    }
    return Item(**{**plain, **changes})  # type: ignore[arg-type]  # a test's own words


def document(*items: Item, emission: int = 1, environment: int = 2, **changes: object) -> Document:
    """A document of these items (or of milk) that is paid by card to the centavo."""
    lines = items or (item(),)
    emitted = datetime(2026, 11, 22, 10, 30, tzinfo=SAO_PAULO)
    due = sum(each.product - each.discount for each in lines)
    plain: dict[str, object] = {
        "key": AccessKey(35, "2611", CNPJ, 1, 42, emission, "87654321"),
        "environment": environment,
        "emitted": emitted,
        "issuer": ISSUER,
        "items": lines,
        "payments": (Payment("03", due, card=Card("01425787000104", "02", "A1B2C3")),),
        "program": "kiosk 1",
        "contingency": Contingency(emitted, "SEFAZ sem resposta na loja") if emission == 9 else None,
    }
    return Document(**{**plain, **changes})  # type: ignore[arg-type]  # a test's own words


@functools.cache
def _schema(service: str, name: str) -> etree.XMLSchema:
    found = importlib.util.find_spec("nfelib")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / service / "schemas"
    (file,) = folder.glob(f"*/{name}")
    return etree.XMLSchema(etree.parse(file))


def faults_of(xml: bytes, name: str, *, service: str = "nfe") -> list[str]:
    """What the published schema ``name`` (``nfe_v4.00.xsd``) has against this XML."""
    schema = _schema(service, name)
    schema.validate(etree.fromstring(xml))
    return [f"{each.path}: {each.message}" for each in schema.error_log]


_LINE = FiscalLine(
    number=1,
    item_id="1001",
    name="Leite integral 1 L",
    quantity_milli=1000,
    unit="each",
    unit_price_minor=1000,
    extended_minor=1000,
    discount_minor=0,
    tax=FiscalTax("full", 1800, 820, 180, of_gross=True),
    gtin="07891000100103",
    attributes=(
        ("ncm", "04012010"),
        ("cfop", "5102"),
        ("cst", "00"),
        ("cst_pis", "01"),
        ("cst_cofins", "01"),
        ("cst_ibscbs", "000"),
        ("cclasstrib", "000001"),
        *((tag.lower(), str(value)) for tag, value in (*TAXED.values.items(), *TAXED.rates.items())),
    ),
)


def sale(transaction: str = "0190", *lines: FiscalLine, **changes: object) -> FiscalSale:
    """A sale, completed now, of a litre of milk (or of these lines), paid by card."""
    sold = lines or (_LINE,)
    total = sum(each.paid_minor for each in sold)
    now = time.time_ns() // 1_000_000
    card = FiscalTender("card", "credit", total, approval_code="A1B2C3", brand="MASTERCARD", acquirer="Rede")
    plain: dict[str, object] = {
        "transaction": transaction,
        "reference": "sco-1-1-000001",
        "store": "sp-01",
        "workstation": "sco-1",
        "business_day": "2026-11-22",
        "begun_ms": now,
        "completed_ms": now,
        "time_zone": "America/Sao_Paulo",
        "currency": "BRL",
        "included": True,
        "lines": sold,
        "taxes": (FiscalTax("full", 1800, 820, 180, of_gross=True),),
        "tenders": (card,),
        "subtotal_minor": total,
        "discount_minor": 0,
        "total_minor": total,
    }
    return FiscalSale(**{**plain, **changes})  # type: ignore[arg-type]  # a test's own words


def sale_line(**changes: object) -> FiscalLine:
    """The litre of milk, changed."""
    return replace(_LINE, **changes)  # type: ignore[arg-type]  # a test's own words
