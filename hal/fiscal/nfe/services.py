"""SEFAZ's six services as messages: what is posted to each, and what its answer says.

Manual de Orientação do Contribuinte 7.0, section 5; SOAP 1.2. The signed document goes into the envelope byte for byte:
written anew, it would bear the envelope's namespaces, and its signature would not hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from hal.device import ProtocolError
from hal.fiscal.nfe.key import MODEL, read_key
from hal.fiscal.nfe.signature import Certificate, Element, sign
from hal.fiscal.nfe.xml import NFE, Content, parsed, text_of, tree, worded, written

__all__ = [
    "AUTHORISED",
    "CANCELLED",
    "DUPLICATE",
    "EVENT_DONE",
    "NOT_THERE",
    "OPERATIONS",
    "PAUSED",
    "UNSURE",
    "VOIDED",
    "Service",
    "Verdict",
    "authorisation",
    "cancellation",
    "content_type",
    "enveloped",
    "event_lot",
    "query",
    "read_authorisation",
    "read_event",
    "read_query",
    "read_status",
    "read_voiding",
    "receipt",
    "status",
    "substitution",
    "voiding",
]

Service = Literal["authorise", "receipt", "query", "void", "event", "status"]
OPERATIONS: dict[Service, tuple[str, str]] = {
    "authorise": ("NFeAutorizacao4", "nfeAutorizacaoLote"),
    "receipt": ("NFeRetAutorizacao4", "nfeRetAutorizacaoLote"),
    "query": ("NFeConsultaProtocolo4", "nfeConsultaNF"),
    "void": ("NFeInutilizacao4", "nfeInutilizacaoNF"),
    "event": ("NFeRecepcaoEvento4", "nfeRecepcaoEvento"),
    "status": ("NFeStatusServico4", "nfeStatusServicoNF"),
}
"""Each service's name in its namespace, and its operation."""

AUTHORISED: Collection[int] = (100, 150)
CANCELLED: Collection[int] = (101, 151, 155)
PAUSED: Collection[int] = (108, 109)
"""The service does not work now (107 is: it does): nothing that is sent is looked at."""
EVENT_DONE: Collection[int] = (135, 136, 155, 573)
"""An event that is on record; 573: it was already."""
VOIDED: Collection[int] = (102, 563, 206, 256)
"""Numbers that are void; all but 102: they were already."""
DUPLICATE, NOT_THERE, UNSURE = 204, 217, (103, 105, 656, 999)
"""204: this very document is there. 217: it is not. The others: nobody can say yet."""

_WSDL = "http://www.portalfiscal.inf.br/nfe/wsdl/"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_IN_OPERATION, _RECEIVED, _LOT_DONE, _EVENTS_DONE = 107, 103, 104, 128
_SHORTEST_REASON = 15


@dataclass(frozen=True, slots=True)
class Verdict:
    """What SEFAZ says: ``code`` is cStat, ``reason`` xMotivo, as it words it.

    ``protocol`` (nProt) and ``received`` (ISO 8601) of what is on record; ``digest`` of the document it has; ``key`` of
    what it speaks about; ``receipt`` where it has not decided yet; ``xml``: its record as it came.
    """

    code: int
    reason: str
    protocol: str = ""
    received: str = ""
    digest: str = ""
    key: str = ""
    receipt: str = ""
    xml: str = ""


def content_type(service: Service) -> str:
    """The HTTP header of a request."""
    name, operation = OPERATIONS[service]
    return f'application/soap+xml; charset=utf-8; action="{_WSDL}{name}/{operation}"'


def enveloped(service: Service, message: bytes) -> bytes:
    """A request's body."""
    opening = (
        f'<soap12:Envelope xmlns:soap12="{_SOAP}"><soap12:Body><nfeDadosMsg xmlns="{_WSDL}{OPERATIONS[service][0]}">'
    )
    return opening.encode() + message + b"</nfeDadosMsg></soap12:Body></soap12:Envelope>"


def status(environment: int, state: int) -> bytes:
    """Whether the service works."""
    asked: Content = [("tpAmb", str(environment)), ("cUF", str(state)), ("xServ", "STATUS")]
    return written(tree("consStatServ", asked, {"versao": "4.00"}))


def authorisation(signed: bytes, lot: int) -> bytes:
    """One document, to be decided while we wait (indSinc 1)."""
    opening = f'<enviNFe xmlns="{NFE}" versao="4.00"><idLote>{lot}</idLote><indSinc>1</indSinc>'
    return opening.encode() + signed + b"</enviNFe>"


def receipt(environment: int, number: str) -> bytes:
    """What became of a lot that was received and not decided."""
    asked: Content = [("tpAmb", str(environment)), ("nRec", number)]
    return written(tree("consReciNFe", asked, {"versao": "4.00"}))


def query(environment: int, key: str) -> bytes:
    """What is on record about a document."""
    asked: Content = [("tpAmb", str(environment)), ("xServ", "CONSULTAR"), ("chNFe", key)]
    return written(tree("consSitNFe", asked, {"versao": "4.00"}))


def cancellation(
    environment: int, key: str, protocol: str, reason: str, at: datetime, certificate: Certificate
) -> bytes:
    """Event 110111: the sale did not come about."""
    detail: Content = [("descEvento", "Cancelamento"), ("nProt", protocol), ("xJust", _reason(reason))]
    return _event(environment, key, "110111", detail, at, certificate)


