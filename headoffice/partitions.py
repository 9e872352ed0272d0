"""PostgreSQL: the tables that grow with every sale lie in partitions, one a month.

A month that is over is not written to any more, so that the indexes in use stay as small as a month, however long the
ledger is; and what may be forgotten after some years is a table to detach, not rows to delete. Journal records lie by
when they were received, sales and what belongs to them by the moment their transaction's UUID (version 7) begins with.
What fits no month that was made (a kiosk with a wrong clock, samples) lies in the partition ``_other``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

__all__ = ["TABLES", "make_ahead"]

TABLES: Final = {
    "journal_record": "received_ms",
    "sale": "uuid",
    "sale_line": "uuid",
    "sale_tender": "uuid",
    "sale_tax": "uuid",
    "stock_move": "uuid",
}
"""And what their rows are laid by."""
_AHEAD: Final = 3
"""Months after this one: a head office that nobody starts anew for so long still finds its partitions made."""
_DECEMBER: Final = 12


def make_ahead(connection: Connection, utc_ms: int) -> list[str]:
    """Make the partitions of this month and the next ones that are not there yet; gives the names of the new ones."""
    there = set(connection.exec_driver_sql("SELECT inhrelid::regclass::text FROM pg_inherits").scalars())
    made = []
    for year, month in _months(utc_ms):
        for table, key in TABLES.items():
            name = f"{table}_{year:04}_{month:02}"
            if name not in there:
                _make(connection, table, key, name, (_first(year, month), _first(*_next(year, month))))
                made.append(name)
    return made


def _make(connection: Connection, table: str, key: str, name: str, bounds: tuple[int, int]) -> None:
    """What lies in the partition of all others and belongs here moves in first: else it could not be attached."""
    first, end = (str(bound) if key == "received_ms" else f"'{_uuid(bound)}'" for bound in bounds)
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)")
    connection.exec_driver_sql(
        f"WITH moved AS (DELETE FROM {table}_other WHERE {key} >= {first} AND {key} < {end} RETURNING *)"  # noqa: S608 - our own names
        f" INSERT INTO {name} SELECT * FROM moved"
    )
    connection.exec_driver_sql(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})")


def _months(utc_ms: int) -> Iterator[tuple[int, int]]:
    today = datetime.fromtimestamp(utc_ms / 1000, UTC)
    year, month = today.year, today.month
    for _ in range(_AHEAD + 1):
        yield year, month
        year, month = _next(year, month)


def _next(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == _DECEMBER else (year, month + 1)


def _first(year: int, month: int) -> int:
    """Its first moment, UTC milliseconds."""
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000


def _uuid(utc_ms: int) -> str:
    """What the UUIDs of that moment begin with.

    >>> _uuid(1_800_000_000_000)
    '01a3185c-5000'
    """
    told = f"{utc_ms:012x}"
    return f"{told[:8]}-{told[8:]}"
