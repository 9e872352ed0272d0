"""Salvage: what a dead unit's journal still holds is taken in, from its file.

The file is looked at as it lies (a copy is, with its ``-wal`` beside it) by docs/formats/journal.md. What head office
has is compared and left alone; what it has not goes the way of every journal, from the very record that head office
stands at. So damage among records that are stored already costs nothing, and the first record that does not chain ends
it. To be begun again after any end: what was taken in is there already.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import select

from headoffice.database import Database
from headoffice.ledger.ingest import Ingest, Told
from headoffice.ledger.letters import Letter
from headoffice.ledger.tables import Epoch, JournalRecord, Kiosk
from messages import envelope, journal

__all__ = ["FirstFalse", "SalvageError", "Salvaged", "salvage"]

_JOURNAL: Final = 0x4B4A524E
_READABLE: Final = 1
"""The newest ``readable_since`` of docs/formats/journal.md that is understood here."""
_LOG = "-wal"
_PORTION: Final = 200
"""Records that travel in one message, and are held against the ledger at once."""
_AFTER = (
    "SELECT epoch, sequence, utc_ms, kind, payload, previous, digest FROM record"
    " WHERE sequence > ? ORDER BY sequence LIMIT ?"
)


class SalvageError(Exception):
    """Nothing can be taken from this file. The text says why."""


@dataclass(frozen=True, slots=True)
class FirstFalse:
    """The first record that is not what was journalled. ``stored``: head office has the true one."""

    sequence: int
    wrong: str
    stored: bool


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of a file. ``known`` records were there already and say the same, ``new`` ones were taken in.

    ``unread``: records behind the first that does not chain, which are not taken. ``present``: another journal of
    this kiosk is its newest.
    """

    kiosk: str
    epoch: int
    known: int = 0
    new: int = 0
    unread: int = 0
    false: FirstFalse | None = None
    present: bool = False


class _Row(NamedTuple):
    epoch: int
    sequence: int
    utc_ms: int
    kind: str
    payload: bytes
    previous: bytes
    digest: bytes


class _Standing(NamedTuple):
    """What head office knows of the journal."""

    store: str
    workstation: str
    sequence: int
    digest: bytes


def salvage(
    database: Database,
    path: Path,
    *,
    clock: Callable[[], int],
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    stranger: bool = False,
) -> Salvaged:
    """Take in what ``path`` holds and head office does not. ``progress`` hears records done, and how many there are.

    ``stranger``: take in the journal of a kiosk that head office has never heard of, too. Raises ``SalvageError`` for
    a file that cannot serve, and what the database raises (a full disk, say): what was told as done stays done.
    """
    with tempfile.TemporaryDirectory(prefix="salvage") as folder, closing(_opened(path, Path(folder))) as file:
        kiosk, epoch = _identity(file, path)
        standing = _standing(database, kiosk, epoch) or _first_told(file, kiosk, epoch, stranger=stranger)
        result = _Salvage(database, clock, progress, file, Salvaged(kiosk, epoch), standing).run()
    with database.read() as session:
        newest = session.scalars(select(Epoch.epoch).where(Epoch.kiosk == kiosk).order_by(Epoch.opened_ms.desc()))
        return replace(result, present=newest.first() not in (None, epoch))


@dataclass(slots=True)
class _Salvage:
    database: Database
    clock: Callable[[], int]
    progress: Callable[[int, int], None]
    file: sqlite3.Connection
    result: Salvaged
    standing: _Standing

    def run(self) -> Salvaged:
        whole = max(_last(self.file), self.standing.sequence)
        self._compare(whole)
        self._take(whole)
        return self.result

    def _compare(self, whole: int) -> None:
        """Hold what is stored against the file: told, and nothing more."""
        kiosk, epoch = self.result.kiosk, self.result.epoch
        done = 0
        while done < self.standing.sequence and self.result.false is None:
            until = min(done + _PORTION, self.standing.sequence)
            stored = self._stored(done, until)
            rows = {row.sequence: row for row in _rows(self.file, done, until - done)}
            for sequence in range(done + 1, until + 1):
                row = rows.get(sequence)
                wrong = _wrong(kiosk, epoch, row)
                if not wrong and row is not None and row.digest.hex() != stored.get(sequence):
                    wrong = "head office holds another record here"
                if wrong:
                    self.result = replace(self.result, false=FirstFalse(sequence, wrong, stored=True))
                    break
                self.result = replace(self.result, known=self.result.known + 1)
            done = until
            self.progress(done, whole)

    def _stored(self, after: int, until: int) -> dict[int, str]:
        wanted = select(JournalRecord.sequence, JournalRecord.digest).where(
            JournalRecord.kiosk == self.result.kiosk,
            JournalRecord.epoch == self.result.epoch,
            JournalRecord.sequence.between(after + 1, until),
        )
        with self.database.read() as session:
            return {sequence: digest for sequence, digest in session.execute(wanted)}  # noqa: C416 - a Row is no pair

    def _take(self, whole: int) -> None:
        """Give what head office has not to the door that all journals go through, as far as it chains."""
        ingest = Ingest(self.database, clock=self.clock, found=True)
        at, digest = self.standing.sequence, self.standing.digest
        while at < whole:
            chained, wrong = self._chained(at, whole, digest)
            refused = self._give(ingest, chained) if chained else ""
            if not refused:
                at += len(chained)
                digest = chained[-1].digest if chained else digest
                self.result = replace(self.result, new=self.result.new + len(chained))
                self.progress(at, whole)
            if wrong or refused:
                told = FirstFalse(at + 1, refused or wrong, stored=False)
                self.result = replace(self.result, unread=whole - at, false=self.result.false or told)
                break
        ingest.follower.catch_up(self.result.kiosk)

    def _chained(self, at: int, whole: int, digest: bytes) -> tuple[list[_Row], str]:
        """The next records that continue the chain, and why the one behind them does not."""
        chained: list[_Row] = []
        rows = iter(_rows(self.file, at, _PORTION))
        for sequence in range(at + 1, min(at + _PORTION, whole) + 1):
            row = next(rows, None)
            if row is not None and row.sequence != sequence:
                row = None
            wrong = _wrong(self.result.kiosk, self.result.epoch, row)
            if not wrong and row is not None and row.previous != digest:
                wrong = "it does not continue the record before it"
            if wrong or row is None:
                return chained, wrong
            chained.append(row)
            digest = row.digest
        return chained, ""

    def _give(self, ingest: Ingest, rows: Sequence[_Row]) -> str:
        """Why they were not taken; empty: they are stored."""
        standing, kiosk = self.standing, self.result.kiosk
        records = tuple(
            journal.JournalRecord(
                row.epoch,
                row.sequence,
                row.utc_ms,
                row.kind,
                msgspec.Raw(row.payload),
                row.previous.hex(),
                row.digest.hex(),
            )
            for row in rows
        )
        batch = journal.JournalBatch(
            kiosk=kiosk, store=standing.store, workstation=standing.workstation, records=records
        )
        answer = ingest.take([Told(envelope.encode(batch, source=f"kiosk/v1/{kiosk}"), kiosk)])[-1]
        if isinstance(answer, Letter):
            return f"head office cannot read it: {answer.detail}"
        return f"head office says: {answer.problem}" if answer.sequence < rows[-1].sequence else ""


