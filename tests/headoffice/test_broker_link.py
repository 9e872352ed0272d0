"""Head office on a real broker with mutual TLS: a journal up, its word down; and whatever ends is begun again."""

from __future__ import annotations

import functools
import queue
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import func, select

from headoffice.broker_link import BrokerLink, BrokerSettings, CertificateError
from headoffice.database import Database
from headoffice.desk import Desk, Reply
from headoffice.feed import Feed, change_of
from headoffice.ledger.tables import DeadLetter, JournalRecord, Kiosk, Transaction
from kiosk.retail.book import Member
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from messages import envelope, feed, topics
from messages.asks import LoyaltyAnswer, LoyaltyAsk
from messages.errors import MessageError
from messages.journal import Acknowledgement
from messages.state import KioskState
from tests.support.broker import Broker
from tests.support.independent import arguments, heard_by
from tests.support.journals import JournalOf, as_message
from tests.support.waiting import wait_until

NOW = 1_800_000_000_000
M = TypeVar("M", bound=envelope.Message)


class KioskEnd:
    """A kiosk's end of the wire: it says what it is told to say and keeps what it hears, by topic."""

    def __init__(self, broker: Broker, name: str = "lane-1") -> None:
        self.name = name
        self.heard: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        mine = broker.credentials(name)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{name}-sync", protocol=mqtt.MQTTv5)
        self._client.tls_set(str(mine.authority), str(mine.certificate), str(mine.key))
        self._client.reconnect_delay_set(1, 1)
        self._client.on_message = lambda _client, _data, message: self.heard.put(message)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(f"kiosk/v1/{name}/down/#", 1), ("store/v1/dhk-1/#", 1)]
        )
        ready: queue.Queue[None] = queue.Queue()
        self._client.on_subscribe = lambda *_: ready.put(None)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        ready.get(timeout=10)

    def say(self, topic: str, payload: bytes | envelope.Message, *, retain: bool = False) -> None:
        """Publish bytes or a message."""
        body = payload if isinstance(payload, bytes) else envelope.encode(payload, source=f"kiosk/v1/{self.name}")
        self._client.publish(topic, body, qos=1, retain=retain)

    def hear(self, kind: type[M], *, until: Callable[[M], bool] = lambda _: True) -> M:
        """The next message of this kind that ``until`` is content with; others are passed over."""
        while True:
            try:
                told = envelope.decode(bytes(self.heard.get(timeout=10).payload), kind).data
            except MessageError:
                continue
            if until(told):
                return told

    def heard_within_a_second(self, kind: type[M], *, until: Callable[[M], bool]) -> bool:
        """Whether such a message comes before a second of silence."""
        try:
            while True:
                payload = bytes(self.heard.get(timeout=1).payload)
                with suppress(MessageError):
                    if until(envelope.decode(payload, kind).data):
                        return True
        except queue.Empty:
            return False

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


@contextmanager
def office(broker: Broker, database: Database, kind: type[Desk] = Desk) -> Iterator[tuple[BrokerLink, Desk]]:
    """Head office, connected."""
    mine = broker.credentials("headoffice")
    desk = kind(database, clock=lambda: NOW)
    settings = BrokerSettings("127.0.0.1", broker.port, mine.authority, mine.certificate, mine.key, share="5ec2e7")
    link = BrokerLink(settings, desk)
    link.start()
    try:
        wait_until(lambda: link.listening, what="head office listens")
        yield link, desk
    finally:
        link.stop()


@pytest.fixture
def kiosk(broker: Broker) -> Iterator[KioskEnd]:
    end = KioskEnd(broker)
    yield end
    end.close()


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(JournalRecord)) or 0


def born() -> KioskState:
    return KioskState(kiosk="lane-1", store="dhk-1", workstation="1", release="0.1.0", online=True)


def test_a_sale_goes_up_and_its_acknowledgement_comes_down(broker: Broker, database: Database, kiosk: KioskEnd) -> None:
    journal = JournalOf()
    sale = journal.sale()
    with office(broker, database):
        kiosk.say(topics.state("lane-1"), born(), retain=True)
        kiosk.say(topics.journal_up("lane-1"), as_message(journal))
        told = kiosk.hear(Acknowledgement)
    assert (told.sequence, told.digest) == (len(journal.records), journal.records[-1].digest)
    with database.read() as session:
        assert session.get_one(Transaction, sale.transaction.uuid).total == 26250
        assert session.get_one(Kiosk, "lane-1").store == "dhk-1"


