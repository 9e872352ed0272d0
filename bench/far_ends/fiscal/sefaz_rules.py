"""What SEFAZ refuses an NFC-e for, and the code it says: its own reading of a document, not the kiosk's.

Codes: Manual de Orientação do Contribuinte 7.0, annex I (validation rules); Nota Técnica 2011/004, 2013/005, 2015.002
(QR code), 2016/002, 2025.001. Kept are those that a till can fall over; what the registers of a real SEFAZ know
(companies, products, municipalities) is not here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from lxml import etree

__all__ = ["DSIG", "NFE", "Refusal", "Taxpayer", "judge", "judge_sums", "signer_of", "tag"]

Element = etree._Element  # noqa: SLF001  lxml gives its elements' class no other name
NFE, DSIG = "http://www.portalfiscal.inf.br/nfe", "http://www.w3.org/2000/09/xmldsig#"
_GROUPS = ("ide", "emit", "dest", "det", "total", "transp", "pag", "infAdic", "infRespTec")
_WANTED = (
    "ide/cUF ide/cNF ide/natOp ide/mod ide/serie ide/nNF ide/dhEmi ide/tpNF ide/idDest ide/cMunFG ide/tpImp ide/tpEmis"
    " ide/cDV ide/tpAmb ide/finNFe ide/indFinal ide/indPres ide/procEmi ide/verProc emit/CNPJ emit/xNome emit/enderEmit"
    " emit/IE emit/CRT det/prod/cProd det/prod/cEAN det/prod/xProd det/prod/NCM det/prod/CFOP det/prod/uCom"
    " det/prod/qCom det/prod/vUnCom det/prod/vProd det/prod/indTot det/imposto/ICMS total/ICMSTot/vNF transp/modFrete"
    " pag/detPag/tPag pag/detPag/vPag"
)
_TOTALS = {
    "vBC": (531, "ICMS/*/vBC"),
    "vICMS": (532, "ICMS/*/vICMS"),
    "vBCST": (533, "ICMS/*/vBCST"),
    "vST": (534, "ICMS/*/vICMSST"),
    "vFrete": (535, "../prod/vFrete"),
    "vSeg": (536, "../prod/vSeg"),
    "vDesc": (537, "../prod/vDesc"),
    "vIPI": (538, "IPI/*/vIPI"),
    "vProd": (564, "../prod/vProd"),
    "vII": (601, "II/vII"),
    "vOutro": (604, "../prod/vOutro"),
    "vPIS": (602, "PIS/*/vPIS"),
    "vCOFINS": (603, "COFINS/*/vCOFINS"),
    "vTotTrib": (685, "vTotTrib"),
}
_ADDED = ("vProd", "vST", "vFCPST", "vFrete", "vSeg", "vOutro", "vII", "vIPI", "vIPIDevol")
_TAKEN_OFF = ("vDesc", "vICMSDeson")
_CENT = Decimal("0.01")
_LARGEST = 500 * 1024
_CARDS = ("03", "04")
_LATE, _AHEAD = timedelta(minutes=5), timedelta(minutes=5)


class Refusal(Exception):  # noqa: N818  it is SEFAZ's word, no error of ours
    """Why a request is refused: ``code`` is cStat, the text xMotivo."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """What SEFAZ has in its books: the state's code, its environment, the shop's CNPJ, security code and addresses."""

    state: str
    environment: str
    cnpj: str
    csc_number: str
    csc: str
    qr_address: str


def tag(name: str) -> str:
    """A name of NF-e's namespace, as lxml writes it; a path of them with ``/`` between."""
    return "/".join(each if each in ("*", "..", ".") else f"{{{NFE}}}{each}" for each in name.split("/"))


