"""An NFC-e as a value, and as the signed XML of layout 4.00.

Manual de Orientação do Contribuinte 7.0, annex I (leiaute da NF-e), with Nota Técnica 2016.002 (4.00), 2025.001 (QR
code 3) and 2025.002 (IBS and CBS). Groups that a sale over the counter never has are not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from hal.fiscal.nfe.key import AccessKey
from hal.fiscal.nfe.qr import Csc, Seen, qr_v2, qr_v3
from hal.fiscal.nfe.signature import Certificate, Element, sign
from hal.fiscal.nfe.taxes import Taxes, total_group, totals_of
from hal.fiscal.nfe.xml import Content, money, number, text_of, tree, worded, written

__all__ = ["Card", "Contingency", "Document", "Issuer", "Item", "Payment", "Responsible", "Told", "signed_document"]

VERSION = "4.00"
_TEST = 2
_TEST_ITEM = "NOTA FISCAL EMITIDA EM AMBIENTE DE HOMOLOGACAO - SEM VALOR FISCAL"
_CPF_LENGTH = 11
_OTHER_PAYMENT = "99"
_PERSON = "9"
"""indIEDest: no contributor, which whoever shops is."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The shop, as its state's register has it. ``regime`` (CRT): 1 Simples Nacional, 3 normal."""

    cnpj: str
    state_registration: str
    name: str
    street: str
    house: str
    district: str
    city_code: str
    city: str
    state: str
    postcode: str
    regime: str = "3"
    trade_name: str = ""
    phone: str = ""

    def group(self) -> Content:
        """The content of ``emit``."""
        address: Content = [
            ("xLgr", worded(self.street, 60)),
            ("nro", worded(self.house, 60, otherwise="S/N")),
            ("xBairro", worded(self.district, 60)),
            ("cMun", self.city_code),
            ("xMun", worded(self.city, 60)),
            ("UF", self.state),
            ("CEP", self.postcode),
            ("cPais", "1058"),
            ("xPais", "BRASIL"),
            ("fone", self.phone),
        ]
        return [
            ("CNPJ", self.cnpj),
            ("xNome", worded(self.name, 60)),
            ("xFant", worded(self.trade_name, 60, otherwise="")),
            ("enderEmit", address),
            ("IE", self.state_registration),
            ("CRT", self.regime),
        ]


@dataclass(frozen=True, slots=True)
class Item:
    """A line. ``unit_price`` in centavos, exact; ``product`` (vProd) and ``discount`` in centavos."""

    code: str
    name: str
    ncm: str
    cfop: str
    unit: str
    quantity: Fraction
    unit_price: Fraction
    product: int
    taxes: Taxes
    discount: int = 0
    gtin: str = ""
    cest: str = ""

    def group(self, name: str) -> Content:
        """The content of ``prod``, under this name."""
        gtin = self.gtin or "SEM GTIN"
        quantity, price = number(self.quantity, 4), number(self.unit_price / 100, 10)
        return [
            ("cProd", worded(self.code, 60)),
            ("cEAN", gtin),
            ("xProd", name),
            ("NCM", self.ncm),
            ("CEST", self.cest),
            ("CFOP", self.cfop),
            ("uCom", self.unit),
            ("qCom", quantity),
            ("vUnCom", price),
            ("vProd", money(self.product)),
            ("cEANTrib", gtin),
            ("uTrib", self.unit),
            ("qTrib", quantity),
            ("vUnTrib", price),
            ("vDesc", money(self.discount) if self.discount else ""),
            ("indTot", "1"),
        ]


@dataclass(frozen=True, slots=True)
class Card:
    """A payment's electronic side. ``brand`` (tBand): 01 Visa, 02 Mastercard, 03 Amex, 06 Elo, 07 Hipercard, 99 others.

    ``integrated``: the till asked for the money itself, so that ``approval`` is the slip's own code.
    """

    acquirer: str = ""
    brand: str = ""
    approval: str = ""
    terminal: str = ""
    integrated: bool = True

    def group(self) -> Content:
        """The content of ``card``."""
        return [
            ("tpIntegra", "1" if self.integrated else "2"),
            ("CNPJ", self.acquirer),
            ("tBand", self.brand),
            ("cAut", worded(self.approval, 128, otherwise="")),
            ("idTermPag", worded(self.terminal, 40, otherwise="")),
        ]


