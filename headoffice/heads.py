"""``python -m headoffice.heads --kiosk NAME``: the chain heads of a lane's stored journals, one JSON object a line.

What ``kiosk.sync.verify --heads`` holds a dead unit's file against: with a head for each record the first false one is
named exactly. Head office's own records are verified meanwhile. ``--signing-key`` signs each, for whoever trusts the
key and not the way the list came. Exit codes: 0 all records hold, 1 one here is false (named on standard error, and
nothing behind it is listed), 2 the database or the key cannot be used.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from headoffice.admin import DEFAULT_DATABASE
from headoffice.database import Database, DatabaseRefusedError, open_database
from headoffice.ledger.tables import JournalRecord
from messages import journal
from messages.countersign import KeyFileError, Signer

__all__ = ["main"]

WHOLE, FALSE, UNUSABLE = 0, 1, 2


def main(given: Sequence[str] | None = None) -> int:
    """Print the heads; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m headoffice.heads", description="A lane's chain heads.")
    parser.add_argument("--database", default=DEFAULT_DATABASE, metavar="URL")
    parser.add_argument("--kiosk", required=True)
    parser.add_argument("--signing-key", type=Path, metavar="FILE")
    told = parser.parse_args(given)
    try:
        signer = Signer.kept_in(told.signing_key) if told.signing_key else None
        return _listed(open_database(told.database), told.kiosk, signer)
    except (DatabaseRefusedError, KeyFileError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE


def _listed(database: Database, kiosk: str, signer: Signer | None) -> int:
    stored = select(JournalRecord).where(JournalRecord.kiosk == kiosk)
    expected, previous, epoch = 1, b"", -1
    with database.read() as session:
        for row in session.scalars(stored.order_by(JournalRecord.epoch, JournalRecord.sequence)):
            if row.epoch != epoch:
                expected, previous, epoch = 1, journal.genesis(kiosk, row.epoch), row.epoch
            wrong = _wrong(row, expected, previous)
            if wrong:
                sys.stderr.write(f"{kiosk} {row.epoch}/{expected} ({row.kind}): {wrong}\n")
                return FALSE
            signature = signer.sign(kiosk, epoch, row.sequence, row.digest) if signer is not None else ""
            head = {"kiosk": kiosk, "epoch": epoch, "sequence": row.sequence, "digest": row.digest}
            sys.stdout.write(json.dumps({**head, "signature": signature}) + "\n")
            expected, previous = expected + 1, bytes.fromhex(row.digest)
    return WHOLE


def _wrong(row: JournalRecord, expected: int, previous: bytes) -> str:
    if row.sequence != expected:
        return "the record is missing"
    parts = (row.kiosk, row.epoch, row.sequence, row.utc_ms, row.kind, bytes(row.payload))
    if journal.record_digest(*parts, bytes.fromhex(row.previous)).hex() != row.digest:
        return "its content is not what came"
    return "" if row.previous == previous.hex() else "it does not continue the record before it"


if __name__ == "__main__":
    sys.exit(main())
