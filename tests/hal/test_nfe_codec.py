"""The NFC-e's codec: the published examples, the tax authorities' own schemas as judge, and any basket at all."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bench.far_ends.fiscal.icp_brasil import make_papers
from bench.far_ends.fiscal.sefaz_rules import Refusal, Taxpayer, judge
from hal.device import ProtocolError
from hal.fiscal.contract import FiscalTender, TenderKind
from hal.fiscal.nfe import services
from hal.fiscal.nfe.answers import zipped
from hal.fiscal.nfe.danfe import printed_of
from hal.fiscal.nfe.document import Card, Document, Item, Payment, Told, signed_document
from hal.fiscal.nfe.key import AccessKey, check_digit, own_code, read_key
from hal.fiscal.nfe.memory import Memory, Record
from hal.fiscal.nfe.qr import Csc, Seen, qr_v2
from hal.fiscal.nfe.sale import Tendering, payments_of
from hal.fiscal.nfe.signature import Certificate, load_certificate
from hal.fiscal.nfe.taxes import Taxes
from hal.fiscal.nfe.xml import NFE as NAMESPACE
from hal.fiscal.nfe.xml import worded
from tests.support.nfe import CNPJ, ISSUER, TAXED, document, faults_of, item, sale

QR, KEYS = "https://www.nfce.sefaz.bench/qrcode", "https://www.nfce.sefaz.bench/consulta"
CSC = Csc(1, "SEU-CODIGO-CSC-CONTRIBUINTE-36-CARACTERES")
PAYER = Taxpayer("35", "2", CNPJ, "1", CSC.code, QR)
NFE = "{http://www.portalfiscal.inf.br/nfe}"


@functools.cache
def certificate() -> Certificate:
    with tempfile.TemporaryDirectory() as folder:
        papers = make_papers(Path(folder), CNPJ)
        return load_certificate(papers.pkcs12.read_bytes(), papers.password)


def told(paper: Document, *, csc: Csc | None = CSC) -> Told:
    return signed_document(paper, certificate(), qr_address=QR, key_address=KEYS, csc=csc)


# -- key -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "digit"),
    [
        ("5206043300991100250655012000000780026730161", 5),  # Manual de Orientação do Contribuinte, section 2.2.6.1
        ("3511120276757900014859858380105015186583399", 2),  # a key of a CF-e, which is checked alike
    ],
)
def test_the_check_digit_is_that_of_published_keys(key: str, digit: int) -> None:
    assert check_digit(key) == digit


@given(
    state=st.sampled_from([11, 35, 53]),
    series=st.integers(0, 999),
    number=st.integers(1, 10**9 - 1),
    emission=st.sampled_from([1, 9]),
    cnpj=st.from_regex(r"[0-9A-Z]{12}[0-9]{2}", fullmatch=True),
    code=st.from_regex(r"[0-9]{8}", fullmatch=True),
)
def test_a_key_has_44_characters_and_tells_its_parts(**parts: object) -> None:
    key = AccessKey(month="2611", **parts)  # type: ignore[arg-type]  # drawn by name

    assert len(str(key)) == 44
    assert read_key(str(key)) == key


def test_a_key_with_another_digit_in_it_is_none() -> None:
    key = str(document().key)
    with pytest.raises(ValueError, match="no access key"):
        read_key(key[:30] + str((int(key[30]) + 1) % 10) + key[31:])


@given(st.uuids(), st.integers(1, 10**8 - 1))
def test_the_code_of_a_key_is_never_its_number_nor_a_run(transaction: object, number: int) -> None:
    code = own_code(str(transaction), number)

    assert len(code) == 8
    assert int(code) != number
    assert len(set(code)) > 1


# -- QR code ---------------------------------------------------------------------------------------------------------


def test_qr_codes_are_those_of_the_manual_s_examples() -> None:
    online = Seen("28170800156225000131650110000151341562040824", 1, 1, 2, 6090, "")
    offline = Seen("28170800156225000131650110000151349562040824", 1, 9, 2, 6090, "yzGYhUx1/XYYzksWB+fPR3Qc50c=")
    address = "http://www.sefazexemplo.gov.br/nfce/qrcode"

    assert qr_v2(f"{address}?p=", online, CSC) == (
        f"{address}?p=28170800156225000131650110000151341562040824|2|1|1|DC6AE2C2B9A992BE59679AC365E29922DE6B7511"
    )
    assert qr_v2(address, offline, CSC) == (
        f"{address}?p=28170800156225000131650110000151349562040824|2|1|02|60.90"
        "|797a4759685578312f5859597a6b7357422b6650523351633530633d|1|4615A93BB0D7C4E780F8D30EE77EDD5BA55C7D66"
    )


@pytest.mark.parametrize("customer", ["", "12345678909", CNPJ, "12ABC34501DE35"])
@pytest.mark.parametrize("emission", [1, 9])
@pytest.mark.parametrize("csc", [CSC, None], ids=["v2", "v3"])
def test_every_form_of_the_qr_code_is_schema_s_and_the_far_end_s(csc: Csc | None, emission: int, customer: str) -> None:
    paper = document(emission=emission, customer=customer)
    xml = told(paper, csc=csc).xml

    assert faults_of(xml, "nfe_v4.00.xsd") == []
    assert judge(xml, PAYER, paper.emitted)[0] == str(paper.key)


# -- document --------------------------------------------------------------------------------------------------------

CODES = [
    Taxes({"vBC": 800, "vICMS": 144}, {"pICMS": 1800, "pRedBC": 2000}, icms="20", pis="04", cofins="06"),
    Taxes(icms="40", pis="07", cofins="07", rtc="410", rtc_class="410999"),
    Taxes(icms="41"),
    Taxes(icms="60", pis="99", cofins="99"),
    *(Taxes(icms=code) for code in ("102", "103", "300", "400", "500")),
]


@pytest.mark.parametrize("taxes", CODES, ids=lambda taxes: f"{taxes.icms}-{taxes.pis}-{taxes.rtc}")
def test_every_kind_of_tax_is_stated_as_the_schema_wants(taxes: Taxes) -> None:
    simples = len(taxes.icms) == 3
    other = taxes if simples else TAXED
    issuer = replace(ISSUER, regime="1" if simples else "3")
    paper = document(item(taxes=taxes), item(cest="1705500", gtin="", discount=100, taxes=other), issuer=issuer)
    xml = told(paper).xml

    assert faults_of(xml, "nfe_v4.00.xsd") == []
    assert judge(xml, PAYER, paper.emitted)


@pytest.mark.parametrize(
    ("tax", "code"), [("icms", "10"), ("icms", ""), ("pis", "03"), ("cofins", "50"), ("rtc", "200")]
)
def test_a_tax_that_is_not_kept_here_is_refused_not_guessed_at(tax: str, code: str) -> None:
    with pytest.raises(ValueError, match="is none of"):
        replace(Taxes(), **{tax: code})  # type: ignore[arg-type]  # one of its codes, by name


def test_in_production_items_have_their_names_and_in_tests_the_law_s_warning() -> None:
    live = etree.fromstring(told(document(environment=1)).xml)
    test = etree.fromstring(told(document(item(), item())).xml)

    assert [each.text for each in live.iter(f"{NFE}xProd")] == ["Leite integral 1 L"]
    names = [each.text for each in test.iter(f"{NFE}xProd")]
    assert names == ["NOTA FISCAL EMITIDA EM AMBIENTE DE HOMOLOGACAO - SEM VALOR FISCAL", "Leite integral 1 L"]


def test_a_payment_by_card_bears_the_slip_s_code_and_cash_its_change() -> None:
    payments = (Payment("03", 400, card=Card("01425787000104", "06", "998877")), Payment("01", 1000))
    xml = told(document(payments=payments)).xml
    root = etree.fromstring(xml)

    assert faults_of(xml, "nfe_v4.00.xsd") == []
    assert root.findtext(f".//{NFE}cAut") == "998877"
    assert root.findtext(f".//{NFE}vTroco") == "4.00"


@pytest.mark.parametrize(("regime", "icms", "code"), [("1", "40", 590), ("3", "102", 591)])
def test_the_regime_and_the_items_must_fit(regime: str, icms: str, code: int) -> None:
    paper = document(item(taxes=Taxes(icms=icms)), issuer=replace(ISSUER, regime=regime))
    with pytest.raises(Refusal) as refusal:
        judge(told(paper).xml, PAYER, paper.emitted)
    assert refusal.value.code == code


def test_payments_that_do_not_cover_the_total_make_no_document() -> None:
    with pytest.raises(ValueError, match="1 centavos short"):
        told(document(payments=(Payment("01", 999),)))


def test_what_was_changed_after_it_was_signed_does_not_pass() -> None:
    paper = document()
    xml = told(paper).xml.replace(b"<vProd>10.00", b"<vProd>10.01", 1)
    with pytest.raises(Refusal) as refusal:
        judge(xml, PAYER, paper.emitted)
    assert refusal.value.code == 297


@given(st.text(max_size=200))
def test_any_text_becomes_what_the_schema_lets_pass(text: str) -> None:
    plain = worded(text, 120, otherwise="item")

    assert 0 < len(plain) <= 120
    assert plain == plain.strip()
    assert all(" " <= each <= "~" or "\xa1" <= each <= "\xff" for each in plain)


@st.composite
def baskets(draw: st.DrawFn) -> tuple[Item, ...]:
    items = []
    for _ in range(draw(st.integers(1, 6))):
        price, weighed = draw(st.integers(1, 10**6)), draw(st.booleans())
        quantity = Fraction(draw(st.integers(1, 99_999)), 1000) if weighed else Fraction(draw(st.integers(1, 99)))
        product = max(1, int(price * quantity + Fraction(1, 2)))
        off = draw(st.integers(0, product))
        paid, rate = product - off, draw(st.sampled_from([0, 700, 1200, 1800, 2500]))
        icms = int(Fraction(paid * rate, 10_000) + Fraction(1, 2))
        values = {"vBC": paid, "vICMS": icms, "vBCPIS": paid - icms, "vPIS": draw(st.integers(0, 99)), "vTotTrib": icms}
        taxes = draw(st.sampled_from([Taxes(values, {"pICMS": rate}, icms="00", pis="01"), *CODES[1:4]]))
        name = draw(st.text(max_size=30))
        items.append(
            item(name=name, quantity=quantity, unit_price=Fraction(price), product=product, discount=off, taxes=taxes)
        )
    return tuple(items)


@given(basket=baskets(), over=st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_the_sums_of_any_basket_hold_by_the_rules_and_by_the_schema(basket: tuple[Item, ...], over: int) -> None:
    due = sum(each.product - each.discount for each in basket)
    paper = document(*basket, environment=1, payments=(Payment("01", due + over),))
    xml = told(paper).xml
    total = etree.fromstring(xml).find(f".//{NFE}ICMSTot")

    assert faults_of(xml, "nfe_v4.00.xsd") == []
    judge(xml, replace(PAYER, environment="1"), paper.emitted)
    assert total is not None
    assert Decimal(total.findtext(f"{NFE}vNF") or "") * 100 == due


# -- services --------------------------------------------------------------------------------------------------------


def test_requests_are_what_the_published_schemas_want() -> None:
    paper, key = document(), str(document().key)
    at, shop = paper.emitted, certificate()
    lot = services.authorisation(told(paper).xml, 42)
    event = services.event_lot(services.cancellation(2, key, "135260000000001", "erro", at, shop), 42)
    void = services.voiding(2, 35, CNPJ, 2026, 1, (7, 9), "Numeros nao utilizados", shop)

    assert faults_of(services.status(2, 35), "consStatServ_v4.00.xsd") == []
    assert faults_of(services.query(2, key), "consSitNFe_v4.00.xsd") == []
    assert faults_of(services.receipt(2, "350000000000001"), "consReciNFe_v4.00.xsd") == []
    assert faults_of(lot, "enviNFe_v4.00.xsd") == []
    assert faults_of(void, "inutNFe_v4.00.xsd") == []
    assert faults_of(event, "envEventoCancNFe_v1.00.xsd", service="nfe_evento_cancel") == []


def test_a_signed_document_goes_into_the_envelope_byte_for_byte() -> None:
    xml = told(document()).xml

    assert xml in services.enveloped("authorise", services.authorisation(xml, 1))


def _answered(inner: str, name: str = "retEnviNFe") -> bytes:
    return f'<a xmlns="{NAMESPACE}"><{name}>{inner}</{name}></a>'.encode()


def test_an_answer_about_another_document_is_none() -> None:
    inner = "<cStat>104</cStat><xMotivo>x</xMotivo><protNFe><chNFe>1</chNFe><cStat>100</cStat></protNFe>"
    with pytest.raises(ProtocolError, match="another document"):
        services.read_authorisation(_answered(inner), "2")


def test_an_authorisation_without_its_protocol_is_none() -> None:
    inner = "<cStat>104</cStat><protNFe><chNFe>1</chNFe><cStat>100</cStat></protNFe>"
    with pytest.raises(ProtocolError, match="without its protocol"):
        services.read_authorisation(_answered(inner), "1")


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: _answered(f"<cStat>{text}</cStat>")))
def test_whatever_sefaz_says_is_read_or_refused(body: bytes) -> None:
    for read in (services.read_status, services.read_voiding):
        try:
            verdict = read(body)
        except ProtocolError:
            continue
        assert verdict.code >= 0


# -- certificate, paper, memory --------------------------------------------------------------------------------------


def test_a_certificate_tells_its_cnpj_and_nothing_secret() -> None:
    assert certificate().cnpj == CNPJ
    assert "PRIVATE" not in repr(certificate())


def test_a_wrong_password_is_told_in_words(tmp_path: Path) -> None:
    papers = make_papers(tmp_path, CNPJ)
    with pytest.raises(ValueError, match="check that it is PKCS#12"):
        load_certificate(papers.pkcs12.read_bytes(), "another")


def test_the_paper_bears_what_the_manual_wants() -> None:
    normal, offline = document(customer="12345678909"), document(emission=9, environment=1)
    said = [each.value for each in printed_of(told(normal).xml, "135260000000001", "2026-11-22T10:30:01-03:00")]
    pending = [each.value for each in printed_of(told(offline).xml)]

    assert "Protocolo de Autorização: 135260000000001" in said
    assert "Data de Autorização: 22/11/2026 10:30:01" in said
    assert "CONSUMIDOR - CPF 123.456.789-09" in said
    assert "EMITIDA EM AMBIENTE DE HOMOLOGAÇÃO - SEM VALOR FISCAL" in said
    assert pending[1:3] == ["EMITIDA EM CONTINGÊNCIA", "Pendente de autorização"]
    assert "CONSUMIDOR NÃO IDENTIFICADO" in pending
    assert "Tributos Totais Incidentes (Lei Federal 12.741/2012): R$ 3,14" in pending
    assert printed_of(told(normal).xml)[-1].kind == "qr"


def record(number: int, sale: str, state: str = "asked", **more: object) -> Record:
    plain: dict[str, object] = {"key": f"k{number}", "sale": sale, "series": 1, "number": number, "state": state}
    return Record(**{**plain, "made_ms": number, "day": "2026-11-22", "mark": "m", **more})  # type: ignore[arg-type]


def test_the_memory_keeps_numbers_without_gaps_over_restarts(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.db")
    assert memory.next_number(1, 500) == 500
    memory.put(record(500, "a"), record(501, "b"))
    memory.close()

    again = Memory(tmp_path / "memory.db")
    assert again.next_number(1, 1) == 502
    assert again.next_number(2, 1) == 1
    assert again.of_sale("b") == record(501, "b")
    again.close()


def test_a_number_has_one_document_and_settled_ones_let_their_xml_go(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.db")
    memory.put(record(1, "a", xml=b"x"), record(2, "b", "signed", xml=b"x", record="r"))
    memory.put(record(1, "a", "offline", key="other", xml=b"x"))
    memory.shed(100)

    assert [each.key for each in memory.in_range(1, 1, 2)] == ["other", "k2"]
    assert [each.xml for each in memory.in_range(1, 1, 2)] == [b"x", b""]
    assert zipped(memory.since("2026-11-01"))
    memory.close()


def test_the_emission_s_offset_is_the_shop_s() -> None:
    assert b"<dhEmi>2026-11-22T10:30:00-03:00</dhEmi>" in told(document()).xml


def test_every_way_to_pay_has_a_means_of_payment_and_points_have_their_own() -> None:
    tenders = tuple(FiscalTender(kind, kind, 100) for kind in get_args(TenderKind))
    stated = {paid.name: paid.kind for paid in payments_of(sale(tenders=tenders), Tendering())}
    kinds = {"card": "03", "cash": "01", "points": "19", "qr": "17", "voucher": "99"}
    assert stated == kinds | {"stored_value": "12", "paper_voucher": "99", "credit_note": "21"}
