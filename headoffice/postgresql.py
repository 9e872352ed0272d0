"""What PostgreSQL needs to be told so that head office finds on it what it has on SQLite.

Text is compared and ordered by its code points whatever the database's language, and is as long as it is. A character
that no text of PostgreSQL holds (NUL) is written as the replacement character. A commit is on disk before it is
acknowledged. One writer at a time: whoever writes takes its turn by a lock of the database, which ends with the
transaction, so that what was written for SQLite holds here. Whoever locks the rows it needs (storing journals) writes
beside the others.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "DISK_FULL",
    "IN_THE_WAY",
    "READING",
    "UNUSABLE",
    "Turn",
    "check",
    "engine_of",
    "settle",
    "take_turn",
    "url_of",
]

log = logging.getLogger(__name__)

DISK_FULL: Final = "53100"
"""SQLSTATE of a disk without room."""
IN_THE_WAY: Final = frozenset({"40001", "40P01"})
"""SQLSTATEs of what another transaction was in the way of: the same again may go well."""
READING: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Of a transaction that sees one state of the database and writes nothing."""
UNUSABLE: Final = "PostgreSQL needs the driver psycopg: pip install 'self-checkout-kiosk[headoffice,postgresql]'"
_LOCKS: Final = 0x4B31
"""The first half of the keys of our advisory locks; whatever else uses this database has other ones."""
_OLDEST: Final = 130_000
_CONNECTION: Final = {
    "application_name": "headoffice",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
_SESSION: Final = (
    # What has been acknowledged must survive a power cut, whatever somebody else's program wants of this server.
    "SELECT CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false)"
    " END, set_config('timezone', 'UTC', false), set_config('client_min_messages', 'warning', false),"
    # A worker whose machine died in the middle of its turn must not hold up the others for hours.
    " set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false), set_config('idle_in_transaction_session_timeout', '60s', false)"
)


class Turn(IntEnum):
    """What only one transaction of all workers does at a time."""

    WRITE = 1
    FOLLOW = 2
    """Posting what is stored of the journals."""


def url_of(url: URL) -> URL:
    """The URL with our driver; ``postgres://`` is what some who rent out databases call it."""
    return url.set(drivername="postgresql+psycopg")


def engine_of(url: URL) -> Engine:
    """Raises ``ModuleNotFoundError`` where the driver is missing, ``ArgumentError`` for a URL that is none."""
    told = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    engine = create_engine(url, pool_pre_ping=True, connect_args=told)
    _prepare(engine)
    return engine


def take_turn(session: Session, turn: Turn, *, patient: bool = True) -> bool:
    """Take it until the transaction ends. Without patience: whether it was free."""
    key = f"{_LOCKS}, {turn.value}"
    if not patient:
        return bool(session.scalar(text(f"SELECT pg_try_advisory_xact_lock({key})")))
    session.execute(text(f"SELECT pg_advisory_xact_lock({key})"))
    return True


def settle(connection: Connection) -> None:
    """After a migration: every column of text has no length to keep to, and the order of code points.

    A language's own order would list, and page, otherwise than SQLite does, and changes with the machine's release.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    odd = (
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) LEFT JOIN pg_inherits ON inhrelid = to_regclass(quote_ident(table_name))"
        " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND inhrelid IS NULL"
        " AND (data_type = 'character varying' OR data_type = 'text' AND collation_name IS DISTINCT FROM 'C')"
        " ORDER BY table_name, column_name"
    )
    for table, column in connection.exec_driver_sql(odd):
        wanted[table].append(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"')
    for table, changes in wanted.items():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')


def check(connection: Connection) -> None:
    """Raises ``ValueError`` with a sentence for a server or a database that does not serve."""
    told = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
        " current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'"
    )
    version, encoding, durable = told.one()
    if version < _OLDEST:
        message = f"PostgreSQL {version // 10_000} is too old: at least {_OLDEST // 10_000}"
        raise ValueError(message)
    if encoding != "UTF8":
        message = f"its encoding is {encoding}; make one with ENCODING 'UTF8' TEMPLATE template0"
        raise ValueError(message)
    if not durable:
        log.warning("PostgreSQL's fsync or full_page_writes is off: what is acknowledged may be lost in a power cut")


def _prepare(engine: Engine) -> None:
    from psycopg.types.string import StrDumperUnknown  # noqa: PLC0415 - only where PostgreSQL is used

    class WithoutNul(StrDumperUnknown):
        def dump(self, obj: str) -> Any:  # noqa: ANN401 - as the driver has it
            return super().dump(obj.replace("\0", "\ufffd"))

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.adapters.register_dumper(str, WithoutNul)
        cursor = connection.cursor()
        cursor.execute(_SESSION)
        cursor.close()
        connection.commit()

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        told = connection.get_execution_options()
        if not told.get("reading", False) and not told.get("aside", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS}, {Turn.WRITE.value})")