def substitution(
    environment: int, key: str, protocol: str, instead: str, reason: str, at: datetime, certificate: Certificate
) -> bytes:
    """Event 110112: the sale stands on another document, ``instead``, that was issued in contingency."""
    detail: Content = [
        ("descEvento", "Cancelamento por substituicao"),
        ("cOrgaoAutor", key[:2]),
        ("tpAutor", "1"),
        ("verAplic", "1"),
        ("nProt", protocol),
        ("xJust", _reason(reason)),
        ("chNFeRef", instead),
    ]
    return _event(environment, key, "110112", detail, at, certificate)


def _event(environment: int, key: str, kind: str, detail: Content, at: datetime, certificate: Certificate) -> bytes:
    identifier = f"ID{kind}{key}01"
    content: Content = [
        ("cOrgao", key[:2]),
        ("tpAmb", str(environment)),
        ("CNPJ", read_key(key).cnpj),
        ("chNFe", key),
        ("dhEvento", at.isoformat(timespec="seconds")),
        ("tpEvento", kind),
        ("nSeqEvento", "1"),
        ("verEvento", "1.00"),
        ("detEvento@versao=1.00", detail),
    ]
    event = tree("evento", [(f"infEvento@Id={identifier}", content)], {"versao": "1.00"})
    return written(sign(event, identifier, certificate))


def event_lot(event: bytes, lot: int) -> bytes:
    """One signed event, to be taken on record."""
    opening = f'<envEvento xmlns="{NFE}" versao="1.00"><idLote>{lot}</idLote>'
    return opening.encode() + event + b"</envEvento>"


def voiding(
    environment: int,
    state: int,
    cnpj: str,
    year: int,
    series: int,
    numbers: tuple[int, int],
    reason: str,
    certificate: Certificate,
) -> bytes:
    """Numbers of a series, from first to last, that no document will bear."""
    first, last = numbers
    identifier = f"ID{state:02}{year % 100:02}{cnpj}{MODEL}{series:03}{first:09}{last:09}"
    content: Content = [
        ("tpAmb", str(environment)),
        ("xServ", "INUTILIZAR"),
        ("cUF", str(state)),
        ("ano", f"{year % 100:02}"),
        ("CNPJ", cnpj),
        ("mod", MODEL),
        ("serie", str(series)),
        ("nNFIni", str(first)),
        ("nNFFin", str(last)),
        ("xJust", _reason(reason)),
    ]
    root = tree("inutNFe", [(f"infInut@Id={identifier}", content)], {"versao": "4.00"})
    return written(sign(root, identifier, certificate))


def _reason(text: str) -> str:
    """A justification of the 15 to 255 characters that the schema wants."""
    plain = worded(text, 255)
    return plain if len(plain) >= _SHORTEST_REASON else f"Motivo informado: {plain}"


# -- answers -------------------------------------------------------------------------------------------------------


def read_status(body: bytes) -> Verdict:
    """Whether the service works (107). Raises ``ProtocolError`` for what is no such answer, as all of these do."""
    return _verdict(_answer(body, "retConsStatServ"))


def read_authorisation(body: bytes, key: str) -> Verdict:
    """What became of a document: decided, received (with ``receipt``), or why it was not looked at."""
    root = _answer(body, "retEnviNFe", "retConsReciNFe")
    whole = _verdict(root)
    if whole.code == _LOT_DONE:
        return _protocol(root, key)
    return replace(whole, receipt=text_of(root, "nRec"))


def read_query(body: bytes, key: str) -> Verdict:
    """What is on record about a document."""
    root = _answer(body, "retConsSitNFe")
    whole = _verdict(root)
    if whole.code in AUTHORISED:
        return _protocol(root, key)
    return whole


def read_event(body: bytes, key: str) -> Verdict:
    """What became of a cancellation."""
    root = _answer(body, "retEnvEvento")
    whole = _verdict(root)
    if whole.code != _EVENTS_DONE:
        return whole
    record = _first(root, "retEvento")
    told = _verdict(record)
    if told.key not in ("", key):
        text = "an answer about another document"
        raise ProtocolError(text)
    return replace(told, received=text_of(record, "dhRegEvento"), xml=written(record).decode())


def read_voiding(body: bytes) -> Verdict:
    """What became of numbers that were declared void."""
    root = _answer(body, "retInutNFe")
    return replace(_verdict(root), xml=written(root).decode())


def _answer(body: bytes, *names: str) -> Element:
    try:
        root = parsed(body)
    except ValueError as error:
        raise ProtocolError(str(error)) from error
    for name in names:
        found = next(root.iter(f"{{{NFE}}}{name}"), None)
        if found is not None:
            return found
    fault = text_of(root, "Text") or text_of(root, "Reason")
    text = f"SEFAZ answered no {names[0]}" + (f": {fault:.200}" if fault else "")
    raise ProtocolError(text)


def _first(root: Element, name: str) -> Element:
    found = next(root.iter(f"{{{NFE}}}{name}"), None)
    if found is None:
        text = f"SEFAZ's answer holds no {name}"
        raise ProtocolError(text)
    return found


def _protocol(root: Element, key: str) -> Verdict:
    record = _first(root, "protNFe")
    told = _verdict(record)
    if told.key != key:
        text = "an answer about another document"
        raise ProtocolError(text)
    if told.code in AUTHORISED and not told.protocol:
        text = "an authorisation without its protocol"
        raise ProtocolError(text)
    return replace(told, xml=written(record).decode())


def _verdict(root: Element) -> Verdict:
    code = text_of(root, "cStat")
    if not (code.isascii() and code.isdecimal()):
        text = "SEFAZ's answer holds no cStat"
        raise ProtocolError(text)
    said = {tag: text_of(root, tag) for tag in ("xMotivo", "nProt", "dhRecbto", "digVal", "chNFe")}
    return Verdict(int(code), said["xMotivo"], said["nProt"], said["dhRecbto"], said["digVal"], said["chNFe"])
