"""The feed only grows, says the same to the same question, and decodes at the kiosk."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from headoffice.database import Database
from headoffice.feed import Change, Feed, PriceReason, PriceRefusedError, change_of
from headoffice.feed_tables import BookItem, FeedRow, PriceChange
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import BusinessUnit, StockLevel
from headoffice.stock import publish_stirred
from kiosk.retail.item import Item, Recall
from kiosk.retail.money import Money
from messages import feed as wire
from tests.support.journals import JournalOf, as_message
from tests.support.ledgers import brief_database

NOW = 1_800_000_000_000
COLA = Item("cola", {"en": "Cola 1 l", "bn": "কোলা"}, "drinks", "standard", Money(8000, "BDT"), mrp=Money(8500, "BDT"))


def feed_of(database: Database, heard: list[int] | None = None) -> Feed:
    return Feed(database, clock=lambda: NOW, on_publish=(heard if heard is not None else []).append)


def told(feed: Feed, since: int, upto: int = 0) -> tuple[wire.FeedRow, ...]:
    chunks = feed.answer(wire.FeedRequest(correlation="c", store="dhk-1", since=since, upto=upto))
    return tuple(wire.gather({chunk.number: chunk for chunk in chunks}))


def test_a_publication_raises_the_version_and_is_heard_once(database: Database) -> None:
    heard: list[int] = []
    feed = feed_of(database, heard)
    assert feed.publish_changes([change_of("item", "cola", COLA)], by="test") == 1
    assert feed.publish_changes([change_of("item", "cola", COLA)], by="test") == 1
    assert (feed.head(), heard) == (1, [1])


def test_a_snapshot_leaves_out_what_was_taken_away_and_a_delta_says_so(database: Database) -> None:
    feed = feed_of(database)
    feed.publish_changes([change_of("item", "cola", COLA), Change("offer", "o1", b'{"x":1}')], by="test")
    feed.publish_changes([Change("offer", "o1", None)], by="test")
    assert [(row.kind, row.key) for row in told(feed, 0)] == [("item", "cola")]
    assert [(row.key, row.body) for row in told(feed, 2)] == [("o1", None)]
    with database.read() as session:
        assert session.scalars(select(BookItem.item_id)).all() == ["cola"]
    feed.publish_changes([Change("item", "cola", None)], by="test")
    with database.read() as session:
        assert not session.scalars(select(BookItem.item_id)).all()


def test_the_answer_begun_before_is_given_again_chunk_by_chunk_after_newer_changes(database: Database) -> None:
    feed = feed_of(database)
    rows = [Change("department", f"d{number}", b'{"n":%d}' % number) for number in range(1500)]
    head = feed.publish_changes(rows, by="test")
    request = wire.FeedRequest(correlation="c", store="dhk-1", since=0)
    first = feed.answer(request)
    assert len(first) == 2
    feed.publish_changes([Change("department", "d7", b'{"n":"new"}')], by="test")
    again = feed.answer(dataclass_with(request, upto=head, chunks=(2,)))
    assert again == first[1:]


def dataclass_with(request: wire.FeedRequest, **fields: object) -> wire.FeedRequest:
    return msgspec.structs.replace(request, **fields)


def test_a_kiosk_that_knows_more_than_head_office_gets_a_snapshot(database: Database) -> None:
    feed = feed_of(database)
    feed.publish_changes([change_of("item", "cola", COLA)], by="test")
    (chunk,) = feed.answer(wire.FeedRequest(correlation="c", store="dhk-1", since=99))
    assert (chunk.snapshot, chunk.from_version, chunk.to_version) == (True, 0, 1)


def test_a_price_change_goes_out_with_a_new_version_and_is_remembered(database: Database) -> None:
    heard: list[int] = []
    feed = feed_of(database, heard)
    feed.publish_changes([change_of("item", "cola", COLA)], by="seed")
    version = feed.change_price("cola", 7550, by="mita")
    assert heard == [1, version]
    (row,) = told(feed, 1)
    assert msgspec.json.decode(row.payload, type=Item) == dataclasses.replace(COLA, price=Money(7550, "BDT"))
    with database.read() as session:
        change = session.scalars(select(PriceChange)).one()
        assert (change.old, change.new, change.by, change.version) == (8000, 7550, "mita", version)
        assert session.scalar(select(BookItem.price)) == 7550
        assert session.get_one(FeedRow, version).by == "mita"


@pytest.mark.parametrize(
    ("item_id", "minor", "reason"),
    [
        ("cola", 0, PriceReason.NOT_POSITIVE),
        ("cola", 8501, PriceReason.ABOVE_MRP),
        ("cola", 10**15, PriceReason.TOO_HIGH),
        ("nothing", 100, PriceReason.UNKNOWN_ITEM),
    ],
)
def test_a_price_that_may_not_be_is_refused_and_changes_nothing(
    database: Database, item_id: str, minor: int, reason: PriceReason
) -> None:
    feed = feed_of(database)
    feed.publish_changes([change_of("item", "cola", COLA)], by="seed")
    with pytest.raises(PriceRefusedError) as caught:
        feed.change_price(item_id, minor, by="mita")
    assert (caught.value.reason, feed.head()) == (reason, 1)


def test_a_recall_goes_out_inside_the_items_row_and_is_lifted_again(database: Database) -> None:
    heard: list[int] = []
    feed = feed_of(database, heard)
    feed.publish_changes([change_of("item", "cola", COLA)], by="seed")
    recall = Recall(lots=("A7",))
    version = feed.recall("cola", recall, by="mita")
    (row,) = told(feed, 1)
    assert msgspec.json.decode(row.payload, type=Item) == dataclasses.replace(COLA, recall=recall)
    lifted = feed.recall("cola", None, by="mita")
    assert heard == [1, version, lifted]
    with pytest.raises(LookupError):
        feed.recall("nothing", recall, by="mita")


def test_moved_stock_is_told_with_how_far_each_kiosk_is_counted(database: Database) -> None:
    feed, journal = feed_of(database), JournalOf()
    with database.write() as session:
        session.add(StockLevel(item_id="cola", location="dhk-1", unit="each", on_hand=10))
    journal.sale()
    Ingest(database, clock=lambda: NOW).batch(as_message(journal))
    assert publish_stirred(database, feed) == 2
    rows = {row.key: msgspec.json.decode(row.payload) for row in told(feed, 0)}
    assert rows["dhk-1/cola"] == {
        "item_id": "cola",
        "location": "dhk-1",
        "on_hand": 8,
        "counted": {"lane-1": [1, len(journal.records)]},
    }
    assert publish_stirred(database, feed) == 0


def test_a_shop_s_stock_is_kept_under_its_location(database: Database) -> None:
    feed, journal = feed_of(database), JournalOf(store="dhanmondi")
    with database.write() as session:
        session.add(
            BusinessUnit(
                store="dhanmondi",
                location="store-1",
                names={},
                country="bd",
                currency="BDT",
                time_zone="UTC",
                sells=True,
            )
        )
        session.add(StockLevel(item_id="cola", location="store-1", unit="each", on_hand=10))
    journal.sale()
    Ingest(database, clock=lambda: NOW).batch(as_message(journal))
    publish_stirred(database, feed)
    rows = {row.key: msgspec.json.decode(row.payload) for row in told(feed, 0)}
    assert (rows["store-1/cola"]["on_hand"], list(rows["store-1/cola"]["counted"])) == (8, ["lane-1"])


keys = st.sampled_from(["a", "b", "c"])
publications = st.lists(
    st.lists(st.tuples(keys, st.one_of(st.none(), st.integers(0, 3))), max_size=5), min_size=1, max_size=6
)


@settings(max_examples=30)
@given(history=publications, cut=st.integers(0, 30))
def test_a_kiosk_that_follows_in_steps_holds_what_one_that_starts_anew_gets(
    history: list[list[tuple[str, int | None]]], cut: int
) -> None:
    with brief_database() as database:
        feed = feed_of(database)
        followed = followed_in_steps(feed, history, cut)
        assert followed == {row.key: row.body for row in told(feed, 0)}


def followed_in_steps(feed: Feed, history: list[list[tuple[str, int | None]]], cut: int) -> dict[str, bytes]:
    """Publish it all; what a kiosk holds that asks after each publication from ``cut`` on."""
    held: dict[str, bytes] = {}
    version = 0
    for number, publication in enumerate(history):
        rows = [Change("department", key, None if value is None else b'{"n":%d}' % value) for key, value in publication]
        feed.publish_changes(rows, by="test")
        if number >= cut and feed.head() > version:
            for row in told(feed, version):
                if row.body is None:
                    held.pop(row.key, None)
                else:
                    held[row.key] = row.body
            version = feed.head()
    for row in told(feed, version) if version else told(feed, 0):
        if row.body is None:
            held.pop(row.key, None)
        else:
            held[row.key] = row.body
    return held
