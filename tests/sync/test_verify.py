"""A dead unit's journal is verified on a copy: each way to falsify it is named, with the first false record."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.checkout import events as e
from kiosk.store.chain import Identity, Position, digest_of, genesis
from kiosk.store.journal import Journal
from kiosk.sync.cursor import Cursor
from kiosk.sync.verify import FALSE, UNUSABLE, WHOLE, main
from messages.countersign import Signer

ME = Identity("kiosk-7", 99)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    with Journal.open(path, identity=ME) as written:
        for number in range(1, 9):
            written.append([e.LanguageSet(f"l{number}")], 1_800_000_000_000 + number)
    return path


def altered(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def head(path: Path, sequence: int, *, signer: Signer | None = None) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (digest,) = connection.execute("SELECT digest FROM record WHERE sequence = ?", (sequence,)).fetchone()
    signature = signer.sign("kiosk-7", 99, sequence, digest.hex()) if signer is not None else ""
    told = {"kiosk": "kiosk-7", "epoch": 99, "sequence": sequence, "digest": digest.hex(), "signature": signature}
    return json.dumps(told) + "\n"


def found(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    told = json.loads(capsys.readouterr().out)["false"]
    return told["sequence"], told["wrong"]


def test_a_whole_journal_is_said_to_be_whole(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads = journal.with_name("heads")
    heads.write_text(head(journal, 5))
    assert main([str(journal), "--heads", str(heads)]) == WHOLE
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], told["acknowledged"], told["whole"]) == (8, 5, True)


@pytest.mark.parametrize(
    ("change", "sequence", "wrong"),
    [
        ("UPDATE record SET payload = CAST(replace(payload, 'l4', 'l5') AS BLOB) WHERE sequence = 4", 4, "content"),
        ("UPDATE record SET kind = kind || 'x' WHERE sequence = 4", 4, "content"),
        ("UPDATE record SET utc_ms = utc_ms + 1 WHERE sequence = 4", 4, "content"),
        ("UPDATE record SET digest = zeroblob(32) WHERE sequence = 4", 4, "content"),
        ("UPDATE record SET previous = zeroblob(32) WHERE sequence = 4", 4, "content"),
        ("UPDATE record SET epoch = 98 WHERE sequence = 4", 4, "foreign"),
        ("DELETE FROM record WHERE sequence = 4", 4, "gap"),
        ("UPDATE record SET sequence = 40 WHERE sequence = 4", 4, "gap"),
    ],
)
def test_one_thing_altered_in_any_column_is_named(
    journal: Path, capsys: pytest.CaptureFixture[str], change: str, sequence: int, wrong: str
) -> None:
    altered(journal, change)
    assert main([str(journal)]) == FALSE
    assert found(capsys) == (sequence, wrong)


def rewritten(path: Path, sequence: int) -> None:
    """Whoever is root there writes other content, and a new chain over everything behind it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = connection.execute("SELECT sequence, utc_ms, kind, payload FROM record ORDER BY sequence").fetchall()
        previous = genesis(ME.kiosk, ME.epoch)
        for number, utc_ms, kind, payload in rows:
            told = payload.replace(b"l", b"m") if number == sequence else payload
            digest = digest_of(ME.kiosk, Position(99, number), utc_ms, kind, told, previous)
            connection.execute(
                "UPDATE record SET payload = ?, previous = ?, digest = ? WHERE sequence = ?",
                (told, previous, digest, number),
            )
            previous = digest


def test_a_chain_computed_anew_is_found_by_what_head_office_acknowledged(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = journal.with_name("heads")
    heads.write_text("".join(head(journal, number) for number in (2, 3, 4, 6)))
    rewritten(journal, 4)
    assert main([str(journal)]) == WHOLE, "nothing in the file itself tells"
    assert main([str(journal), "--heads", str(heads)]) == FALSE
    capsys.readouterr()
    main([str(journal), "--heads", str(heads)])
    assert found(capsys) == (4, "rewritten")


def test_a_journal_cut_off_behind_an_acknowledged_head_is_found(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = journal.with_name("heads")
    heads.write_text(head(journal, 7))
    altered(journal, "DELETE FROM record WHERE sequence > 5")
    assert main([str(journal), "--heads", str(heads)]) == FALSE
    assert found(capsys) == (6, "cut_off")


def test_only_what_the_key_has_signed_proves_anything(journal: Path, tmp_path: Path) -> None:
    ours, other = Signer.kept_in(tmp_path / "ours.pem"), Signer.kept_in(tmp_path / "other.pem")
    heads = tmp_path / "heads"
    heads.write_text(head(journal, 7, signer=ours))
    assert main([str(journal), "--heads", str(heads), "--key", ours.public]) == WHOLE
    assert main([str(journal), "--heads", str(heads), "--key", other.public]) == UNUSABLE
    heads.write_text(head(journal, 7))
    assert main([str(journal), "--heads", str(heads), "--key", ours.public]) == UNUSABLE
    assert (tmp_path / "ours.pem").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_beside_the_copy_and_a_file_that_is_none_is_said_so(journal: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert main([str(journal)]) == WHOLE
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert main([str(tmp_path / "nowhere.db")]) == UNUSABLE


def test_the_key_that_the_kiosk_remembers_judges_what_it_kept_and_what_head_office_lists(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, other = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    heads, sync = journal.with_name("heads"), journal.with_name("sync.db")
    cursor = Cursor.open(sync)
    cursor.pin(mine.public)
    cursor.pin(other.public)
    cursor.close()
    heads.write_text(head(journal, 5, signer=mine))
    assert main([str(journal), "--sync", str(sync), "--heads", str(heads)]) == WHOLE
    heads.write_text(head(journal, 5, signer=other))
    assert main([str(journal), "--sync", str(sync), "--heads", str(heads)]) == UNUSABLE
    assert "not signed by this key" in capsys.readouterr().err