def signer_of(root: Element, identifier: str) -> x509.Certificate:
    """Whose signature stands over the element of that Id. Raises ``Refusal``: 297, 298."""
    strange = Refusal(298, "Rejeição: Assinatura difere do padrão do Sistema")
    element = next((each for each in root.iter() if each.get("Id") == identifier), None)
    signature, info = (next(root.iter(f"{{{DSIG}}}{each}"), None) for each in ("Signature", "SignedInfo"))
    if element is None or signature is None or info is None:
        raise strange
    algorithms = [each.get("Algorithm", "") for each in info.iter() if each.get("Algorithm")]
    wanted = ["REC-xml-c14n-20010315", "rsa-sha1", "enveloped-signature", "REC-xml-c14n-20010315", "sha1"]
    refers = [each.get("URI") for each in info.iter(f"{{{DSIG}}}Reference")]
    if [re.split("[/#]", each)[-1] for each in algorithms] != wanted or refers != [f"#{identifier}"]:
        raise strange
    certificate = x509.load_der_x509_certificate(_decoded(signature, "X509Certificate"))
    digest = hashlib.sha1(_canonical(element), usedforsecurity=False).digest()
    signed = _signed(certificate, _decoded(signature, "SignatureValue"), _canonical(info))
    if not signed or digest != _decoded(signature, "DigestValue"):
        raise Refusal(297, "Rejeição: Assinatura difere do calculado")
    return certificate


def _signed(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, data, padding.PKCS1v15(), SHA1())  # noqa: S303  the law's choice, not ours
    except InvalidSignature:
        return False
    return True


def _canonical(element: Element) -> bytes:
    """Canonical XML 1.0 of a part: as a document of its own, since lxml writes a part's namespaces wrongly."""
    return etree.tostring(etree.fromstring(etree.tostring(element, with_tail=False)), method="c14n")


def _decoded(root: Element, name: str) -> bytes:
    return base64.b64decode(next(root.iter(f"{{{DSIG}}}{name}")).text or "")


def judge(data: bytes, payer: Taxpayer, now: datetime) -> tuple[str, str]:
    """Read a document's bytes; gives its key and digest. Raises ``Refusal``."""
    if len(data) > _LARGEST:
        raise Refusal(214, "Rejeição: Tamanho da mensagem excedeu o limite estabelecido")
    if re.search(rb"<[A-Za-z0-9]+:", data):
        raise Refusal(404, "Rejeição: Uso de prefixo de namespace não permitido")
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise Refusal(243, "Rejeição: XML Mal Formado") from None
    _structure(root, data)
    key = (root[0].get("Id") or "")[3:]
    signer = signer_of(root, f"NFe{key}")
    ide, emit = (next(root.iter(tag(each))) for each in ("ide", "emit"))
    _identity(key, ide, emit, payer, signer)
    _time(ide, now)
    for item in root[0].iter(tag("det")):
        _regime(item, emit.findtext(tag("CRT")) == "1")
    judge_sums(root[0])
    _qr(root, key, ide, payer)
    return key, base64.b64encode(_decoded(root, "DigestValue")).decode()


def _structure(root: Element, data: bytes) -> None:
    """The order of groups and what none may lack (225); no white space between tags (588)."""
    inner = root[0] if len(root) else root
    found = [etree.QName(each).localname for each in inner]
    order = [_GROUPS.index(each) if each in _GROUPS else -1 for each in found]
    names = [etree.QName(each).localname for each in root]
    missing = [each for each in _WANTED.split() if inner.find(tag(each)) is None]
    whole = root.tag == tag("NFe") and inner.get("versao") == "4.00" and -1 not in order and order == sorted(order)
    empty = [each for each in root.iter() if len(each) == 0 and not (each.text or each.get("Algorithm"))]
    if not whole or missing or empty or names not in (["infNFe", "infNFeSupl", "Signature"], ["infNFe", "Signature"]):
        raise Refusal(225, f"Rejeição: Falha no Schema XML do lote de NFe {' '.join(missing)}".strip())
    if re.search(rb">\s+<", data):
        raise Refusal(588, "Rejeição: Não é permitida a presença de caracteres de edição no início/fim da mensagem")


