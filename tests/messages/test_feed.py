"""The feed: cut into chunks and put together again, or refused."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from messages import envelope
from messages.errors import MessageError, Reason
from messages.feed import MAXIMUM_ROWS, FeedChunk, FeedRow, gather, plan, unpack


def rows(count: int, filler: str = "") -> list[FeedRow]:
    made = [
        FeedRow(n, "item", f"i{n}", msgspec.Raw(msgspec.json.encode({"item_id": f"i{n}", "names": {"bn": filler}})))
        for n in range(1, count)
    ]
    return [*made, FeedRow(count, "offer", "gone")]


def cut(count: int, filler: str = "") -> dict[int, FeedChunk]:
    chunks = plan(rows(count, filler), correlation="c", from_version=0, to_version=count, snapshot=True)
    return {chunk.number: chunk for chunk in chunks}


def test_rows_come_back_in_order_with_their_payload_s_bytes() -> None:
    chunks = cut(2500, "কলা")
    assert len(chunks) > 2
    assert list(gather(dict(reversed(chunks.items())))) == rows(2500, "কলা")


def test_a_row_taken_away_has_no_body() -> None:
    *kept, gone = gather(cut(3))
    assert gone.body is None
    assert kept[0].body == b'{"item_id":"i1","names":{"bn":""}}'


def test_every_chunk_fits_a_message() -> None:
    for chunk in cut(300, "x" * 9000).values():
        back = envelope.decode(envelope.encode(chunk, source="headoffice"), FeedChunk)
        assert back.data == chunk


def test_no_news_is_one_empty_chunk() -> None:
    (chunk,) = plan([], correlation="c", from_version=7, to_version=7, snapshot=False)
    assert (chunk.number, chunk.count) == (1, 1)
    assert list(gather({1: chunk})) == []


def test_the_same_rows_are_cut_the_same_way_so_a_lost_chunk_can_be_asked_for_alone() -> None:
    first, second = cut(2500), cut(2500)
    assert list(gather({**first, 2: second[2]})) == rows(2500)


def test_a_missing_chunk_is_refused_before_the_first_row() -> None:
    chunks = cut(2500)
    del chunks[2]
    with pytest.raises(MessageError, match="missing"):
        next(gather(chunks))


def test_chunks_of_two_answers_are_not_mixed() -> None:
    with pytest.raises(MessageError, match="one answer"):
        next(gather({**cut(2500), 2: cut(2500, "other")[2]}))


def test_rows_that_unpack_without_end_are_refused() -> None:
    with pytest.raises(MessageError) as refused:
        unpack(zlib.compress(b" " * (MAXIMUM_ROWS + 1)))
    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("packed", [b"", b"junk", zlib.compress(b"[]")[:-3], zlib.compress(b"{}")])
def test_rows_that_do_not_unpack_are_refused(packed: bytes) -> None:
    with pytest.raises(MessageError) as refused:
        unpack(packed)
    assert refused.value.reason is Reason.BAD_DATA
