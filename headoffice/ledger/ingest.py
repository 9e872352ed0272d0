"""Taking journals in: verify, put in order, store exactly, post, commit, and only then acknowledge.

A batch may come twice, late, in pieces, or after its successors. What is stored is the same whatever the order:
every record once, chained from the epoch's genesis without a gap. A record before its turn is parked until the gap
closes; one that breaks the chain is a dead letter and an alarm, and nothing beyond it is acknowledged.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from headoffice.base import add_rows
from headoffice.database import Database
from headoffice.ledger.letters import Letter, bury
from headoffice.ledger.posting import Position, Posting, SuspectRecordError
from headoffice.ledger.tables import Epoch, JournalRecord, Kiosk, ParkedRecord
from messages import envelope, journal, topics
from messages.countersign import Signer
from messages.errors import MessageError, Reason
from messages.events import PAYLOADS, Payload, read_payload

__all__ = ["MAXIMUM_PARKED", "Ingest", "newest_epoch"]

log = logging.getLogger(__name__)

MAXIMUM_PARKED = 20_000
"""Records of one epoch that may wait for a gap to close; more are let go, and the kiosk sends them again."""
SOURCE = "journal"
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
Problem = Literal["", "gap", "chain"]


@dataclass(slots=True)
class _Intake:
    """One batch being taken in. ``careful`` guards each posting, after the quick way has failed."""

    session: Session
    kiosk: Kiosk
    posting: Posting
    received_ms: int
    careful: bool
    buried: list[Letter] = field(default_factory=list)

    def bury(self, letter: Letter, body: bytes) -> None:
        self.buried.append(letter)
        bury(self.session, letter, body, source=SOURCE, received_ms=self.received_ms)


class Ingest:
    """The door of the ledger. ``clock`` gives UTC milliseconds; ``on_change`` hears what people may see change.

    ``signer`` countersigns each chain head that is acknowledged; without one they are not signed.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        on_change: Callable[[set[str]], None] = lambda _: None,
        signer: Signer | None = None,
    ) -> None:
        self._database, self._signer = database, signer
        self._clock = clock
        self._on_change = on_change

    def batch(self, payload: bytes, owner: str | None = None) -> journal.Acknowledgement | Letter:
        """Take in one message from ``up/journal``; ``owner`` is the kiosk its topic names.

        Everything of it is one database transaction, and the acknowledgement is given after the commit. Raises what
        the database raises (a full disk, say): then nothing is stored and nothing may be acknowledged.
        """
        try:
            batch = envelope.decode(payload, journal.JournalBatch).data
            _check(batch, owner)
        except MessageError as fault:
            return self._refuse(Letter(fault.reason, fault.detail, owner or ""), payload)
        try:
            return self._take(batch, careful=False)
        except OperationalError:
            raise
        except Exception:
            # One record that cannot be booked must not stop the kiosk's whole journal.
            log.exception("a batch of %s cannot be booked as a whole; its records are booked one by one", batch.kiosk)
            return self._take(batch, careful=True)

    def standing(self, kiosk: str) -> journal.Acknowledgement | None:
        """What is stored of the kiosk's newest epoch: what a kiosk may be told at any time."""
        with self._database.read() as session:
            row = newest_epoch(session, kiosk)
            return None if row is None else self._signed(_acknowledge(row, "chain" if row.alarm else ""))

    def _signed(self, answer: journal.Acknowledgement) -> journal.Acknowledgement:
        if self._signer is None:
            return answer
        head = (answer.kiosk, answer.epoch, answer.sequence, answer.digest)
        return msgspec.structs.replace(answer, signature=self._signer.sign(*head))

    def _refuse(self, letter: Letter, payload: bytes) -> Letter:
        with self._database.write() as session:
            bury(session, letter, payload, source=SOURCE, received_ms=self._clock())
        self._on_change({"letters"})
        return letter

    def _take(self, batch: journal.JournalBatch, *, careful: bool) -> journal.Acknowledgement:
        with self._database.write(autoflush=False) as session:
            now = self._clock()
            kiosk = _kiosk(session, batch, now)
            intake = _Intake(session, kiosk, Posting(session, kiosk), now, careful)
            answer: journal.Acknowledgement | None = None
            for number in sorted({record.epoch for record in batch.records}):
                mine = [record for record in batch.records if record.epoch == number]
                answer = _take_epoch(intake, number, mine)
                if answer.problem:
                    break
            intake.posting.finish()
            for reason, remark in intake.posting.remarks:
                intake.bury(Letter(reason, remark, batch.kiosk), remark.encode())
            touched = intake.posting.touched | {"kiosks"} | ({"letters"} if intake.buried else set())
        self._on_change(touched)
        if answer is None:  # pragma: no cover - a batch holds at least one record
            raise AssertionError
        return self._signed(answer)