def _identity(key: str, ide: Element, emit: Element, payer: Taxpayer, signer: x509.Certificate) -> None:
    said = {
        each: ide.findtext(tag(each)) or "" for each in ("cUF", "cNF", "mod", "serie", "nNF", "tpEmis", "cDV", "tpAmb")
    }
    cnpj, emitted = emit.findtext(tag("CNPJ")) or "", ide.findtext(tag("dhEmi")) or ""
    month = emitted[2:4] + emitted[5:7]
    bare = f"{said['cUF']}{month}{cnpj}{said['mod']}{int(said['serie']):03}{int(said['nNF']):09}"
    bare += f"{said['tpEmis']}{said['cNF']}"
    if said["tpAmb"] != payer.environment:
        raise Refusal(252, "Rejeição: Ambiente informado diverge do Ambiente de recebimento")
    if said["cUF"] != payer.state:
        raise Refusal(226, "Rejeição: Código da UF do Emitente diverge da UF autorizadora")
    if cnpj != payer.cnpj:
        raise Refusal(245, "Rejeição: CNPJ Emitente não cadastrado")
    if f":{cnpj[:8]}" not in signer.subject.rfc4514_string():
        raise Refusal(213, "Rejeição: CNPJ-Base do Emitente difere do CNPJ-Base do Certificado Digital")
    weights = [2, 3, 4, 5, 6, 7, 8, 9]
    remainder = sum((ord(each) - 48) * weights[at % 8] for at, each in enumerate(reversed(bare))) % 11
    digit = 11 - remainder if remainder > 1 else 0
    if said["cDV"] != str(digit):
        raise Refusal(253, "Rejeição: Digito Verificador da chave de acesso composta inválida")
    if key != f"{bare}{digit}" or said["mod"] != "65":
        raise Refusal(502, "Rejeição: Erro na Chave de Acesso - Campo Id não corresponde à concatenação dos campos")
    if said["cNF"] == f"{int(said['nNF']):08}" or len(set(said["cNF"])) == 1:
        raise Refusal(897, "Rejeição: Código numérico em formato inválido")


def _time(ide: Element, now: datetime) -> None:
    emitted = datetime.fromisoformat(ide.findtext(tag("dhEmi")) or "")
    offline = ide.findtext(tag("tpEmis")) == "9"
    stated = ide.findtext(tag("dhCont")), ide.findtext(tag("xJust"))
    if offline != all(stated) or offline != any(stated):
        raise Refusal(557 if offline else 556, "Rejeição: A Justificativa de entrada em contingência não confere")
    if emitted > now + _AHEAD:
        raise Refusal(703, "Rejeição: Data-Hora de Emissão posterior ao horário de recebimento")
    if not offline and emitted < now - _LATE:
        raise Refusal(704, "Rejeição: NFC-e com Data-Hora de emissão atrasada")


def _number(root: Element, path: str) -> Decimal:
    return Decimal(root.findtext(tag(path)) or "0")


def _item(item: Element) -> None:
    product = _number(item, "prod/vProd")
    exact = _number(item, "prod/qCom") * _number(item, "prod/vUnCom")
    if abs(product - exact.quantize(_CENT, ROUND_HALF_UP)) > _CENT:
        raise Refusal(629, "Rejeição: Valor do Produto difere do produto Valor Unitário e Quantidade")
    base, rate, value = (_number(item, f"imposto/ICMS/*/{each}") for each in ("vBC", "pICMS", "vICMS"))
    if abs(value - base * rate / 100) > _CENT:
        raise Refusal(528, "Rejeição: Valor do ICMS difere do produto BC e Alíquota")


def _regime(item: Element, simples: bool) -> None:  # noqa: FBT001  a fact about the issuer, not a switch
    stated = item.find(tag("imposto/ICMS/*/CSOSN")) is not None
    if simples and not stated:
        raise Refusal(590, "Rejeição: Informado CST para emissor do Simples Nacional (CRT=1)")
    if stated and not simples:
        raise Refusal(591, "Rejeição: Informado CSOSN para emissor que não é do Simples Nacional (CRT diferente de 1)")


def judge_sums(root: Element) -> None:
    """Raise ``Refusal`` for a document whose items, totals or payments do not come to one another."""
    for item in root.iter(tag("det")):
        _item(item)
    _totals(root)
    _payment(root)


