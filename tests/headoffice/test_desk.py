"""A message in, the replies out: acknowledgements, answers, chunks, heads; and what is not understood is kept."""

from __future__ import annotations

import msgspec
from sqlalchemy import select, text

from headoffice.database import Database
from headoffice.desk import Desk, Reply
from headoffice.feed import Feed, change_of
from headoffice.insight import kiosks
from headoffice.keyed import keyed_hash
from headoffice.ledger.tables import BusinessUnit, DeadLetter, Kiosk, StockLevel
from kiosk.retail.book import Member
from messages import envelope, feed, topics
from messages.asks import LoyaltyAnswer, LoyaltyAsk, NumbersAnswer, NumbersAsk, StockAnswer, StockAsk
from messages.journal import Acknowledgement
from messages.state import KioskState
from messages.telemetry import Telemetry
from tests.support.full_disk import full_disk
from tests.support.journals import JournalOf, as_message
from tests.support.waiting import wait_until

NOW = 1_800_000_000_000
KEY = bytes(32)


def desk_of(database: Database) -> Desk:
    return Desk(database, clock=lambda: NOW)


def say(message: envelope.Message) -> bytes:
    return envelope.encode(message, source="kiosk/v1/lane-1")


def born(*, online: bool = True, epoch: int = 1, sequence: int = 5) -> KioskState:
    return KioskState(
        kiosk="lane-1",
        store="dhk-1",
        workstation="1",
        release="0.1.0",
        online=online,
        epoch=epoch,
        sequence=sequence,
        reason="" if online else "lost",
    )


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


def test_a_journal_is_acknowledged_on_its_own_kiosk_s_topic(database: Database) -> None:
    journal = JournalOf()
    reply = only(desk_of(database).handle(topics.journal_up("lane-1"), as_message(journal)))
    assert reply.topic == topics.acknowledgement_down("lane-1")
    assert envelope.decode(reply.payload, Acknowledgement).data.sequence == 1


def test_a_member_is_found_by_keyed_hash_and_a_stranger_is_nobody(database: Database) -> None:
    desk = desk_of(database)
    known = keyed_hash(KEY, "phone", "+8801712345678")
    desk.feed.publish_changes([change_of("member", known, Member("m-1", "gold"))], by="test")
    for hashed, expected in ((known, ("m-1", "gold")), (keyed_hash(KEY, "card", "+8801712345678"), ("", ""))):
        question = LoyaltyAsk(correlation="q7", keyed_hash=hashed)
        reply = only(desk.handle(topics.ask("lane-1", "loyalty"), say(question)))
        answer = envelope.decode(reply.payload, LoyaltyAnswer).data
        assert (answer.member_id, answer.tier) == expected
        assert (reply.topic, reply.correlation) == (topics.answer("lane-1", "loyalty"), "q7")
        assert 0 < reply.expiry_seconds < 60


def test_stock_is_told_of_the_asker_s_shop_first_and_then_where_the_most_lies(database: Database) -> None:
    with database.write() as session:
        for location, on_hand in (("dhk-1", 0), ("dhk-2", 4), ("ctg-1", 40), ("syl-1", -2)):
            session.add(StockLevel(item_id="cola", location=location, unit="each", on_hand=on_hand))
        names = {"en": "Mirpur"}
        session.add(
            BusinessUnit(
                store="s2", location="dhk-2", names=names, country="BD", currency="BDT", time_zone="Asia/Dhaka"
            )
        )
    desk = desk_of(database)
    ask = StockAsk(correlation="q9", item_id="cola", location="dhk-1")
    reply = only(desk.handle(topics.ask("lane-1", "stock"), say(ask)))
    answer = envelope.decode(reply.payload, StockAnswer).data
    assert [(place.location, place.on_hand, place.here) for place in answer.places] == [
        ("dhk-1", 0, True),
        ("ctg-1", 40, False),
        ("dhk-2", 4, False),
    ]
    assert answer.places[2].names == names
    assert (reply.topic, reply.correlation) == (topics.answer("lane-1", "stock"), "q9")


