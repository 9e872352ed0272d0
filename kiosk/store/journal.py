"""The journal: what happened at this kiosk, in order, on disk before anything is shown, printed or charged.

One writer per file, the checkout, held by a lock beside the file. Any number of readers (the sync process) open it
read-only meanwhile; SQLite's write-ahead log lets both go on. ``synchronous=FULL`` makes an append that has returned
survive a power cut.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.checkout.events import Durable
from kiosk.checkout.inputs import StorageCause
from kiosk.store.chain import Identity, Position, RawRecord, digest_of, genesis
from kiosk.store.codec import decode_event, encode_event
from kiosk.store.errors import (
    ForeignFileError,
    JournalDamagedError,
    JournalUnwritableError,
    WriterBusyError,
)
from kiosk.store.migrations import Migration, check_readable, migrate
from kiosk.store.verifying import SAID, Finding, first_false

__all__ = ["Identity", "Journal", "JournalReader", "Position", "RawRecord", "Record", "mint_epoch"]

_log = logging.getLogger(__name__)

_APPLICATION_ID = 0x4B4A524E  # "KJRN"
_MIGRATIONS = (
    Migration(
        """
        CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), kiosk TEXT NOT NULL,
            epoch INTEGER NOT NULL) STRICT;
        CREATE TABLE record (epoch INTEGER NOT NULL, sequence INTEGER PRIMARY KEY, utc_ms INTEGER NOT NULL,
            kind TEXT NOT NULL, payload BLOB NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL) STRICT
        """,
        readable_since=1,
    ),
    Migration(
        """
        CREATE TABLE checkpoint (sequence INTEGER PRIMARY KEY, format INTEGER NOT NULL, digest BLOB NOT NULL,
            payload BLOB NOT NULL, sha256 BLOB NOT NULL) STRICT
        """,
        readable_since=1,
    ),
    Migration(
        """
        CREATE TABLE acknowledged (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT
        """,
        readable_since=1,
    ),
)
_OF_KIND_AFTER = "SELECT sequence, utc_ms, kind, payload FROM record WHERE kind = ? AND sequence > ? ORDER BY sequence"
_CHECKPOINTS = (
    "SELECT c.sequence, c.payload, c.sha256 FROM checkpoint AS c JOIN record AS r"
    " ON r.sequence = c.sequence AND r.digest = c.digest WHERE c.format = ? ORDER BY c.sequence DESC"
)
_CHECKPOINTS_KEPT = 2
"""The newest, and one to fall back on."""
_AFTER = (
    "SELECT epoch, sequence, utc_ms, kind, payload, previous, digest FROM record"
    " WHERE sequence > ? ORDER BY sequence LIMIT ?"
)
_EVENTS_AFTER = "SELECT sequence, utc_ms, kind, payload FROM record WHERE sequence > ? ORDER BY sequence"
_ALL = -1
_RANDOM_BITS = 20
_FILE_MODE = 0o640
_WRITING = "the journal cannot be written"
_OPENING = "the journal cannot be opened for writing"
_FOLDER = "the journal's folder cannot be written"


def mint_epoch(utc_seconds: int, random_bits: int) -> int:
    """The number of a new journal: the time it was made above 20 random bits; below 2**53 until the year 2242."""
    return utc_seconds << _RANDOM_BITS | random_bits & (1 << _RANDOM_BITS) - 1


@dataclass(frozen=True, slots=True)
class Record:
    """One event with its place and time."""

    position: Position
    utc_ms: int
    event: Durable


class _JournalFile:
    """What reader and writer share. Safe in one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        row = connection.execute("SELECT kiosk, epoch FROM identity").fetchone()
        if row is None:
            message = f"{path} names no kiosk: it is not a whole journal"
            raise JournalDamagedError(message)
        self.identity = Identity(*row)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def head(self) -> Position:
        """The last record's place; sequence 0 in an empty journal."""
        (sequence,) = self._connection.execute("SELECT coalesce(max(sequence), 0) FROM record").fetchone()
        return Position(self.identity.epoch, sequence)

    @property
    def head_digest(self) -> bytes:
        """The last record's digest; the genesis digest in an empty journal."""
        row = self._connection.execute("SELECT digest FROM record ORDER BY sequence DESC LIMIT 1").fetchone()
        return row[0] if row else genesis(self.identity.kiosk, self.identity.epoch)

    def records_after(self, position: Position | None, limit: int) -> list[RawRecord]:
        """At most ``limit`` records behind ``position`` (``None``, or a place in an older epoch: from the first).

        A place in a newer epoch than the file's raises ``ValueError``: the cursor belongs to another journal.
        """
        return [RawRecord(*row) for row in self._rows_of(_AFTER, self._start(position), limit)]

    def some_after(self, position: Position | None, limit: int, size: int, around: int) -> list[RawRecord]:
        """As ``records_after``, but no more than have ``size`` bytes together, at least one.

        ``around`` is what each has beside its payload.
        """
        found: list[RawRecord] = []
        for row in self._rows_of(_AFTER, self._start(position), limit):
            record = RawRecord(*row)
            size -= len(record.payload) + around
            if size < 0 and found:
                break
            found.append(record)
        return found

    def replay(self, after: Position | None = None) -> Iterator[Record]:
        """Every event behind ``after``, in order. Raises ``JournalDamagedError`` naming the first bad record."""
        expected = self._start(after)
        for row in self._rows_of(_EVENTS_AFTER, expected):
            expected += 1
            if row[0] != expected:
                raise self._damaged(expected, "the record is missing")
            yield self._record(*row)

    def of_kind(self, kind: str, after: Position | None) -> Iterator[Record]:
        """Events of one kind behind ``after``, in order. Raises ``JournalDamagedError`` naming the first bad record."""
        for row in self._rows_of(_OF_KIND_AFTER, kind, self._start(after)):
            yield self._record(*row)

    def _record(self, sequence: int, utc_ms: int, kind: str, payload: bytes) -> Record:
        try:
            return Record(Position(self.identity.epoch, sequence), utc_ms, decode_event(kind, payload))
        except JournalDamagedError as error:
            raise self._damaged(sequence, str(error)) from error

    def checkpoints(self, format_: int) -> Iterator[tuple[Position, bytes]]:
        """(place, payload) of the checkpoints of this format that are whole and belong to this chain, newest first.

        None where they cannot be read: the records can do without.
        """
        try:
            rows = self._connection.execute(_CHECKPOINTS, (format_,)).fetchall()
        except sqlite3.DatabaseError as error:
            _log.warning("the checkpoints of %s cannot be read: %s", self.path, error)
            return
        for sequence, payload, sha256 in rows:
            if hashlib.sha256(payload).digest() == sha256:
                yield Position(self.identity.epoch, sequence), payload

    def finding(self, heads: Mapping[int, bytes]) -> Finding:
        """Check the whole chain against the digests that head office acknowledged (``heads``, by sequence)."""
        return first_false(self.identity, (RawRecord(*row) for row in self._rows_of(_AFTER, 0, _ALL)), heads)

    def verify(self) -> int:
        """Check the whole chain; gives how many records hold. Raises ``JournalDamagedError`` at the first bad one."""
        found = self.finding({})
        if found.false is not None:
            raise self._damaged(found.false.position.sequence, SAID[found.false.wrong])
        return found.records

    def _rows_of(self, query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            message = f"{self.path} cannot be read: {error}"
            raise JournalDamagedError(message) from error

    def _start(self, position: Position | None) -> int:
        if position is None or position.epoch < self.identity.epoch:
            return 0
        if position.epoch > self.identity.epoch:
            message = f"{position} lies in a newer epoch than {self.path} ({self.identity.epoch})"
            raise ValueError(message)
        return position.sequence

    def _damaged(self, sequence: int, reason: str) -> JournalDamagedError:
        return JournalDamagedError(f"{self.path}, record {sequence}: {reason}")


class JournalReader(_JournalFile):
    """Reads a journal that another process may be writing."""

    @classmethod
    def open(cls, path: Path | str) -> JournalReader:
        """Open read-only. Raises ``FileNotFoundError`` while the checkout has not made the journal yet."""
        path = Path(path)
        if not check_readable(path, known=len(_MIGRATIONS), application_id=_APPLICATION_ID):
            message = f"there is no journal at {path} yet"
            raise FileNotFoundError(message)
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 2000")
        try:
            return cls(path, connection)
        except BaseException:
            connection.close()
            raise


class Journal(_JournalFile):
    """The journal with its one writer."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        super().__init__(path, connection)
        self._lock = lock
        self._head = super().head
        self._digest = super().head_digest

    @classmethod
    def open(cls, path: Path | str, *, identity: Identity) -> Journal:
        """Open for writing; makes the file for ``identity`` if it is not there.

        Raises ``WriterBusyError`` for a second writer, ``ForeignFileError`` for another kiosk's journal,
        ``NewerDatabaseError`` for one this release cannot read, ``JournalUnwritableError`` when the disk refuses.
        """
        path = Path(path)
        lock = _lock(path)
        try:
            check_readable(path, known=len(_MIGRATIONS), application_id=_APPLICATION_ID)
            connection = _connect(path, identity)
        except BaseException:
            os.close(lock)
            raise
        try:
            journal = cls(path, connection, lock)
            journal._check_owner(identity)
        except BaseException:
            connection.close()
            os.close(lock)
            raise
        return journal

    def close(self) -> None:
        """Fold the write-ahead log in and let file and lock go."""
        super().close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def head(self) -> Position:
        """The last record's place; sequence 0 in an empty journal."""
        return self._head

    @property
    def head_digest(self) -> bytes:
        """The last record's digest; the genesis digest in an empty journal."""
        return self._digest

    def append(self, events: Sequence[Durable], utc_ms: int) -> Position:
        """Write all of ``events`` in ONE durable commit; gives the new head. No events: nothing is written.

        ``utc_ms`` is the moment's time. Raises ``JournalUnwritableError`` when the disk refuses: then none of them
        counts, and the same append may be tried again later. (Should the disk fail while syncing a whole commit and
        the power go at once, the next start may find the events all the same: whole, in order, with no deed done.)
        """
        if not events:
            return self._head
        rows = self._rows(events, utc_ms)
        self._commit("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._head = Position(self.identity.epoch, rows[-1][1])
        self._digest = rows[-1][6]
        return self._head

    def append_copies(self, records: Sequence[RawRecord]) -> Position:
        """Write records of the same journal byte for byte, in ONE durable commit: for a copy. Gives the new head.

        Raises ``JournalDamagedError`` for one that does not continue this file's chain, else as ``append``.
        """
        found = first_false(self.identity, records, {}, after=self._head.sequence, previous=self._digest)
        if found.false is not None:
            raise self._damaged(found.false.position.sequence, SAID[found.false.wrong])
        if records:
            rows = [(r.epoch, r.sequence, r.utc_ms, r.kind, r.payload, r.previous, r.digest) for r in records]
            self._commit("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._head, self._digest = records[-1].position, records[-1].digest
        return self._head

    def keep_checkpoint(self, format_: int, payload: bytes) -> None:
        """Keep what the records up to the head lead to, in ONE durable commit; the one before the last goes.

        Raises ``JournalUnwritableError``.
        """
        row = (self._head.sequence, format_, self._digest, payload, hashlib.sha256(payload).digest())
        older = "DELETE FROM checkpoint WHERE sequence NOT IN (SELECT sequence FROM checkpoint ORDER BY 1 DESC LIMIT ?)"
        with self._one_commit():
            self._connection.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?)", row)
            self._connection.execute(older, (_CHECKPOINTS_KEPT,))

    @property
    def acknowledged(self) -> Position:
        """Up to where the checkout knew, when it last noted it, that head office has stored this journal."""
        row = self._connection.execute("SELECT sequence FROM acknowledged").fetchone()
        return Position(self.identity.epoch, row[0] if row else 0)

    def note_acknowledged(self, position: Position) -> None:
        """Remember how far head office has this journal: a hint for the next start, no part of the chain.

        Raises ``JournalUnwritableError``.
        """
        self._commit("INSERT OR REPLACE INTO acknowledged VALUES (1, ?)", [(position.sequence,)])

    def check_writable(self) -> None:
        """Commit a change that changes nothing, through to the disk. Raises ``JournalUnwritableError``."""
        self._commit("UPDATE identity SET kiosk = kiosk", [()])

    def _commit(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self._one_commit():
            self._connection.executemany(statement, rows)

    @contextlib.contextmanager
    def _one_commit(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise _unwritable(error) from error

    def _rows(self, events: Sequence[Durable], utc_ms: int) -> list[tuple[int, int, int, str, bytes, bytes, bytes]]:
        rows = []
        sequence, previous = self._head.sequence, self._digest
        for event in events:
            sequence += 1
            kind, payload = encode_event(event)
            position = Position(self.identity.epoch, sequence)
            digest = digest_of(self.identity.kiosk, position, utc_ms, kind, payload, previous)
            rows.append((position.epoch, sequence, utc_ms, kind, payload, previous, digest))
            previous = digest
        return rows

    def _check_owner(self, identity: Identity) -> None:
        if identity.kiosk != self.identity.kiosk:
            message = f"{self.path} is the journal of {self.identity.kiosk}, not of {identity.kiosk}"
            raise ForeignFileError(message)


def _lock(path: Path) -> int:
    """Hold ``<name>.lock``: SQLite's own locks on the database file must not be touched from outside."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    except OSError as error:
        raise _unwritable(error, _FOLDER) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        message = f"another process writes {path}: only one checkout may run per kiosk"
        raise WriterBusyError(message) from error
    return lock


def _connect(path: Path, identity: Identity) -> sqlite3.Connection:
    """A connection in WAL mode with the newest schema. SQLite gives the log files the database's own mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(error, _OPENING) from error
    try:
        connection.execute("PRAGMA busy_timeout = 2000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, _MIGRATIONS, application_id=_APPLICATION_ID)
        connection.execute("INSERT OR IGNORE INTO identity VALUES (1, ?, ?)", (identity.kiosk, identity.epoch))
    except sqlite3.Error as error:
        connection.close()
        raise _unwritable(error) from error
    _sync_folder(path.parent)
    return connection


def _unwritable(error: OSError | sqlite3.Error, what: str = _WRITING) -> JournalUnwritableError:
    """With the word for staff: a full disk and one that became read-only are mended in different ways."""
    cause: StorageCause = "error"
    if isinstance(error, OSError):
        full, read_only = error.errno in (errno.ENOSPC, errno.EDQUOT), error.errno in (errno.EROFS, errno.EACCES)
    else:
        name = getattr(error, "sqlite_errorname", "")
        full, read_only = name == "SQLITE_FULL", name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN"))
    if full or read_only:
        cause = "full" if full else "read_only"
    return JournalUnwritableError(f"{what}: {error}", cause)


def _sync_folder(folder: Path) -> None:
    """Make the file's name itself durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
