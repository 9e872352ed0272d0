"""Many rows at once, past the object layer, in the way each database takes them fastest.

Rows are tuples in the order of the columns that were named. SQLite takes them as one prepared statement with many
parameters, PostgreSQL as ``COPY ... FROM STDIN``; both belong to the session's transaction. Anything else SQLAlchemy
knows gets its ordinary insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import JSON, Connection, Table, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from headoffice.base import Base

__all__ = ["Row", "add_many", "merge_many", "portions"]

T = TypeVar("T")

Row = Sequence[Any]

_AT_ONCE: Final = 500
"""Values in one question: every database takes so many."""


def add_many(session: Session, table: type[Base], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Insert ``rows``, each with a value for each of ``columns`` (all that have no default), in this transaction.

    What the objects of the session hold is not written first. Raises what the database raises; SQLite also
    ``OverflowError`` for a number it has no room for.
    """
    rows = _with_documents(table, columns, rows)
    if not rows:
        return
    connection = session.connection()
    match connection.dialect.name:
        case "sqlite":
            connection.exec_driver_sql(_insertion(table.__tablename__, columns), [tuple(row) for row in rows])
        case "postgresql":
            _copy_in(connection, _copy(table.__tablename__, columns), rows)
        case _:  # pragma: no cover - a database nobody has tried
            session.execute(insert(_of(table)), [dict(zip(columns, row, strict=True)) for row in rows])


def _copy_in(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    """Raises what SQLAlchemy raises for the driver's errors, as its own statements would."""
    module = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except module.Error as fault:
        raise DBAPIError.instance(statement, None, fault, module.Error) from fault
    finally:
        cursor.close()


def merge_many(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], change: Mapping[str, str], only: str = ""
) -> None:
    """Insert each row or, where its primary key is there already, change that one.

    ``change`` gives for a column the expression of its new value, in which ``here.`` is the row that is there and
    ``excluded.`` the one that was brought; ``only`` such an expression too: where it does not hold nothing is changed.
    """
    if not rows:
        return
    whole = _of(table)
    dialect = session.connection().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(whole)
    spelled = {column: text(how.replace("here.", f"{whole.name}.")) for column, how in change.items()}
    where = text(only.replace("here.", f"{whole.name}.")) if only else None
    session.execute(
        statement.on_conflict_do_update(index_elements=list(whole.primary_key.columns), set_=spelled, where=where),
        list(rows),
    )


def portions(values: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut into pieces that fit into one question."""
    return (values[first : first + size] for first in range(0, len(values), size))


def _of(table: type[Base]) -> Table:
    return Base.metadata.tables[table.__tablename__]


def _with_documents(table: type[Base], columns: tuple[str, ...], rows: Iterable[Row]) -> Sequence[Row]:
    """Documents as JSON text: the drivers do not know what they are."""
    places = _documents(table.__tablename__, columns)
    if not places:
        return rows if isinstance(rows, Sequence) else list(rows)
    told = []
    for row in rows:
        values = list(row)
        for place in places:
            values[place] = msgspec.json.encode(values[place]).decode()
        told.append(values)
    return told


@cache
def _documents(table: str, columns: tuple[str, ...]) -> tuple[int, ...]:
    known = Base.metadata.tables[table].columns
    return tuple(place for place, name in enumerate(columns) if isinstance(known[name].type, JSON))


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 - our own names


@cache
def _copy(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'COPY "{table}" ({names}) FROM STDIN'
