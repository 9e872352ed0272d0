"""The feed's road down: whole or not at all, asked for again where it was lost, and never a wrong price."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.store.book import Books, SqliteBook
from kiosk.sync.service import Service
from messages import topics
from messages.feed import FeedHead, FeedRow
from tests.support.waiting import wait_until_async
from tests.sync.rig import KIOSK, STORE, Rig, row, shop_rows


def price_of(rig: Rig, version: int, item_id: str) -> int | None:
    book = Books(rig.settings.folder).open(version)
    try:
        item = book.item(item_id)
        return item.price.minor if item is not None and item.price is not None else None
    finally:
        book.close()


def milk(minor: int) -> Item:
    return Item("milk", {"en": "Milk 1 l"}, "dairy", "standard", Money(minor, "BDT"), gtin="08901234567890")


def filler(version: int, count: int) -> list[FeedRow]:
    return [
        row(version, "item", f"i{n}", Item(f"i{n}", {"en": f"Item {n}"}, "fill", "standard", Money(n, "BDT")))
        for n in range(count)
    ]


async def at(service: Service, version: int, seconds: float = 20) -> None:
    await wait_until_async(lambda: service.cursor.feed_version == version, seconds, what=f"feed version {version}")


def test_a_new_kiosk_gets_the_whole_book_and_then_only_what_changed(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
            assert price_of(rig, 1, "milk") == 9500
            rig.far.offer(STORE, 2, [row(2, "item", "milk", milk(9900)), row(2, "item", "tea", None)])
            await at(service, 2)
        assert price_of(rig, 2, "milk") == 9900
        assert price_of(rig, 2, "tea") is None
        assert price_of(rig, 2, "bag") == 1000
        assert [request.since for request in rig.far.requests] == [0, 1]

    asyncio.run(scenario())


def test_a_lost_chunk_is_asked_for_alone(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.lose_chunks = {2}
        rig.far.offer(STORE, 1, [*shop_rows(1), *filler(1, 2500)])
        async with rig.running() as service:
            await at(service, 1)
        assert [request.chunks for request in rig.far.requests] == [(), (2,)]
        assert price_of(rig, 1, "i2499") == 2499

    asyncio.run(scenario())


def test_an_answer_that_never_comes_is_asked_for_again_as_a_whole(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.lose_chunks = {1}
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
        first, second = rig.far.requests
        assert (first.since, first.chunks, second.since, second.chunks) == (0, (), 0, ())

    asyncio.run(scenario())


def test_a_row_this_release_cannot_read_is_left_out_rather_than_sold_at_the_old_price(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
            rig.far.offer(STORE, 2, [row(2, "item", "milk", {"item_id": "milk"}), row(2, "item", "i1", milk(5))])
            await at(service, 2)
            assert "milk of version 2 left out" in service.faults.standing()["feed row"]
        assert price_of(rig, 2, "milk") is None
        assert price_of(rig, 2, "tea") == 60_000

    asyncio.run(scenario())


def test_a_feed_no_book_can_be_made_of_leaves_the_book_before_it_in_force(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
            rig.far.offer(STORE, 2, [row(2, "policy", "policy", None)])
            await wait_until_async(lambda: "no policy" in service.faults.standing().get("feed", ""))
            assert service.down.standing == (1, Path(rig.settings.folder) / "book-1.db")
            rig.far.offer(STORE, 3, shop_rows(3))
            await at(service, 3)
            assert "feed" not in service.faults.standing()

    asyncio.run(scenario())


def test_two_books_are_kept_and_the_newest_serves_after_a_restart(rig: Rig) -> None:
    async def scenario() -> None:
        async with rig.running() as service:
            for version in (1, 2, 3):
                rig.far.offer(STORE, version, shop_rows(version))
                await at(service, version)
        assert Books(rig.settings.folder).versions() == (3, 2)
        asked = len(rig.far.requests)
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            assert service.down.standing == (3, Path(rig.settings.folder) / "book-3.db")
        assert len(rig.far.requests) == asked

    asyncio.run(scenario())


def test_a_book_that_was_lost_is_fetched_whole_again(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
        book = Path(rig.settings.folder) / "book-1.db"
        book.unlink()
        async with rig.running() as service:
            assert service.down.standing is None
            await wait_until_async(lambda: service.down.standing is not None)
        SqliteBook.open(book).close()
        assert [request.since for request in rig.far.requests] == [0, 0]

    asyncio.run(scenario())


@pytest.mark.parametrize("spoiled", ["damaged", "newer"])
def test_a_book_that_cannot_be_read_at_the_start_is_fetched_again_in_its_place(rig: Rig, spoiled: str) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
        book = Path(rig.settings.folder) / "book-1.db"
        if spoiled == "damaged":
            book.write_bytes(book.read_bytes()[:5000])
        else:
            with closing(sqlite3.connect(book)) as connection:
                connection.executescript("PRAGMA user_version = 99; UPDATE format SET readable_since = 99;")
        async with rig.running() as service:
            assert service.down.standing is None
            await wait_until_async(lambda: service.down.standing is not None)
            assert "feed" not in service.faults.standing()
        assert price_of(rig, 1, "milk") == 9500

    asyncio.run(scenario())


def test_a_damaged_book_is_not_built_upon_but_fetched_whole(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
            book = Path(rig.settings.folder) / "book-1.db"
            book.write_bytes(book.read_bytes()[:5000])
            rig.far.offer(STORE, 2, [row(2, "item", "milk", milk(9900))])
            await at(service, 2)
        assert [request.since for request in rig.far.requests] == [0, 1, 0]
        assert price_of(rig, 2, "milk") == 9900
        assert price_of(rig, 2, "tea") == 60_000

    asyncio.run(scenario())


@pytest.mark.parametrize("payload", [b"junk", b"{}", b'{"specversion":"1.0","id":"1","source":"x","type":"y"}'])
def test_chunks_and_heads_that_cannot_be_read_are_survived(
    rig: Rig, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.online)
            with caplog.at_level(logging.WARNING, "kiosk.sync"):
                rig.far.say_raw(topics.feed_head(STORE), payload)
                rig.far.say_raw(topics.feed_down(KIOSK), payload)
                await wait_until_async(lambda: {"feed", "feed head"} <= set(service.faults.standing()))
            rig.far.offer(STORE, 1, shop_rows(1))
            await at(service, 1)
            assert not {"feed", "feed head"} & set(service.faults.standing())

    asyncio.run(scenario())


def test_a_head_behind_this_kiosk_or_of_another_store_is_reported_and_changes_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 5, shop_rows(5))
        async with rig.running() as service:
            await at(service, 5)
            rig.far.say(topics.feed_head(STORE), FeedHead(store=STORE, version=4))
            await wait_until_async(lambda: "was it restored" in service.faults.standing().get("feed head", ""))
            rig.far.say(topics.feed_head(STORE), FeedHead(store="khulna-1", version=9))
            await wait_until_async(lambda: "khulna-1" in service.faults.standing().get("feed head", ""))
            assert service.cursor.feed_version == 5
        assert len(rig.far.requests) == 1

    asyncio.run(scenario())


def test_a_disk_that_refuses_the_book_leaves_the_one_before_and_is_tried_again(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, shop_rows(1))
        async with rig.running() as service:
            await at(service, 1)
            blocked = Path(rig.settings.folder) / "book-2.db"
            blocked.mkdir()
            rig.far.offer(STORE, 2, [row(2, "item", "milk", milk(9900))])
            await wait_until_async(lambda: "feed" in service.faults.standing())
            assert service.down.standing == (1, Path(rig.settings.folder) / "book-1.db")
            blocked.rmdir()
            await at(service, 2)

    asyncio.run(scenario())


def test_rows_are_equal_after_the_whole_road(rig: Rig) -> None:
    async def scenario() -> None:
        rig.far.offer(STORE, 1, [*shop_rows(1), row(1, "item", "milk", milk(12_345))])
        async with rig.running() as service:
            await at(service, 1)
        book = Books(rig.settings.folder).open(1)
        assert book.item("milk") == milk(12_345)
        assert msgspec.json.encode(book.policy.currency) == b'"BDT"'
        book.close()

    asyncio.run(scenario())