@dataclass(frozen=True, slots=True)
class Payment:
    """``kind`` (tPag): 01 cash, 03 credit, 04 debit, 10 food card, 12 gift card, 17 Pix, 19 points, 99 a ``name``."""

    kind: str
    amount: int
    name: str = ""
    card: Card | None = None

    def group(self) -> Content:
        """The content of ``detPag``."""
        name = worded(self.name, 60, otherwise="Outros") if self.kind == _OTHER_PAYMENT else ""
        card = self.card.group() if self.card is not None else []
        return [("tPag", self.kind), ("xPag", name), ("vPag", money(self.amount)), ("card", card)]


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for the software (infRespTec), where the state wants to know."""

    cnpj: str
    contact: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Contingency:
    """Since when and why no authorisation can be had (dhCont, xJust)."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A sale as it is stated. ``emitted`` carries the shop's offset. ``environment``: 1 production, 2 test.

    ``change`` is what payments exceed the total by. ``contingency`` belongs to keys whose emission is 9, to no other.
    """

    key: AccessKey
    environment: int
    emitted: datetime
    issuer: Issuer
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    program: str
    customer: str = ""
    contingency: Contingency | None = None
    responsible: Responsible | None = None

    @property
    def totals(self) -> dict[str, int]:
        """The totals by tag."""
        return totals_of((item.taxes, item.product, item.discount) for item in self.items)

    @property
    def change(self) -> int:
        """What was handed back (vTroco)."""
        return sum(each.amount for each in self.payments) - self.totals["vNF"]

    def element(self) -> Element:
        """``NFe`` with ``infNFe``, unsigned. Raises ``ValueError`` for payments that do not cover the total."""
        if self.change < 0:
            text = f"payments are {-self.change} centavos short of the total"
            raise ValueError(text)
        content: Content = [
            ("ide", self._identification()),
            ("emit", self.issuer.group()),
            ("dest", self._customer()),
            *(
                (f"det@nItem={at}", [("prod", item.group(self._name(at, item))), ("imposto", item.taxes.group())])
                for at, item in enumerate(self.items, 1)
            ),
            ("total", total_group(self.totals, [item.taxes for item in self.items])),
            ("transp", [("modFrete", "9")]),
            ("pag", [*(("detPag", each.group()) for each in self.payments), ("vTroco", _some(self.change))]),
            ("infAdic", [("infCpl", _approximate(self.totals["vTotTrib"]))]),
            ("infRespTec", self._responsible()),
        ]
        root = tree("NFe", [("infNFe", content)])
        root[0].set("versao", VERSION)
        root[0].set("Id", f"NFe{self.key}")
        return root

    def _identification(self) -> Content:
        key = self.key
        offline: list[tuple[str, Content]] = []
        if self.contingency is not None:
            since = self.contingency.since.isoformat(timespec="seconds")
            offline = [("dhCont", since), ("xJust", worded(self.contingency.reason, 256))]
        return [
            ("cUF", str(key.state)),
            ("cNF", key.code),
            ("natOp", "VENDA AO CONSUMIDOR"),
            ("mod", key.model),
            ("serie", str(key.series)),
            ("nNF", str(key.number)),
            ("dhEmi", self.emitted.isoformat(timespec="seconds")),
            ("tpNF", "1"),
            ("idDest", "1"),
            ("cMunFG", self.issuer.city_code),
            ("tpImp", "4"),
            ("tpEmis", str(key.emission)),
            ("cDV", str(key)[-1]),
            ("tpAmb", str(self.environment)),
            ("finNFe", "1"),
            ("indFinal", "1"),
            ("indPres", "1"),
            ("procEmi", "0"),
            ("verProc", worded(self.program, 20)),
            *offline,
        ]

    def _customer(self) -> Content:
        if not self.customer:
            return []
        kind = "CPF" if len(self.customer) == _CPF_LENGTH else "CNPJ"
        return [(kind, self.customer), ("indIEDest", _PERSON)]

    def _name(self, at: int, item: Item) -> str:
        """The item's name; in the test environment the first one's is the law's warning (rule 373)."""
        return _TEST_ITEM if self.environment == _TEST and at == 1 else worded(item.name, 120, otherwise=item.code)

    def _responsible(self) -> Content:
        who = self.responsible
        if who is None:
            return []
        contact = worded(who.contact, 60)
        return [("CNPJ", who.cnpj), ("xContato", contact), ("email", who.email), ("fone", who.phone)]


def _some(minor: int) -> str:
    return money(minor) if minor else ""


def _approximate(minor: int) -> str:
    return f"Tributos aproximados: R$ {money(minor).replace('.', ',')} (Lei 12.741/2012)" if minor else ""


@dataclass(frozen=True, slots=True)
class Told:
    """A document as it is sent and printed: signed XML, digest in base64, the QR code's content."""

    xml: bytes
    digest: str
    qr: str


def signed_document(
    document: Document, certificate: Certificate, *, qr_address: str, key_address: str, csc: Csc | None
) -> Told:
    """Sign it and add its QR code: version 2 with the security code, version 3 without one (``csc`` is ``None``)."""
    signed = sign(document.element(), f"NFe{document.key}", certificate)
    digest = text_of(signed, "DigestValue")
    seen = Seen(
        str(document.key),
        document.environment,
        document.key.emission,
        document.emitted.day,
        document.totals["vNF"],
        digest,
        document.customer,
    )
    qr = qr_v3(qr_address, seen, certificate) if csc is None else qr_v2(qr_address, seen, csc)
    supplement = tree("infNFeSupl", [("qrCode", qr), ("urlChave", key_address)])
    signed.insert(1, supplement)
    return Told(written(signed), digest, qr)
