"""The door to the database: open it safely, bring it up to this release, and give out transactions.

SQLite by default (write-ahead log, ``synchronous=FULL``: what was committed survives a power cut), PostgreSQL by its
URL. A database from a newer release is refused before anything is written to it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from headoffice import postgresql
from headoffice.partitions import make_ahead
from headoffice.postgresql import Turn

__all__ = [
    "Database",
    "DatabaseRefusedError",
    "DatabaseUnreachableError",
    "Turn",
    "again",
    "is_full",
    "open_database",
]

T = TypeVar("T")

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "wal_autocheckpoint=8000",
)
"""64 MiB of pages in memory, and the log folded in after 32: a backlog of journals touches the same pages again."""
_MIGRATIONS = Path(__file__).parent / "migrations"


_TRIES: Final = 5


class DatabaseRefusedError(Exception):
    """The database cannot be used; the message says why and what to do."""


class DatabaseUnreachableError(DatabaseRefusedError):
    """Its server does not answer now, or turns us away; later it may not."""


class Database:
    """Transactions on one engine. A write takes its turn at once (``BEGIN IMMEDIATE``; on PostgreSQL a lock that all
    workers know), so that it sees what was written before it and no lock is met half-way.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._postgresql = engine.dialect.name == "postgresql"
        self._reading = engine.execution_options(reading=True, **(postgresql.READING if self._postgresql else {}))
        self._aside = engine.execution_options(aside=True)

    @contextmanager
    def write(self, *, autoflush: bool = True, aside: bool = False) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        ``aside``: where the database has many writers, beside the others; whoever writes so locks what it relies on.
        """
        engine = self._aside if aside else self.engine
        with Session(engine, expire_on_commit=False, autoflush=autoflush) as session, session.begin():
            yield session

    def take_turn(self, session: Session, turn: Turn, *, patient: bool = True) -> bool:
        """In a write aside: take the turn that only one worker has, until the transaction ends. Without patience:
        whether it was free.
        """
        return postgresql.take_turn(session, turn, patient=patient) if self._postgresql else True

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; nothing may be written."""
        with Session(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    def look_ahead(self, utc_ms: int) -> None:
        """Have room made for the months that come, where the database keeps months apart."""
        if self._postgresql:
            with self.engine.begin() as connection:
                make_ahead(connection, utc_ms)

    def close(self) -> None:
        """Give all connections back to the system."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open, check and migrate. Raises ``DatabaseRefusedError`` with a sentence for a person."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        message = f"not a database URL: {url!r} (for example sqlite:////var/lib/headoffice/ledger.db)"
        raise DatabaseRefusedError(message) from error
    match parsed.get_backend_name():
        case "sqlite":
            _refuse_newer_sqlite(parsed)
            engine = create_engine(parsed)
            _prepare_sqlite(engine)
        case "postgresql" | "postgres":
            engine = _postgresql_engine(parsed)
        case other:
            message = f"{other} databases cannot be used here: SQLite and PostgreSQL can"
            raise DatabaseRefusedError(message)
    try:
        _migrate(engine)
    except DatabaseRefusedError:
        engine.dispose()
        raise
    except (DBAPIError, ValueError) as error:
        engine.dispose()
        why = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        message = f"the database {parsed.render_as_string()} cannot be opened: {why}"
        away = isinstance(error, OperationalError) and engine.dialect.name == "postgresql"
        raise (DatabaseUnreachableError if away else DatabaseRefusedError)(message) from error
    return Database(engine)


def is_full(error: BaseException) -> bool:
    """Whether this is the database saying that the disk has no room left."""
    if not isinstance(error, OperationalError):
        return False
    return _state(error) == postgresql.DISK_FULL if _state(error) else "full" in str(error.orig)


def again(deed: Callable[[], T]) -> T:
    """Do it, and once more where the database undid it because another transaction was in the way."""
    for _ in range(_TRIES - 1):
        try:
            return deed()
        except OperationalError as error:
            if _state(error) not in postgresql.IN_THE_WAY:
                raise
    return deed()


def _state(error: DBAPIError) -> str:
    """The SQLSTATE, where the database has such."""
    return getattr(error.orig, "sqlstate", None) or ""


def _postgresql_engine(url: URL) -> Engine:
    try:
        return postgresql.engine_of(postgresql.url_of(url))
    except ModuleNotFoundError as error:
        raise DatabaseRefusedError(postgresql.UNUSABLE) from error


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return ScriptDirectory.from_config(config)


def _known(revision: str | None) -> bool:
    return revision is None or revision in {script.revision for script in _scripts().walk_revisions()}


def _refuse(where: str, revision: str | None) -> None:
    message = (
        f"the database {where} is from a newer release (revision {revision}); it was left untouched."
        " Start the newer release, or give another --database."
    )
    raise DatabaseRefusedError(message)


def _refuse_newer_sqlite(url: URL) -> None:
    """Look at the revision read-only, before write-ahead logging or anything else touches the file."""
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).exists():
        return
    path = Path(url.database).resolve()
    # With a write-ahead log beside it the file alone is not the whole truth; without one it may be read as it lies.
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    except sqlite3.Error as error:
        message = f"{url.database} is not a database of head office: {error}"
        raise DatabaseRefusedError(message) from error
    if row is not None and not _known(row[0]):
        _refuse(url.database, row[0])


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say so, not where the module guesses
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    on_postgresql = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        if on_postgresql:
            postgresql.check(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
        if not _known(revision):
            _refuse(engine.url.render_as_string(), revision)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if on_postgresql:
            postgresql.settle(connection)
            make_ahead(connection, time.time_ns() // 1_000_000)
