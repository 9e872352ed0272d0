"""What is done once SEFAZ is back: contingency documents are sent, and numbers left behind are cancelled or voided."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hal.device import TimeoutExpiredError
from hal.fiscal.contract import FiscalAnswer
from hal.fiscal.nfe import services
from hal.fiscal.nfe.answers import cancellation, cancelled, decided, here, refusal, when
from hal.fiscal.nfe.memory import Memory, Record
from hal.fiscal.nfe.sefaz import Sefaz, fell, stands
from hal.fiscal.nfe.services import EVENT_DONE, NOT_THERE, PAUSED, UNSURE, VOIDED, Verdict
from hal.fiscal.nfe.signature import Certificate

__all__ = ["Aftermath", "Shop"]

_CANCEL_WITHIN = timedelta(minutes=30)
_WHY_INSTEAD = "Venda documentada por NFC-e emitida em contingencia"
_WHY_VOID = "Numero transmitido sem autorizacao, nao utilizado"


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose numbers these are: IBGE's code of the state, CNPJ, series; ``environment``: 1 production, 2 test."""

    environment: int
    state: int
    cnpj: str
    series: int


class Aftermath:
    """Each method does one deed to its end, and leaves it on disk."""

    def __init__(
        self,
        sefaz: Sefaz,
        shop: Shop,
        *,
        memory: Callable[[], Memory],
        certificate: Callable[[], Certificate],
        warn: Callable[[str], None],
    ) -> None:
        self._sefaz, self._shop = sefaz, shop
        self._memory, self._certificate, self._warn = memory, certificate, warn

    async def _put(self, *records: Record) -> None:
        memory = self._memory()
        await memory.off_loop(memory.put, *records)

    async def send_late(self, record: Record) -> Record:
        """Tell SEFAZ of a contingency document. Raises ``TimeoutExpiredError`` while nobody knows its fate."""
        verdict = await self._sefaz.fate(record.key, record.xml, fresh=True)
        if verdict is None:
            text = "no answer to a contingency document"
            raise TimeoutExpiredError(text)
        record = replace(decided(record, verdict), untold=1)
        await self._put(record)
        return record

    async def cancel(self, record: Record, reason: str) -> FiscalAnswer:
        """The sale was undone: event 110111, once. ``unknown`` while SEFAZ has not got the document, or says nothing.

        One of another lane's that was issued in contingency is first asked about: its paper bears no protocol.
        """
        if record.state == "asked" and not record.xml:
            verdict = await self._sefaz.query(record.key)
            if fell(verdict):
                record = replace(record, state="cancelled")
            elif stands(verdict, verdict.digest):
                record = replace(record, state="signed", protocol=verdict.protocol, received=verdict.received)
        if record.state in ("asked", "offline"):
            return FiscalAnswer(record.sale, "unknown", reason="SEFAZ has still to be told of it")
        if record.state == "cancelled":
            return cancellation(record)
        who = (self._shop.environment, record.key, record.protocol)
        event = services.cancellation(*who, reason, here(record), self._certificate())
        verdict = await self._sefaz.event(record.key, event)
        if verdict.code in PAUSED or verdict.code in UNSURE:
            return FiscalAnswer(record.sale, "unknown", code=str(verdict.code), reason=verdict.reason)
        if verdict.code not in EVENT_DONE:
            return refusal(record, verdict)
        record = cancelled(record, event, verdict)
        if not self._another_s(record):
            await self._put(record)
        return cancellation(record)

    def _another_s(self, record: Record) -> bool:
        """Whether a document of ours bears the number: then the other's is not kept here."""
        known = self._memory().in_range(record.series, record.number, record.number)
        return any(each.key != record.key for each in known)

    async def clear_up(self, record: Record) -> None:
        """Cancel what another document stands for, or declare its number void; what is refused is left to a person."""
        if record.state == "abandoned":
            verdict = await self._sefaz.query(record.key)
            if fell(verdict):
                await self._put(replace(record, state="cancelled"))
                return
            if stands(verdict, record.digest):
                await self._withdraw(decided(record, verdict))
                return
            if verdict.code != NOT_THERE:
                await self._give_up(record, verdict)
                return
        verdict = await self.declare_void(record.number, record.number, _WHY_VOID)
        if verdict.code in VOIDED:
            await self._put(self.void_record(record, record.number, verdict))
        else:
            await self._give_up(record, verdict)

    async def _withdraw(self, record: Record) -> None:
        """SEFAZ had authorised it after all: its sale stands on another document, or on none."""
        instead = self._memory().of_sale(record.sale)
        if instead is not None and instead.state != "signed":
            return  # the other must be authorised first
        at, shop, verdict = here(record), self._shop, Verdict(0, "")
        events: list[bytes] = []
        who = (shop.environment, record.key, record.protocol)
        if instead is None or at - when(record) < _CANCEL_WITHIN:
            events.append(services.cancellation(*who, _WHY_INSTEAD, at, self._certificate()))
        if instead is not None:
            events.append(services.substitution(*who, instead.key, _WHY_INSTEAD, at, self._certificate()))
        for event in events:
            verdict = await self._sefaz.event(record.key, event)
            if verdict.code in EVENT_DONE:
                await self._put(cancelled(record, event, verdict))
                return
        await self._give_up(record, verdict)

    async def _give_up(self, record: Record, verdict: Verdict) -> None:
        self._warn(
            f"NFC-e {record.series}/{record.number}: SEFAZ says {verdict.code} {verdict.reason}; see to it by hand"
        )
        await self._put(replace(record, state="stuck", code=verdict.code, reason=verdict.reason))

    async def declare_void(self, first: int, last: int, reason: str) -> Verdict:
        """Have numbers declared void (inutilização)."""
        shop = self._shop
        request = services.voiding(
            shop.environment,
            shop.state,
            shop.cnpj,
            datetime.now(UTC).year,
            shop.series,
            (first, last),
            reason,
            self._certificate(),
        )
        return await self._sefaz.void(request)

    def void_record(self, held: Record | None, number: int, verdict: Verdict) -> Record:
        """What is remembered of a number that no document bears."""
        if held is None:
            series = self._shop.series
            made, day = time.time_ns() // 1_000_000, datetime.now(UTC).date().isoformat()
            held = Record(f"void-{series}-{number}", "", series, number, "void", made, day, "")
        return replace(held, state="void", code=verdict.code, reason=verdict.reason, record=verdict.xml)
