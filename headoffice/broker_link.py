"""The link to the broker: journals in, acknowledgements and answers out, the feed down.

paho's callbacks only put what comes into a queue; one worker thread does the database and publishes. A callback that
raised would end paho's thread while the client still says it is connected, so every callback is wrapped and the worker
watches that thread and starts it again should it end. The queue is bounded: what does not fit is let
go, for every kiosk sends again until it is acknowledged. Questions go before journals: they have a deadline.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from headoffice.desk import Desk, Reply
from messages import topics

__all__ = ["BrokerLink", "BrokerSettings", "CertificateError"]

log = logging.getLogger(__name__)
P = ParamSpec("P")

_FILTERS = (
    topics.JOURNAL_FILTER,
    topics.FEED_FILTER,
    topics.ASK_FILTER,
    topics.FRAMES_FILTER,
    topics.STATE_FILTER,
    topics.TELEMETRY_FILTER,
)
_WINDOW = 100
_QUEUE = 2_000
_KEEPALIVE = 20
_TICK = 0.5
_FIRST, _LATER = 0, 1
_JOURNAL = "/up/journal"
_TOGETHER = 32
"""Batches stored in one database transaction: more would keep a question waiting."""


class CertificateError(Exception):
    """A certificate or key cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and what we show it. Without ``ca`` the link is plain: for tests on loopback only."""

    host: str
    port: int
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    client_id: str = "headoffice"
    share: str = ""
    """What the shares of head office's workers are called besides: known to all of them and to nobody else."""

    def tls(self) -> ssl.SSLContext | None:
        """Mutual TLS, at least 1.2. Raises ``CertificateError``."""
        if self.ca is None:
            return None
        for what, path in (("--ca", self.ca), ("--cert", self.cert), ("--key", self.key)):
            if path is None or not path.is_file():
                message = f"{what}: there is no file {path}"
                raise CertificateError(message)
        try:
            context = ssl.create_default_context(cafile=str(self.ca))
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(str(self.cert), str(self.key))
        except (ssl.SSLError, OSError) as error:
            message = f"the certificates do not serve: {error}"
            raise CertificateError(message) from error
        return context


@dataclass(order=True, slots=True)
class _Waiting:
    """Something for the worker, first things first, otherwise in the order of arrival."""

    urgency: int
    number: int
    deed: Callable[[], list[Reply]] | None = field(compare=False)
    journal: tuple[str, bytes] = field(default=("", b""), compare=False)
    """Topic and payload of a batch of records instead of a deed: those are stored many together."""


