"""The first false record of a journal: its chain from the first record on, held against what head office acknowledged.

Whoever can write the file can compute a new chain over other records. What they cannot change is what head office has
stored: a chain that does not come to an acknowledged digest was rewritten at or before that record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kiosk.store.chain import Identity, Position, RawRecord, digest_of, genesis

__all__ = ["SAID", "FalseRecord", "Finding", "Wrong", "first_false"]

Wrong = Literal["content", "gap", "order", "foreign", "rewritten", "cut_off"]
"""``content``: it is not what was written. ``gap``: it is missing. ``order``: it does not continue the
record before it. ``foreign``: it belongs to another epoch. ``rewritten``: the chain holds, and is not the one that head
office acknowledged. ``cut_off``: acknowledged, and not there any more."""

SAID: Final[Mapping[Wrong, str]] = {
    "content": "its content is not what was written",
    "gap": "the record is missing",
    "order": "it does not continue the record before it",
    "foreign": "it is missing or of another epoch",
    "rewritten": "head office acknowledged another record here",
    "cut_off": "head office acknowledged it, and it is not there any more",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``records`` that hold, how many of them head office has ``acknowledged``, and the first that does not hold."""

    records: int
    acknowledged: int
    false: FalseRecord | None = None


@dataclass(frozen=True, slots=True)
class FalseRecord:
    """The first false record. ``since``: it or an earlier one, behind this sequence (for ``rewritten``)."""

    position: Position
    wrong: Wrong
    kind: str = ""
    utc_ms: int = 0
    since: int = 0


def first_false(
    identity: Identity,
    records: Iterable[RawRecord],
    heads: Mapping[int, bytes],
    *,
    after: int = 0,
    previous: bytes = b"",
) -> Finding:
    """Look at every record in order. ``heads``: the digests head office acknowledged in this epoch, by sequence.

    ``after``, ``previous``: the place and digest that the first record continues, if it is not the epoch's first.
    """
    count, agreed = after, 0
    previous = previous or genesis(identity.kiosk, identity.epoch)
    for record in records:
        wrong = _wrong(identity, record, count + 1, previous)
        if wrong is not None:
            missing = Position(identity.epoch, count + 1)
            named = FalseRecord(record.position, wrong, record.kind, record.utc_ms)
            return Finding(count, agreed, FalseRecord(missing, wrong) if wrong == "gap" else named)
        known = heads.get(record.sequence)
        if known is not None and known != record.digest:
            told = FalseRecord(record.position, "rewritten", record.kind, record.utc_ms, since=agreed)
            return Finding(agreed, agreed, told)
        count, previous = record.sequence, record.digest
        agreed = count if known is not None else agreed
    beyond = min((sequence for sequence in heads if sequence > count), default=None)
    if beyond is not None:
        return Finding(count, agreed, FalseRecord(Position(identity.epoch, count + 1), "cut_off", since=count))
    return Finding(count, agreed)


def _wrong(identity: Identity, record: RawRecord, expected: int, previous: bytes) -> Wrong | None:
    if record.epoch != identity.epoch:
        return "foreign"
    if record.sequence != expected:
        return "gap"
    kiosk, position = identity.kiosk, record.position
    own = digest_of(kiosk, position, record.utc_ms, record.kind, record.payload, record.previous)
    if own != record.digest:
        return "content"
    return "order" if record.previous != previous else None
