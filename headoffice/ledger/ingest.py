"""Taking journals in: verify, put in order, store exactly, commit, and only then acknowledge.

A batch may come twice, late, in pieces, after its successors, or at another worker than the one before it. What is
stored is the same whatever the order: every record once, chained from the epoch's genesis without a gap. A record
before its turn is parked until the gap closes; one that breaks the chain is a dead letter and an alarm, and nothing
beyond it is acknowledged.

Nothing is booked here: the ledger follows what is stored (``follower``). Batches that wait together are stored in one
database transaction, because a commit to disk costs more than all that is in it. Where the database has many writers,
workers store side by side: each holds the rows of the kiosks it stores for, all of them from the beginning and in the
order of their names, so that a kiosk's journal has one writer and none waits for one who waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import delete, select, tuple_
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from headoffice.bulk import Row, add_many, add_missing, portions
from headoffice.database import Database, again
from headoffice.ledger.follower import Follower
from headoffice.ledger.letters import Letter, bury
from headoffice.ledger.succession import place_of_found
from headoffice.ledger.tables import Epoch, JournalRecord, Kiosk, ParkedRecord
from messages import envelope, journal, topics
from messages.countersign import Signer
from messages.errors import MessageError, Reason

__all__ = ["MAXIMUM_PARKED", "Answer", "Ingest", "Told", "newest_epoch"]

log = logging.getLogger(__name__)

MAXIMUM_PARKED = 20_000
"""Records of one epoch that may wait for a gap to close; more are let go, and the kiosk sends them again."""
SOURCE = "journal"
Problem = Literal["", "gap", "chain"]
Answer = journal.Acknowledgement | Letter
_COLUMNS = ("kiosk", "epoch", "sequence", "utc_ms", "kind", "payload", "previous", "digest", "received_ms")


class Told(NamedTuple):
    """One message from ``up/journal``, and the kiosk its topic names."""

    payload: bytes
    owner: str | None = None


@dataclass(slots=True)
class _Journal:
    """One epoch that is being added to: its row, and the numbers that are parked."""

    row: Epoch
    parked: set[int]


@dataclass(slots=True)
class _Intake:
    """What one database transaction takes in. ``found``: no kiosk tells it now. ``stored``: records still to be
    written, as ``_COLUMNS``.
    """

    session: Session
    received_ms: int
    found: bool = False
    kiosks: dict[str, Kiosk] = field(default_factory=dict)
    journals: dict[tuple[str, int], _Journal] = field(default_factory=dict)
    stored: list[Row] = field(default_factory=list)
    buried: int = 0

    def bury(self, letter: Letter, body: bytes) -> None:
        self.buried += 1
        bury(self.session, letter, body, source=SOURCE, received_ms=self.received_ms)

    def write(self) -> None:
        """Write what is stored, so that it can be read."""
        self.session.flush()
        rows, self.stored = self.stored, []
        add_many(self.session, JournalRecord, _COLUMNS, rows)


class Ingest:
    """The door of the ledger. ``clock`` gives UTC milliseconds; ``on_change`` hears what people may see change.

    ``signer`` countersigns each chain head that is acknowledged; without one they are not signed. ``found``: what is
    taken in was found on a dead unit: its kiosk was not heard, and its present journal stays its newest.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        on_change: Callable[[set[str]], None] = lambda _: None,
        signer: Signer | None = None,
        found: bool = False,
    ) -> None:
        self._database, self._signer, self._found = database, signer, found
        self._clock = clock
        self._on_change = on_change
        self.follower = Follower(database, clock=clock, on_change=on_change)

    def batch(self, payload: bytes, owner: str | None = None) -> Answer:
        """Take in one message and let the ledger follow it. Raises what ``take`` raises."""
        answer = self.take([Told(payload, owner)])[-1]
        self.follower.catch_up()
        return answer

    def take(self, told: Sequence[Told]) -> list[Answer]:
        """Store what these messages hold; the answers may be given once this has returned.

        One answer for each message, save that of acknowledgements of one epoch without a problem only the last is
        given: they are cumulative. Everything is one database transaction. Raises what the database raises (a full
        disk, say): then nothing is stored and nothing may be acknowledged.
        """
        read = [_read(each) for each in told]
        try:
            return again(lambda: self._store(read))
        except OperationalError:
            raise
        except Exception:
            if len(told) == 1:
                raise
            # What harms one message must not hold up the others.
            log.exception("%d messages cannot be stored together; they are stored one by one", len(told))
            return [answer for each in told for answer in self.take([each])]

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

    def _store(self, read: Sequence[journal.JournalBatch | _Refused]) -> list[Answer]:
        answers: list[Answer] = []
        with self._database.write(autoflush=False, aside=True) as session:
            intake = _Intake(session, self._clock(), self._found)
            _hold(intake, [each for each in read if isinstance(each, journal.JournalBatch)])
            for each in _in_order(read):
                if isinstance(each, _Refused):
                    intake.bury(each.letter, each.payload)
                    answers.append(each.letter)
                else:
                    answers.append(_take_batch(intake, each))
            intake.write()
        self._on_change({"kiosks"} | ({"letters"} if intake.buried else set()))
        return [each if isinstance(each, Letter) else self._signed(each) for each in _newest(answers)]


