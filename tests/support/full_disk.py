"""A database whose disk has no room left, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headoffice.database import Database

__all__ = ["full_disk"]

_GROWS = ("journal_record", "sale")
"""Tables that any backlog makes longer."""


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """No room for more than a few rows while the block runs.

    SQLite is given no more pages. PostgreSQL says at the first row of a table that grows what it says when a file
    cannot be made longer: a server cannot be told how large its disk is.
    """
    full, room = (_full_sqlite, _room_sqlite) if database.engine.dialect.name == "sqlite" else (_full, _room)
    full(database)
    try:
        yield
    finally:
        room(database)


def _full_sqlite(database: Database) -> None:
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")


def _room_sqlite(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


def _full(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE 'could not extend file \"base/5/16384\": No space left on device' USING ERRCODE = '53100'; END $$"
        )
        for table in _GROWS:
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
            )


def _room(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION no_room() CASCADE")