def newest_epoch(session: Session, kiosk: str) -> Epoch | None:
    """The kiosk's journal that was seen first last: a journal born under a wrong clock may bear a lower number."""
    newest = select(Epoch).where(Epoch.kiosk == kiosk).order_by(Epoch.opened_ms.desc(), Epoch.epoch.desc())
    return session.scalar(newest.limit(1))


def _check(batch: journal.JournalBatch, owner: str | None) -> None:
    for name in (batch.kiosk, batch.store, batch.workstation):
        topics.check_name(name)
    if owner is not None and batch.kiosk != owner:
        raise MessageError(Reason.BAD_DATA, f"the journal of {batch.kiosk!r} on the topic of {owner!r}")


def _kiosk(session: Session, batch: journal.JournalBatch, now: int) -> Kiosk:
    row = session.get(Kiosk, batch.kiosk, with_for_update=True)
    if row is None:
        row = Kiosk(kiosk=batch.kiosk, lane="unknown", lane_reason="", release="")
        session.add(row)
    row.store, row.workstation, row.last_seen_ms = batch.store, batch.workstation, now
    return row


def _epoch(intake: _Intake, number: int) -> Epoch:
    name = intake.kiosk.kiosk
    row = intake.session.get(Epoch, (name, number))
    if row is None:
        digest = journal.genesis(name, number).hex()
        row = Epoch(kiosk=name, epoch=number, sequence=0, digest=digest, opened_ms=intake.received_ms, alarm="")
        intake.session.add(row)
        intake.session.flush()
    return row


def _acknowledge(epoch: Epoch, problem: Problem) -> journal.Acknowledgement:
    return journal.Acknowledgement(
        kiosk=epoch.kiosk, epoch=epoch.epoch, sequence=epoch.sequence, digest=epoch.digest, problem=problem
    )


def _take_epoch(intake: _Intake, number: int, records: list[journal.JournalRecord]) -> journal.Acknowledgement:
    epoch = _epoch(intake, number)
    told_twice = _compare(intake, epoch, [record for record in records if record.sequence <= epoch.sequence])
    waiting = {record.sequence: record for record in records if record.sequence > epoch.sequence}
    broken = _advance(intake, epoch, waiting)
    late = [record for record in waiting.values() if record.sequence > epoch.sequence]
    if told_twice or broken:
        return _acknowledge(epoch, "chain")
    if late:
        _park(intake, epoch, late)
        return _acknowledge(epoch, "gap")
    return _acknowledge(epoch, "")


def _compare(intake: _Intake, epoch: Epoch, repeats: list[journal.JournalRecord]) -> bool:
    """Whether a record that came again says something else than it did: then the kiosk has told two stories."""
    if not repeats:
        return False
    wanted = [record.sequence for record in repeats]
    rows = intake.session.execute(
        select(JournalRecord.sequence, JournalRecord.digest).where(
            JournalRecord.kiosk == epoch.kiosk,
            JournalRecord.epoch == epoch.epoch,
            JournalRecord.sequence.between(min(wanted), max(wanted)),
        )
    )
    stored: dict[int, str] = {sequence: digest for sequence, digest in rows}  # noqa: C416 - a Row is not a pair
    for record in repeats:
        same = stored[record.sequence] == record.digest == journal.digest_of(epoch.kiosk, record)
        if not same:
            _alarm(intake, epoch, record, "fork", "came again and says something else")
            return True
    return False


def _advance(intake: _Intake, epoch: Epoch, waiting: dict[int, journal.JournalRecord]) -> bool:
    """Store and post as far as there is no gap, from the batch and from what was parked. True: the chain broke."""
    stored: list[dict[str, object]] = []
    parked = _parked(intake, epoch)
    broken = False
    while (record := _next(intake, epoch, waiting, parked)) is not None:
        if record.previous != epoch.digest or journal.digest_of(epoch.kiosk, record) != record.digest:
            _alarm(intake, epoch, record, "chain", "does not chain to the record before it")
            parked.discard(record.sequence)
            _unpark(intake, epoch, record.sequence)
            broken = True
            break
        stored.append(_row(epoch, record, intake.received_ms))
        _post(intake, record)
        epoch.sequence, epoch.digest, epoch.alarm = record.sequence, record.digest, ""
    if stored:
        add_rows(intake.session, JournalRecord, stored)
        if parked:
            _unpark(intake, epoch, epoch.sequence)
    return broken


