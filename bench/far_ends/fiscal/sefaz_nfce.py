"""SEFAZ's side of the wire: six services in SOAP 1.2 over TLS that wants to know the shop's certificate.

What it authorised, cancelled and voided it keeps in a file of JSON lines. ``sefaz_rules`` says what it refuses. Knobs:
``pause`` (108), ``refuse`` (any code, for the next documents), ``fault`` (what goes wrong on the way), ``hurry`` (the
clock, for windows that close), and the cable.

As a program it prints one line of JSON: ``listen``, ``knob_socket`` and ``settings``: the driver's, but for its own
``memory_file``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import ssl
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

from lxml import etree

from bench.far_ends.fiscal.icp_brasil import NAME, Papers, make_papers
from bench.far_ends.fiscal.sefaz_rules import NFE, Refusal, Taxpayer, judge, signer_of, tag
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["CNPJ", "CSC", "Fault", "Sefaz", "main"]

CNPJ, CSC = "12345678000195", "0123456789ABCDEF0123456789ABCDEF"
QR_ADDRESS, KEY_ADDRESS = "https://www.nfce.sefaz.bench/qrcode", "https://www.nfce.sefaz.bench/consulta"
Fault = Literal[
    "none", "silent", "deaf", "hang_up", "cut", "garbage", "http_500", "soap_fault", "other_key", "receipt", "slow"
]
"""``silent``: it does as asked and says nothing; ``deaf``: it does nothing either. ``receipt``: it takes a document and
says so, and decides when asked again. ``other_key``: its answers are about another document."""
_BRASILIA = timezone(timedelta(hours=-3))
_EVENT_TAKEN = 135
_CANCEL_WITHIN, _REPLACE_WITHIN = timedelta(minutes=30), timedelta(hours=168)
_REMEMBERED, _HANDSHAKE_S = 500, 5.0
_WSDL = "http://www.portalfiscal.inf.br/nfe/wsdl/"


@dataclass(slots=True)
class _Books:
    """``documents`` by key: digest, protocol, received (ISO), cancelled by which event; ``void`` numbers by series."""

    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    void: set[tuple[int, int]] = field(default_factory=set)
    protocols: int = 0

    def apply(self, act: Mapping[str, Any]) -> None:
        self.protocols += 1
        match act["act"]:
            case "authorised":
                self.documents[act["key"]] = dict(act)
            case "cancelled":
                self.documents[act["key"]]["event"] = act["event"]
            case _:
                self.void.update((act["series"], number) for number in range(act["first"], act["last"] + 1))

    def bearing(self, series: int, number: int) -> str:
        """The key of the document with this number; empty where there is none."""
        wanted = f"{series:03}{number:09}"
        return next((key for key in self.documents if key[22:34] == wanted), "")


class Sefaz:
    """``start``, then knobs and tills do the rest, then ``close``."""

    def __init__(self, papers: Papers, books: Path, *, name: str = "fiscal", state: str = "35") -> None:
        self.papers = papers
        self.payer = Taxpayer(state, "2", CNPJ, "1", CSC, QR_ADDRESS)
        self.fault_now: Fault = "none"
        self._once = False
        self.heard: deque[tuple[str, bytes]] = deque(maxlen=_REMEMBERED)
        """The newest requests, by operation, oldest first."""
        self.asked = 0
        """How many there were in all."""
        self._file, self._books = books, _Books()
        self._paused, self._refusing = False, 0
        self._ahead = timedelta()
        self._receipts: dict[str, bytes] = {}
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.address = ""
        knobs = (self.unplug, self.plug, self.pause, self.refuse, self.fault, self.hurry, self.forget)
        self.panel = KnobPanel(name=name, category="fiscal", model="sefaz_nfce", knobs=knobs, state=self.state)
        if books.exists():
            for line in books.read_text(encoding="utf-8").splitlines():
                self._books.apply(json.loads(line))

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (0: any free port); gives the address."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.papers.server, self.papers.server_key)
        tls.load_verify_locations(self.papers.root)
        tls.verify_mode = ssl.CERT_REQUIRED
        host, _, port = listen.rpartition(":")
        self._server = await asyncio.start_server(
            self._serve, host, int(port), ssl=tls, ssl_handshake_timeout=_HANDSHAKE_S
        )
        self.address = f"{host}:{self._server.sockets[0].getsockname()[1]}"
        return self.address

    def settings(self, *, csc: bool = True) -> dict[str, object]:
        """The driver's settings for this SEFAZ; ``csc``: with the security code (QR codes of version 2)."""
        host, _, port = self.address.rpartition(":")
        code = self.papers.root.with_name("csc")
        code.write_text(CSC, encoding="utf-8")
        shop: dict[str, object] = {
            "cnpj": CNPJ,
            "state_registration": "111222333444",
            "name": "Mercado da Bancada Ltda",
            "street": "Rua das Flores",
            "house": "100",
            "district": "Centro",
            "city_code": "3550308",
            "city": "São Paulo",
            "state": "SP",
            "postcode": "01001000",
        }
        security: dict[str, object] = {"csc_number": 1, "csc_file": str(code)} if csc else {}
        return {
            **shop,
            **security,
            "host": host,
            "port": int(port),
            "certificate_name": NAME,
            "ca_file": str(self.papers.root),
            "certificate_file": str(self.papers.pkcs12),
            "password_file": str(self.papers.password_file),
            "qr_address": QR_ADDRESS,
            "key_address": KEY_ADDRESS,
            "acquirers": "rede=01425787000104",
        }

    async def close(self) -> None:
        """Hang up everywhere; the books are on disk already."""
        await self.unplug()
        await self.panel.close()

    # -- knobs -------------------------------------------------------------------------------------------------------

    async def unplug(self) -> None:
        """Cut the line to SEFAZ: no connection comes about."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Mend the line, at the same address."""
        if self._server is None:
            await self.start(self.address)
            self.panel.tell("plugged", plugged=True)

    async def pause(self, *, on: bool) -> None:
        """The service pauses (108), or works again."""
        self._paused = on

    async def refuse(self, *, code: int) -> None:
        """Refuse every document with this code; 0: judge them by the rules again."""
        self._refusing = code

    async def fault(self, *, kind: Fault, once: bool = False) -> None:
        """Spoil what goes over the line; once: the next conversation only."""
        self.fault_now, self._once = kind, once

    async def hurry(self, *, minutes: int) -> None:
        """Put SEFAZ's clock ahead."""
        self._ahead = timedelta(minutes=minutes)

    async def forget(self) -> None:
        """Lose what was received and not decided."""
        self._receipts.clear()

    def state(self) -> Mapping[str, object]:
        """What a watcher who comes late should draw."""
        known = self._books.documents
        counts = {"authorised": len(known), "cancelled": sum("event" in each for each in known.values())}
        knobs = {"paused": self._paused, "refusing": self._refusing, "fault": self.fault_now}
        return {**counts, "void": len(self._books.void), **knobs, "plugged": self._server is not None}

    # -- what a test may know ----------------------------------------------------------------------------------------

    @property
    def documents(self) -> Mapping[str, Mapping[str, str]]:
        """What it has authorised, by key; ``event`` in those that are cancelled."""
        return self._books.documents

    @property
    def void(self) -> set[tuple[int, int]]:
        """(series, number) that no document bears."""
        return self._books.void

    # -- the wire ----------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            data = await reader.readexactly(int(length.group(1)) if length else 0)
            fault = self.fault_now
            if self._once:
                self.fault_now, self._once = "none", False
            if fault == "deaf":
                await reader.read()
                return
            status, body = self._answered(head, data, fault)
            if fault == "silent":
                await reader.read()  # until the till gives up
                return
            await self._write(writer, status, body, fault)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.transport.abort()

    async def _write(self, writer: asyncio.StreamWriter, status: int, body: bytes, fault: Fault) -> None:
        if fault == "http_500":
            status, body = 500, b"Internal Server Error"
        head = (
            f"HTTP/1.1 {status} X\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        data = head + body
        match fault:
            case "hang_up":
                return
            case "cut":
                data = data[: len(data) - len(body) // 2]
            case "garbage":
                data = head + bytes(reversed(body))
            case _:
                pass
        step = 7 if fault == "slow" else len(data)
        for at in range(0, len(data), step):
            writer.write(data[at : at + step])
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()

    def _answered(self, head: bytes, data: bytes, fault: Fault) -> tuple[int, bytes]:
        soap = etree.fromstring(data)
        message = next(each for each in soap.iter() if etree.QName(each).localname == "nfeDadosMsg")
        service = (etree.QName(message).namespace or "").removeprefix(_WSDL)
        self.asked += 1
        self.heard.append((service, _inside(data, "nfeDadosMsg")))
        action = re.search(rb'action="([^"]+)"', head)
        if fault == "soap_fault" or not action or service not in action.group(1).decode():
            return 200, _soap_fault()
        told = self._services()[service](message[0], _inside(data, "nfeDadosMsg"))
        if fault == "other_key":
            told = re.sub(r"(<chNFe>)\d{10}", r"\g<1>9999999999", told)
        opening = (
            '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
        )
        result = f'<soap:Body><nfeResultMsg xmlns="{_WSDL}{service}">{told}</nfeResultMsg></soap:Body></soap:Envelope>'
        return 200, (opening + result).encode()

    def _services(self) -> Mapping[str, Callable[[Any, bytes], str]]:
        return {
            "NFeStatusServico4": self._status,
            "NFeAutorizacao4": self._authorise,
            "NFeRetAutorizacao4": self._receipt,
            "NFeConsultaProtocolo4": self._query,
            "NFeInutilizacao4": self._void,
            "NFeRecepcaoEvento4": self._event,
        }

    # -- the services ------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return datetime.now(_BRASILIA) + self._ahead

    def _head(self, code: int, reason: str) -> str:
        stamp = self._now.isoformat(timespec="seconds")
        said = f"<cStat>{code}</cStat><xMotivo>{escape(reason)}</xMotivo><cUF>{self.payer.state}</cUF>"
        return f"<tpAmb>{self.payer.environment}</tpAmb><verAplic>BENCH1</verAplic>{said}<dhRecbto>{stamp}</dhRecbto>"

    def _works(self) -> tuple[int, str]:
        if self._paused:
            return 108, "Serviço Paralisado Momentaneamente (curto prazo)"
        return 107, "Serviço em Operação"

    def _status(self, _: Any, __: bytes) -> str:  # noqa: ANN401  lxml's element
        return _whole("retConsStatServ", f"{self._head(*self._works())}<tMed>1</tMed>")

    def _authorise(self, message: Any, data: bytes) -> str:  # noqa: ANN401  lxml's element
        if self._paused:
            return _whole("retEnviNFe", self._head(*self._works()))
        document = data[data.index(b"<NFe") : data.index(b"</NFe>") + len(b"</NFe>")]
        if message.findtext(tag("indSinc")) != "1" or message.tag != tag("enviNFe"):
            return _whole("retEnviNFe", self._head(452, "Rejeição: Resposta síncrona obrigatória"))
        if self.fault_now == "receipt":
            number = f"{self.payer.state}{len(self._receipts):013}"
            self._receipts[number] = document
            waiting = f"<infRec><nRec>{number}</nRec><tMed>1</tMed></infRec>"
            return _whole("retEnviNFe", self._head(103, "Lote recebido com sucesso") + waiting)
        return _whole("retEnviNFe", self._head(104, "Lote processado") + self._judged(document))

    def _receipt(self, message: Any, _: bytes) -> str:  # noqa: ANN401  lxml's element
        number = message.findtext(tag("nRec"))
        document = self._receipts.pop(number, None)
        if document is None:
            return _whole("retConsReciNFe", self._head(106, "Lote não localizado"))
        said = f"<nRec>{number}</nRec>{self._head(104, 'Lote processado')}{self._judged(document)}"
        return _whole("retConsReciNFe", said)

    def _judged(self, document: bytes) -> str:
        found = re.search(rb'Id="NFe([0-9A-Z]{44})"', document)
        key, digest = found.group(1).decode() if found else "0" * 44, ""
        try:
            key, digest = judge(document, self.payer, self._now)
            self._free(key)
        except Refusal as refusal:
            return self._protocol(key, refusal.code, str(refusal), self._now)
        protocol = f"1{self.payer.state}26{self._books.protocols + 1:010}"
        stamp = self._now.isoformat(timespec="seconds")
        self._write_down({"act": "authorised", "key": key, "digest": digest, "protocol": protocol, "received": stamp})
        return self._record(key)

    def _free(self, key: str) -> None:
        """Refuse a number that is taken, and whatever the knob says."""
        if self._refusing:
            raise Refusal(self._refusing, "Rejeição: a bancada assim o quer")
        series, number = int(key[22:25]), int(key[25:34])
        bearing = self._books.bearing(series, number)
        if bearing == key:
            raise Refusal(204, "Rejeição: Duplicidade de NF-e")
        if bearing:
            raise Refusal(539, f"Rejeição: Duplicidade de NF-e, com diferença na Chave de Acesso [chNFe: {bearing}]")
        if (series, number) in self._books.void:
            raise Refusal(206, "Rejeição: NF-e já está inutilizada na Base de dados da SEFAZ")

    def _record(self, key: str) -> str:
        known = self._books.documents[key]
        stamp = datetime.fromisoformat(known["received"])
        more = f"<nProt>{known['protocol']}</nProt><digVal>{known['digest']}</digVal>"
        return self._protocol(key, 100, "Autorizado o uso da NF-e", stamp, more)

    def _protocol(self, key: str, code: int, reason: str, at: datetime, more: str = "") -> str:
        said = f"<tpAmb>{self.payer.environment}</tpAmb><verAplic>BENCH1</verAplic><chNFe>{key}</chNFe>"
        when = f"<dhRecbto>{at.isoformat(timespec='seconds')}</dhRecbto>{more}"
        told = f"<infProt>{said}{when}<cStat>{code}</cStat><xMotivo>{escape(reason)}</xMotivo></infProt>"
        return f'<protNFe xmlns="{NFE}" versao="4.00">{told}</protNFe>'

    def _query(self, message: Any, _: bytes) -> str:  # noqa: ANN401  lxml's element
        key = message.findtext(tag("chNFe"))
        known = self._books.documents.get(key)
        said = f"<chNFe>{key}</chNFe>"
        if known is None:
            return _whole(
                "retConsSitNFe", self._head(217, "Rejeição: NF-e não consta na base de dados da SEFAZ") + said
            )
        if "event" in known:
            return _whole(
                "retConsSitNFe", self._head(101, "Cancelamento de NF-e homologado") + said + self._record(key)
            )
        return _whole("retConsSitNFe", self._head(100, "Autorizado o uso da NF-e") + said + self._record(key))

    def _void(self, message: Any, data: bytes) -> str:  # noqa: ANN401  lxml's element
        inner = message[0]
        series, first, last = (int(inner.findtext(tag(each))) for each in ("serie", "nNFIni", "nNFFin"))
        wanted = {(series, number) for number in range(first, last + 1)}
        try:
            signer_of(etree.fromstring(data), inner.get("Id"))
            self._voidable(wanted, inner.findtext(tag("xJust")))
        except Refusal as refusal:
            return _whole("retInutNFe", f"<infInut>{self._head(refusal.code, str(refusal))}</infInut>")
        self._write_down({"act": "void", "series": series, "first": first, "last": last})
        return _whole("retInutNFe", f"<infInut>{self._head(102, 'Inutilização de número homologado')}</infInut>")

    def _voidable(self, wanted: set[tuple[int, int]], reason: str) -> None:
        if not 15 <= len(reason) <= 255:  # noqa: PLR2004  the schema's TJust
            raise Refusal(215, "Rejeição: Falha no schema XML")
        if any(self._books.bearing(*each) for each in wanted):
            raise Refusal(241, "Rejeição: Um número da faixa já foi utilizado")
        if wanted <= self._books.void:
            raise Refusal(563, "Rejeição: Já existe pedido de Inutilização com a mesma faixa de inutilização")
        if wanted & self._books.void:
            raise Refusal(256, "Rejeição: Uma NF-e da faixa já está inutilizada na Base de dados da SEFAZ")

    def _event(self, message: Any, data: bytes) -> str:  # noqa: ANN401  lxml's element
        if self._paused:
            paused = self._head(*self._works())
            return f'<retEnvEvento xmlns="{NFE}" versao="1.00"><idLote>1</idLote>{paused}</retEnvEvento>'
        event = message.find(tag("evento"))
        inner = event[0]
        key, kind = inner.findtext(tag("chNFe")), inner.findtext(tag("tpEvento"))
        raw = data[data.index(b"<evento") : data.index(b"</evento>") + len(b"</evento>")]
        try:
            signer_of(etree.fromstring(raw), inner.get("Id"))
            self._cancellable(key, kind, inner.find(tag("detEvento")))
            code, reason = _EVENT_TAKEN, "Evento registrado e vinculado a NF-e"
            self._write_down({"act": "cancelled", "key": key, "event": kind})
        except Refusal as refusal:
            code, reason = refusal.code, str(refusal)
        orgao = f"<cOrgao>{self.payer.state}</cOrgao>"
        said = f"<tpAmb>{self.payer.environment}</tpAmb><verAplic>BENCH1</verAplic>{orgao}"
        told = (
            f"<cStat>{code}</cStat><xMotivo>{escape(reason)}</xMotivo><chNFe>{key}</chNFe><tpEvento>{kind}</tpEvento>"
        )
        stamp = f"<dhRegEvento>{self._now.isoformat(timespec='seconds')}</dhRegEvento>"
        if code == _EVENT_TAKEN:
            events = sum("event" in each for each in self._books.documents.values())
            stamp += f"<nProt>{self.payer.state}35{events:011}</nProt>"
        record = f'<retEvento versao="1.00"><infEvento>{said}{told}{stamp}</infEvento></retEvento>'
        lot = f"<idLote>1</idLote>{said}<cStat>128</cStat><xMotivo>Lote de Evento Processado</xMotivo>"
        return f'<retEnvEvento xmlns="{NFE}" versao="1.00">{lot}{record}</retEnvEvento>'

    def _cancellable(self, key: str, kind: str, detail: Any) -> None:  # noqa: ANN401  lxml's element
        known = self._books.documents.get(key)
        if known is None:
            raise Refusal(494, "Rejeição: Chave de Acesso inexistente")
        if "event" in known:
            raise Refusal(573, "Rejeição: Duplicidade de Evento")
        if detail.findtext(tag("nProt")) != known["protocol"]:
            raise Refusal(222, "Rejeição: Protocolo de Autorização de Uso difere do cadastrado")
        age = self._now - datetime.fromisoformat(known["received"])
        if age > (_REPLACE_WITHIN if kind == "110112" else _CANCEL_WITHIN):
            raise Refusal(501, "Rejeição: Prazo de Cancelamento Superior ao Previsto na Legislação")
        instead = detail.findtext(tag("chNFeRef")) or ""
        if kind == "110112" and (instead not in self._books.documents or instead[34] != "9"):
            raise Refusal(494, "Rejeição: Chave de Acesso referenciada inexistente")

    def _write_down(self, act: Mapping[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(act) + "\n")
        self._books.apply(act)
        self.panel.tell("booked", **{key: act[key] for key in ("act", "key", "series", "first") if key in act})


def _whole(name: str, content: str) -> str:
    return f'<{name} xmlns="{NFE}" versao="4.00">{content}</{name}>'


def _inside(data: bytes, name: str) -> bytes:
    """What stands between an element's tags, byte for byte."""
    opening = re.search(rf"<(\w+:)?{name}[^>]*>".encode(), data)
    closing = re.search(rf"</(\w+:)?{name}>".encode(), data)
    return data[opening.end() : closing.start()] if opening and closing else b""


def _soap_fault() -> bytes:
    reason = '<soap:Reason><soap:Text xml:lang="en">Server was unable to process request</soap:Text></soap:Reason>'
    fault = f"<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code>{reason}</soap:Fault>"
    opening = '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    return f"{opening}<soap:Body>{fault}</soap:Body></soap:Envelope>".encode()


async def _run(sefaz: Sefaz, listen: str, knob_socket: str) -> None:
    await sefaz.start(listen)
    if knob_socket:
        await sefaz.panel.start(knob_socket)
    try:
        await say_and_wait({"listen": sefaz.address, "knob_socket": knob_socket, "settings": sefaz.settings()})
    finally:
        await sefaz.close()


def main(given: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.fiscal.sefaz_nfce", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port (0: any free one)")
    parser.add_argument("--books", type=Path, required=True, help="what it authorised; its certificates lie beside it")
    parser.add_argument("--certificate-days", type=int, default=365, help="how long a new shop's certificate is good")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="fiscal", help="its name on the bench")
    told = parser.parse_args(given)
    told.books.parent.mkdir(parents=True, exist_ok=True)
    papers = make_papers(told.books.parent / "papers", CNPJ, days=told.certificate_days)
    asyncio.run(_run(Sefaz(papers, told.books, name=told.name), told.listen, told.knob_socket))
    return 0


if __name__ == "__main__":
    sys.exit(main())
