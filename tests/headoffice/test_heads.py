"""Head office countersigns what it acknowledges, lists a lane's heads, and finds a false record of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from headoffice.database import open_database
from headoffice.heads import FALSE, WHOLE, main
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import JournalRecord
from messages.countersign import Signer, signed_by
from messages.journal import Acknowledgement
from tests.support.journals import JournalOf, as_message


def test_an_acknowledgement_is_countersigned_and_the_heads_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, key = f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path / "key.pem"
    database, signer = open_database(url), Signer.kept_in(key)
    journal = JournalOf("lane-1")
    journal.begin()
    answer = Ingest(database, clock=lambda: 1, signer=signer).batch(as_message(journal), "lane-1")
    assert isinstance(answer, Acknowledgement)
    assert signed_by(signer.public, answer.signature, "lane-1", answer.epoch, answer.sequence, answer.digest)
    assert not signed_by(signer.public, answer.signature, "lane-1", answer.epoch, answer.sequence + 1, answer.digest)

    assert main(["--database", url, "--kiosk", "lane-1", "--signing-key", str(key)]) == WHOLE
    heads = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [head["sequence"] for head in heads] == list(range(1, answer.sequence + 1))
    last = heads[-1]
    assert (last["digest"], last["signature"]) == (answer.digest, answer.signature)

    with database.write() as session:
        session.execute(update(JournalRecord).where(JournalRecord.sequence == 2).values(utc_ms=1))
    assert main(["--database", url, "--kiosk", "lane-1"]) == FALSE
    told = capsys.readouterr()
    assert "/2 (" in told.err
    assert len(told.out.splitlines()) == 1
