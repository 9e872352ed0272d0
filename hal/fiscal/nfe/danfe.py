"""What the paper of an NFC-e (DANFE NFC-e) must bear beside the sale itself, as its manual orders it.

Manual de Especificações Técnicas do DANFE NFC-e e QR Code, divisions I and IV to IX. The sentences are the law's own
and stay in Portuguese, whatever language the shopper reads. Divisions II and III, the detail and the totals, are the
receipt's.
"""

from __future__ import annotations

from datetime import datetime

from hal.fiscal.contract import Printed
from hal.fiscal.nfe.xml import parsed, text_of

__all__ = ["cancelled_of", "key_and_protocol", "printed_of"]

_TITLE = "Documento Auxiliar da Nota Fiscal de Consumidor Eletrônica"
_OFFLINE = ("EMITIDA EM CONTINGÊNCIA", "Pendente de autorização")
_TEST = "EMITIDA EM AMBIENTE DE HOMOLOGAÇÃO - SEM VALOR FISCAL"
_CONTINGENCY, _TEST_ENVIRONMENT = "9", "2"
_CPF_LENGTH = 11


def printed_of(xml: bytes, protocol: str = "", received: str = "") -> tuple[Printed, ...]:
    """The divisions of a signed document; ``protocol`` and ``received`` once SEFAZ has authorised it."""
    root = parsed(xml)
    dest = next(root.iter("{*}dest"), None)
    offline = text_of(root, "tpEmis") == _CONTINGENCY and not protocol
    key = text_of(root, "chNFe") or next(root.iter("{*}infNFe")).get("Id", "")[3:]
    lines = [Printed("title", _TITLE, "note")]
    if offline:
        lines += [Printed(f"contingency_{at}", text, "note") for at, text in enumerate(_OFFLINE, 1)]
    lines.append(Printed("consult", f"Consulte pela Chave de Acesso em {text_of(root, 'urlChave')}", "note"))
    lines.append(Printed("access_key", " ".join(key[at : at + 4] for at in range(0, len(key), 4)), "note"))
    lines.append(Printed("consumer", _consumer(text_of(dest, "CPF") or text_of(dest, "CNPJ")), "note"))
    number = f"NFC-e nº {int(text_of(root, 'nNF')):09} Série {int(text_of(root, 'serie')):03}"
    lines.append(Printed("number", f"{number} {_moment(text_of(root, 'dhEmi'))}", "note"))
    if protocol:
        lines.append(Printed("protocol", f"Protocolo de Autorização: {protocol}", "note"))
        lines.append(Printed("authorised", f"Data de Autorização: {_moment(received)}", "note"))
    if text_of(root, "tpAmb") == _TEST_ENVIRONMENT:
        lines.append(Printed("test", _TEST, "note"))
    taxes = text_of(next(root.iter("{*}ICMSTot")), "vTotTrib").replace(".", ",")
    lines.append(Printed("taxes", f"Tributos Totais Incidentes (Lei Federal 12.741/2012): R$ {taxes}", "note"))
    lines.append(Printed("qr", text_of(root, "qrCode"), "qr"))
    return tuple(lines)


def key_and_protocol(printed: tuple[Printed, ...]) -> tuple[str, str]:
    """The access key and the protocol of authorisation that a paper bears; empty where it bears none."""
    told = {each.key: "".join(sign for sign in each.value if sign.isdecimal()) for each in printed}
    return told.get("access_key", ""), told.get("protocol", "")


def cancelled_of(series: int, number: int, event: str) -> tuple[tuple[Printed, ...], int]:
    """What the paper of a return says of the document that was cancelled for it, and when that was (UTC milliseconds).

    ``event``: SEFAZ's record of the cancellation; 0 and no protocol, where SEFAZ only said that it was there before.
    """
    lines = [Printed("cancelled", f"NFC-e nº {number:09} Série {series:03} CANCELADA", "note")]
    record = next(parsed(event.encode()).iter("{*}retEvento"), None) if event else None
    protocol, at = text_of(record, "nProt"), text_of(record, "dhRegEvento")
    if protocol:
        lines.append(Printed("cancel_protocol", f"Protocolo de Cancelamento: {protocol}", "note"))
        lines.append(Printed("cancel_moment", f"Data de Cancelamento: {_moment(at)}", "note"))
    try:
        moment = int(datetime.fromisoformat(at).timestamp() * 1000)
    except ValueError:
        moment = 0
    return tuple(lines), moment


def _consumer(number: str) -> str:
    if not number:
        return "CONSUMIDOR NÃO IDENTIFICADO"
    if len(number) == _CPF_LENGTH:
        return f"CONSUMIDOR - CPF {number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
    return f"CONSUMIDOR - CNPJ {number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


def _moment(stamp: str) -> str:
    """A time of the layout as it is read in Brazil; as it stands where it is none."""
    try:
        return datetime.fromisoformat(stamp).strftime("%d/%m/%Y %H:%M:%S")
    except ValueError:
        return stamp
