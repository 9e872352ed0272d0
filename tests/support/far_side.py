"""A head office for tests of sync: the far side of every topic, with knobs for what can go wrong there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from messages import envelope, topics
from messages.asks import (
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    PaymentAnswer,
    PaymentAsk,
    PointsAnswer,
    PointsAsk,
)
from messages.envelope import Message
from messages.feed import FeedHead, FeedRequest, FeedRow, plan
from messages.journal import Acknowledgement, JournalBatch, JournalRecord, digest_of, genesis
from messages.state import KioskState
from messages.telemetry import Telemetry
from provisioning.authority import Credentials

__all__ = ["FarSide"]

_SUBSCRIPTIONS = (
    topics.JOURNAL_FILTER,
    topics.FEED_FILTER,
    topics.ASK_FILTER,
    topics.STATE_FILTER,
    topics.TELEMETRY_FILTER,
)


class FarSide:
    """Stores journals in order, answers asks, serves a feed. Its errors are kept and raised by ``close``.

    ``silent`` stores without acknowledging. ``deaf`` neither stores nor acknowledges. ``intercept`` is shown each
    batch and says which batches to take now instead (none, this one twice, earlier ones).
    """

    def __init__(self, port: int, credentials: Credentials) -> None:
        self.journal: dict[tuple[str, int], list[JournalRecord]] = {}
        self.batches: list[JournalBatch] = []
        self.requests: list[FeedRequest] = []
        self.states: list[KioskState] = []
        self.telemetry: list[Telemetry] = []
        self.refused: list[str] = []
        self.rows: list[FeedRow] = []
        self.version = 0
        self.members: dict[str, tuple[str, str]] = {}
        self.numbers = NumbersAnswer(correlation="")
        self.points = PointsAnswer(correlation="", request="", state="not_found")
        self.payment = PaymentAnswer(correlation="", request="", state="not_found")
        self.silent = self.deaf = self.mute = False
        self.lose_chunks: set[int] = set()
        self.intercept: Callable[[JournalBatch], list[JournalBatch]] = lambda batch: [batch]
        self._errors: list[Exception] = []
        self._ready = threading.Event()
        self._client = self._connect(port, credentials)

    def close(self) -> None:
        """Leave, and raise the first thing that went wrong here."""
        self._client.disconnect()
        self._client.loop_stop()
        if self._errors:
            raise self._errors[0]

    # --- what a test does --------------------------------------------------------------------------------------------

    def stored(self, kiosk: str, epoch: int) -> list[int]:
        """Sequences stored, in order."""
        return [record.sequence for record in self.journal.get((kiosk, epoch), [])]

    def acknowledge(self, kiosk: str, epoch: int, problem: str = "") -> None:
        """Say how far the journal is stored."""
        records = self.journal.get((kiosk, epoch), [])
        digest = records[-1].digest if records else genesis(kiosk, epoch).hex()
        word = Acknowledgement(
            kiosk=kiosk,
            epoch=epoch,
            sequence=len(records),
            digest=digest,
            problem="gap" if problem == "gap" else "",
        )
        self.say(topics.acknowledgement_down(kiosk), word)

    def offer(self, store: str, version: int, rows: list[FeedRow]) -> None:
        """A new feed version with these changes; the head is told."""
        self.rows += rows
        self.version = version
        self.say(topics.feed_head(store), FeedHead(store=store, version=version), retain=True)

    def say(self, topic: str, message: Message, *, retain: bool = False) -> None:
        """Publish."""
        self.say_raw(topic, envelope.encode(message, source="headoffice"), retain=retain)

    def say_raw(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish bytes that may be anything."""
        self._client.publish(topic, payload, 1, retain, Properties(PacketTypes.PUBLISH))  # type: ignore[no-untyped-call]

    # --- the wire ----------------------------------------------------------------------------------------------------

    def _connect(self, port: int, credentials: Credentials) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="headoffice-1", protocol=mqtt.MQTTv5)
        client.tls_set(str(credentials.authority), str(credentials.certificate), str(credentials.key))
        client.reconnect_delay_set(1, 1)
        client.on_connect = lambda _c, _u, _flags, _code, _p: self._subscribe(client)
        client.on_subscribe = lambda *_: self._ready.set()
        client.on_message = lambda _c, _u, message: self._received(message)
        client.on_publish = lambda _c, _u, _mid, code, _p: self.refused.append(str(code)) if code.value > 127 else None
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 600
        client.connect("127.0.0.1", port, clean_start=False, properties=properties)
        client.loop_start()
        if not self._ready.wait(10):
            message = "the far side could not connect"
            raise TimeoutError(message)
        return client

    @staticmethod
    def _subscribe(client: mqtt.Client) -> None:
        client.subscribe([(name, 1) for name in _SUBSCRIPTIONS])

    def _received(self, message: mqtt.MQTTMessage) -> None:
        try:
            self._answer(topics.parse(message.topic), bytes(message.payload))
        except Exception as fault:  # noqa: BLE001 - kept for the test's own thread
            self._errors.append(fault)

    def _answer(self, topic: topics.Topic, payload: bytes) -> None:
        if topic.channel == "journal":
            batch = envelope.decode(payload, JournalBatch).data
            self.batches.append(batch)
            if not self.deaf:
                for taken in self.intercept(batch):
                    self._store(taken)
        elif topic.channel == "feed_request":
            self._feed(topic.owner, envelope.decode(payload, FeedRequest).data)
        elif topic.channel == "ask" and not self.mute:
            self._ask(topic, payload)
        elif topic.channel == "state" and payload:
            self.states.append(envelope.decode(payload, KioskState).data)
        elif topic.channel == "telemetry":
            self.telemetry.append(envelope.decode(payload, Telemetry).data)

    def _store(self, batch: JournalBatch) -> None:
        epoch = batch.records[0].epoch
        stored = self.journal.setdefault((batch.kiosk, epoch), [])
        problem = ""
        for record in batch.records:
            if record.sequence == len(stored) + 1:
                previous = stored[-1].digest if stored else genesis(batch.kiosk, epoch).hex()
                assert record.previous == previous
                assert record.digest == digest_of(batch.kiosk, record)
                stored.append(record)
            elif record.sequence > len(stored):
                problem = "gap"
        if not self.silent:
            self.acknowledge(batch.kiosk, epoch, problem)

    def _feed(self, kiosk: str, request: FeedRequest) -> None:
        self.requests.append(request)
        snapshot = request.since == 0
        rows = [row for row in self.rows if row.version > request.since]
        if snapshot:
            latest: dict[Any, FeedRow] = {(row.kind, row.key): row for row in rows}
            rows = [row for row in latest.values() if row.body is not None]
        upto = request.upto or self.version
        chunks = plan(
            rows, correlation=request.correlation, from_version=request.since, to_version=upto, snapshot=snapshot
        )
        for chunk in chunks:
            wanted = not request.chunks or chunk.number in request.chunks
            if wanted and chunk.number in self.lose_chunks:
                self.lose_chunks.discard(chunk.number)
            elif wanted:
                self.say(topics.feed_down(kiosk), chunk)

    def _ask(self, topic: topics.Topic, payload: bytes) -> None:
        if topic.kind == "loyalty":
            asked = envelope.decode(payload, LoyaltyAsk).data
            member, tier = self.members.get(asked.keyed_hash, ("", ""))
            answer: Message = LoyaltyAnswer(correlation=asked.correlation, member_id=member, tier=tier)
            self.say(topics.answer(topic.owner, "loyalty"), answer)
        elif topic.kind == "points":
            wanted = envelope.decode(payload, PointsAsk).data
            held = msgspec.structs.replace(self.points, correlation=wanted.correlation, request=wanted.request)
            self.say(topics.answer(topic.owner, "points"), held)
        elif topic.kind == "payment":
            about = envelope.decode(payload, PaymentAsk).data
            answer = msgspec.structs.replace(self.payment, correlation=about.correlation, request=about.request)
            self.say(topics.answer(topic.owner, "payment"), answer)
        else:
            correlation = envelope.decode(payload, NumbersAsk).data.correlation
            answer = msgspec.structs.replace(self.numbers, correlation=correlation)
            self.say(topics.answer(topic.owner, "numbers"), answer)