def newest_epoch(session: Session, kiosk: str) -> Epoch | None:
    """The kiosk's journal that was seen first last: a journal born under a wrong clock may bear a lower number."""
    newest = select(Epoch).where(Epoch.kiosk == kiosk).order_by(Epoch.opened_ms.desc(), Epoch.epoch.desc())
    return session.scalar(newest.limit(1))


# --- messages ------------------------------------------------------------------------------------------------------


class _Refused(NamedTuple):
    """What is no batch, and why."""

    letter: Letter
    payload: bytes


def _read(told: Told) -> journal.JournalBatch | _Refused:
    try:
        batch = envelope.decode(told.payload, journal.JournalBatch).data
        _check(batch, told.owner)
    except MessageError as fault:
        return _Refused(Letter(fault.reason, fault.detail, told.owner or ""), told.payload)
    return batch


def _check(batch: journal.JournalBatch, owner: str | None) -> None:
    for name in (batch.kiosk, batch.store, batch.workstation):
        topics.check_name(name)
    if owner is not None and batch.kiosk != owner:
        raise MessageError(Reason.BAD_DATA, f"the journal of {batch.kiosk!r} on the topic of {owner!r}")
    if any("\0" in record.kind for record in batch.records):
        raise MessageError(Reason.BAD_DATA, f"{batch.kiosk} tells of a kind of record that no database can name")


def _in_order(
    read: Sequence[journal.JournalBatch | _Refused],
) -> list[journal.JournalBatch | _Refused]:
    """By kiosk, so that two workers who take rows of kiosks never wait for one another; a kiosk's as they came."""
    return sorted(read, key=lambda each: each.letter.kiosk if isinstance(each, _Refused) else each.kiosk)


def _newest(answers: Sequence[Answer]) -> list[Answer]:
    """Without acknowledgements that a later one of the same epoch contains."""
    told: list[Answer] = []
    for each in answers:
        last = told[-1] if told else None
        if isinstance(each, journal.Acknowledgement) and isinstance(last, journal.Acknowledgement):
            contained = (last.kiosk, last.epoch) == (each.kiosk, each.epoch) and last.problem in ("", "gap")
            if contained:
                told.pop()
        told.append(each)
    return told


def _take_batch(intake: _Intake, batch: journal.JournalBatch) -> journal.Acknowledgement:
    _see(intake, batch)
    by_epoch: dict[int, list[journal.JournalRecord]] = {}
    for record in batch.records:
        by_epoch.setdefault(record.epoch, []).append(record)
    answer: journal.Acknowledgement | None = None
    for number in sorted(by_epoch):
        answer = _take_epoch(intake, _journal(intake, batch.kiosk, number), by_epoch[number])
        if answer.problem:
            break
    if answer is None:  # pragma: no cover - a batch holds at least one record
        raise AssertionError
    return answer


def _hold(intake: _Intake, batches: Sequence[journal.JournalBatch]) -> None:
    """Read the rows of all kiosks and journals that will be added to, and keep other workers from them."""
    for kiosks in portions(sorted({batch.kiosk for batch in batches})):
        wanted = select(Kiosk).where(Kiosk.kiosk.in_(kiosks)).order_by(Kiosk.kiosk).with_for_update()
        known = {row.kiosk: row for row in intake.session.scalars(wanted)}
        if len(known) < len(kiosks):
            add_missing(intake.session, Kiosk, [{"kiosk": kiosk} for kiosk in kiosks if kiosk not in known])
            known = {row.kiosk: row for row in intake.session.scalars(wanted)}
        intake.kiosks |= known
    for journals in portions(sorted({(batch.kiosk, record.epoch) for batch in batches for record in batch.records})):
        place = tuple_(Epoch.kiosk, Epoch.epoch).in_(journals)
        parked = tuple_(ParkedRecord.kiosk, ParkedRecord.epoch).in_(journals)
        told = select(Epoch).where(place).order_by(Epoch.kiosk, Epoch.epoch).with_for_update()
        for row in intake.session.scalars(told):
            intake.journals[row.kiosk, row.epoch] = _Journal(row, set())
        waiting = select(ParkedRecord.kiosk, ParkedRecord.epoch, ParkedRecord.sequence).where(parked)
        for kiosk, epoch, sequence in intake.session.execute(waiting):
            intake.journals[kiosk, epoch].parked.add(sequence)


def _see(intake: _Intake, batch: journal.JournalBatch) -> None:
    """The kiosk is there."""
    row = intake.kiosks[batch.kiosk]
    if not intake.found or not row.store:
        row.store, row.workstation = batch.store, batch.workstation
    if not intake.found:
        row.last_seen_ms = intake.received_ms


def _journal(intake: _Intake, kiosk: str, number: int) -> _Journal:
    known = intake.journals.get((kiosk, number))
    if known is None:
        digest, now = journal.genesis(kiosk, number).hex(), intake.received_ms
        began = place_of_found(intake.session, kiosk, now) if intake.found else now
        row = Epoch(kiosk=kiosk, epoch=number, sequence=0, posted=0, digest=digest, opened_ms=began, alarm="")
        intake.session.add(row)
        intake.session.flush()
        known = intake.journals[kiosk, number] = _Journal(row, set())
    return known


