"""A dead unit's journal: what head office has not is taken in, once, as far as it chains; the present is left alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from headoffice.admin import main
from headoffice.database import Database, open_database
from headoffice.ledger.ingest import Ingest, newest_epoch
from headoffice.ledger.tables import DeadLetter, Epoch, JournalRecord, Kiosk, OpenBasket, Transaction
from headoffice.salvage import Salvaged, SalvageError, salvage
from kiosk.checkout import events
from kiosk.store.chain import Identity
from kiosk.store.journal import Journal
from tests.support.journals import JournalOf, as_message

NOW = 1_800_000_000_000


def told_by(database: Database, journal: JournalOf, *upto: int) -> None:
    Ingest(database, clock=lambda: NOW).batch(as_message(journal, journal.records[: upto[0] if upto else None]))


def written_to(path: Path, journal: JournalOf) -> sqlite3.Connection:
    """The kiosk's own file with these records, byte for byte; still open, its log not folded in."""
    Journal.open(path, identity=Identity(journal.kiosk, journal.epoch)).close()
    file = sqlite3.connect(path)
    rows = [
        (r.epoch, r.sequence, r.utc_ms, r.kind, bytes(r.data), bytes.fromhex(r.previous), bytes.fromhex(r.digest))
        for r in journal.records
    ]
    with file:
        file.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return file


def file_of(journal: JournalOf, folder: Path) -> Path:
    """The file as a kiosk that was shut down leaves it."""
    path = folder / "journal.db"
    written_to(path, journal).close()
    return path


def taken(database: Database, path: Path, *, stranger: bool = False) -> Salvaged:
    return salvage(database, path, clock=lambda: NOW + 5, stranger=stranger)


def stored(database: Database, epoch: int = 1) -> int:
    with database.read() as session:
        count = select(func.count()).select_from(JournalRecord).where(JournalRecord.epoch == epoch)
        return session.scalar(count) or 0


def a_journal(sales: int = 4) -> JournalOf:
    journal = JournalOf()
    for _ in range(sales):
        journal.sale()
    return journal


def test_what_head_office_had_not_is_taken_in_once_and_booked(database: Database, tmp_path: Path) -> None:
    journal = a_journal()
    told_by(database, journal, 3)
    path, whole = file_of(journal, tmp_path), len(journal.records)
    first = taken(database, path)
    assert (first.known, first.new, first.false, first.unread) == (3, whole - 3, None, 0)
    again = taken(database, path)
    assert (again.known, again.new, again.false) == (whole, 0, None)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 4
        assert session.get_one(Kiosk, "lane-1").last_seen_ms == NOW, "nobody was heard"


def test_the_present_journal_stays_the_newest_and_the_lane_stands_as_it_stood(
    database: Database, tmp_path: Path
) -> None:
    dead = a_journal()
    dead.add(events.LaneClosed("staff-1", "dead"))
    dead.begin()
    present = JournalOf(epoch=2)
    present.add(events.LaneOpened("staff-1"))
    at_hand = present.begin()
    told_by(database, present)
    with database.read() as session:
        before = session.scalars(select(OpenBasket.uuid)).all()
    found = taken(database, file_of(dead, tmp_path))
    assert found.new == len(dead.records)
    assert found.present
    with database.read() as session:
        newest, lane = newest_epoch(session, "lane-1"), session.get_one(Kiosk, "lane-1")
        assert newest is not None
        assert (newest.epoch, lane.lane) == (2, "open")
        assert session.scalars(select(OpenBasket.uuid)).all() == before == [at_hand.uuid]
        assert session.scalar(select(func.count()).select_from(Transaction)) == 4


def test_a_false_record_ends_it_there_and_raises_no_alarm(database: Database, tmp_path: Path) -> None:
    journal = a_journal()
    told_by(database, journal, 2)
    path = file_of(journal, tmp_path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE record SET payload = x'7b7d' WHERE sequence = 9")
    found = taken(database, path)
    assert found.false is not None
    assert (found.false.sequence, found.new, found.unread) == (9, 6, len(journal.records) - 8)
    assert stored(database) == 8
    with database.read() as session:
        assert session.scalars(select(DeadLetter)).all() == []
        assert session.scalars(select(Epoch.alarm)).all() == [""]


def test_damage_among_what_is_stored_costs_nothing_behind_it(database: Database, tmp_path: Path) -> None:
    journal = a_journal()
    told_by(database, journal, 6)
    path = file_of(journal, tmp_path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM record WHERE sequence = 2")
    found = taken(database, path)
    assert found.false is not None
    assert (found.false.sequence, found.false.stored, found.unread) == (2, True, 0)
    assert stored(database) == len(journal.records)


def test_a_file_with_torn_pages_gives_what_can_be_read(database: Database, tmp_path: Path) -> None:
    journal = a_journal(sales=30)
    told_by(database, journal, 2)
    path = file_of(journal, tmp_path)
    torn = bytearray(path.read_bytes())
    middle = len(torn) * 2 // 3 // 4096 * 4096
    torn[middle : middle + 8192] = os.urandom(8192)
    path.write_bytes(torn)
    found = taken(database, path)
    assert found.false is not None
    assert 2 < stored(database) == found.false.sequence - 1 < len(journal.records)


def test_what_is_only_in_the_log_beside_the_file_is_found(database: Database, tmp_path: Path) -> None:
    journal = a_journal()
    told_by(database, journal, 2)
    live, dead = tmp_path / "live", tmp_path / "dead"
    live.mkdir()
    dead.mkdir()
    with closing(written_to(live / "journal.db", journal)):
        for name in ("journal.db", "journal.db-wal"):
            (dead / name).write_bytes((live / name).read_bytes())
    assert taken(database, dead / "journal.db").new == len(journal.records) - 2


def test_a_stranger_is_refused_until_a_person_says_so(database: Database, tmp_path: Path) -> None:
    path = file_of(a_journal(), tmp_path)
    with pytest.raises(SalvageError, match="never heard of lane-1"):
        taken(database, path)
    assert taken(database, path, stranger=True).new == stored(database) > 0
    with database.read() as session:
        assert session.get_one(Kiosk, "lane-1").store == "dhk-1"


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be looked at" * 100])
def test_a_file_that_is_no_journal_is_refused(database: Database, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    with pytest.raises(SalvageError):
        taken(database, path)


def test_killed_in_the_middle_it_is_begun_again_and_nothing_is_doubled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    journal = a_journal(sales=120)
    database = open_database(url)
    told_by(database, journal, 1)
    path = file_of(journal, tmp_path)
    order = [sys.executable, "-m", "headoffice.admin", "--database", url, "salvage", str(path)]
    with subprocess.Popen(order, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as salvaging:
        assert salvaging.stderr is not None
        salvaging.stderr.readline()
        salvaging.stderr.readline()
        salvaging.send_signal(signal.SIGKILL)
    assert stored(database) > 200
    assert main(["--database", url, "salvage", str(path)]) == 0
    told = capsys.readouterr()
    assert "records new" in told.out
    assert stored(database) == len(journal.records)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 120
    database.close()
