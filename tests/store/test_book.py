"""The price book: built aside, whole or refused, quick to ask."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.retail.book import Book, Member
from kiosk.retail.offer import DistinctSet, Offer, Part, PercentOff, PercentOffEach, Scope, SetForPrice
from kiosk.store.book import Books, SqliteBook
from kiosk.store.book_builder import BookBuilder
from kiosk.store.errors import BookError, BookRowError, NewerDatabaseError, StoreError
from kiosk.store.rows import Operator, Stock
from tests.store.support import BANANA, COFFEE, OFFER, POLICY, STANDARD, TEA, build_book, encode, item


def _open(path: Path) -> SqliteBook:
    return SqliteBook.open(path)


def test_a_book_gives_what_was_put_into_it(tmp_path: Path) -> None:
    opened = _open(build_book(tmp_path, 12))
    book: Book = opened
    assert (book.version, book.policy) == (12, POLICY)
    assert (book.item("tea"), book.by_gtin("00012345678905"), book.by_plu("4011")) == (TEA, TEA, BANANA)
    assert (book.tax_class("standard"), book.offers_for("tea"), book.offers_for("banana")) == (STANDARD, (OFFER,), ())
    assert (book.item("no"), book.by_gtin("1"), book.by_plu("1"), book.tax_class("no"), book.member("no")) == (
        None,
    ) * 5
    opened.close()


def test_members_and_operators_are_found(tmp_path: Path) -> None:
    operator = Operator("7", "Rahim", "supervisor", badge_hash="ab", pin_salt="00", pin_hash="11")
    member = Member("m-1", "gold", "Amina")
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.put("operator", "7", encode(operator))
        builder.put("member", "f00d", encode(member))
        book = _open(builder.finish(2))
    assert (book.operators(), book.member("f00d")) == ((operator,), member)
    book.close()


def test_stock_is_told_by_location(tmp_path: Path) -> None:
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.put("stock", "dhaka-1/tea", encode(Stock("tea", "dhaka-1", 7)))
        book = _open(builder.finish(2))
    assert (book.on_hand("tea", "dhaka-1"), book.on_hand("tea", "dhaka-2"), book.on_hand("tea")) == (7, None, None)
    book.close()


def test_a_delta_changes_takes_away_and_keeps_the_rest(tmp_path: Path) -> None:
    first = build_book(tmp_path, 1)
    dearer = item("tea", {"en": "Green tea"}, gtin="00012345678912")
    with BookBuilder.from_previous(first) as builder:
        builder.put("item", "tea", encode(dearer))
        builder.delete("item", "coffee")
        builder.delete("offer", OFFER.offer_id)
        builder.delete("item", "never was there")
        second = _open(builder.finish(2))
    assert (second.by_gtin("00012345678912"), second.by_gtin("00012345678905"), second.item("coffee")) == (
        dearer,
        None,
        None,
    )
    assert (second.item("banana"), second.offers_for("tea"), second.version) == (BANANA, (), 2)
    second.close()
    before = _open(first)
    assert (before.item("tea"), before.version) == (TEA, 1)
    before.close()


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("item", b'{"item_id":"x"}'), ("item", b"{"), ("dream", b"{}"), ("stock", b'{"item_id":1}')],
)
def test_a_row_the_kiosk_could_not_read_is_refused_and_the_book_goes_on(
    tmp_path: Path, kind: str, payload: bytes
) -> None:
    with BookBuilder(tmp_path) as builder:
        builder.put("policy", "policy", encode(POLICY))
        with pytest.raises(BookRowError, match=kind):
            builder.put(kind, "x", payload)
        _open(builder.finish(1)).close()


def test_a_book_without_a_policy_is_not_finished(tmp_path: Path) -> None:
    with BookBuilder(tmp_path) as builder, pytest.raises(BookError, match="policy"):
        builder.finish(1)
    assert list(tmp_path.iterdir()) == []


def test_an_abandoned_build_leaves_nothing(tmp_path: Path) -> None:
    builder = BookBuilder(tmp_path)
    builder.put("policy", "policy", encode(POLICY))
    builder.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_build_cut_by_the_power_is_no_book_and_the_next_build_overwrites_it(tmp_path: Path) -> None:
    cut = BookBuilder(tmp_path)
    cut.put("policy", "policy", encode(POLICY))
    assert Books(tmp_path).versions() == ()
    shutil.copyfile(tmp_path / "book.building", tmp_path / "book-9.db")
    with pytest.raises(StoreError):
        _open(tmp_path / "book-9.db")
    _open(build_book(tmp_path, 3)).close()
    cut._connection.close()


def test_an_unfinished_book_is_refused(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE book SET whole = 0")
    connection.close()
    with pytest.raises(BookError, match="not finished"):
        _open(path)


def test_a_book_cut_short_is_refused(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match=r"book-1\.db"):
        _open(path)


def test_a_book_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xa5" * (4096 * 3)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"book-1\.db"):
        _open(path)


def test_a_damaged_row_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE item SET payload = x'00'")
    connection.close()
    book = _open(path)
    with pytest.raises(BookError, match="damaged"):
        book.item("tea")
    book.close()


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 1000])
def test_what_is_no_book_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "book-1.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError):
        _open(path)


def test_a_newer_releases_book_is_refused(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("UPDATE format SET readable_since = 9")
    connection.close()
    with pytest.raises(NewerDatabaseError):
        _open(path)


def test_the_newest_whole_book_is_opened_and_the_damaged_one_named(tmp_path: Path) -> None:
    build_book(tmp_path, 4)
    (tmp_path / "book-5.db").write_bytes(b"half")
    (tmp_path / "book-x.db").write_bytes(b"not ours")
    book, passed = Books(tmp_path).open_newest()
    assert book.version == 4
    assert [("book-5.db" in str(error)) for error in passed] == [True]
    book.close()


def test_no_book_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="not brought one yet"):
        Books(tmp_path).open_newest()


def test_pruning_keeps_the_newest_two_and_the_pinned(tmp_path: Path) -> None:
    for version in (1, 2, 3, 10):
        build_book(tmp_path, version)
    books = Books(tmp_path)
    pinned = books.open(1)
    assert books.prune(pinned={1}) == (2,)
    assert books.versions() == (10, 3, 1)
    assert pinned.item("coffee") == COFFEE
    pinned.close()


def test_a_pruned_book_serves_whoever_has_it_open(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        build_book(tmp_path, version)
    pinned = Books(tmp_path).open(1)
    assert Books(tmp_path).prune() == (1,)
    assert pinned.by_plu("4011") == BANANA
    pinned.close()


def test_a_book_may_be_asked_from_several_threads(tmp_path: Path) -> None:
    items = [item(f"i{number}", {"en": f"Thing {number}"}, plu=str(4000 + number)) for number in range(600)]
    book = _open(build_book(tmp_path, 1, *items))
    found: list[bool] = []

    def ask() -> None:
        found.append(all(book.by_plu(one.plu or "") == one for one in items))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4
    book.close()


def test_an_offer_of_the_releases_before_the_engine_is_read_as_n_for_m(tmp_path: Path) -> None:
    old = b'{"offer_id":"three-for-two","item_ids":["tea"],"names":{"en":"3 for 2"},"buy":3,"pay":2}'
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.put("offer", OFFER.offer_id, old)
        book = _open(builder.finish(2))
    assert book.offers_for("tea") == (OFFER,)
    book.close()


@pytest.mark.parametrize(
    "offer",
    [
        Offer("all", Scope(), PercentOff(1000), {}, coupon="EID", layer="order"),
        Offer("drinks", Scope(departments=("drinks",)), PercentOffEach(500, 1, "cheapest"), {}),
        Offer("meal", Scope(), SetForPrice((Part(Scope(("tea",))), Part(Scope(("banana",)), 2)), 500), {}),
        Offer("set", Scope(("tea",)), DistinctSet(((2, 500), (3, 1000))), {}, spend_on=Scope(("banana",)), min_spend=5),
    ],
)
def test_every_offer_comes_back_as_it_was_and_is_found_by_what_it_touches(tmp_path: Path, offer: Offer) -> None:
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.put("item", "tea", encode(replace(TEA, department="drinks")))
        builder.delete("offer", OFFER.offer_id)
        builder.put("offer", offer.offer_id, encode(offer))
        book = _open(builder.finish(2))
    assert book.offers_for("tea") == (offer,)
    book.close()


@pytest.mark.parametrize(
    "payload",
    [
        b'{"offer_id":"x"}',
        b'{"offer_id":"x","scope":{},"effect":{"kind":"magic"},"names":{}}',
        b'{"effect":{"kind":"n_for_m","n":2,"m":1}}',
        b'{"offer_id":"x","scope":{},"effect":{"kind":"n_for_m","n":0,"m":0},"names":{}}',
        b'{"offer_id":"x","item_ids":["tea"],"names":{},"buy":0,"pay":0}',
    ],
)
def test_what_is_no_offer_is_refused(tmp_path: Path, payload: bytes) -> None:
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder, pytest.raises(BookRowError):
        builder.put("offer", "x", payload)


def test_an_offer_that_this_release_cannot_read_is_left_out_of_a_book_of_another(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    with sqlite3.connect(path) as connection:
        zero = "CAST(replace(CAST(payload AS TEXT), '\"n\":3', '\"n\":0') AS BLOB)"
        connection.execute(f"UPDATE other SET payload = {zero} WHERE kind = 'offer'")  # noqa: S608 - nobody's words
    connection.close()
    book = _open(path)
    assert (book.offers_for("tea"), book.item("tea")) == ((), TEA)
    book.close()


def test_a_book_of_the_release_before_is_read_until_the_next_feed(tmp_path: Path) -> None:
    path = build_book(tmp_path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE offer_item (item_id TEXT, offer_id TEXT)")
        connection.execute("INSERT INTO offer_item SELECT key, offer_id FROM offer_reach")
        connection.execute("DROP TABLE offer_reach")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    book = _open(path)
    assert (book.offers_for("tea"), book.offers_for("banana")) == ((OFFER,), ())
    book.close()
