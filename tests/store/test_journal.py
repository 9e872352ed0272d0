"""The journal: durable, chained, of one writer, and honest when the disk is not."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.checkout.events import DayOpened
from kiosk.store.chain import Position, digest_of, genesis
from kiosk.store.errors import (
    ForeignFileError,
    JournalDamagedError,
    JournalUnwritableError,
    NewerDatabaseError,
    StoreError,
    WriterBusyError,
)
from kiosk.store.journal import Identity, Journal, JournalReader, mint_epoch
from tests.store.support import IDENTITY, line_added

_HERE = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.open(path, identity=IDENTITY) as opened:
        yield opened


def test_what_was_appended_comes_back_in_order_with_its_time(journal: Journal) -> None:
    assert journal.append([line_added(1), line_added(2)], 1_000) == Position(IDENTITY.epoch, 2)
    assert journal.append([line_added(3)], 2_000) == Position(IDENTITY.epoch, 3)
    replayed = [(record.position.sequence, record.utc_ms, record.event) for record in journal.replay()]
    assert replayed == [(1, 1_000, line_added(1)), (2, 1_000, line_added(2)), (3, 2_000, line_added(3))]


def test_replay_goes_on_behind_a_position(journal: Journal) -> None:
    journal.append([line_added(1), line_added(2)], 1)
    assert [record.event for record in journal.replay(Position(IDENTITY.epoch, 1))] == [line_added(2)]


def test_an_older_epochs_position_means_from_the_first_record_and_a_newer_one_is_refused(journal: Journal) -> None:
    journal.append([line_added(1)], 1)
    assert len(journal.records_after(Position(IDENTITY.epoch - 1, 99), 10)) == 1
    with pytest.raises(ValueError, match="newer epoch"):
        journal.records_after(Position(IDENTITY.epoch + 1, 0), 10)


def test_nothing_to_append_writes_nothing(journal: Journal) -> None:
    assert journal.append([], 1) == Position(IDENTITY.epoch, 0) == journal.head


def test_the_file_keeps_its_epoch_and_its_chain_over_restarts(path: Path) -> None:
    with Journal.open(path, identity=IDENTITY) as journal:
        journal.append([line_added(1)], 1)
        digest = journal.head_digest
    with Journal.open(path, identity=Identity(IDENTITY.kiosk, 42)) as journal:
        assert (journal.identity, journal.head_digest) == (IDENTITY, digest)
        journal.append([line_added(2)], 2)
        assert journal.verify() == 2


def test_the_digest_covers_kiosk_epoch_sequence_time_kind_payload_and_the_digest_before() -> None:
    def part(text: bytes) -> bytes:
        return len(text).to_bytes(4, "big") + text

    before = hashlib.sha256(b"kiosk-journal-v1k/7").digest()
    header = part(b"k") + part(b"7") + part(b"1") + part(b"99") + part(b"Kind")
    wanted = hashlib.sha256(header + (2).to_bytes(8, "big") + b"{}" + before).digest()
    assert genesis("k", 7) == before
    assert digest_of("k", Position(7, 1), 99, "Kind", b"{}", before) == wanted


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ("UPDATE record SET payload = CAST(replace(payload, 'Tea', 'Gin') AS BLOB) WHERE sequence = 2", 2),
        ("UPDATE record SET utc_ms = utc_ms + 1 WHERE sequence = 3", 3),
        ("UPDATE record SET kind = 'LineVoided' WHERE sequence = 1", 1),
        ("UPDATE record SET previous = zeroblob(32) WHERE sequence = 4", 4),
        ("UPDATE record SET epoch = epoch + 1 WHERE sequence = 4", 4),
        ("DELETE FROM record WHERE sequence = 2", 2),
    ],
)
def test_tampering_is_found_at_the_first_bad_record(path: Path, change: str, bad: int) -> None:
    with Journal.open(path, identity=IDENTITY) as journal:
        for line in range(1, 6):
            journal.append([line_added(line)], line)
        assert journal.verify() == 5
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with JournalReader.open(path) as reader, pytest.raises(JournalDamagedError, match=f"record {bad}:"):
        reader.verify()


def test_a_rewritten_record_is_found_where_the_next_one_does_not_continue_it(path: Path) -> None:
    with Journal.open(path, identity=IDENTITY) as journal:
        journal.append([line_added(1), line_added(2)], 1)
        first = journal.records_after(None, 1)[0]
    forged = first.payload.replace(b"Tea", b"Gin")
    digest = digest_of(IDENTITY.kiosk, first.position, first.utc_ms, first.kind, forged, first.previous)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE record SET payload = ?, digest = ? WHERE sequence = 1", (forged, digest))
    connection.close()
    with JournalReader.open(path) as reader, pytest.raises(JournalDamagedError, match="record 2: it does not continue"):
        reader.verify()


def test_a_missing_record_stops_replay_and_is_named(path: Path) -> None:
    with Journal.open(path, identity=IDENTITY) as journal:
        journal.append([line_added(1), line_added(2), line_added(3)], 1)
        journal._connection.execute("DELETE FROM record WHERE sequence = 2")
        with pytest.raises(JournalDamagedError, match="record 2: the record is missing"):
            list(journal.replay())


def test_another_process_reads_raw_records_while_the_writer_writes(path: Path, journal: Journal) -> None:
    journal.append([line_added(1)], 1)
    script = (
        "import sys, json; from kiosk.store.journal import JournalReader, Position\n"
        "reader = JournalReader.open(sys.argv[1])\n"
        "for _ in sys.stdin:\n"
        "    rows = reader.records_after(Position(reader.identity.epoch, 0), 10)\n"
        "    print(json.dumps([row.payload.decode() for row in rows]), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for line in (2, 3):
            journal.append([line_added(line)], line)
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert len(json.loads(reader.stdout.readline())) == line
        reader.stdin.close()
        assert reader.wait() == 0
    assert journal.records_after(None, 1)[0].payload == journal.records_after(None, 9)[0].payload


def test_a_reader_cannot_write(path: Path, journal: Journal) -> None:
    with JournalReader.open(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM record")


def test_a_reader_says_so_while_there_is_no_journal_yet(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        JournalReader.open(path)
    assert not path.exists()


def test_a_second_writer_is_refused_and_the_first_goes_on(path: Path, journal: Journal) -> None:
    with pytest.raises(WriterBusyError, match="only one checkout"):
        Journal.open(path, identity=IDENTITY)
    assert journal.append([line_added()], 1).sequence == 1


def test_another_kiosks_journal_is_refused(path: Path, journal: Journal) -> None:
    journal.close()
    with pytest.raises(ForeignFileError, match="kiosk-7"):
        Journal.open(path, identity=Identity("kiosk-8", 1))


def test_a_newer_releases_journal_is_refused_and_left_as_it_was(path: Path, journal: Journal) -> None:
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("UPDATE format SET readable_since = 5")
    connection.close()
    before = path.read_bytes()
    for refuse in (lambda: Journal.open(path, identity=IDENTITY), lambda: JournalReader.open(path)):
        with pytest.raises(NewerDatabaseError, match="newer release"):
            refuse()
    assert path.read_bytes() == before


def test_the_release_before_reads_and_writes_a_journal_that_only_grew(path: Path, journal: Journal) -> None:
    journal.append([line_added(1)], 1)
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE added_later (id INTEGER PRIMARY KEY) STRICT")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with Journal.open(path, identity=IDENTITY) as rolled_back:
        rolled_back.append([line_added(2)], 2)
        assert rolled_back.verify() == 2
        assert rolled_back._connection.execute("PRAGMA user_version").fetchone() == (99,)


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(200)])
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError):
        Journal.open(path, identity=IDENTITY)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 7")
    connection.close()
    with pytest.raises(ForeignFileError, match="another program"):
        Journal.open(path, identity=IDENTITY)


def test_a_full_database_refuses_the_append_whole_and_takes_it_once_there_is_room(journal: Journal) -> None:
    journal.append([line_added(1)], 1)
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    many = [line_added(line) for line in range(2, 60)]
    with pytest.raises(JournalUnwritableError, match="full") as caught:
        journal.append(many, 2)
    assert caught.value.reason
    assert journal.head.sequence == journal.verify() == 1
    journal._connection.execute("PRAGMA max_page_count = 100000")
    assert journal.append(many, 3).sequence == journal.verify() == 59


def test_a_read_only_disk_refuses_the_append_and_keeps_what_was_there(journal: Journal) -> None:
    journal.append([line_added(1)], 1)
    journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalUnwritableError, match="readonly"):
        journal.append([line_added(2)], 2)
    with pytest.raises(JournalUnwritableError, match="readonly"):
        journal.check_writable()
    journal._connection.execute("PRAGMA query_only = OFF")
    journal.check_writable()
    assert journal.verify() == 1


def test_a_folder_that_cannot_be_written_is_told_at_opening(tmp_path: Path) -> None:
    with pytest.raises(JournalUnwritableError, match="folder"):
        Journal.open(tmp_path / "missing" / "journal.db", identity=IDENTITY)


def _writer(path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(_HERE / "appending.py"), str(path), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parents[1])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_a_disk_that_fills_up_loses_no_acknowledged_append(path: Path) -> None:
    with _writer(path, "--limit", str(256 * 1024)) as writer:
        told, errors = writer.communicate()
    *acknowledged, last = told.split()
    assert (writer.returncode, last) == (0, "unwritable"), errors
    with Journal.open(path, identity=IDENTITY) as journal:
        assert journal.verify() == int(acknowledged[-1]) > 10
        assert journal.append([line_added()], 1).sequence == int(acknowledged[-1]) + 1


@pytest.mark.parametrize("kill_after", [1, 7, 40])
def test_a_kill_in_the_middle_of_appends_leaves_a_whole_chain_with_all_that_was_acknowledged(
    path: Path, kill_after: int
) -> None:
    with _writer(path) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(kill_after)][-1]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
    with Journal.open(path, identity=IDENTITY) as journal:
        held = journal.verify()
        assert held >= acknowledged
        assert held % 2 == 0, "an append of two records is on disk whole or not at all"
        assert [record.position.sequence for record in journal.replay()] == list(range(1, held + 1))


def test_the_journal_is_not_for_everybody_to_read(path: Path, journal: Journal) -> None:
    journal.append([line_added()], 1)
    assert [stat.S_IMODE(file.stat().st_mode) & 0o137 for file in path.parent.iterdir()] == [0, 0, 0, 0]


def test_an_epoch_holds_its_time_and_fits_a_json_number() -> None:
    epoch = mint_epoch(1_800_000_000, 0xFFFFF_FFFFF)
    assert (epoch >> 20, epoch & 0xFFFFF) == (1_800_000_000, 0xFFFFF)
    assert mint_epoch(2**33 - 1, 0xFFFFF) < 2**53


def test_an_event_without_lines_is_a_record_like_any_other(journal: Journal) -> None:
    journal.append([DayOpened("2026-11-22", 5, clock_trusted=True)], 5)
    assert journal.records_after(None, 1)[0].kind == "DayOpened"