def test_a_new_epoch_is_told_the_lane_s_highest_numbers(database: Database) -> None:
    desk, journal = desk_of(database), JournalOf()
    journal.sale()
    desk.handle(topics.journal_up("lane-1"), as_message(journal))
    for workstation, expected in (("1", (1, 1, 1)), ("9", (0, 0, 0))):
        question = NumbersAsk(correlation="q", store="dhk-1", workstation=workstation, epoch=2)
        reply = only(desk.handle(topics.ask("lane-1", "numbers"), say(question)))
        answer = envelope.decode(reply.payload, NumbersAnswer).data
        assert (answer.series, answer.last_number, answer.last_legal) == expected


def test_a_journal_born_under_a_wrong_clock_is_the_newest_though_its_number_is_lower(database: Database) -> None:
    now = [NOW]
    desk = Desk(database, clock=lambda: now[0], stock_every_seconds=0)
    before, after = JournalOf(epoch=900), JournalOf(epoch=7)
    for journal in (before, after):
        now[0] += 1000
        journal.number = before.number
        journal.sale()
        desk.handle(topics.state("lane-1"), say(born(epoch=journal.epoch, sequence=len(journal.records) + 2)))
        reply = only(desk.handle(topics.journal_up("lane-1"), as_message(journal)))
        stored = envelope.decode(reply.payload, Acknowledgement).data
        assert (stored.epoch, stored.sequence, stored.problem) == (journal.epoch, len(journal.records), "")
    desk.handle(topics.telemetry_up("lane-1"), say(Telemetry(kiosk="lane-1", uptime_ms=1, waiting=4, feed_version=1)))
    standing = desk.ingest.standing("lane-1")
    assert standing is not None
    assert standing.epoch == 7
    with database.read() as session:
        (seen,) = kiosks(session)
        assert (seen.row.told_epoch, seen.unsynced, seen.stored) == (7, 4, len(after.records))
        assert session.scalar(text('SELECT count(*) FROM "sale"')) == 2
    desk.now_and_then()
    with database.read() as session:
        told = [msgspec.json.decode(row) for row in session.scalars(text("SELECT payload FROM feed_row"))]
    assert all(row["counted"]["lane-1"] == [7, len(after.records)] for row in told if "counted" in row)
    question = NumbersAsk(correlation="q", store="dhk-1", workstation="1", epoch=5)
    reply = only(desk.handle(topics.ask("lane-1", "numbers"), say(question)))
    assert envelope.decode(reply.payload, NumbersAnswer).data.last_number == 2


def test_the_feed_is_answered_in_chunks_with_the_asker_s_correlation(database: Database) -> None:
    desk = desk_of(database)
    desk.feed.publish_changes([change_of("member", "h", Member("m-1", "gold"))], by="test")
    request = feed.FeedRequest(correlation="f1", store="dhk-1", since=0)
    reply = only(desk.handle(topics.feed_up("lane-1"), say(request)))
    chunk = envelope.decode(reply.payload, feed.FeedChunk).data
    assert (reply.topic, reply.correlation, chunk.correlation) == (topics.feed_down("lane-1"), "f1", "f1")


def test_a_kiosk_is_born_feels_and_dies(database: Database) -> None:
    desk = desk_of(database)
    desk.handle(topics.state("lane-1"), say(born()))
    desk.handle(topics.telemetry_up("lane-1"), say(Telemetry(kiosk="lane-1", uptime_ms=1, waiting=7, feed_version=3)))
    with database.read() as session:
        row = session.get_one(Kiosk, "lane-1")
        assert (row.online, row.told_sequence, row.feed_version, row.last_seen_ms) == (True, 5, 3, NOW)
    desk.handle(topics.state("lane-1"), say(born(online=False, sequence=0)))
    with database.read() as session:
        row = session.get_one(Kiosk, "lane-1")
        assert (row.online, row.told_sequence) == (False, 5)


