"""What is stored of the journals is posted to the ledger afterwards: in order, once, whatever stops it in between."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from headoffice.database import Database
from headoffice.ledger.follower import Follower
from headoffice.ledger.ingest import Ingest, Told
from headoffice.ledger.letters import Letter
from headoffice.ledger.tables import (
    DeadLetter,
    Epoch,
    JournalRecord,
    OpenBasket,
    PostedSpan,
    StockLevel,
    Transaction,
    Workstation,
)
from headoffice.ledger.weight_tables import PieceWeight
from kiosk.checkout import events
from kiosk.retail.piece_weights import MOST
from messages.journal import Acknowledgement
from tests.headoffice.test_ingest import ledger
from tests.support.full_disk import full_disk
from tests.support.journals import JournalOf, as_message, cola

NOW = 1_800_000_000_000


def stored(database: Database, *journals: JournalOf) -> None:
    """Stored and acknowledged, and not posted."""
    door = Ingest(database, clock=lambda: NOW)
    answers = door.take([Told(as_message(journal), journal.kiosk) for journal in journals])
    assert [answer.problem for answer in answers if isinstance(answer, Acknowledgement)] == [""] * len(journals)


def follower(database: Database) -> Follower:
    return Follower(database, clock=lambda: NOW)


def shopping(kiosk: str, workstation: str) -> JournalOf:
    """Three sales, one left basket, one open one."""
    journal = JournalOf(kiosk, workstation=workstation)
    for _ in range(3):
        journal.sale()
    left = journal.begin()
    journal.add(events.LineAdded(cola()))
    journal.add(events.TransactionVoided(left.uuid, "shopper", "left"))
    journal.add(events.PiecesBagged((events.BaggedPiece("cola", 1010), events.BaggedPiece("cola", 1020))))
    journal.begin()
    journal.add(events.LineAdded(cola()))
    return journal


def test_what_was_stored_and_not_posted_is_posted_by_the_next_who_comes(database: Database) -> None:
    journal = JournalOf()
    journal.sale()
    stored(database, journal)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 0
    assert follower(database).behind("lane-1")
    assert follower(database).catch_up() == len(journal.records)
    assert not follower(database).behind()
    with database.read() as session:
        assert session.scalars(select(Transaction.total)).all() == [26250]
        row = session.get_one(Epoch, ("lane-1", 1))
        assert row.posted == row.sequence == len(journal.records)


@pytest.mark.parametrize("at_most", [1, 2, 7, 1000])
def test_the_ledger_is_the_same_in_slices_of_any_size(database: Database, another: Database, at_most: int) -> None:
    lanes = [shopping("lane-1", "1"), shopping("lane-2", "2")]
    for one in (database, another):
        stored(one, *lanes)
    follower(database).catch_up()
    sliced = follower(another)
    while sliced.follow(at_most=at_most):
        pass
    assert ledger(another) == ledger(database)


def test_one_kiosk_can_be_followed_before_all_others(database: Database) -> None:
    stored(database, shopping("lane-1", "1"), shopping("lane-2", "2"))
    follower(database).catch_up("lane-2")
    with database.read() as session:
        assert set(session.scalars(select(Transaction.kiosk))) == {"lane-2"}
    assert follower(database).behind("lane-1")


def test_what_is_no_message_keeps_nothing_that_came_with_it_from_being_stored(database: Database) -> None:
    one, two = shopping("lane-1", "1"), shopping("lane-2", "2")
    door = Ingest(database, clock=lambda: NOW)
    answers = door.take([Told(b"{", "lane-3"), Told(as_message(two), "lane-2"), Told(as_message(one), "lane-1")])
    assert [type(answer) for answer in answers] == [Acknowledgement, Acknowledgement, Letter]
    with database.read() as session:
        assert session.scalars(select(DeadLetter.kiosk)).all() == ["lane-3"]


def test_only_the_last_acknowledgement_of_an_epoch_is_given(database: Database) -> None:
    journal = shopping("lane-1", "1")
    door = Ingest(database, clock=lambda: NOW)
    pieces = [Told(as_message(journal, journal.records[at : at + 5]), "lane-1") for at in range(0, 30, 5)]
    answers = door.take(pieces)
    assert [answer.sequence for answer in answers if isinstance(answer, Acknowledgement)] == [30]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JournalRecord)) == 30


def test_two_stories_in_one_go_are_found_as_if_they_had_come_apart(database: Database) -> None:
    journal, other = JournalOf(), JournalOf()
    journal.sale()
    other.sale([cola(quantity=9)])
    answers = Ingest(database, clock=lambda: NOW).take([Told(as_message(journal)), Told(as_message(other))])
    problems = [answer.problem for answer in answers if isinstance(answer, Acknowledgement)]
    assert problems[-1] == "chain"
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["fork"]


def test_a_full_disk_stops_the_ledger_and_what_was_acknowledged_stays(database: Database) -> None:
    journal = JournalOf()
    for _ in range(100):
        journal.sale()
    stored(database, journal)
    with full_disk(database), pytest.raises(OperationalError, match=r"full|No space left"):
        follower(database).catch_up()
    follower(database).catch_up()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 100


def test_spans_tell_in_which_order_the_ledger_followed(database: Database) -> None:
    lane = shopping("lane-1", "1")
    door, last = Ingest(database, clock=lambda: NOW), len(lane.records)
    door.batch(as_message(lane, lane.records[:10]))
    door.batch(as_message(lane, lane.records[10:]))
    with database.read() as session:
        spans = session.execute(select(PostedSpan.first, PostedSpan.last).order_by(PostedSpan.id))
        assert [tuple(span) for span in spans] == [(1, 10), (11, last)]


def test_an_item_of_which_enough_is_known_learns_no_more_whatever_the_slices(database: Database) -> None:
    journal = JournalOf()
    for count in (MOST - 1, 3):
        journal.add(events.PiecesBagged(tuple(events.BaggedPiece("cola", 1000 + step) for step in range(count))))
    stored(database, journal)
    slices = follower(database)
    while slices.follow(at_most=1):
        pass
    with database.read() as session:
        row = session.get_one(PieceWeight, "cola")
        assert (row.count, row.grams) == (MOST, sum(1000 + step for step in range(MOST - 1)) + 1000)


def test_stock_of_two_lanes_in_one_slice_falls_by_both(database: Database) -> None:
    stored(database, shopping("lane-1", "1"), shopping("lane-2", "2"))
    follower(database).catch_up()
    with database.read() as session:
        levels = {row.item_id: row.on_hand for row in session.scalars(select(StockLevel))}
        assert levels == {"cola": -12, "banana": -7500}
        assert session.scalar(select(func.count()).select_from(OpenBasket)) == 2
        assert session.get_one(Workstation, ("dhk-1", "2")).last_number == 5