def test_a_price_changed_at_head_office_is_told_to_the_shop_and_fetched(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    with office(broker, database) as (link, desk):
        kiosk.say(topics.state("lane-1"), born(), retain=True)
        wait_until(lambda: desk.registry.stores() == ["dhk-1"], what="the kiosk is known")
        pages = Feed(database, clock=lambda: NOW, on_publish=link.feed_moved)
        item = Item("cola", {"en": "Cola"}, "drinks", "standard", Money(8000, "BDT"))
        pages.publish_changes([change_of("item", "cola", item)], by="seed")
        kiosk.hear(feed.FeedHead, until=lambda head: head.version == 1)
        version = pages.change_price("cola", 7500, by="mita")
        head = kiosk.hear(feed.FeedHead, until=lambda head: head.version > 1)
        assert head == feed.FeedHead(store="dhk-1", version=version)
        kiosk.say(topics.feed_up("lane-1"), feed.FeedRequest(correlation="f", store="dhk-1", since=1))
        chunk = kiosk.hear(feed.FeedChunk)
    (row,) = feed.unpack(chunk.rows)
    assert (row.key, row.version, b'"minor":7500' in (row.body or b"")) == ("cola", version, True)


def test_a_question_is_answered_within_its_deadline_behind_a_heap_of_journals(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    journal = JournalOf()
    for _ in range(20):
        journal.sale()
    with office(broker, database) as (_link, desk):
        desk.feed.publish_changes([change_of("member", "h", Member("m-1", "gold"))], by="test")
        for first in range(0, len(journal.records), 5):
            kiosk.say(topics.journal_up("lane-1"), as_message(journal, journal.records[first : first + 5]))
        kiosk.say(topics.ask("lane-1", "loyalty"), LoyaltyAsk(correlation="q", keyed_hash="h"))
        assert kiosk.hear(LoyaltyAnswer).member_id == "m-1"


def test_a_broker_that_is_killed_is_found_again_and_nothing_is_doubled(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    journal = JournalOf()
    journal.sale()
    with office(broker, database) as (link, _desk):
        kiosk.say(topics.journal_up("lane-1"), as_message(journal))
        kiosk.hear(Acknowledgement)
        broker.kill()
        wait_until(lambda: not link.connected and link.trouble, what="head office notices")
        broker.start()
        wait_until(lambda: link.listening, timeout=30, what="head office is back")
        journal.sale()

        def again() -> bool:
            kiosk.say(topics.journal_up("lane-1"), as_message(journal))
            return kiosk.heard_within_a_second(
                Acknowledgement, until=lambda told: told.sequence == len(journal.records)
            )

        wait_until(again, timeout=30, what="the second sale is acknowledged")
    assert stored(database) == len(journal.records)
    assert link.trouble


def test_a_head_office_that_comes_back_takes_what_is_sent_again_once(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    journal = JournalOf()
    journal.sale()
    kiosk.say(topics.state("lane-1"), born(), retain=True)
    with office(broker, database):
        kiosk.say(topics.journal_up("lane-1"), as_message(journal))
        kiosk.hear(Acknowledgement)
    with office(broker, database):
        assert kiosk.hear(Acknowledgement).sequence == len(journal.records), "told again by itself"
        kiosk.say(topics.journal_up("lane-1"), as_message(journal))
        kiosk.hear(Acknowledgement)
    assert stored(database) == len(journal.records)


def test_a_loop_that_ends_is_started_again(broker: Broker, database: Database, kiosk: KioskEnd) -> None:
    with office(broker, database) as (link, _desk):
        ended = link._client
        ended.disconnect()
        wait_until(lambda: link._client is not ended and link.listening, what="the loop is started again")
        kiosk.say(topics.journal_up("lane-1"), as_message(JournalOf()))
        assert kiosk.hear(Acknowledgement).sequence == 1


class BreakableDesk(Desk):
    """Breaks on the word that asks for it, as a defect would."""

    def handle(self, topic: str, payload: bytes) -> list[Reply]:
        """Or do as the desk does."""
        if payload == b"break":
            raise ZeroDivisionError
        return super().handle(topic, payload)


def test_a_message_that_breaks_a_handler_does_not_end_the_worker(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    with office(broker, database, BreakableDesk):
        kiosk.say(topics.journal_up("lane-1"), b"break")
        kiosk.say(topics.journal_up("lane-1"), as_message(JournalOf()))
        assert kiosk.hear(Acknowledgement).sequence == 1


@pytest.mark.parametrize("missing", ["authority", "certificate", "key"])
def test_a_missing_or_wrong_certificate_is_named(broker: Broker, tmp_path: Path, missing: str) -> None:
    mine = broker.credentials("headoffice")
    files = {"authority": mine.authority, "certificate": mine.certificate, "key": mine.key}

    def with_this(path: Path) -> BrokerSettings:
        given = files | {missing: path}
        return BrokerSettings("h", 1, given["authority"], given["certificate"], given["key"])

    with pytest.raises(CertificateError, match=r"gone\.pem"):
        with_this(tmp_path / "gone.pem").tls()
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    with pytest.raises(CertificateError, match="do not serve"):
        with_this(wrong).tls()


def test_a_small_message_is_not_held_back_until_the_one_before_it_is_confirmed(
    broker: Broker, database: Database
) -> None:
    with office(broker, database) as (link, _desk):
        line = link._client.socket()

        assert isinstance(line, socket.socket)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_kiosk_that_joins_the_shares_it_can_guess_takes_no_journal_from_head_office(
    broker: Broker, database: Database, kiosk: KioskEnd
) -> None:
    guesses = (topics.JOURNAL_FILTER, topics.FEED_FILTER, topics.ASK_FILTER, "$share/ingest-/kiosk/v1/+/up/journal")
    thief = broker.credentials("lane-9")
    line = arguments(broker.port, thief, thief.authority)
    with heard_by(line, *guesses, "store/v1/dhk-1/feed/head") as spy, office(broker, database) as (link, _desk):
        head = envelope.encode(feed.FeedHead(store="dhk-1", version=1), source="headoffice")
        link.say(Reply(topics.feed_head("dhk-1"), head, retain=True))
        spy.until(head.decode())
        for number in range(10):
            journal = JournalOf(f"lane-1-{number}")
            kiosk.say(topics.journal_up("lane-1"), as_message(journal))
        wait_until(lambda: len(letters_of(database)) == 10, what="each of ten messages at head office")
        spy.process.kill()
        assert spy.rest() == []


def letters_of(database: Database) -> list[str]:
    """The journals of strangers that came on lane 1's topic."""
    with database.read() as session:
        return list(session.scalars(select(DeadLetter.detail)))


def test_what_the_broker_refuses_head_office_is_told_once_and_counted_and_what_came_is_kept(
    broker: Broker, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    rules = broker.access.read_text(encoding="utf-8")
    allowed = "topic write kiosk/v1/+/down/ack\n"
    assert allowed in rules
    broker.start_again_with(rules.replace(allowed, ""))
    journal, kiosk = as_message(JournalOf()), KioskEnd(broker)
    with (
        closing(kiosk),
        office(broker, database) as (link, _desk),
        caplog.at_level("WARNING", "headoffice.broker_link"),
    ):
        for refused in (1, 2, 3):
            kiosk.say(topics.journal_up("lane-1"), journal)
            wait_until(functools.partial(lambda wanted: link.refused == wanted, refused), what="another refusal")
        assert stored(database) == 1, "what came is kept all the same"
        assert "down/ack: Not authorized" in link.refusal
        assert len([line for line in caplog.messages if "the broker refuses" in line]) == 1
        link.say(Reply("not/ours", b""))
        wait_until(lambda: link.refused == 4, what="another refusal")
        assert "down/ack" in link.refusal, "the first stands until it is over"
        broker.reads_soon(rules)

        def taken() -> bool:
            kiosk.say(topics.journal_up("lane-1"), journal)
            return not link.refusal

        wait_until(taken, what="the refusal is over")
        assert kiosk.hear(Acknowledgement).sequence == 1
