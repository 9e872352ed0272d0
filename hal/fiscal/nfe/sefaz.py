"""SEFAZ over HTTPS: one question, one answer; and what became of a document when the first answer did not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hal.device import DeviceError
from hal.fiscal.nfe import services
from hal.fiscal.nfe.services import (
    AUTHORISED,
    CANCELLED,
    DUPLICATE,
    NOT_THERE,
    OPERATIONS,
    PAUSED,
    UNSURE,
    Service,
    Verdict,
)
from hal.ports.https import HttpsPort, NeverSentError

__all__ = ["SVRS", "Sefaz", "Times", "fell", "paths_of", "stands"]

SVRS: Mapping[Service, str] = {
    "authorise": "/ws/NfeAutorizacao/NFeAutorizacao4.asmx",
    "receipt": "/ws/NfeRetAutorizacao/NFeRetAutorizacao4.asmx",
    "query": "/ws/NfeConsulta/NfeConsulta4.asmx",
    "void": "/ws/nfeinutilizacao/nfeinutilizacao4.asmx",
    "event": "/ws/recepcaoevento/recepcaoevento4.asmx",
    "status": "/ws/NfeStatusServico/NfeStatusServico4.asmx",
}
"""Where the services are at SEFAZ Virtual do Rio Grande do Sul, which serves most states."""

_FRESH, _ASKED_BEFORE = ("send", "ask", "send", "ask"), ("ask", "send", "ask")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds that an authorisation, and any other answer, may take."""

    authorise: int
    other: int


def paths_of(template: str) -> Mapping[Service, str]:
    """Each service's path: ``{service}`` in a template stands for its name; none: those of SVRS.

    >>> paths_of("/ws/{service}.asmx")["query"]
    '/ws/NFeConsultaProtocolo4.asmx'
    """
    if not template:
        return SVRS
    return {service: template.replace("{service}", name) for service, (name, _) in OPERATIONS.items()}


class Sefaz:
    """The services of one state. All raise as ``HttpsPort.post`` does, and ``ProtocolError`` for a strange answer."""

    def __init__(self, https: HttpsPort, *, environment: int, state: int, path: str, times: Times) -> None:
        self._https = https
        self._environment, self._state = environment, state
        self._paths, self._times = paths_of(path), times

    async def status(self) -> Verdict:
        """Whether it works."""
        asked = services.status(self._environment, self._state)
        return services.read_status(await self._post("status", asked))

    async def authorise(self, key: str, xml: bytes) -> Verdict:
        """Send a document; where SEFAZ takes its time, ask for the receipt once."""
        lot = services.authorisation(xml, int(key[25:34]))
        verdict = services.read_authorisation(await self._post("authorise", lot, self._times.authorise), key)
        if verdict.receipt:
            asked = services.receipt(self._environment, verdict.receipt)
            return services.read_authorisation(await self._post("receipt", asked), key)
        return verdict

    async def query(self, key: str) -> Verdict:
        """What is on record about a document."""
        asked = services.query(self._environment, key)
        return services.read_query(await self._post("query", asked), key)

    async def event(self, key: str, event: bytes) -> Verdict:
        """Have a cancellation taken on record."""
        lot = services.event_lot(event, int(key[25:34]))
        return services.read_event(await self._post("event", lot), key)

    async def void(self, request: bytes) -> Verdict:
        """Declare numbers void."""
        return services.read_voiding(await self._post("void", request))

    async def fate(self, key: str, xml: bytes, *, fresh: bool) -> Verdict | None:
        """What SEFAZ has decided about a document; ``None``: nobody can say now.

        It is sent again only after SEFAZ said that it does not have it; the same document sent twice is one document
        there. ``fresh``: it was never sent; raises ``NeverSentError`` if it still was not.
        """
        for at, step in enumerate(_FRESH if fresh else _ASKED_BEFORE):
            try:
                verdict = await (self.authorise(key, xml) if step == "send" else self.query(key))
            except NeverSentError:
                if fresh and at == 0:
                    raise
                return None
            except DeviceError:
                if step == "ask":
                    return None
                continue
            if verdict.code in PAUSED:
                if fresh and at == 0:
                    text = f"SEFAZ: {verdict.code} {verdict.reason}"
                    raise NeverSentError(text)
                return None
            if step == "ask" and verdict.code == NOT_THERE:
                continue
            if step == "send" and (verdict.code == DUPLICATE or verdict.code in UNSURE):
                continue
            return None if verdict.code in UNSURE else verdict
        return None

    async def _post(self, service: Service, message: bytes, timeout_ms: int = 0) -> bytes:
        return await self._https.post(
            services.enveloped(service, message),
            timeout_ms or self._times.other,
            path=self._paths[service],
            content_type=services.content_type(service),
        )


def stands(verdict: Verdict, digest: str) -> bool:
    """Whether SEFAZ has authorised this very document."""
    return verdict.code in AUTHORISED and verdict.digest in ("", digest)


def fell(verdict: Verdict) -> bool:
    """Whether it was authorised and is cancelled."""
    return verdict.code in CANCELLED
