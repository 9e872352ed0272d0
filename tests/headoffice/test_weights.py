"""Learned weights at head office: summed up once, told to the shops now and then, and never taught wrong."""

from __future__ import annotations

import dataclasses

import pytest

from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import Feed, change_of, item_of
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.weight_tables import PieceWeight
from headoffice.weights import LEAST, teach
from kiosk.checkout import events as e
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.piece_weights import MOST, Seen, learned
from tests.headoffice.pages import NOW
from tests.support.journals import JournalOf, as_message

COLA = Item("cola", {"en": "Cola 1 l"}, "drinks", "standard", Money(8_000, "BDT"), expected_grams=1_000)


@pytest.fixture
def feed(database: Database) -> Feed:
    feed = Feed(database, clock=lambda: NOW)
    feed.publish_changes([change_of("item", "cola", COLA)], by="retailer")
    return feed


def bagged(database: Database, *grams: int, item_id: str = "cola", kiosk: str = "lane-1") -> bytes:
    """A kiosk's journal tells of these pieces; the message, to be sent again."""
    journal = JournalOf(kiosk)
    journal.add(e.PiecesBagged(tuple(e.BaggedPiece(item_id, each) for each in grams)))
    message = as_message(journal)
    Ingest(database, clock=lambda: NOW).batch(message, kiosk)
    return message


def row(database: Database, item_id: str = "cola") -> PieceWeight | None:
    with database.read() as session:
        return session.get(PieceWeight, item_id)


def stands(database: Database) -> tuple[int | None, int | None]:
    with database.read() as session:
        item = item_of(session, "cola")
    assert item is not None
    return item.expected_grams, item.spread_grams


def test_pieces_of_all_lanes_are_summed_up_and_a_message_that_comes_again_counts_once(database: Database) -> None:
    message = bagged(database, 1_010, 1_020)
    bagged(database, 990, kiosk="lane-2")
    Ingest(database, clock=lambda: NOW).batch(message, "lane-1")
    found = row(database)
    assert found is not None
    squares = 1_010**2 + 1_020**2 + 990**2
    assert (found.count, found.grams, found.squares) == (3, 3_020, squares)


def test_the_shops_are_told_with_the_items_own_row_once_enough_was_seen(database: Database, feed: Feed) -> None:
    bagged(database, *[1_030] * (LEAST - 1))
    assert teach(database, now_ms=NOW) == 0
    bagged(database, 1_030, kiosk="lane-2")
    before = feed.head()
    assert teach(database, now_ms=NOW) == 1
    known = learned(1_000, 0, Seen(LEAST, LEAST * 1_030, LEAST * 1_030**2))
    assert stands(database) == (known.grams, known.spread)
    assert feed.head() == before + 1
    with database.read() as session:
        assert item_of(session, "cola") == dataclasses.replace(
            COLA, expected_grams=known.grams, spread_grams=known.spread
        )


def test_an_item_is_told_again_only_when_twice_as_much_was_seen(database: Database, feed: Feed) -> None:
    bagged(database, *[1_030] * LEAST)
    assert teach(database, now_ms=NOW) == 1
    head = feed.head()
    bagged(database, *[1_030] * (LEAST - 1), kiosk="lane-2")
    assert (teach(database, now_ms=NOW), feed.head()) == (0, head)
    bagged(database, 1_030, kiosk="lane-3")
    assert teach(database, now_ms=NOW) == 1


@pytest.mark.usefixtures("feed")
def test_the_retailers_weight_stays_the_prior_however_often_the_shops_are_told(database: Database) -> None:
    for number in range(6):
        bagged(database, *[1_400] * (LEAST * 2**number), kiosk=f"lane-{number}")
        teach(database, now_ms=NOW)
    assert stands(database)[0] == 1_120
    found = row(database)
    assert found is not None
    assert found.nominal == 1_000


def test_a_new_weight_of_the_retailers_begins_anew(database: Database, feed: Feed) -> None:
    bagged(database, *[1_030] * LEAST)
    teach(database, now_ms=NOW)
    feed.publish_changes([change_of("item", "cola", dataclasses.replace(COLA, expected_grams=1_500))], by="retailer")
    bagged(database, *[1_030] * LEAST, kiosk="lane-2")
    assert teach(database, now_ms=NOW) == 0
    found = row(database)
    assert found is not None
    assert (found.count, found.nominal, stands(database)[0]) == (0, 1_500, 1_500)


def test_an_item_without_a_weight_of_the_retailers_is_never_given_one(database: Database, feed: Feed) -> None:
    feed.publish_changes([change_of("item", "cola", dataclasses.replace(COLA, expected_grams=None))], by="retailer")
    bagged(database, *[1_030] * 20)
    bagged(database, *[30] * 20, item_id="nobody knows it", kiosk="lane-2")
    assert (teach(database, now_ms=NOW), stands(database)) == (0, (None, None))


@pytest.mark.usefixtures("feed")
def test_the_desk_teaches_now_and_then_unless_it_is_told_never_to(database: Database) -> None:
    bagged(database, *[1_030] * LEAST)
    Desk(database, clock=lambda: NOW, stock_every_seconds=0, teach_after=0).now_and_then()
    assert stands(database) == (1_000, None)
    replies = Desk(database, clock=lambda: NOW, stock_every_seconds=0).now_and_then()
    assert stands(database)[0] != 1_000
    assert all("head" in reply.topic for reply in replies)


@pytest.mark.usefixtures("feed")
@pytest.mark.parametrize(
    "grams",
    [[1] * 60, [30_000] * 100, [0, -5, 40_000], [1, 30_000] * 40, [1_000] * 3],
    ids=["light", "heavy", "impossible", "both", "few"],
)
def test_nothing_a_lane_sends_moves_an_item_further_than_it_may(database: Database, grams: list[int]) -> None:
    bagged(database, *grams)
    teach(database, now_ms=NOW, least=1)
    weight, spread = stands(database)
    assert weight is not None
    assert 880 <= weight <= 1_120
    assert spread is None or 10 <= spread <= 80
    found = row(database)
    assert found is None or found.count <= MOST + 60
