"""Records as answers: what the checkout is told of a document, and the archive that the law wants."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from hal.fiscal.contract import FiscalAnswer, FiscalOutcome, Printed
from hal.fiscal.nfe.danfe import cancelled_of, key_and_protocol, printed_of
from hal.fiscal.nfe.key import read_key
from hal.fiscal.nfe.memory import Record, State
from hal.fiscal.nfe.sefaz import fell, stands
from hal.fiscal.nfe.services import AUTHORISED, Verdict
from hal.fiscal.nfe.xml import NFE, parsed, text_of

__all__ = ["answer", "cancellation", "cancelled", "decided", "here", "of_another_lane", "refusal", "when", "zipped"]


def decided(record: Record, verdict: Verdict) -> Record:
    """What is known of a document after SEFAZ's word."""
    if stands(verdict, record.digest):
        known = replace(record, state="signed", protocol=verdict.protocol, received=verdict.received)
        return replace(known, record=verdict.xml, code=verdict.code, reason=verdict.reason)
    state: State = "cancelled" if fell(verdict) else "refused"
    reason = "the document on record under this key is another" if verdict.code in AUTHORISED else verdict.reason
    return replace(record, state=state, code=verdict.code, reason=reason)


def cancelled(record: Record, event: bytes, verdict: Verdict) -> Record:
    """A document after its cancellation, which is archived with it."""
    whole = f'<procEventoNFe xmlns="{NFE}" versao="1.00">{event.decode()}{verdict.xml}</procEventoNFe>'
    return replace(record, state="cancelled", record=f"{record.record}\n{whole}")


def answer(record: Record) -> FiscalAnswer:
    """A document as the checkout is told of it."""
    if record.state == "refused":
        return refusal(record, Verdict(record.code, record.reason))
    outcome: FiscalOutcome = "contingency" if record.state == "offline" else "signed"
    printed = printed_of(record.xml, record.protocol, record.received) if record.xml else ()
    moment = int(when(record).timestamp() * 1000)
    return FiscalAnswer(record.sale, outcome, str(record.series), record.number, moment, printed)


def cancellation(record: Record) -> FiscalAnswer:
    """What the checkout is told of a document that is cancelled: SEFAZ's protocol of that, where it is known."""
    _, _, event = record.record.partition("\n")
    printed, at = cancelled_of(record.series, record.number, event)
    return FiscalAnswer(record.sale, "signed", str(record.series), record.number, at, printed)


def of_another_lane(transaction: str, printed: tuple[Printed, ...], cnpj: str) -> Record | None:
    """A document of the same shop that another lane has issued, as far as its paper tells; ``None`` for any other.

    Without a protocol, as ``asked``: SEFAZ may have it by now.
    """
    told, protocol = key_and_protocol(printed)
    try:
        key = read_key(told)
    except ValueError:
        return None
    if key.cnpj != cnpj:
        return None
    now = datetime.now(UTC)
    made, day = int(now.timestamp() * 1000), now.date().isoformat()
    state: State = "signed" if protocol else "asked"
    return Record(told, transaction, key.series, key.number, state, made, day, "", protocol=protocol)


def refusal(record: Record, verdict: Verdict) -> FiscalAnswer:
    """SEFAZ's own code and words; the number stays the document's, to be used when it is mended."""
    told = FiscalAnswer(record.sale, "refused", str(record.series), record.number)
    return replace(told, code=str(verdict.code), reason=verdict.reason, permanent=True)


def when(record: Record) -> datetime:
    """When SEFAZ received it; when it was made, where it has not."""
    with suppress(ValueError):
        received = datetime.fromisoformat(record.received)
        return received if received.tzinfo is not None else received.replace(tzinfo=UTC)
    return datetime.fromtimestamp(record.made_ms / 1000, UTC)


def here(record: Record) -> datetime:
    """Now, with the offset that the document was issued under; in UTC where that is not known here."""
    if not record.xml:
        return datetime.now(UTC)
    emitted = text_of(parsed(record.xml), "dhEmi")
    return datetime.now(datetime.fromisoformat(emitted).tzinfo)


def zipped(records: list[Record]) -> bytes:
    """The XML that a shop must keep: each document with its protocol, its cancellation, and numbers declared void."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            first, _, event = record.record.partition("\n")
            if record.state == "void":
                archive.writestr(f"{record.series:03}-{record.number:09}-inutNFe.xml", first)
                continue
            if record.xml:  # else the document is in the archive of the lane that issued it
                proc = f'<nfeProc xmlns="{NFE}" versao="4.00">{record.xml.decode()}{first}</nfeProc>'
                archive.writestr(f"{record.key}-procNFe.xml", proc)
            if event:
                archive.writestr(f"{record.key}-procEventoNFe.xml", event)
    return whole.getvalue()