def test_heads_are_retained_for_every_shop_that_sells(database: Database) -> None:
    desk = desk_of(database)
    with database.write() as session:
        for store, sells in (("a", True), ("warehouse", False)):
            session.add(
                BusinessUnit(
                    store=store, location=store, names={}, country="bd", currency="BDT", time_zone="UTC", sells=sells
                )
            )
    desk.handle(topics.state("lane-1"), say(born()))
    desk.feed.publish_changes([change_of("member", "h", Member("m-1", "gold"))], by="test")
    replies = desk.heads()
    assert [(reply.topic, reply.retain) for reply in replies] == [
        (topics.feed_head("a"), True),
        (topics.feed_head("dhk-1"), True),
    ]
    assert envelope.decode(replies[0].payload, feed.FeedHead).data.version == 1


def test_connected_kiosks_are_told_again_what_is_stored(database: Database) -> None:
    desk = desk_of(database)
    desk.handle(topics.state("lane-1"), say(born()))
    desk.handle(topics.journal_up("lane-1"), as_message(JournalOf()))
    desk.handle(topics.journal_up("lane-2"), as_message(JournalOf("lane-2")))
    assert [reply.topic for reply in desk.standings()] == [topics.acknowledgement_down("lane-1")]


def test_what_is_not_understood_is_kept_and_not_answered(database: Database) -> None:
    desk = desk_of(database)
    for topic, payload in (
        (topics.journal_up("lane-1"), b"{"),
        (topics.state("lane-1"), b"\x00"),
        (topics.state("lane-2"), say(born())),
        ("kiosk/v1/lane-1/up/nothing", b"x"),
        (topics.ask("lane-1", "loyalty"), say(born())),
        (topics.twin_reported("lane-1"), b"{}"),
    ):
        assert desk.handle(topic, payload) == []
    with database.read() as session:
        assert sorted(session.scalars(select(DeadLetter.reason))) == [
            "bad_data",
            "bad_topic",
            "bad_topic",
            "malformed",
            "malformed",
            "unknown_type",
        ]
    assert desk.handle(topics.state("lane-1"), b"") == []


def test_a_full_disk_is_trouble_while_it_lasts_and_nothing_is_acknowledged(database: Database) -> None:
    heard: list[set[str]] = []
    desk = Desk(database, clock=lambda: NOW, on_change=heard.append)
    journal = JournalOf()
    for _ in range(100):
        journal.sale()
    with full_disk(database):
        assert desk.handle(topics.journal_up("lane-1"), as_message(journal)) == []
        desk.heads()
        assert "disk is full" in desk.trouble, "and a reading that goes well does not end it"
    reply = only(desk.handle(topics.journal_up("lane-1"), as_message(journal)))
    assert envelope.decode(reply.payload, Acknowledgement).data.sequence == len(journal.records)
    assert desk.trouble == ""


def test_stock_that_moved_goes_down_when_it_is_due(database: Database) -> None:
    desk = Desk(database, clock=lambda: NOW, stock_every_seconds=0)
    journal = JournalOf()
    journal.sale()
    desk.handle(topics.journal_up("lane-1"), as_message(journal))
    replies = desk.now_and_then()
    assert [reply.topic for reply in replies] == [topics.feed_head("dhk-1")]
    with database.read() as session:
        rows = session.execute(text("SELECT payload FROM feed_row WHERE kind = 'stock'")).scalars().all()
    assert {msgspec.json.decode(row)["on_hand"] for row in rows} == {-2, -1250}


def test_a_feed_that_moved_elsewhere_and_a_shop_that_is_new_are_told_without_being_asked(database: Database) -> None:
    desk = desk_of(database)
    assert desk.now_and_then() == []
    Feed(database, clock=lambda: NOW).publish_changes([change_of("member", "h", Member("m-1", "gold"))], by="elsewhere")
    desk.handle(topics.state("lane-1"), say(born()))
    reply = only(wait_until(desk.now_and_then, what="the head is told"))
    assert envelope.decode(reply.payload, feed.FeedHead).data == feed.FeedHead(store="dhk-1", version=1)