def _acknowledge(epoch: Epoch, problem: Problem) -> journal.Acknowledgement:
    return journal.Acknowledgement(
        kiosk=epoch.kiosk, epoch=epoch.epoch, sequence=epoch.sequence, digest=epoch.digest, problem=problem
    )


# --- records -------------------------------------------------------------------------------------------------------


def _take_epoch(intake: _Intake, epoch: _Journal, records: Sequence[journal.JournalRecord]) -> journal.Acknowledgement:
    stored = epoch.row.sequence
    told_twice = _compare(intake, epoch.row, [record for record in records if record.sequence <= stored])
    waiting = {record.sequence: record for record in records if record.sequence > stored}
    broken = _advance(intake, epoch, waiting)
    late = [record for record in waiting.values() if record.sequence > epoch.row.sequence]
    if told_twice or broken:
        return _acknowledge(epoch.row, "chain")
    if late:
        _park(intake, epoch, late)
        return _acknowledge(epoch.row, "gap")
    return _acknowledge(epoch.row, "")


def _compare(intake: _Intake, epoch: Epoch, repeats: Sequence[journal.JournalRecord]) -> bool:
    """Whether a record that came again says something else than it did: then the kiosk has told two stories."""
    if not repeats:
        return False
    intake.write()
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
        kept = stored.get(
            record.sequence, record.digest
        )  # what was detached with its month cannot be compared any more
        same = kept == record.digest == journal.digest_of(epoch.kiosk, record)
        if not same:
            _alarm(intake, epoch, record, "fork", "came again and says something else")
            return True
    return False


def _advance(intake: _Intake, epoch: _Journal, waiting: dict[int, journal.JournalRecord]) -> bool:
    """Store as far as there is no gap, from the batch and from what was parked. True: the chain broke."""
    row = epoch.row
    kiosk, number = row.kiosk, row.epoch
    sequence, digest, broken = row.sequence, row.digest, False
    raw, received_ms, store = bytes.fromhex(digest), intake.received_ms, intake.stored.append
    while (record := _at(intake, epoch, sequence + 1, waiting)) is not None:
        utc_ms, kind, payload, before = record.utc_ms, record.kind, bytes(record.data), digest
        raw = journal.record_digest(kiosk, number, sequence + 1, utc_ms, kind, payload, raw)
        if record.previous != before or raw.hex() != record.digest:
            broken = True
            break
        sequence, digest = record.sequence, record.digest
        store((kiosk, number, sequence, utc_ms, kind, payload, before, digest, received_ms))
    if sequence > row.sequence:
        row.sequence, row.digest, row.alarm = sequence, digest, ""
        _unpark(intake, epoch, sequence)
    if broken and record is not None:
        _alarm(intake, row, record, "chain", "does not chain to the record before it")
        _unpark(intake, epoch, record.sequence)
    return broken


def _at(
    intake: _Intake, epoch: _Journal, sequence: int, waiting: dict[int, journal.JournalRecord]
) -> journal.JournalRecord | None:
    told = waiting.get(sequence)
    if told is not None or sequence not in epoch.parked:
        return told
    row = intake.session.get_one(ParkedRecord, (epoch.row.kiosk, epoch.row.epoch, sequence))
    return msgspec.json.decode(row.body, type=journal.JournalRecord)


def _alarm(intake: _Intake, epoch: Epoch, record: journal.JournalRecord, reason: str, what: str) -> None:
    detail = f"{epoch.kiosk} {epoch.epoch}/{record.sequence} {what}; nothing beyond {epoch.sequence} is acknowledged"
    epoch.alarm = detail
    intake.bury(Letter(reason, detail, epoch.kiosk), msgspec.json.encode(record))


# --- records before their turn -------------------------------------------------------------------------------------


def _park(intake: _Intake, epoch: _Journal, late: Iterable[journal.JournalRecord]) -> None:
    row = epoch.row
    fresh = [
        record
        for record in late
        if record.sequence not in epoch.parked and journal.digest_of(row.kiosk, record) == record.digest
    ]
    fresh = fresh[: max(0, MAXIMUM_PARKED - len(epoch.parked))]
    intake.session.add_all(
        ParkedRecord(
            kiosk=row.kiosk,
            epoch=row.epoch,
            sequence=record.sequence,
            body=msgspec.json.encode(record),
            received_ms=intake.received_ms,
        )
        for record in fresh
    )
    epoch.parked.update(record.sequence for record in fresh)


def _unpark(intake: _Intake, epoch: _Journal, upto: int) -> None:
    if not any(sequence <= upto for sequence in epoch.parked):
        return
    intake.session.flush()
    intake.session.execute(
        delete(ParkedRecord).where(
            ParkedRecord.kiosk == epoch.row.kiosk, ParkedRecord.epoch == epoch.row.epoch, ParkedRecord.sequence <= upto
        )
    )
    epoch.parked = {sequence for sequence in epoch.parked if sequence > upto}
