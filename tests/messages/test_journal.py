"""The hash chain: published vectors, and what breaks it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from kiosk.store import chain as chain_of_store
from messages import envelope
from messages.errors import MessageError, Reason
from messages.journal import JournalBatch, JournalRecord, digest_of, genesis, record_digest, verify

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/journal-digest.json").read_text(encoding="utf-8"))


def chain(count: int, kiosk: str = "lane-01", epoch: int = 1) -> list[JournalRecord]:
    previous = genesis(kiosk, epoch)
    records = []
    for sequence in range(1, count + 1):
        data = json.dumps({"line": sequence}, ensure_ascii=False).encode()
        digest = record_digest(kiosk, epoch, sequence, 1000 + sequence, "LineVoided", data, previous)
        records.append(
            JournalRecord(
                epoch, sequence, 1000 + sequence, "LineVoided", msgspec.Raw(data), previous.hex(), digest.hex()
            )
        )
        previous = digest
    return records


@pytest.mark.parametrize("vector", VECTORS["genesis"])
def test_the_genesis_is_as_published(vector: dict[str, str]) -> None:
    assert genesis(vector["kiosk"], int(vector["epoch"])).hex() == vector["digest"]


@pytest.mark.parametrize("vector", VECTORS["records"])
def test_a_record_s_digest_is_as_published(vector: dict[str, str]) -> None:
    found = record_digest(
        vector["kiosk"],
        int(vector["epoch"]),
        int(vector["sequence"]),
        int(vector["utc_ms"]),
        vector["kind"],
        vector["payload"].encode(),
        bytes.fromhex(vector["previous"]),
    )
    assert found.hex() == vector["digest"]


@pytest.mark.parametrize("vector", VECTORS["records"])
def test_the_kiosks_store_computes_the_published_digests_too(vector: dict[str, str]) -> None:
    epoch, previous = int(vector["epoch"]), bytes.fromhex(vector["previous"])
    position = chain_of_store.Position(epoch, int(vector["sequence"]))
    found = chain_of_store.digest_of(
        vector["kiosk"], position, int(vector["utc_ms"]), vector["kind"], vector["payload"].encode(), previous
    )
    assert found.hex() == vector["digest"]
    if position.sequence == 1:
        assert chain_of_store.genesis(vector["kiosk"], epoch) == previous


def test_a_whole_chain_verifies_from_its_genesis_and_from_its_middle() -> None:
    records = chain(5)
    verify("lane-01", records)
    verify("lane-01", records[2:], bytes.fromhex(records[1].digest))


@pytest.mark.parametrize("field", ["utc_ms", "kind", "data", "sequence"])
def test_a_record_changed_anywhere_no_longer_verifies(field: str) -> None:
    other = {"utc_ms": 7, "kind": "LineAdded", "data": msgspec.Raw(b'{"line": 9}'), "sequence": 9}[field]
    records = chain(3)
    records[1] = msgspec.structs.replace(records[1], **{field: other})
    with pytest.raises(MessageError) as refused:
        verify("lane-01", records)
    assert refused.value.reason is Reason.BAD_DATA


def test_a_record_left_out_or_of_another_kiosk_does_not_chain() -> None:
    records = chain(3)
    with pytest.raises(MessageError, match="does not chain"):
        verify("lane-01", [records[0], records[2]])
    with pytest.raises(MessageError):
        verify("lane-02", records)


def test_payload_bytes_cross_the_border_unchanged() -> None:
    data = '{"b": 1,"a":"\\u0995 ক","a":1.0e2 }'.encode()
    digest = record_digest("lane-01", 1, 1, 5, "X", data, genesis("lane-01", 1))
    record = JournalRecord(1, 1, 5, "X", msgspec.Raw(data), genesis("lane-01", 1).hex(), digest.hex())
    batch = JournalBatch(kiosk="lane-01", store="s", workstation="1", records=(record,))
    back = envelope.decode(envelope.encode(batch, source="kiosk/v1/lane-01"), JournalBatch).data.records[0]
    assert bytes(back.data) == data
    assert digest_of("lane-01", back) == back.digest
