"""The database opens safely, is brought up to this release, and one from a newer release is left untouched."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from headoffice.account_tables import Setting
from headoffice.database import Database, DatabaseRefusedError, open_database
from headoffice.tables import METADATA


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


_MONTHS = "SELECT inhrelid::regclass::text FROM pg_inherits"
_BY_MONTH = ("unique_constraint", "foreign_key_constraint")
_IN_MONTHS = "SELECT inhparent::regclass::text FROM pg_inherits"


def test_the_migrations_make_the_tables_the_code_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        parted = database.engine.dialect.name == "postgresql"
        months = set(connection.exec_driver_sql(_MONTHS).scalars()) if parted else set()
        in_months = set(connection.exec_driver_sql(_IN_MONTHS).scalars()) if parted else set()

        def named_by_the_code(each: object, name: str | None, kind: str, *_: object) -> bool:
            """A month of a table is not; what is unique in such a table is so in each month, and no key reaches in."""
            table = name if kind == "table" else getattr(getattr(each, "table", None), "name", None)
            return table not in months and not (kind in _BY_MONTH and table in in_months)

        context = MigrationContext.configure(connection, opts={"include_object": named_by_the_code})
        assert compare_metadata(context, METADATA) == []


def test_a_commit_survives_a_power_cut_and_readers_do_not_wait(database: Database) -> None:
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on", "the server says off"
        return
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_what_raises_inside_a_write_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            session.add(Setting(name="x", value="y"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.read() as session:
        assert session.scalars(select(Setting)).all() == []


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        database = open_database(url_of(tmp_path / "ledger.db"))
        with database.write() as session:
            session.merge(Setting(name="x", value="y"))
        database.close()


def test_a_database_from_a_newer_release_is_refused_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_database(url_of(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(DatabaseRefusedError, match=r"newer release \(revision 9999\).*untouched"):
        open_database(url_of(path))
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ledger.db"]


@pytest.mark.parametrize(
    "content", [b"not a database, but a letter to somebody" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseRefusedError, match=r"ledger\.db"):
        open_database(url_of(path))
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(DatabaseRefusedError, match="not a database of head office"):
        open_database(url_of(path))


@pytest.mark.parametrize("url", ["ledger.db", "sqlite:////nowhere/at/all/ledger.db", "carrier-pigeon://x"])
def test_a_url_that_leads_nowhere_is_named(url: str) -> None:
    with pytest.raises(DatabaseRefusedError):
        open_database(url)
