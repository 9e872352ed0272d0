"""The sale of a receipt, as its kiosk journalled it, and what of it has come back."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import JournalRecord, SaleTender, Transaction
from messages import events
from messages.errors import MessageError
from messages.events import read_payload
from messages.values import FiscalDocument, Money, OriginalTender

__all__ = ["completed_of", "document_of", "find", "tenders_left"]

_CODE: Final = "sale:"
_NUMBER: Final = re.compile(r"(?P<before>.+)-(?P<number>[0-9]{1,12})", re.ASCII)
_LANE: Final = re.compile(r"(?P<workstation>.+)-(?P<series>[0-9]{1,12})", re.ASCII)
_MOST_RECORDS: Final = 2_000
"""Documents of one lane that are looked through behind a sale; more than it makes while one can be cancelled."""
_INT64: Final = 2**63 - 1


def find(session: Session, sought: str, store: str) -> Transaction | None:
    """The sale: by its receipt's code, its reference (lane, series, number; this shop's first), or its legal number.

    ``None`` where there is none, or a number names several and none of this shop. Samples were never sold.
    """
    real = Transaction.sample.is_(False)
    if sought.startswith(_CODE):
        return session.scalar(select(Transaction).where(Transaction.uuid == sought.removeprefix(_CODE), real))
    parts = _NUMBER.fullmatch(sought.strip())
    if parts is None or int(parts["number"]) > _INT64:
        return None
    number = int(parts["number"])
    legal = select(Transaction).where(
        func.lower(Transaction.legal_series) == parts["before"].lower(), Transaction.legal_number == number, real
    )
    lane, found = _LANE.fullmatch(parts["before"]), list(session.scalars(legal.limit(2)))
    if lane is not None and int(lane["series"]) <= _INT64:
        named = select(Transaction).where(
            func.lower(Transaction.workstation) == lane["workstation"].lower(),
            Transaction.series == int(lane["series"]),
            Transaction.number == number,
            real,
        )
        found += session.scalars(named.limit(20))
    here = [row for row in found if row.store == store]
    wanted = here or found
    return wanted[0] if len({row.uuid for row in wanted}) == 1 else None


def completed_of(session: Session, sale: Transaction) -> events.TransactionCompleted | None:
    """The record of a sale, without its card slips, which are nobody's business any more."""
    at = (JournalRecord.kiosk == sale.kiosk, JournalRecord.epoch == sale.epoch)
    record = session.scalar(select(JournalRecord).where(*at, JournalRecord.sequence == sale.sequence))
    if record is None:
        return None
    try:
        told = read_payload(record.kind, bytes(record.payload))
    except MessageError:
        return None
    if not isinstance(told, events.TransactionCompleted):
        return None
    tenders = tuple(msgspec.structs.replace(tender, slip=()) for tender in told.tenders)
    return msgspec.structs.replace(told, tenders=tenders)


def document_of(session: Session, sale: Transaction) -> FiscalDocument | None:
    """What a fiscal device issued for it, as its kiosk journalled that; an authority's late word goes before."""
    told = (
        select(JournalRecord.kind, JournalRecord.payload)
        .where(
            JournalRecord.kiosk == sale.kiosk,
            JournalRecord.epoch == sale.epoch,
            JournalRecord.sequence > sale.sequence,
            JournalRecord.kind.in_(("FiscalNumberGiven", "FiscalRegistered")),
        )
        .order_by(JournalRecord.sequence)
        .limit(_MOST_RECORDS)
    )
    found: FiscalDocument | None = None
    for kind, payload in session.execute(told):
        issued = _issued(kind, bytes(payload), sale.uuid)
        found = issued or found
        if issued is not None and issued.outcome == "signed":
            break
    return found


def _issued(kind: str, payload: bytes, uuid: str) -> FiscalDocument | None:
    if uuid.encode() not in payload:
        return None
    try:
        event = read_payload(kind, payload)
    except MessageError:
        return None
    match event:
        case events.FiscalNumberGiven(transaction=who, by="device", outcome="signed" | "contingency" as outcome):
            pass
        case events.FiscalRegistered(transaction=who, outcome="signed" as outcome):
            pass
        case _:
            return None
    if who != uuid:
        return None
    return FiscalDocument(event.series, event.number, event.utc_ms, outcome, event.printed)


def tenders_left(session: Session, sale: events.TransactionCompleted) -> tuple[OriginalTender, ...]:
    """The sale's own tenders with what is left of each to give back; a credit note is money of another sale's."""
    names = [tender.tender for tender in sale.tenders]
    back = {
        original: (int(amount), int(points))
        for original, amount, points in session.execute(
            select(SaleTender.original, func.sum(SaleTender.amount), func.sum(SaleTender.points))
            .where(SaleTender.original.in_(names))
            .group_by(SaleTender.original)
        )
    }
    return tuple(
        OriginalTender(
            tender.tender,
            tender.tender_id,
            tender.kind,
            tender.amount,
            Money(max(0, tender.amount.minor + back.get(tender.tender, (0, 0))[0]), tender.amount.currency),
            tender.reference,
            tender.brand,
            tender.masked_pan,
            max(0, tender.points + back.get(tender.tender, (0, 0))[1]),
        )
        for tender in sale.tenders
        if tender.kind != "credit_note"
    )