def _totals(root: Element) -> None:
    for name, (code, path) in _TOTALS.items():
        items = sum(
            (Decimal(e.text or "0") for i in root.iter(tag("imposto")) for e in i.findall(tag(path))), Decimal(0)
        )
        if _number(root, f"total/ICMSTot/{name}") != items:
            raise Refusal(code, f"Rejeição: Total de {name} difere do somatório dos itens")
    whole = sum((_number(root, f"total/ICMSTot/{each}") for each in _ADDED), Decimal(0))
    whole -= sum((_number(root, f"total/ICMSTot/{each}") for each in _TAKEN_OFF), Decimal(0))
    if _number(root, "total/ICMSTot/vNF") != whole:
        raise Refusal(610, "Rejeição: Total da NF difere do somatório dos Valores compõe o valor Total da NF")


def _payment(root: Element) -> None:
    paid = sum((_number(each, "vPag") for each in root.iter(tag("detPag"))), Decimal(0))
    due, change = _number(root, "total/ICMSTot/vNF"), root.findtext(tag("pag/vTroco"))
    if paid < due:
        raise Refusal(865, "Rejeição: Total dos pagamentos menor que o total da nota")
    if change is None and paid > due:
        raise Refusal(866, "Rejeição: Ausência de troco quando o valor dos pagamentos informados for maior")
    if change is not None and Decimal(change) != paid - due:
        raise Refusal(869, "Rejeição: Valor do troco incorreto")
    for each in root.iter(tag("detPag")):
        if each.findtext(tag("tPag")) in _CARDS and each.find(tag("card/tpIntegra")) is None:
            raise Refusal(391, "Rejeição: Não informados os dados do cartão de crédito/débito")


def _qr(root: Element, key: str, ide: Element, payer: Taxpayer) -> None:
    text = root.findtext(tag("infNFeSupl/qrCode"))
    if not text:
        raise Refusal(394, "Rejeição: Nota Fiscal sem a informação do QR-Code")
    address, _, told = text.partition("?p=")
    if address != payer.qr_address:
        raise Refusal(395, "Rejeição: Endereço do site da UF da Consulta via QR-Code diverge do previsto")
    parts = told.split("|")
    wanted = list(_qr_parts(root, key, ide, parts[1] if len(parts) > 1 else ""))
    if parts[: len(wanted)] != wanted:
        raise Refusal(397, "Rejeição: Parâmetro do QR-Code divergente da Nota Fiscal")
    rest = parts[len(wanted) :]
    if parts[1] == "2":
        proof = hashlib.sha1(f"{'|'.join([*wanted, payer.csc_number])}{payer.csc}".encode(), usedforsecurity=False)
        if rest != [payer.csc_number, proof.hexdigest().upper()]:
            raise Refusal(464, "Rejeição: Código de Hash no QR-Code difere do calculado")
    elif ide.findtext(tag("tpEmis")) == "9":
        signer = x509.load_der_x509_certificate(_decoded(root, "X509Certificate"))
        if len(rest) != 1 or not _signed(signer, base64.b64decode(rest[0]), "|".join(wanted).encode()):
            raise Refusal(464, "Rejeição: Assinatura do QR-Code difere do calculado")
    elif rest:
        raise Refusal(397, "Rejeição: Parâmetro do QR-Code divergente da Nota Fiscal")


def _qr_parts(root: Element, key: str, ide: Element, version: str) -> Iterator[str]:
    yield from (key, version, ide.findtext(tag("tpAmb")) or "")
    if ide.findtext(tag("tpEmis")) != "9":
        return
    yield (ide.findtext(tag("dhEmi")) or "")[8:10]
    yield root[0].findtext(tag("total/ICMSTot/vNF")) or ""
    if version == "2":
        yield (next(root.iter(f"{{{DSIG}}}DigestValue")).text or "").encode().hex()
        return
    person, company = root[0].findtext(tag("dest/CPF")), root[0].findtext(tag("dest/CNPJ"))
    yield "2" if person else "1" if company else ""
    yield person or company or ""
