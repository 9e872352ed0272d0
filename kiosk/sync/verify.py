"""``python -m kiosk.sync.verify JOURNAL``: whether a journal is whole, and the first false record if it is not.

It works on a copy of a dead unit's files and writes nothing beside them. What head office acknowledged is read from the
kiosk's ``sync.db`` (``--sync``), from a list that head office has made (``--heads``, one JSON object a line: kiosk,
epoch, sequence, digest, signature), or both; with ``--key`` only what that key has signed counts. Exit codes: 0 every
record holds, 1 one is false, 2 a file cannot be read or an acknowledgement is not signed by that key.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kiosk.store.chain import Identity
from kiosk.store.errors import StoreError
from kiosk.store.journal import JournalReader
from kiosk.store.verifying import SAID, Finding
from messages import countersign

__all__ = ["Head", "main"]

WHOLE, FALSE, UNUSABLE = 0, 1, 2
_LOG = "-wal"


class Head(msgspec.Struct, frozen=True):
    """A chain head that head office acknowledged. ``digest`` is hex; ``signature`` as in ``messages.countersign``."""

    kiosk: str
    epoch: int
    sequence: int
    digest: str
    signature: str = ""


class UnusableError(Exception):
    """Something given cannot be used; the message says what and why."""


def main(given: Sequence[str] | None = None) -> int:
    """Print the finding as one JSON object; gives the exit code."""
    told = _parser().parse_args(given)
    try:
        with tempfile.TemporaryDirectory(prefix="verify") as folder:
            journal = _copied(told.journal, Path(folder))
            with JournalReader.open(journal) as reader:
                identity = reader.identity
                key = told.key or _remembered(told, Path(folder) / "key")
                heads = _trusted(_heads(told, identity, Path(folder)), identity, key)
                found = reader.finding(heads)
    except (OSError, StoreError, sqlite3.Error, UnusableError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    sys.stdout.write(json.dumps(_told(identity, found), ensure_ascii=False) + "\n")
    return WHOLE if found.false is None else FALSE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk.sync.verify", description="Verify a journal's hash chain.")
    parser.add_argument("journal", type=Path, help="journal.db, or a copy of it (with its -wal file beside it)")
    parser.add_argument("--sync", type=Path, help="the kiosk's sync.db: the newest acknowledgement")
    parser.add_argument("--heads", type=Path, help="acknowledgements as head office lists them, JSON lines")
    parser.add_argument(
        "--key",
        default="",
        help="head office's public key (that of --sync if none is given); what it has not signed is refused",
    )
    return parser


def _copied(path: Path, folder: Path) -> Path:
    """A copy to look at: SQLite writes beside a file that it only reads."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    log = path.with_name(path.name + _LOG)
    if log.exists():
        shutil.copyfile(log, copy.with_name(copy.name + _LOG))
    return copy


def _remembered(told: argparse.Namespace, folder: Path) -> str:
    """The key that the kiosk remembers; empty: none, or its ``sync.db`` is older than that."""
    if told.sync is None:
        return ""
    folder.mkdir()
    with closing(sqlite3.connect(_copied(told.sync, folder))) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'countersigner'").fetchone()
        row = connection.execute("SELECT key FROM countersigner").fetchone() if known else None
    return str(row[0]) if row else ""


def _heads(told: argparse.Namespace, identity: Identity, folder: Path) -> Iterator[Head]:
    if told.sync is not None:
        (folder / "sync").mkdir()
        with closing(sqlite3.connect(_copied(told.sync, folder / "sync"))) as connection:
            for epoch, sequence, digest, signature in connection.execute(
                "SELECT epoch, sequence, digest, signature FROM acknowledged"
            ):
                yield Head(identity.kiosk, epoch, sequence, bytes(digest).hex(), signature)
    if told.heads is not None:
        for line in told.heads.read_bytes().splitlines():
            try:
                yield msgspec.json.decode(line, type=Head)
            except msgspec.DecodeError as error:
                message = f"{told.heads} holds a line that is no acknowledgement: {error}"
                raise UnusableError(message) from None


def _trusted(heads: Iterator[Head], identity: Identity, key: str) -> dict[int, bytes]:
    """Those of this journal. Raises ``UnusableError`` for one that ``key`` has not signed, where a key is given."""
    mine = {}
    for head in heads:
        if (head.kiosk, head.epoch) != (identity.kiosk, identity.epoch) or not head.sequence:
            continue
        signed = (head.signature, head.kiosk, head.epoch, head.sequence, head.digest)
        if key and not countersign.signed_by(key, *signed):
            message = f"the acknowledgement of record {head.sequence} is not signed by this key: it proves nothing"
            raise UnusableError(message)
        mine[head.sequence] = bytes.fromhex(head.digest)
    return mine


def _told(identity: Identity, found: Finding) -> dict[str, object]:
    told: dict[str, object] = {
        "kiosk": identity.kiosk,
        "epoch": identity.epoch,
        "records": found.records,
        "acknowledged": found.acknowledged,
        "whole": found.false is None,
    }
    if found.false is not None:
        false = found.false
        when = datetime.fromtimestamp(false.utc_ms / 1000, tz=UTC).isoformat() if false.utc_ms else ""
        told["false"] = {
            "sequence": false.position.sequence,
            "since": false.since,
            "kind": false.kind,
            "when": when,
            "wrong": false.wrong,
            "said": SAID[false.wrong],
        }
    return told


if __name__ == "__main__":
    sys.exit(main())
