"""The two cursors: durable, and moved forwards only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kiosk.store.chain import Position
from kiosk.store.errors import NewerDatabaseError, WriterBusyError
from kiosk.sync.cursor import Acknowledged, Cursor, last_epoch


def test_both_cursors_outlive_the_process(tmp_path: Path) -> None:
    cursor = Cursor.open(tmp_path / "sync.db")
    assert (cursor.position, cursor.feed_version, cursor.command_done("lane")) == (Position(0, 0), 0, 0)
    assert cursor.acknowledge(Acknowledged(Position(7, 5), b"d" * 32, "signed"))
    cursor.applied_feed(3)
    cursor.finish_command("lane", 2)
    cursor.close()
    cursor = Cursor.open(tmp_path / "sync.db")
    assert (cursor.position, cursor.feed_version, cursor.command_done("lane")) == (Position(7, 5), 3, 2)
    cursor.close()


def test_the_journal_cursor_never_goes_back_but_into_a_newer_epoch(tmp_path: Path) -> None:
    cursor = Cursor.open(tmp_path / "sync.db")
    assert cursor.acknowledge(Acknowledged(Position(7, 5), b""))
    assert not cursor.acknowledge(Acknowledged(Position(7, 5), b""))
    assert not cursor.acknowledge(Acknowledged(Position(7, 4), b""))
    assert not cursor.acknowledge(Acknowledged(Position(6, 99), b""))
    assert cursor.acknowledge(Acknowledged(Position(8, 1), b""))
    assert cursor.position == Position(8, 1)
    cursor.close()


def test_a_new_journal_can_learn_the_epoch_it_comes_after(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    assert last_epoch(path) == 0
    cursor = Cursor.open(path)
    assert last_epoch(path) == 0
    cursor.acknowledge(Acknowledged(Position(7, 5), b""))
    assert last_epoch(path) == 7
    cursor.close()
    path.write_bytes(b"no database at all" * 100)
    assert last_epoch(path) == 0


def test_only_one_process_holds_the_cursors(tmp_path: Path) -> None:
    cursor = Cursor.open(tmp_path / "sync.db")
    with pytest.raises(WriterBusyError):
        Cursor.open(tmp_path / "sync.db")
    cursor.close()
    Cursor.open(tmp_path / "sync.db").close()


def test_a_file_of_a_newer_release_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    Cursor.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE format SET readable_since = 9")
    connection.execute("PRAGMA user_version = 9")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError):
        Cursor.open(path)
    assert path.read_bytes() == before