def _send_at_once(_client: Client, _data: object, line: object) -> None:
    """Small messages (acknowledgements) are not held back until earlier ones are confirmed."""
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _wrapped(callback: Callable[P, None]) -> Callable[P, None]:
    @functools.wraps(callback)
    def safe(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            callback(*arguments, **named)
        except Exception:
            log.exception("a callback of the broker link failed")

    return safe


class BrokerLink:
    """``start`` and ``stop`` are mirrors. ``trouble`` is a sentence for people while the link is down, else empty;
    ``refusal`` is one while the broker's access list refuses what we say, and ``refused`` counts how often it did.
    """

    def __init__(self, settings: BrokerSettings, desk: Desk) -> None:
        self._settings = settings
        self._desk = desk
        self._tls = settings.tls()
        self._filters = tuple(topics.shared_apart(name, settings.share) for name in _FILTERS)
        self._queue: queue.PriorityQueue[_Waiting] = queue.PriorityQueue(_QUEUE)
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None
        self._client = self._new_client()
        self.connected = False
        self.listening = False
        self.trouble = "not connected to the broker yet"
        self.let_go = 0
        self.refused = 0
        self.refusal = ""
        self._said: dict[int, str] = {}

    def start(self) -> None:
        """Begin; a broker that is not there yet is tried again until it is."""
        self._stopping.clear()
        self._client.connect_async(self._settings.host, self._settings.port, keepalive=_KEEPALIVE)
        self._run_network()
        self._worker = threading.Thread(target=self._work, name="ledger-worker", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """End: what is already being stored is finished, the rest comes again from the kiosks."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.join(timeout=10)
        self._client.disconnect()
        self._client.loop_stop()

    def feed_moved(self, _version: int) -> None:
        """The feed has a newer version: tell the shops. From any thread."""
        self._put(_FIRST, self._desk.heads)

    def say(self, reply: Reply) -> None:
        """Publish something that no message asked for. From any thread."""
        self._put(_FIRST, lambda: [reply])

    # --- paho's side -----------------------------------------------------------------------------------------------

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self._settings.client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        if self._tls is not None:
            client.tls_set_context(self._tls)
        client.max_inflight_messages_set(_WINDOW)
        client.reconnect_delay_set(1, 15)
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_connect_fail = self._on_connect_fail
        return client

    def _run_network(self) -> None:
        """Run in paho's own thread: with any other, ``publish`` writes to the TLS socket while that thread reads it."""
        self._client.loop_start()

    def _network_lives(self) -> bool:
        thread = self._client._thread  # noqa: SLF001 - paho tells nobody else that its thread has ended
        return thread is not None and thread.is_alive()

    def _down(self, trouble: str) -> None:
        if not self.trouble or self.connected:
            log.warning("%s", trouble)
        self.connected, self.listening, self.trouble = False, False, trouble

    @_wrapped
    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._down(f"the broker refused head office: {reason}")
            return
        self.connected, self.trouble, self.refusal = True, "", ""
        log.info("connected to the broker at %s:%s", self._settings.host, self._settings.port)
        client.subscribe([(each, 1) for each in self._filters])

    @_wrapped
    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        self._down(f"no broker answers at {self._settings.host}:{self._settings.port}")

    @_wrapped
    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _props: Properties | None
    ) -> None:
        self._down(f"the broker went away: {reason}")

    @_wrapped
    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [wanted for wanted, reason in zip(self._filters, reasons, strict=False) if reason.is_failure]
        if refused:
            self._down(f"the broker does not let head office listen to {', '.join(refused)}")
            return
        self.listening = True
        self._put(_FIRST, self._desk.heads)
        self._put(_LATER, self._desk.standings)

    @_wrapped
    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        topic = self._said.pop(mid, "")
        if reason.is_failure:
            self.refused += 1
            self._refuses(f"the broker refuses what head office says on {topic or 'a topic'}: {reason}")
        elif topic and f" {topic}:" in self.refusal:
            log.info("the broker takes what head office says on %s again", topic)
            self.refusal = ""

    def _refuses(self, refusal: str) -> None:
        """Told once: what was refused is said again when a kiosk asks again, or knows its place by then."""
        if not self.refusal:
            log.warning("%s", refusal)
            self.refusal = refusal

    @_wrapped
    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        if topic.endswith(_JOURNAL):
            self._put(_LATER, None, (topic, payload))
            return
        urgent = "/up/ask/" in topic
        self._put(_FIRST if urgent else _LATER, functools.partial(self._desk.handle, topic, payload))

    def _put(
        self, urgency: int, deed: Callable[[], list[Reply]] | None, journal: tuple[str, bytes] = ("", b"")
    ) -> None:
        try:
            self._queue.put_nowait(_Waiting(urgency, next(self._numbers), deed, journal))
        except queue.Full:
            self.let_go += 1
            if self.let_go == 1:
                log.warning("more comes than can be stored; kiosks will send it again")

    # --- the worker's side -----------------------------------------------------------------------------------------

    def _work(self) -> None:
        due, behind = time.monotonic(), True
        while not self._stopping.is_set():
            waiting = self._next(0 if behind else _TICK)
            if waiting is not None and waiting.deed is not None:
                self._do(waiting.deed)
            else:
                if waiting is not None:
                    self._store(waiting)
                behind = self._follow()
            if time.monotonic() >= due:
                due, behind = time.monotonic() + _TICK, True
                self._watch()
                self._do(self._desk.now_and_then)

    def _next(self, patience: float) -> _Waiting | None:
        try:
            return self._queue.get(timeout=patience) if patience else self._queue.get_nowait()
        except queue.Empty:
            return None

    def _store(self, first: _Waiting) -> None:
        """Store a batch and those that wait behind it in one go; whatever else waits among them is done after."""
        told, other = [first.journal], None
        while len(told) < _TOGETHER and (waiting := self._next(0)) is not None:
            if waiting.deed is not None:
                other = waiting
                break
            told.append(waiting.journal)
        self._do(functools.partial(self._desk.journals, told))
        if other is not None and other.deed is not None:
            self._do(other.deed)

    def _follow(self) -> bool:
        try:
            return self._desk.follow()
        except Exception:
            log.exception("the ledger could not follow; it will try again")
            return False

    def _do(self, deed: Callable[[], list[Reply]]) -> None:
        try:
            replies = deed()
        except Exception:
            log.exception("a message could not be handled; it will come again")
            return
        for reply in replies:
            self._publish(reply)

    def _publish(self, reply: Reply) -> None:
        if not self.connected:
            return  # a reply that waited for the broker would come too late: kiosks ask again
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it without types
        properties.ContentType = "application/cloudevents+json"
        if reply.correlation:
            properties.CorrelationData = reply.correlation.encode()
        if reply.expiry_seconds:
            properties.MessageExpiryInterval = reply.expiry_seconds
        told = self._client.publish(reply.topic, reply.payload, qos=1, retain=reply.retain, properties=properties)
        if told.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            log.warning("%s could not be published: %s", reply.topic, told.rc)
        else:
            self._said[told.mid] = reply.topic

    def _watch(self) -> None:
        if not self._network_lives() and not self._stopping.is_set():
            log.error("the broker link's loop ended; it is started again")
            self._down("the broker link is started again")
            self._client = self._new_client()
            self._client.connect_async(self._settings.host, self._settings.port, keepalive=_KEEPALIVE)
            self._run_network()