# --- the file ------------------------------------------------------------------------------------------------------


def _opened(path: Path, folder: Path) -> sqlite3.Connection:
    """A copy of the file, open: SQLite writes beside a file that it only reads."""
    copy = folder / "journal.db"
    try:
        shutil.copyfile(path, copy)
        log = path.with_name(path.name + _LOG)
        if log.exists():
            shutil.copyfile(log, copy.with_name(copy.name + _LOG))
        file = sqlite3.connect(copy, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        message = f"{path} cannot be read: {error}"
        raise SalvageError(message) from error
    try:
        _check(file, path)
    except BaseException:
        file.close()
        raise
    return file


def _check(file: sqlite3.Connection, path: Path) -> None:
    try:
        (application,) = file.execute("PRAGMA application_id").fetchone()
        since = file.execute("SELECT readable_since FROM format").fetchone() if application == _JOURNAL else None
    except sqlite3.DatabaseError as error:
        message = f"{path} cannot be read as a database ({error}): try sqlite3's .recover on a copy of it first"
        raise SalvageError(message) from error
    if since is None:
        message = f"{path} is no journal of a kiosk"
        raise SalvageError(message)
    if since[0] > _READABLE:
        message = f"{path} was written by a release that is newer than this head office"
        raise SalvageError(message)


def _identity(file: sqlite3.Connection, path: Path) -> tuple[str, int]:
    try:
        found = file.execute("SELECT kiosk, epoch FROM identity").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found is None:
        message = f"{path} does not say whose journal it is"
        raise SalvageError(message)
    return str(found[0]), int(found[1])


def _last(file: sqlite3.Connection) -> int:
    try:
        (last,) = file.execute("SELECT coalesce(max(sequence), 0) FROM record").fetchone()
    except sqlite3.DatabaseError:
        return max((row.sequence for row in _rows(file, 0, -1)), default=0)
    return int(last)


def _rows(file: sqlite3.Connection, after: int, limit: int) -> Iterator[_Row]:
    """Records behind ``after``, up to the first that the disk does not give back."""
    try:
        for row in file.execute(_AFTER, (after, limit)):
            yield _Row(*row)
    except sqlite3.DatabaseError:
        return


def _wrong(kiosk: str, epoch: int, row: _Row | None) -> str:
    """Why this is not what was journalled; empty if it is."""
    if row is None:
        return "it is missing or cannot be read"
    if row.epoch != epoch:
        return "it is of another journal"
    try:
        own = journal.record_digest(
            kiosk, row.epoch, row.sequence, row.utc_ms, row.kind, bytes(row.payload), bytes(row.previous)
        )
    except (TypeError, ValueError, AttributeError, OverflowError):
        return "its content cannot be read"
    return "" if own == row.digest else "its content is not what was written"


# --- head office's side --------------------------------------------------------------------------------------------


def _standing(database: Database, kiosk: str, epoch: int) -> _Standing | None:
    with database.read() as session:
        lane = session.get(Kiosk, kiosk)
        if lane is None or not lane.store:
            return None
        row = session.get(Epoch, (kiosk, epoch))
        sequence, digest = (row.sequence, bytes.fromhex(row.digest)) if row else (0, journal.genesis(kiosk, epoch))
        return _Standing(lane.store, lane.workstation, sequence, digest)


def _first_told(file: sqlite3.Connection, kiosk: str, epoch: int, *, stranger: bool) -> _Standing:
    """A kiosk that head office does not know is where its journal's first record says."""
    if not stranger:
        message = f"head office has never heard of {kiosk}: --stranger takes its journal in all the same"
        raise SalvageError(message)
    first = next(_rows(file, 0, 1), None)
    try:
        told = msgspec.json.decode(first.payload if first is not None else b"", type=dict[str, object])
        return _Standing(str(told["store"]), str(told["workstation"]), 0, journal.genesis(kiosk, epoch))
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        message = f"the journal of {kiosk} does not say in which store it stood"
        raise SalvageError(message) from error
