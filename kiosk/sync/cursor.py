"""The two cursors of the kiosk, durable in ``sync.db``: what head office has stored, and which feed is applied.

The journal cursor moves on head office's own acknowledgement and on nothing else; the feed cursor moves when the book
of that version lies whole on disk. Losing the file costs repetition, never a record: head office de-duplicates.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiosk.store.chain import Position
from kiosk.store.errors import WriterBusyError
from kiosk.store.migrations import Migration, check_readable, migrate

__all__ = ["Acknowledged", "Cursor", "last_epoch"]

_APPLICATION_ID = 0x4B53594E  # "KSYN"
_MIGRATIONS = (
    Migration(
        """
        CREATE TABLE acknowledged (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL, digest BLOB NOT NULL, signature TEXT NOT NULL) STRICT;
        CREATE TABLE feed (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
        CREATE TABLE command (kind TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT
        """,
        readable_since=1,
    ),
    Migration(
        "CREATE TABLE countersigner (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL) STRICT", readable_since=1
    ),
)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Head office's word: everything up to ``position`` is stored, its chain head there is ``digest``."""

    position: Position
    digest: bytes
    signature: str = ""


class Cursor:
    """``sync.db``, with its one writer. Used from one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, lock: int) -> None:
        self._connection = connection
        self._lock = lock
        row = connection.execute("SELECT epoch, sequence FROM acknowledged").fetchone()
        self._position = Position(*row) if row else Position(0, 0)
        row = connection.execute("SELECT version FROM feed").fetchone()
        self._feed_version = int(row[0]) if row else 0

    @classmethod
    def open(cls, path: Path) -> Cursor:
        """Open or make the file.

        Raises ``StoreError`` for one that is not ours to read or that another process writes, ``OSError`` or
        ``sqlite3.Error`` where the disk refuses.
        """
        lock = _lock(path)
        try:
            check_readable(path, known=len(_MIGRATIONS), application_id=_APPLICATION_ID)
            return cls(_connect(path), lock)
        except BaseException:
            os.close(lock)
            raise

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def position(self) -> Position:
        """Everything up to here is stored at head office; (0, 0) before the first acknowledgement."""
        return self._position

    @property
    def feed_version(self) -> int:
        """The newest feed version whose book lies whole on disk; 0: none."""
        return self._feed_version

    @property
    def countersigner(self) -> str:
        """The key that head office's first countersignature was by; empty before it."""
        row = self._connection.execute("SELECT key FROM countersigner").fetchone()
        return str(row[0]) if row else ""

    def pin(self, key: str) -> None:
        """Remember the first key that head office has signed with; durable on return."""
        self._connection.execute("INSERT OR IGNORE INTO countersigner VALUES (1, ?)", (key,))

    def acknowledge(self, word: Acknowledged) -> bool:
        """Move the journal cursor; durable on return. ``False``: it stood there or further already."""
        if word.position <= self._position:
            return False
        row = (word.position.epoch, word.position.sequence, word.digest, word.signature)
        self._connection.execute("INSERT OR REPLACE INTO acknowledged VALUES (1, ?, ?, ?, ?)", row)
        self._position = word.position
        return True

    def applied_feed(self, version: int) -> None:
        """Move the feed cursor; durable on return."""
        self._connection.execute("INSERT OR REPLACE INTO feed VALUES (1, ?)", (version,))
        self._feed_version = version

    def command_done(self, kind: str) -> int:
        """The number of the last command of this kind that was carried out; 0: none."""
        row = self._connection.execute("SELECT number FROM command WHERE kind = ?", (kind,)).fetchone()
        return int(row[0]) if row else 0

    def finish_command(self, kind: str, number: int) -> None:
        """The command was carried out; durable on return."""
        self._connection.execute("INSERT OR REPLACE INTO command VALUES (?, ?)", (kind, number))


def last_epoch(path: Path) -> int:
    """The epoch of the last acknowledgement that ``sync.db`` keeps; 0: none, or none that can be read. Read-only."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT epoch FROM acknowledged").fetchone()
    except sqlite3.Error:
        return 0
    return int(row[0]) if row else 0


def _lock(path: Path) -> int:
    """Hold ``sync.db.lock``: two syncs of one kiosk would take the broker's session from one another for ever."""
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(lock)
        message = f"another process writes {path}: only one sync may run per kiosk"
        raise WriterBusyError(message) from fault
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, _MIGRATIONS, application_id=_APPLICATION_ID)
    except BaseException:
        connection.close()
        raise
    return connection
