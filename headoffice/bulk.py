"""Many rows at once, past the object layer, in the way each database takes them fastest.

Rows are tuples in the order of the columns that were named. SQLite takes them as one prepared statement with many
parameters, PostgreSQL as ``COPY ... FROM STDIN`` in its binary form; both belong to the session's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import JSON, BigInteger, Boolean, Connection, Integer, LargeBinary, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from headoffice.base import Base

__all__ = ["Row", "add_many", "add_missing", "merge_many", "portions"]

T = TypeVar("T")

Row = Sequence[Any]

_NAMES: Final = ((BigInteger, "int8"), (Integer, "int4"), (Boolean, "bool"), (LargeBinary, "bytea"))
"""What PostgreSQL calls types of columns; what is none of them is text."""
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
    if connection.dialect.name == "postgresql":
        _copy_in(connection, table.__tablename__, columns, rows)
    else:
        connection.exec_driver_sql(_insertion(table.__tablename__, columns), [tuple(row) for row in rows])


def _copy_in(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Raises what SQLAlchemy raises for the driver's errors, as its own statements would."""
    module, statement = connection.dialect.loaded_dbapi, _copy(table, columns)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            copy.set_types(_types(table, columns))
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


def add_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose primary key is not there; where another worker is just inserting one, wait for it."""
    if rows:
        dialect = session.connection().dialect.name
        make = postgresql.insert if dialect == "postgresql" else sqlite.insert
        session.execute(make(_of(table)).on_conflict_do_nothing(), list(rows))


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
    return f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'


@cache
def _types(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """What PostgreSQL calls the types of these columns; a document is sent as the text it is by then."""
    known = Base.metadata.tables[table].columns
    return tuple(
        next((name for kind, name in _NAMES if isinstance(known[column].type, kind)), "text") for column in columns
    )
