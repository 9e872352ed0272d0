"""NFC-e (model 65, layout 4.00): Brazil's consumer invoice, signed here and authorised by the state's SEFAZ.

Fits every state that authorises NFC-e; the paths are those of SEFAZ Virtual do Rio Grande do Sul unless ``path`` says
others. Sources: Manual de Orientação do Contribuinte 7.0; Nota Técnica 2016.002 (layout 4.00), 2025.001 (QR code 3),
2025.002 (IBS and CBS); Manual de Especificações Técnicas do DANFE NFC-e e QR Code; Ajuste SINIEF 19/16.

Sample settings: ``model = "sefaz_nfce"``, ``host = "nfce.svrs.rs.gov.br"``, ``ca_file = "icp-brasil.pem"``,
``certificate_file = "shop.p12"``, ``password_file = "shop.password"``, ``memory_file = "state/nfce.db"``,
``cnpj = "12345678000195"``, ``state_registration = "111222333444"``, ``name = "Mercado Ltda"``,
``street = "Rua das Flores"``, ``house = "100"``, ``district = "Centro"``, ``city_code = "3550308"``,
``city = "São Paulo"``, ``state = "SP"``, ``postcode = "01001000"``, ``qr_address`` and ``key_address`` as the state
publishes them, ``environment = "production"``, ``series = 1``: another for each lane.

The driver can issue as soon as its certificate and its memory are in order, so it is ``lost`` only without these; a
SEFAZ that does not answer is an outage (``FiscalState``). A document is on disk before it is sent. One without an
answer is asked about by its key; if nobody can say, the sale is issued in contingency under a new number (a number
that was sent is never used again, Ajuste SINIEF 19/16, clause 11), and later the first document is cancelled or its
number declared void. What no connection ever carried keeps its number. Contingency documents are sent when SEFAZ is
back, oldest first; the law gives them until the first working day that follows.

Unconfirmed: that every state takes event 110112; how long each lets event 110111 come after the authorisation (30
minutes in most); the list of codes that mean a passing trouble (103, 105, 656, 999 here). Never run against a real
SEFAZ.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from hal.device import DeviceError, NoHardwareError, Sink, TimeoutExpiredError
from hal.fiscal.contract import FiscalAnswer, FiscalSale, FiscalSettled, FiscalStart, FiscalState, Printed
from hal.fiscal.nfe.aftermath import Aftermath, Shop
from hal.fiscal.nfe.answers import answer, decided, of_another_lane, zipped
from hal.fiscal.nfe.document import Contingency, Document, Issuer, Responsible, signed_document
from hal.fiscal.nfe.key import STATES, AccessKey, own_code
from hal.fiscal.nfe.memory import Memory, Record, State
from hal.fiscal.nfe.qr import Csc
from hal.fiscal.nfe.sale import Tendering, UnstatableError, items_of, mark_of, payments_of, read_pairs
from hal.fiscal.nfe.sefaz import Sefaz, Times
from hal.fiscal.nfe.services import VOIDED
from hal.fiscal.nfe.signature import Certificate, load_certificate
from hal.ports.https import HttpsPeer, HttpsPort, NeverSentError
from hal.streaming import StreamDevice

__all__ = ["Driver", "Settings"]

_NORMAL, _OFFLINE = 1, 9
_WORKS = 107
_MOST_SKIPPED = 1_000
_DAY_MS = 86_400_000
_PROGRAM = "self-checkout 1"
_WHY_OFFLINE = "Servico da SEFAZ sem resposta no momento da venda"


@dataclass(frozen=True, slots=True)
class Settings:
    """``cnpj`` to ``postcode`` are the shop's, as its state has them registered; ``regime`` is its CRT.

    ``certificate_file``: the A1 certificate (PKCS#12), ``password_file`` what opens it; ``ca_file``: the root that
    SEFAZ's own certificate leads to; ``certificate_name``: whom that is made out to (empty: ``host``).
    ``csc_number`` and ``csc_file``: the state's security code; without one QR codes are of version 3. ``tenders``:
    tPag by tender id, ``"debit=04 pix=17"``; ``acquirers``: CNPJ by the acquirer's name, ``"rede=01425787000104"``.
    ``responsible``: CNPJ, name, mail and telephone of who answers for the software, with ``;`` between.
    ``first_number`` begins the series. ``keep_days``: how long settled documents keep their XML here.
    """

    host: str
    ca_file: str
    certificate_file: str
    password_file: str
    memory_file: str
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
    qr_address: str
    key_address: str
    trade_name: str = ""
    phone: str = ""
    regime: str = "3"
    environment: Literal["production", "test"] = "test"
    series: int = 1
    first_number: int = 1
    csc_number: int = 0
    csc_file: str = ""
    tenders: str = ""
    acquirers: str = ""
    responsible: str = ""
    certificate_name: str = ""
    port: int = 443
    path: str = ""
    connect_timeout_ms: int = 3_000
    authorise_timeout_ms: int = 6_000
    answer_timeout_ms: int = 3_000
    poll_ms: int = 180_000
    outage_poll_ms: int = 30_000
    retry_ms: int = 1_000
    keep_days: int = 62

    def __post_init__(self) -> None:
        """Refuse what could make no document."""
        if self.state not in STATES:
            text = f"state is one of {' '.join(STATES)}, not {self.state!r:.20}"
            raise ValueError(text)
        if bool(self.csc_file) != bool(self.csc_number):
            text = "csc_file and csc_number belong together"
            raise ValueError(text)
        AccessKey(STATES[self.state], "2601", self.cnpj, self.series, self.first_number, _NORMAL, "13579246")
        read_pairs(self.tenders), read_pairs(self.acquirers), self.answers_for

    @property
    def issuer(self) -> Issuer:
        """The shop."""
        place = (self.street, self.house, self.district, self.city_code, self.city, self.state, self.postcode)
        who = (self.cnpj, self.state_registration, self.name)
        return Issuer(*who, *place, regime=self.regime, trade_name=self.trade_name, phone=self.phone)

    @property
    def answers_for(self) -> Responsible | None:
        """Who answers for the software. Raises ``ValueError``."""
        parts = [each.strip() for each in self.responsible.split(";")] if self.responsible else []
        if parts and not (len(parts) == 4 and all(parts)):  # noqa: PLR2004  CNPJ, name, mail, telephone
            text = "responsible is CNPJ;name;mail;telephone"
            raise ValueError(text)
        return Responsible(*parts) if parts else None


class Driver(StreamDevice):
    """One series of one shop. ``turn`` is held by whatever reads or writes the memory."""

    capabilities = frozenset({"contingency", "cancel", "skip", "export"})

    def __init__(self, name: str, settings: Settings) -> None:
        self._settings = settings
        self._test = settings.environment == "test"
        peer = HttpsPeer(
            settings.host,
            settings.port,
            "/",
            settings.certificate_name or settings.host,
            settings.ca_file,
            connect_timeout_ms=settings.connect_timeout_ms,
            identity=self._identity,
        )
        self._https = HttpsPort(peer)
        super().__init__(name, self._https, retry_ms=settings.retry_ms, longest_retry_ms=60_000)
        self._sefaz = Sefaz(
            self._https,
            environment=self._environment,
            state=STATES[settings.state],
            path=settings.path,
            times=Times(settings.authorise_timeout_ms, settings.answer_timeout_ms),
        )
        self._tendering = Tendering(read_pairs(settings.tenders), read_pairs(settings.acquirers))
        shop = Shop(self._environment, STATES[settings.state], settings.cnpj, settings.series)
        self._aftermath = Aftermath(
            self._sefaz, shop, memory=self._need_memory, certificate=self._valid, warn=self.warn
        )
        self._memory: Memory | None = None
        self._certificate: Certificate | None = None
        self._csc: Csc | None = None
        self._outage_ms, self._cause = 0, ""
        self._stated: FiscalState | None = None

    @property
    def _environment(self) -> int:
        return 2 if self._test else 1

    # -- life --------------------------------------------------------------------------------------------------------

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``DeviceError`` when the memory cannot be used."""
        if self._memory is None:
            memory = Memory(Path(self._settings.memory_file))
            await memory.off_loop(memory.shed, _now_ms() - self._settings.keep_days * _DAY_MS)
            self._memory = memory
            self._resume_outage()
        await super().open(sink)

    async def enable(self) -> None:
        """See ``Device.enable``: tell how it stands, and what nobody has confirmed yet."""
        before = self.enabled
        await super().enable()
        if not before and self.alive:
            await self._tell_everything()

    async def close(self) -> None:
        """See ``Device.close``."""
        await super().close()
        async with self.turn:
            memory, self._memory = self._memory, None
        if memory is not None:
            memory.close()
        self._certificate, self._stated = None, None
        self._outage_ms, self._cause = 0, ""

    async def converse(self) -> None:
        """See ``StreamDevice.converse``: with its certificate it can issue, whether SEFAZ answers or not."""
        self._valid()
        self.answered()
        await self._tell_everything()
        while True:
            self._valid()
            await self._look()
            self._tell_state()
            settings = self._settings
            with suppress(TimeoutExpiredError):
                await self.read_within(settings.outage_poll_ms if self._outage_ms else settings.poll_ms)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: the service's own word on whether it works."""
        verdict = await self._sefaz.status()
        if verdict.code != _WORKS:
            text = f"SEFAZ: {verdict.code} {verdict.reason}"
            raise DeviceError(text)
        stuck = ", ".join(str(each.number) for each in self._in_state("stuck"))
        by_hand = f"; to be seen to by hand: {stuck}" if stuck else ""
        return f"SEFAZ answers: {verdict.reason}; the certificate runs out on {self._valid().expires.date()}{by_hand}"

    def _identity(self) -> bytes:
        """Read the certificate and the security code anew, for TLS and for signatures."""
        settings = self._settings
        try:
            password = Path(settings.password_file).read_text(encoding="utf-8").strip()
            certificate = load_certificate(Path(settings.certificate_file).read_bytes(), password)
            code = Path(settings.csc_file).read_text(encoding="utf-8").strip() if settings.csc_file else ""
        except (OSError, ValueError) as error:
            text = f"{settings.certificate_file}: {getattr(error, 'strerror', None) or error}"
            raise NoHardwareError(text) from error
        if certificate.cnpj[:8] != settings.cnpj[:8]:
            text = f"the certificate is for CNPJ {certificate.cnpj or '(none)'}, the shop is {settings.cnpj}"
            raise NoHardwareError(text)
        self._certificate = certificate
        self._csc = Csc(settings.csc_number, code) if code else None
        return certificate.identity

    def _valid(self) -> Certificate:
        """The certificate. Raises ``NoHardwareError`` where there is none, or none that is still good."""
        certificate = self._certificate
        if certificate is None or certificate.expires <= datetime.now(UTC):
            why = "is not there" if certificate is None else f"ran out on {certificate.expires.date()}"
            text = f"{self.name}: the shop's certificate {why}; install the new one"
            raise NoHardwareError(text)
        return certificate

    # -- what the checkout asks --------------------------------------------------------------------------------------

    async def begin(self, start: FiscalStart) -> None:
        """See ``FiscalPort.begin``: SEFAZ hears of completed sales only."""

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        """See ``FiscalPort.sign``. A sale in training is refused: nothing of it may reach SEFAZ."""
        memory = self._need_memory()
        self._valid()
        if sale.mode == "training" or sale.own_number or (sale.mode == "test" and not self._test):
            text = f"{self.name}: a sale in {sale.mode} mode, or numbered by the checkout, is none of SEFAZ's"
            raise DeviceError(text)
        async with self.turn:
            record = memory.of_sale(sale.transaction)
            known = record is not None and record.state != "refused"
            if record is not None and known and record.mark != mark_of(sale):
                text = f"{self.name}: transaction {sale.transaction} was signed with other sums"
                raise DeviceError(text)
            try:
                if record is None or not known:
                    record = await self._issue(sale, record)
                elif record.state == "asked":
                    record = await self._ask(sale, record, fresh=False)
            except UnstatableError as error:
                return FiscalAnswer(sale.transaction, "refused", reason=str(error), permanent=True)
        return answer(record)

    async def void(self, transaction: str, reason: str) -> None:  # noqa: ARG002  the law's own reason stands in the request
        """See ``FiscalPort.void``: the number of a refused document is declared void."""
        memory = self._need_memory()
        async with self.turn:
            record = memory.of_sale(transaction)
            if record is None:
                return
            if record.state not in ("refused", "asked"):
                text = f"{self.name}: transaction {transaction} has its document; it can be cancelled, not voided"
                raise DeviceError(text)
            await self._remember(replace(record, state="dropped" if record.state == "refused" else "abandoned"))
        self._https.nudge()

    async def cancel(self, transaction: str, reason: str, printed: tuple[Printed, ...] = ()) -> FiscalAnswer:
        """See ``FiscalPort.cancel``: event 110111. SEFAZ refuses it (501) when its time is over."""
        memory = self._need_memory()
        self._valid()
        async with self.turn:
            record = memory.of_sale(transaction) or of_another_lane(transaction, printed, self._settings.cnpj)
            if record is None or record.state == "refused":
                return FiscalAnswer(transaction, "refused", reason="no such document", permanent=True)
            return await self._aftermath.cancel(record, reason)

    async def skip(self, series: str, first: int, last: int, reason: str) -> FiscalAnswer:
        """See ``FiscalPort.skip``: numbers that were never sent (inutilização), at most a thousand at once."""
        memory = self._need_memory()
        if series != str(self._settings.series) or not 0 < first <= last < first + _MOST_SKIPPED:
            text = f"{self.name}: {series} {first} to {last} are no numbers of series {self._settings.series}"
            raise DeviceError(text)
        async with self.turn:
            used = [each for each in memory.in_range(int(series), first, last) if each.state != "void"]
            if any(each.state not in ("refused", "dropped") for each in used):
                text = f"{self.name}: a document bears one of the numbers {first} to {last}"
                raise DeviceError(text)
            verdict = await self._aftermath.declare_void(first, last, reason)
            if verdict.code not in VOIDED:
                reason = f"{verdict.code} {verdict.reason}"
                return FiscalAnswer("", "refused", series, last, code=str(verdict.code), reason=reason, permanent=True)
            held = {each.number: each for each in used}
            await self._remember(
                *(self._aftermath.void_record(held.get(n), n, verdict) for n in range(first, last + 1))
            )
        return FiscalAnswer("", "signed", series, last)

    async def confirm(self, transaction: str) -> None:
        """See ``FiscalPort.confirm``."""
        memory = self._need_memory()
        async with self.turn:
            await memory.off_loop(memory.told, transaction)

    async def close_day(self, business_day: str) -> str:  # noqa: ARG002  SEFAZ knows no days
        """See ``FiscalPort.close_day``: nothing is asked; the lane's open numbers are looked after at once."""
        self._need_memory()
        self._https.nudge()
        return ""

    async def export(self, since_day: str) -> bytes:
        """See ``FiscalPort.export``: a ZIP of ``procNFe`` and ``procEventoNFe``, to be kept for five years."""
        memory = self._need_memory()
        async with self.turn:
            records = memory.since(since_day)
        return await memory.off_loop(zipped, records)

    def _need_memory(self) -> Memory:
        self.need_enabled()
        if self._memory is None:
            text = f"{self.name} is not open"
            raise NoHardwareError(text)
        return self._memory

    # -- one document ------------------------------------------------------------------------------------------------

    async def _issue(self, sale: FiscalSale, refused: Record | None) -> Record:
        """A first document for a sale, or one with the number of that which was refused."""
        offline = bool(self._outage_ms) or (refused is not None and int(refused.key[34]) == _OFFLINE)
        number = refused.number if refused is not None else self._next_number()
        record = self._made(sale, number, _OFFLINE if offline else _NORMAL)
        await self._remember(record)
        if offline:
            self._tell_state()
            if not self._outage_ms:  # a mended one: SEFAZ is there to take it
                self._https.nudge()
            return record
        return await self._ask(sale, record, fresh=True)

    async def _ask(self, sale: FiscalSale, record: Record, *, fresh: bool) -> Record:
        try:
            verdict = await self._sefaz.fate(record.key, record.xml, fresh=fresh)
        except NeverSentError as error:
            self._begin_outage(str(error))
            offline = self._made(sale, record.number, _OFFLINE)
            await self._remember(offline)
            return offline
        if verdict is None:
            self._begin_outage("no answer to an authorisation")
            offline = self._made(sale, self._next_number(), _OFFLINE)
            await self._remember(replace(record, state="abandoned"), offline)
            return offline
        record = decided(record, verdict)
        await self._remember(record)
        return record

    def _made(self, sale: FiscalSale, number: int, emission: int) -> Record:
        """The signed document of a sale. Raises ``UnstatableError``."""
        settings, zone = self._settings, ZoneInfo(sale.time_zone)
        emitted = datetime.now(zone)
        state, code = STATES[settings.state], own_code(sale.transaction, number)
        since = datetime.fromtimestamp(self._outage_ms / 1000, zone) if self._outage_ms else emitted
        document = Document(
            AccessKey(state, emitted.strftime("%y%m"), settings.cnpj, settings.series, number, emission, code),
            self._environment,
            emitted,
            settings.issuer,
            items_of(sale),
            payments_of(sale, self._tendering),
            _PROGRAM,
            sale.customer_tax_id,
            Contingency(since, _WHY_OFFLINE) if emission == _OFFLINE else None,
            settings.answers_for,
        )
        try:
            told = signed_document(
                document,
                self._valid(),
                qr_address=settings.qr_address,
                key_address=settings.key_address,
                csc=self._csc,
            )
        except ValueError as error:
            raise UnstatableError(str(error)) from error
        waiting: State = "offline" if emission == _OFFLINE else "asked"
        names = (str(document.key), sale.transaction, settings.series, number, waiting)
        return Record(*names, _now_ms(), sale.business_day, mark_of(sale), told.xml, told.digest)

    def _next_number(self) -> int:
        return self._need_memory().next_number(self._settings.series, self._settings.first_number)

    async def _remember(self, *records: Record) -> None:
        memory = self._need_memory()
        await memory.off_loop(memory.put, *records)

    # -- SEFAZ is there, or away -------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Ask whether SEFAZ works, and if it does, tell it what it has still to be told."""
        try:
            await self.probe()
            self._outage_ms, self._cause = 0, ""
            await self._catch_up()
        except DeviceError as error:
            self._begin_outage(str(error))

    def _resume_outage(self) -> None:
        """What was issued in contingency and not sent says since when; until SEFAZ answers, it is out."""
        waiting = self._in_state("offline")
        if waiting:
            self._outage_ms, self._cause = min(each.made_ms for each in waiting), "documents wait to be sent"

    def _begin_outage(self, cause: str) -> None:
        if not self._outage_ms:
            self._outage_ms, self._cause = _now_ms(), cause
            self._https.nudge()
            self._tell_state()

    async def _catch_up(self) -> None:
        """Contingency documents first, oldest first; then what was abandoned for one, and numbers never used."""
        for deed, states in ((self._send_late, ("offline",)), (self._aftermath.clear_up, ("abandoned", "dropped"))):
            for waiting in self._in_state(*states):
                async with self.turn:
                    if self._memory is None:
                        return
                    fresh = next((each for each in self._in_state(*states) if each.key == waiting.key), None)
                    if fresh is not None:
                        await deed(fresh)
                self._tell_state()

    def _in_state(self, *states: State) -> list[Record]:
        return self._memory.in_state(*states) if self._memory is not None else []

    async def _send_late(self, record: Record) -> None:
        self._tell_settled(await self._aftermath.send_late(record))

    # -- telling -----------------------------------------------------------------------------------------------------

    async def _tell_everything(self) -> None:
        self._stated = None
        self._tell_state()
        async with self.turn:
            untold = self._memory.untold() if self._memory is not None else []
        for record in untold:
            self._tell_settled(record)

    def _tell_state(self) -> None:
        if self._memory is None or not (self.enabled and self.alive):
            return
        pending = len(self._in_state("offline"))
        expires = self._certificate.expires.date().isoformat() if self._certificate is not None else ""
        cause = self._cause if self._outage_ms else ""
        state = FiscalState(self.name, bool(self._outage_ms), self._outage_ms, pending, expires, cause)
        if state != self._stated:
            self._stated = state
            self.tell(state)

    def _tell_settled(self, record: Record) -> None:
        self.tell(FiscalSettled(self.name, answer(record)))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
