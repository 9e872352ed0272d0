"""Head office on PostgreSQL: what it keeps there is what it keeps on SQLite, and many workers may write.

All other tests of the ledger run on it as drills (``conftest``).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from headoffice.database import (
    Database,
    DatabaseRefusedError,
    DatabaseUnreachableError,
    Turn,
    again,
    is_full,
    open_database,
)
from headoffice.ledger.follower import Follower
from headoffice.ledger.ingest import Ingest, Told
from headoffice.ledger.letters import Letter
from headoffice.ledger.tables import BusinessUnit, DeadLetter, Epoch, JournalRecord, Kiosk, PostedSpan, Transaction
from headoffice.main import UNREACHABLE, main
from headoffice.partitions import TABLES
from headoffice.tables import METADATA
from kiosk.checkout import events
from messages.journal import Acknowledgement
from tests.headoffice.test_follower import shopping
from tests.headoffice.test_ingest import ledger
from tests.support.full_disk import full_disk
from tests.support.journals import JournalOf, as_message
from tests.support.ledgers import brief_database
from tests.support.postgresql import cluster, new_postgresql

NOW = 1_800_000_000_000


@pytest.fixture
def postgresql() -> Iterator[Database]:
    with new_postgresql() as database:
        yield database


def door_of(database: Database) -> Ingest:
    return Ingest(database, clock=lambda: NOW)


def take(database: Database, journal: JournalOf) -> None:
    (answer,) = door_of(database).take([Told(as_message(journal), journal.kiosk)])
    assert isinstance(answer, Acknowledgement)
    assert answer.problem == ""


def pieces_of(journal: JournalOf, size: int) -> list[Told]:
    cuts = range(0, len(journal.records), size)
    return [Told(as_message(journal, journal.records[at : at + size]), journal.kiosk) for at in cuts]


def test_the_migrations_make_the_tables_the_code_knows(postgresql: Database) -> None:
    """But for keys: in a partition a row is known by what it is laid by, too, and it is held to no other table."""
    with postgresql.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _of_the_code})
        found = compare_metadata(context, METADATA)
    keys = {"add_fk", "add_constraint", "remove_constraint"}
    assert [each for each in found if each[0] not in keys or each[1].table.name not in TABLES] == []


def _of_the_code(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
    """All but the partitions themselves."""
    return (
        kind != "table"
        or name is None
        or (not name.startswith(tuple(f"{table}_2" for table in TABLES)) and not name.endswith("_other"))
    )


def test_the_ledger_is_the_one_sqlite_has_whatever_the_strings_in_it(postgresql: Database) -> None:
    lanes = [shopping("lane-1", "1"), shopping("Lane-2", "2")]
    for odd in ("a\0b", "\\u0000", "\\\\\0", "x" * 300, "কোলা 🥤", "2026-11-22T23:59:60Z"):
        lanes[0].add(events.LaneClosed("staff", odd))
        sold = lanes[1].sale()
        lanes[1].add(events.FiscalRegistered(sold.transaction.uuid, "signed", odd, 2**53))
    lanes[0].add_raw("TransactionOpened", b'{"transaction": "no object"}')
    with brief_database() as sqlite:
        for database in (sqlite, postgresql):
            for lane in lanes:
                door_of(database).batch(as_message(lane), lane.kiosk)
        assert ledger(postgresql) == ledger(sqlite)
    with postgresql.read() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 12
        assert session.scalars(select(DeadLetter.reason)).all() == ["unreadable"]


def test_words_stand_in_the_order_they_have_in_sqlite(postgresql: Database) -> None:
    names = ["b", "B", "a", "A", "_", "é", "z", "10", "9", "ক"]
    with brief_database() as sqlite:
        told = []
        for database in (sqlite, postgresql):
            with database.write() as session:
                session.add_all(
                    BusinessUnit(store=name, location="x", names={}, country="bd", currency="BDT", time_zone="UTC")
                    for name in names
                )
            with database.read() as session:
                told.append(session.scalars(select(BusinessUnit.store).order_by(BusinessUnit.store)).all())
    assert told[0] == told[1] == sorted(names)


def test_a_character_no_text_can_hold_is_written_as_another_and_looked_for_without_harm(postgresql: Database) -> None:
    with postgresql.write() as session:
        session.add(Kiosk(kiosk="lane-1", lane_reason="a\0b"))
    with postgresql.read() as session:
        assert session.get_one(Kiosk, "lane-1").lane_reason == "a\ufffdb"
        assert session.scalar(select(Kiosk.kiosk).where(Kiosk.kiosk == "lane\0")) is None


def test_a_kind_of_record_that_cannot_be_stored_is_a_dead_letter_and_holds_up_nobody(postgresql: Database) -> None:
    odd, good = JournalOf("lane-1"), shopping("lane-2", "2")
    odd.add_raw("Odd\0", b"{}")
    first, second = door_of(postgresql).take([Told(as_message(odd), "lane-1"), Told(as_message(good), "lane-2")])
    assert isinstance(first, Letter)
    assert isinstance(second, Acknowledgement)


def test_a_reading_sees_one_state_however_long_it_takes(postgresql: Database) -> None:
    with postgresql.read() as session:
        assert session.scalar(select(func.count()).select_from(Kiosk)) == 0
        take(postgresql, shopping("lane-1", "1"))
        assert session.scalar(select(func.count()).select_from(Kiosk)) == 0


def test_a_full_disk_is_told_as_such_and_nothing_is_kept(postgresql: Database) -> None:
    with full_disk(postgresql), pytest.raises(OperationalError) as caught:
        take(postgresql, shopping("lane-1", "1"))
    assert is_full(caught.value)
    with postgresql.read() as session:
        assert session.scalar(select(func.count()).select_from(Epoch)) == 0
    take(postgresql, shopping("lane-1", "1"))


# --- many workers --------------------------------------------------------------------------------------------------


def test_one_worker_stores_while_another_posts(postgresql: Database) -> None:
    with postgresql.write(aside=True) as session:
        for turn in Turn:
            postgresql.take_turn(session, turn)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(take, postgresql, shopping("lane-1", "1")).result(timeout=60)


def test_what_one_worker_is_posting_another_leaves_to_it(postgresql: Database) -> None:
    take(postgresql, shopping("lane-1", "1"))
    follower = Follower(postgresql, clock=lambda: NOW)
    with postgresql.write(aside=True) as session:
        assert postgresql.take_turn(session, Turn.FOLLOW, patient=False)
        assert follower.follow(patient=False) == 0
        assert follower.behind()
    assert follower.follow(patient=False) > 0


def test_two_writers_take_turns(postgresql: Database) -> None:
    """One counts up what it has read: side by side, one of two would be lost."""

    def count_up(_: int) -> None:
        with postgresql.write() as session:
            row = session.get(Kiosk, "lane-1") or Kiosk(kiosk="lane-1", told_sequence=0)
            row.told_sequence += 1
            session.add(row)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(40)))
    with postgresql.read() as session:
        assert session.get_one(Kiosk, "lane-1").told_sequence == 40


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.drill) for seed in range(2, 12))])
def test_workers_to_whom_batches_are_dealt_at_random_make_one_ledger(postgresql: Database, seed: int) -> None:
    chance = Random(seed)
    lanes = [shopping(f"lane-{number}", str(number)) for number in range(1, 5)]
    dealt = [piece for lane in lanes for piece in pieces_of(lane, 4)]
    dealt += chance.sample(dealt, 8)
    chance.shuffle(dealt)

    def work(mine: Sequence[Told]) -> None:
        door = door_of(postgresql)
        for at in range(0, len(mine), 3):
            door.take(mine[at : at + 3])
            door.follower.follow(patient=False)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, [dealt[number::3] for number in range(3)]))
    Follower(postgresql, clock=lambda: NOW).catch_up()
    with brief_database() as plain:
        for lane in lanes:
            door_of(plain).batch(as_message(lane), lane.kiosk)
        assert ledger(postgresql) == ledger(plain)
    with postgresql.read() as session:
        places = session.execute(select(JournalRecord.kiosk, JournalRecord.sequence)).all()
        assert len(places) == len(set(places)) == sum(len(lane.records) for lane in lanes)
        for lane in lanes:
            spans = select(PostedSpan.first, PostedSpan.last).where(PostedSpan.kiosk == lane.kiosk)
            posted = [
                at for first, last in session.execute(spans.order_by(PostedSpan.id)) for at in range(first, last + 1)
            ]
            assert posted == [*range(1, len(lane.records) + 1)]


def test_what_another_transaction_was_in_the_way_of_is_done_again(postgresql: Database) -> None:
    tries = list[int]()

    def deed() -> str:
        tries.append(1)
        with postgresql.engine.begin() as connection:
            if len(tries) < 3:
                connection.execute(text("DO $$ BEGIN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END $$"))
            return "done"

    assert again(deed) == "done"
    assert len(tries) == 3


@pytest.mark.drill
def test_workers_that_start_together_migrate_once() -> None:
    house = cluster()
    url = house.url(house.create())
    ready = threading.Barrier(2)

    def start(_: int) -> None:
        ready.wait()
        open_database(url).close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(start, range(2)))


# --- what does not serve -------------------------------------------------------------------------------------------


def test_without_the_driver_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseRefusedError, match=r"needs the driver psycopg: pip install .*postgresql"):
        open_database("postgresql://somewhere/ledger")


def test_a_server_that_does_not_answer_ends_the_program_so_that_it_is_started_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = "postgres://mita:secret@127.0.0.1:9/ledger"
    with pytest.raises(DatabaseUnreachableError):
        open_database(url)
    assert main(["--database", url, "--port", "0"]) == UNREACHABLE
    said = capsys.readouterr().err
    assert "127.0.0.1:9/ledger cannot be opened" in said
    assert "secret" not in said


def test_a_database_that_cannot_hold_every_script_is_refused() -> None:
    house = cluster()
    house.say("CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
    with pytest.raises(DatabaseRefusedError, match=r"encoding is LATIN1.*UTF8"):
        open_database(house.url("latin"))


def test_a_database_from_a_newer_release_is_refused(postgresql: Database) -> None:
    with postgresql.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseRefusedError, match=r"newer release \(revision 9999\)"):
        open_database(postgresql.engine.url.render_as_string(hide_password=False))
