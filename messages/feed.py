"""The feed on its way down: what the shops must know, by version.

A kiosk that hears of a newer ``FeedHead`` asks "since version N" and is answered in numbered chunks. ``plan`` cuts an
answer into chunks, the same way each time, so that a lost chunk can be asked for alone; ``gather`` puts the rows
together again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Count, Digest, Message, Text, decode_data
from messages.errors import MessageError, Reason

__all__ = [
    "MAXIMUM_ROWS",
    "FeedChunk",
    "FeedHead",
    "FeedKind",
    "FeedRequest",
    "FeedRow",
    "gather",
    "pack",
    "plan",
    "unpack",
]

FeedKind = Literal["item", "offer", "tax_class", "policy", "member", "operator", "stock", "department"]

MAXIMUM_ROWS = 16 * 1_048_576
"""Bytes of one chunk's rows when unpacked."""
_ROWS_PER_CHUNK = 1000
_BYTES_PER_CHUNK = 512 * 1024
_ROW_FRAME = 64


_TAKEN_AWAY = b"null"


class FeedRow(msgspec.Struct, frozen=True):
    """One row as it stands since ``version``. ``payload`` is the row's JSON object; ``null``: it was taken away."""

    version: Count
    kind: FeedKind
    key: Text
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(_TAKEN_AWAY))

    @property
    def body(self) -> bytes | None:
        """The payload's bytes; ``None``: the row was taken away."""
        raw = bytes(self.payload)
        return None if raw == _TAKEN_AWAY else raw


class FeedHead(Message, frozen=True, kw_only=True):
    """The newest version of a shop's feed: retained."""

    NAME: ClassVar[str] = "feed.head"

    store: Text
    version: Count


class FeedRequest(Message, frozen=True, kw_only=True):
    """Everything after ``since``, or only the ``chunks`` named of the answer up to ``upto`` that was begun before.

    Since 0, or since a version head office no longer keeps, is answered by a snapshot.
    """

    NAME: ClassVar[str] = "feed.request"

    correlation: Text
    store: Text
    since: Count
    upto: Count = 0
    chunks: Annotated[tuple[Count, ...], msgspec.Meta(max_length=1000)] = ()


class FeedChunk(Message, frozen=True, kw_only=True):
    """Chunk ``number`` (1 to ``count``) of an answer. ``rows``: zlib over a JSON array of ``FeedRow``.

    ``snapshot``: the rows stand for themselves; else they change the book of ``from_version``. ``digest`` is SHA-256
    over the packed rows of all chunks in order: only chunks of one digest belong together. No news is one empty chunk.
    """

    NAME: ClassVar[str] = "feed.chunk"

    correlation: Text
    from_version: Count
    to_version: Count
    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    count: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    snapshot: bool
    digest: Digest
    rows: bytes


_encoder = msgspec.json.Encoder()


def pack(rows: Sequence[FeedRow]) -> bytes:
    """Rows as they travel."""
    return zlib.compress(_encoder.encode(list(rows)), 6)


def unpack(packed: bytes) -> tuple[FeedRow, ...]:
    """The rows of one chunk. Raises ``MessageError`` for anything else, and for more than ``MAXIMUM_ROWS`` bytes."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(packed, MAXIMUM_ROWS + 1)
    except zlib.error as fault:
        raise MessageError(Reason.BAD_DATA, f"feed rows do not unpack: {fault}") from None
    if len(raw) > MAXIMUM_ROWS:
        raise MessageError(Reason.TOO_LARGE, f"feed rows unpack to more than {MAXIMUM_ROWS} bytes")
    if not inflater.eof:
        raise MessageError(Reason.BAD_DATA, "feed rows end too early")
    return decode_data(raw, tuple[FeedRow, ...])


def _portions(rows: Sequence[FeedRow]) -> Iterator[bytes]:
    portion: list[FeedRow] = []
    size = 0
    for row in rows:
        weight = len(bytes(row.payload)) + _ROW_FRAME
        if portion and (len(portion) == _ROWS_PER_CHUNK or size + weight > _BYTES_PER_CHUNK):
            yield pack(portion)
            portion, size = [], 0
        portion.append(row)
        size += weight
    yield pack(portion)


def plan(
    rows: Sequence[FeedRow], *, correlation: str, from_version: int, to_version: int, snapshot: bool
) -> tuple[FeedChunk, ...]:
    """The answer to a ``FeedRequest``, cut so that every chunk fits a message."""
    portions = tuple(_portions(rows))
    digest = _digest(portions)
    return tuple(
        FeedChunk(
            correlation=correlation,
            from_version=from_version,
            to_version=to_version,
            number=number,
            count=len(portions),
            snapshot=snapshot,
            digest=digest,
            rows=portion,
        )
        for number, portion in enumerate(portions, start=1)
    )


def gather(chunks: Mapping[int, FeedChunk]) -> Iterator[FeedRow]:
    """The rows of a whole answer, chunk by chunk. ``chunks`` is by number.

    Raises ``MessageError`` before the first row where a chunk is missing or the chunks are not those of one answer.
    """
    numbers = sorted(chunks)
    if not numbers or numbers != list(range(1, chunks[numbers[0]].count + 1)):
        raise MessageError(Reason.BAD_DATA, "a chunk of the feed is missing")
    ordered = [chunks[number] for number in numbers]
    if _digest([chunk.rows for chunk in ordered]) != ordered[0].digest:
        raise MessageError(Reason.BAD_DATA, "the chunks of the feed are not those of one answer")
    for chunk in ordered:
        yield from unpack(chunk.rows)


def _digest(portions: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for portion in portions:
        digest.update(portion)
    return digest.hexdigest()
