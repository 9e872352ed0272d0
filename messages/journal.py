"""The journal on its way up, and head office's word that it is stored.

A record is known by (kiosk, epoch, sequence). It chains to the one before it: ``digest`` covers its header, its
payload's exact bytes and ``previous``, so ``data`` travels as the bytes that were journalled and is never re-encoded.
The first record of an epoch chains to ``genesis``. docs/formats/journal-digest.json holds published vectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Count, Digest, Message, Text
from messages.errors import MessageError, Reason

__all__ = [
    "Acknowledgement",
    "JournalBatch",
    "JournalRecord",
    "digest_of",
    "genesis",
    "record_digest",
    "verify",
]

_GENESIS = b"kiosk-journal-v1"
_DIGEST_BYTES = 32
_LENGTHS = tuple(length.to_bytes(4, "big") for length in range(64))
"""Of a number's figures, as they are hashed."""


class JournalRecord(msgspec.Struct, frozen=True):
    """One record, byte for byte as it was journalled. ``utc_ms``: when, by the kiosk's clock."""

    epoch: Count
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    utc_ms: Count
    kind: Annotated[str, msgspec.Meta(max_length=64)]
    data: msgspec.Raw
    previous: Digest
    digest: Digest


class JournalBatch(Message, frozen=True, kw_only=True):
    """Consecutive records of one kiosk. May arrive twice, late, or after its successors."""

    NAME: ClassVar[str] = "journal.batch"

    kiosk: Text
    store: Text
    workstation: Text
    records: Annotated[tuple[JournalRecord, ...], msgspec.Meta(min_length=1, max_length=1000)]


class Acknowledgement(Message, frozen=True, kw_only=True):
    """Cumulative: everything up to (epoch, sequence) is stored at head office, and ``digest`` is its chain head there.

    Sequence 0 means nothing of that epoch is stored yet; ``digest`` is then the epoch's genesis. ``problem`` tells why
    more is not: ``gap``: records past the next one arrived, send again from ``sequence + 1``; ``chain``: the next
    record does not chain to ``digest``, which needs a person. ``signature`` countersigns the chain head; empty
    where head office has no signing key.
    """

    NAME: ClassVar[str] = "journal.acknowledgement"

    kiosk: Text
    epoch: Count
    sequence: Count
    digest: Digest
    problem: Literal["", "gap", "chain"] = ""
    signature: Text = ""


def genesis(kiosk: str, epoch: int) -> bytes:
    """What the first record of an epoch chains to (32 bytes)."""
    return hashlib.sha256(_GENESIS + kiosk.encode() + b"/" + str(epoch).encode()).digest()


def record_digest(
    kiosk: str, epoch: int, sequence: int, utc_ms: int, kind: str, payload: bytes, previous: bytes
) -> bytes:
    """SHA-256 (32 bytes) of the record.

    Hashed are, for each of kiosk, epoch, sequence, utc_ms (decimal figures) and kind, a 4-byte big-endian length and
    the UTF-8 bytes; then the payload behind an 8-byte big-endian length; then the 32 bytes of ``previous``.
    """
    place, moment = b"%d" % sequence, b"%d" % utc_ms
    parts = (
        _begin(kiosk, epoch),
        _LENGTHS[len(place)],
        place,
        _LENGTHS[len(moment)],
        moment,
        _word(kind),
        len(payload).to_bytes(8, "big"),
        payload,
        previous,
    )
    return hashlib.sha256(b"".join(parts)).digest()


def _long(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


@lru_cache(maxsize=1024)
def _begin(kiosk: str, epoch: int) -> bytes:
    """What each digest of an epoch begins with."""
    return _long(kiosk.encode()) + _long(b"%d" % epoch)


@lru_cache(maxsize=1024)
def _word(kind: str) -> bytes:
    return _long(kind.encode())


def digest_of(kiosk: str, record: JournalRecord) -> str:
    """What ``record.digest`` must be, in hex, from everything else it holds."""
    previous = bytes.fromhex(record.previous)
    payload = bytes(record.data)
    return record_digest(kiosk, record.epoch, record.sequence, record.utc_ms, record.kind, payload, previous).hex()


def verify(kiosk: str, records: Sequence[JournalRecord], previous: bytes | None = None) -> None:
    """Raises ``MessageError`` (``bad_data``) where a record's digest is wrong or the chain is broken.

    ``previous`` is the digest before the first record, where it is known; at the first record of an epoch the
    genesis stands in.
    """
    expected = previous.hex() if previous is not None else None
    for record in records:
        where = f"{kiosk} {record.epoch}/{record.sequence}"
        if record.sequence == 1:
            expected = genesis(kiosk, record.epoch).hex()
        if expected is not None and record.previous != expected:
            raise MessageError(Reason.BAD_DATA, f"{where} does not chain to the record before it")
        if digest_of(kiosk, record) != record.digest:
            raise MessageError(Reason.BAD_DATA, f"{where} is not what its digest says")
        expected = record.digest