def _next(
    intake: _Intake, epoch: Epoch, waiting: dict[int, journal.JournalRecord], parked: set[int]
) -> journal.JournalRecord | None:
    sequence = epoch.sequence + 1
    if sequence in waiting:
        return waiting[sequence]
    if sequence not in parked:
        return None
    row = intake.session.get_one(ParkedRecord, (epoch.kiosk, epoch.epoch, sequence))
    return msgspec.json.decode(row.body, type=journal.JournalRecord)


def _row(epoch: Epoch, record: journal.JournalRecord, received_ms: int) -> dict[str, object]:
    return {
        "kiosk": epoch.kiosk,
        "epoch": epoch.epoch,
        "sequence": record.sequence,
        "utc_ms": record.utc_ms,
        "kind": record.kind,
        "payload": bytes(record.data),
        "previous": record.previous,
        "digest": record.digest,
        "received_ms": received_ms,
    }


def _post(intake: _Intake, record: journal.JournalRecord) -> None:
    """Let the ledger follow the record. What it cannot follow is stored all the same, and put before a person."""
    at = Position(intake.kiosk.kiosk, record.epoch, record.sequence)
    try:
        if not _KIND.fullmatch(record.kind):
            message = "a kind of record that is no word"
            raise SuspectRecordError(message)  # noqa: TRY301 - one place tells of every record that is not followed
        if record.kind not in PAYLOADS:
            return
        event = read_payload(record.kind, bytes(record.data))
        if intake.careful:
            _post_guarded(intake, at, event)
        else:
            intake.posting.post(at, event)
    except SuspectRecordError as fault:
        intake.bury(Letter("suspect", f"{_place(at)}: {fault}", at.kiosk), bytes(record.data))
    except MessageError as fault:
        intake.bury(Letter("unreadable", f"{_place(at)}: {fault.detail}", at.kiosk), bytes(record.data))
    except OperationalError:
        raise
    except Exception as fault:
        if not intake.careful:
            raise
        intake.bury(Letter("unbookable", f"{_place(at)}: {fault!r}", at.kiosk), bytes(record.data))


def _post_guarded(intake: _Intake, at: Position, event: Payload) -> None:
    """Post behind a savepoint, so that what fails half-way leaves nothing behind."""
    intake.posting.finish()
    try:
        with intake.session.begin_nested():
            intake.posting.post(at, event)
            intake.posting.finish()
    except Exception:
        intake.posting.forget()
        raise


def _place(at: Position) -> str:
    return f"{at.kiosk} {at.epoch}/{at.sequence}"


def _alarm(intake: _Intake, epoch: Epoch, record: journal.JournalRecord, reason: str, what: str) -> None:
    detail = f"{epoch.kiosk} {epoch.epoch}/{record.sequence} {what}; nothing beyond {epoch.sequence} is acknowledged"
    epoch.alarm = detail
    intake.bury(Letter(reason, detail, epoch.kiosk), msgspec.json.encode(record))


# --- records before their turn -------------------------------------------------------------------------------------


def _parked(intake: _Intake, epoch: Epoch) -> set[int]:
    of_epoch = (ParkedRecord.kiosk == epoch.kiosk, ParkedRecord.epoch == epoch.epoch)
    return set(intake.session.scalars(select(ParkedRecord.sequence).where(*of_epoch)))


def _park(intake: _Intake, epoch: Epoch, late: Iterable[journal.JournalRecord]) -> None:
    known = _parked(intake, epoch)
    fresh = [
        record
        for record in late
        if record.sequence not in known and journal.digest_of(epoch.kiosk, record) == record.digest
    ]
    intake.session.add_all(
        ParkedRecord(
            kiosk=epoch.kiosk,
            epoch=epoch.epoch,
            sequence=record.sequence,
            body=msgspec.json.encode(record),
            received_ms=intake.received_ms,
        )
        for record in fresh[: max(0, MAXIMUM_PARKED - len(known))]
    )


def _unpark(intake: _Intake, epoch: Epoch, upto: int) -> None:
    intake.session.execute(
        delete(ParkedRecord).where(
            ParkedRecord.kiosk == epoch.kiosk, ParkedRecord.epoch == epoch.epoch, ParkedRecord.sequence <= upto
        )
    )
