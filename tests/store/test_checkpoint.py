"""Checkpoints: what a lane starts from, and when it does not believe one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import reduce
from pathlib import Path

import msgspec
import pytest

from kiosk.checkout.evolve import evolve
from kiosk.checkout.state import State
from kiosk.store.chain import Position
from kiosk.store.checkpoint import FORMAT, decode_checkpoint, encode_checkpoint
from kiosk.store.codec import decode_event
from kiosk.store.errors import JournalUnwritableError
from kiosk.store.journal import Journal
from tests.store.folding import FILE, Folded
from tests.store.support import IDENTITY, line_added


def test_the_same_events_mean_what_they_meant_when_the_format_was_given_its_number() -> None:
    folded = msgspec.json.decode(FILE.read_bytes(), type=Folded)
    state = reduce(evolve, (decode_event(kind, payload) for kind, payload in folded.records), State())
    assert encode_checkpoint(state, ()) == encode_checkpoint(decode_checkpoint(folded.checkpoint)[0], ()), (
        "evolve makes something else of the same events: raise FORMAT in kiosk/store/checkpoint.py,"
        " then python -m tests.store.folding"
    )
    assert folded.format == FORMAT


def test_what_an_older_release_kept_is_read_with_the_new_fields_at_their_defaults() -> None:
    assert decode_checkpoint(b'{"state":{"language":"bn","gone":[1]}}') == (State(language="bn"), ())


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b"{}", b'{"state":{"language":7}}', b'{"state":{},"moves":[["tea","1",2]]}', b"\xff"]
)
def test_what_is_no_checkpoint_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_checkpoint(payload)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def _kept(path: Path) -> list[tuple[Position, bytes]]:
    with Journal.open(path, identity=IDENTITY) as journal:
        return list(journal.checkpoints(1))


def _three(path: Path) -> None:
    """A journal of three records with a checkpoint behind each."""
    with Journal.open(path, identity=IDENTITY) as journal:
        for number in (1, 2, 3):
            journal.append([line_added(number)], 1_000)
            journal.keep_checkpoint(1, b"%d" % number)


def _meddle(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_the_newest_comes_first_and_one_is_kept_to_fall_back_on(path: Path) -> None:
    _three(path)
    assert _kept(path) == [(Position(IDENTITY.epoch, 3), b"3"), (Position(IDENTITY.epoch, 2), b"2")]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE checkpoint SET payload = x'00' WHERE sequence = 3",
        "UPDATE checkpoint SET sha256 = x'00' WHERE sequence = 3",
        "UPDATE checkpoint SET format = 2 WHERE sequence = 3",
        "UPDATE checkpoint SET digest = x'00' WHERE sequence = 3",
        "DELETE FROM record WHERE sequence = 3",
    ],
    ids=["other bytes", "other sum", "of another format", "of another chain", "of a record that is not there"],
)
def test_one_that_does_not_hold_is_passed_over(path: Path, damage: str) -> None:
    _three(path)
    _meddle(path, damage)
    assert _kept(path) == [(Position(IDENTITY.epoch, 2), b"2")]


def test_a_disk_that_refuses_leaves_the_ones_before(path: Path) -> None:
    _three(path)
    with Journal.open(path, identity=IDENTITY) as journal:
        journal._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(JournalUnwritableError):
            journal.keep_checkpoint(1, b"4")
        journal._connection.execute("PRAGMA query_only = OFF")
        assert [payload for _, payload in journal.checkpoints(1)] == [b"3", b"2"]
