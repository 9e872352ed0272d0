"""On PostgreSQL what grows with every sale lies in months, made ahead of time; nothing of it is seen from above."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from headoffice.database import Database, open_database
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import JournalRecord, SaleLine, StockMove, Transaction
from headoffice.partitions import TABLES, make_ahead
from tests.headoffice.test_follower import shopping
from tests.headoffice.test_ingest import ledger
from tests.support.journals import JournalOf, as_message
from tests.support.ledgers import brief_database
from tests.support.postgresql import new_postgresql

YEAR_2026 = 1_767_225_600_000
MONTH = 31 * 86_400_000


@pytest.fixture
def postgresql() -> Iterator[Database]:
    with new_postgresql() as database:
        yield database


def laid(database: Database, table: str) -> dict[str, int]:
    """How many rows lie in which partition."""
    with database.engine.connect() as connection:
        told = connection.execute(text(f"SELECT tableoid::regclass::text, count(*) FROM {table} GROUP BY 1"))  # noqa: S608 - our own names
        return {name: count for name, count in told}  # noqa: C416 - a Row is not a pair


def of_month(month: int, lane: JournalOf, database: Database) -> None:
    Ingest(database, clock=lambda: YEAR_2026 + month * MONTH).batch(as_message(lane), lane.kiosk)


def test_opening_makes_this_month_and_the_next_three(postgresql: Database) -> None:
    today = datetime.now(UTC)
    months = [divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(4)]
    with postgresql.engine.connect() as connection:
        there = set(connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits")).scalars())
    for table in TABLES:
        assert {f"{table}_{year}_{month + 1:02}" for year, month in months} <= there
        assert f"{table}_other" in there


def test_each_record_lies_in_the_month_it_was_received_in_and_is_found_from_above(postgresql: Database) -> None:
    postgresql.look_ahead(YEAR_2026)
    of_month(0, shopping("lane-1", "1"), postgresql)
    of_month(2, shopping("lane-2", "2"), postgresql)
    of_month(5, shopping("lane-3", "3"), postgresql)
    there = laid(postgresql, "journal_record")
    assert set(there) == {"journal_record_2026_01", "journal_record_2026_03", "journal_record_other"}
    with brief_database() as sqlite:
        for month, lane in ((0, shopping("lane-1", "1")), (2, shopping("lane-2", "2")), (5, shopping("lane-3", "3"))):
            of_month(month, lane, sqlite)
        assert ledger(postgresql) == ledger(sqlite)


def test_what_lay_among_the_others_moves_into_its_month_when_that_is_made(postgresql: Database) -> None:
    of_month(0, shopping("lane-1", "1"), postgresql)
    before = ledger(postgresql)
    assert set(laid(postgresql, "journal_record")) == {"journal_record_other"}
    postgresql.look_ahead(YEAR_2026)
    postgresql.look_ahead(YEAR_2026)
    assert set(laid(postgresql, "journal_record")) == {"journal_record_2026_01"}
    assert ledger(postgresql) == before


def test_sales_lie_by_the_moment_their_uuid_begins_with(postgresql: Database) -> None:
    with postgresql.write() as session:
        connection = session.connection()
        make_ahead(connection, YEAR_2026)
        for uuid in ("019b7a00-0000-7000-8000-000000000001", "019c0000-0000-7000-8000-000000000001", "sample-1"):
            session.add(StockMove(kiosk="k", epoch=1, sequence=1, ordinal=len(uuid), uuid=uuid, item_id="cola",
                                  location="x", quantity=1, unit="each"))  # fmt: skip
    assert laid(postgresql, "stock_move") == {"stock_move_2026_01": 2, "stock_move_other": 1}


def test_a_month_that_may_be_forgotten_is_detached_and_the_ledger_goes_on(postgresql: Database) -> None:
    postgresql.look_ahead(YEAR_2026)
    lane = shopping("lane-1", "1")
    of_month(0, lane, postgresql)
    with postgresql.engine.begin() as connection:
        connection.execute(text("ALTER TABLE journal_record DETACH PARTITION journal_record_2026_01"))
    lane.sale()
    of_month(1, lane, postgresql)
    with postgresql.read() as session:
        assert session.scalars(select(JournalRecord.sequence).where(JournalRecord.sequence == 1)).all() == []
        assert session.scalar(select(func.count()).select_from(Transaction)) == 4
        assert session.scalar(select(func.count()).select_from(SaleLine)) == 8


def test_the_same_place_in_a_journal_is_stored_once_in_a_month_whoever_writes(postgresql: Database) -> None:
    of_month(0, shopping("lane-1", "1"), postgresql)
    columns = "kiosk, epoch, sequence, utc_ms, kind, payload, previous, digest, received_ms"
    once_more = text(f"INSERT INTO journal_record ({columns}) SELECT {columns} FROM journal_record LIMIT 1")  # noqa: S608 - our own names
    with postgresql.engine.connect() as connection, pytest.raises(DBAPIError, match="duplicate key"):
        connection.execute(once_more)


@pytest.mark.drill
def test_a_ledger_from_before_is_laid_into_months_and_back(postgresql: Database) -> None:
    of_month(0, shopping("lane-1", "1"), postgresql)
    before = ledger(postgresql)
    config = Config()
    config.set_main_option("script_location", "headoffice/migrations")
    with postgresql.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0024")
    assert set(laid(postgresql, "journal_record")) == {"journal_record"}
    assert ledger(postgresql) == before
    again = open_database(postgresql.engine.url.render_as_string(hide_password=False))
    assert ledger(again) == before
    of_month(0, shopping("lane-2", "2"), again)
    again.close()
