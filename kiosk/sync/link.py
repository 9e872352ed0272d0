"""One MQTT 5 connection over mutual TLS, kept up for ever.

paho-mqtt's client runs its own thread; everything that happens there is handed to the asyncio loop, so that the rest
of sync is single-threaded. Each attempt to connect gets a new client: what an earlier one still held in memory is
forgotten, because the journal, not the client, is the queue. A client whose thread has died (paho then goes on
saying it is connected) is noticed within a second and replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt import MQTTException
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.sync.faults import Faults
from kiosk.sync.settings import BrokerSettings, Timing

__all__ = ["WINDOW", "Incoming", "Link", "LinkLostError", "Listener", "Will"]

WINDOW = 100
"""Messages handed to the broker and not yet acknowledged by it: measured as fast as more, at any round trip."""

_MAXIMUM_PACKET = 1_114_112
_ANSWER_SECONDS = 10.0
_WATCH_SECONDS = 1.0
_SETTLED_SECONDS = 30.0
_FAREWELL_SECONDS = 2.0
_REFUSED = 128
_FAULT = "broker link"


class LinkLostError(Exception):
    """There is no connection, or no longer; the text says why."""


class Incoming(NamedTuple):
    """A message as it came."""

    topic: str
    payload: bytes
    retained: bool


class Will(NamedTuple):
    """What the broker tells the world when we are gone without a word: retained, after ``delay_s``."""

    topic: str
    payload: bytes
    delay_s: int


class Listener(Protocol):
    """Told on the asyncio loop. What it raises is logged and goes no further."""

    def connected(self) -> None:
        """Connected and subscribed."""

    def disconnected(self) -> None:
        """Not connected any more; told once for each ``connected``."""

    def received(self, message: Incoming) -> None:
        """A message came."""

    def room(self) -> None:
        """The broker took a message: there is room in the window again."""


class _Session:
    """One client's life: what its thread reports, as futures of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.answered: asyncio.Future[ReasonCode] = loop.create_future()
        self.subscribed: asyncio.Future[Sequence[ReasonCode]] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()

    async def first(self, wanted: asyncio.Future[Any]) -> None:
        """Until ``wanted`` is here. Raises ``LinkLostError`` when the connection goes, or nothing comes in time."""
        done, _ = await asyncio.wait({wanted, self.lost}, timeout=_ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if wanted not in done:
            raise LinkLostError(self.lost.result() if self.lost.done() else "the broker does not answer")


def _settle(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho ships this one untyped


def _send_at_once(_client: mqtt.Client, _userdata: object, line: object) -> None:
    """Small messages are not held back until earlier ones are confirmed: 80 ms of a round trip otherwise."""
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _loop_lives(client: mqtt.Client) -> bool:
    thread = client._thread  # noqa: SLF001 - paho has no other way to tell that its loop has died
    return thread is not None and thread.is_alive()


class Link:
    """Connects, subscribes, keeps watch, connects again with growing, jittered pauses."""

    def __init__(
        self,
        broker: BrokerSettings,
        timing: Timing,
        *,
        client_id: str,
        filters: Sequence[str],
        will: Will,
        listener: Listener,
        faults: Faults,
        log: logging.Logger,
    ) -> None:
        self._broker = broker
        self._timing = timing
        self._client_id = client_id
        self._filters = tuple(filters)
        self._will = will
        self._listener = listener
        self._faults = faults
        self._log = log
        self._live: mqtt.Client | None = None
        self._current: mqtt.Client | None = None
        self._early: list[Incoming] = []
        self._unsettled: dict[int, str] = {}
        self.refused = 0
        """Messages that the broker's access list refused since sync began."""
        self._all_settled = asyncio.Event()
        self._chance = secrets.SystemRandom()

    @property
    def online(self) -> bool:
        """Connected and subscribed."""
        return self._live is not None

    @property
    def unsettled(self) -> int:
        """Messages the broker has not acknowledged yet."""
        return len(self._unsettled)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_s: int = 0,
        response_topic: str = "",
        correlation: bytes = b"",
    ) -> bool:
        """Hand a message to the broker. ``False``: not connected, or no room in the window; nothing was sent."""
        client = self._live
        if client is None or (qos and len(self._unsettled) >= WINDOW):
            return False
        properties = _properties(PacketTypes.PUBLISH)
        if payload:
            properties.ContentType = "application/cloudevents+json"
        if expiry_s:
            properties.MessageExpiryInterval = expiry_s
        if response_topic:
            properties.ResponseTopic = response_topic
            properties.CorrelationData = correlation
        info = client.publish(topic, payload, qos, retain, properties)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            return False
        if qos:
            self._unsettled[info.mid] = topic
        return True

    async def run(self) -> None:
        """For ever; end it by cancelling, which disconnects in good order."""
        attempt = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._session()
            except (LinkLostError, MQTTException, OSError, ValueError) as fault:
                self._faults.begin(_FAULT, str(fault) or type(fault).__name__)
            settled = asyncio.get_running_loop().time() - began > _SETTLED_SECONDS
            attempt = 0 if settled else min(attempt + 1, 20)
            pause = min(self._timing.longest_ms, self._timing.reconnect_ms * 2**attempt) / 1000
            await asyncio.sleep(pause * self._chance.uniform(0.5, 1.0))

    async def say_last(self, topic: str, payload: bytes) -> None:
        """Publish a retained farewell and wait, briefly, until the broker has it."""
        if not self.publish(topic, payload, retain=True):
            return
        self._all_settled.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._all_settled.wait()

    async def _session(self) -> None:
        session = _Session(asyncio.get_running_loop())
        client = self._client(session)
        self._current, self._early = client, []
        try:
            await asyncio.to_thread(self._connect, client)
            client.loop_start()
            await session.first(session.answered)
            self._accept([session.answered.result()], "this kiosk")
            client.subscribe([(name, SubscribeOptions(qos=1)) for name in self._filters])
            await session.first(session.subscribed)
            self._accept(session.subscribed.result(), "a subscription")
            self._go_live(client)
            await self._watch(client, session)
        finally:
            was_live = self._live is not None
            self._live = self._current = None
            self._unsettled.clear()
            if was_live:
                self._tell(self._listener.disconnected)
            await self._shut(client, session)

    def _go_live(self, client: mqtt.Client) -> None:
        """Messages may come before the subscription is answered: they are told after ``connected``."""
        early, self._early = self._early, []
        self._live = client
        self._faults.end(_FAULT)
        self._tell(self._listener.connected)
        for message in early:
            self._tell(self._listener.received, message)

    @staticmethod
    def _accept(codes: Sequence[ReasonCode], what: str) -> None:
        refused = [str(code) for code in codes if code.value >= _REFUSED]
        if refused:
            message = f"the broker refuses {what}: {refused[0]}"
            raise LinkLostError(message)

    @staticmethod
    async def _watch(client: mqtt.Client, session: _Session) -> None:
        while _loop_lives(client):
            await asyncio.wait({session.lost}, timeout=_WATCH_SECONDS)
            if session.lost.done():
                raise LinkLostError(session.lost.result())
        message = "the network thread has died"
        raise LinkLostError(message)

    @staticmethod
    async def _shut(client: mqtt.Client, session: _Session) -> None:
        """Say goodbye; cut the line if the goodbye does not get out; wait for the thread."""
        client.disconnect()
        if _loop_lives(client):
            await asyncio.wait({session.lost}, timeout=_FAREWELL_SECONDS)
        line = client.socket()
        if isinstance(line, socket.socket):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        await asyncio.to_thread(client.loop_stop)

    def _connect(self, client: mqtt.Client) -> None:
        """Blocks for the handshakes; runs in a thread of its own."""
        broker = self._broker
        context = ssl.create_default_context(cafile=broker.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(broker.certificate, broker.key)
        client.tls_set_context(context)
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._timing.session_s
        properties.ReceiveMaximum = WINDOW
        properties.MaximumPacketSize = _MAXIMUM_PACKET
        client.connect(broker.host, broker.port, keepalive=broker.keepalive_s, clean_start=False, properties=properties)

    def _client(self, session: _Session) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(WINDOW)
        properties = _properties(PacketTypes.WILLMESSAGE)
        properties.WillDelayInterval = self._will.delay_s
        properties.ContentType = "application/cloudevents+json"
        client.will_set(self._will.topic, self._will.payload, qos=1, retain=True, properties=properties)
        client.on_socket_open = _send_at_once
        wrap = _Handover(session.loop, self._log).wrap
        client.on_connect = wrap(lambda _c, _u, _flags, code, _p: _settle(session.answered, code))
        client.on_subscribe = wrap(lambda _c, _u, _mid, codes, _p: _settle(session.subscribed, codes))
        client.on_disconnect = wrap(lambda _c, _u, _flags, code, _p: _settle(session.lost, f"connection lost: {code}"))
        client.on_publish = wrap(lambda whose, _u, mid, code, _p: self._published(whose, mid, code))
        client.on_message = wrap(lambda whose, _u, message: self._message(whose, message))
        return client

    def _published(self, client: mqtt.Client, mid: int, code: ReasonCode) -> None:
        if client is not self._live:
            return
        topic = self._unsettled.pop(mid, None)
        if not self._unsettled:
            self._all_settled.set()
        if topic is None:
            return
        if code.value >= _REFUSED:
            self.refused += 1
            self._faults.begin(f"publishing on {topic}", f"the broker refuses it: {code}")
        else:
            self._faults.end(f"publishing on {topic}")
        self._tell(self._listener.room)

    def _message(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        incoming = Incoming(message.topic, bytes(message.payload), message.retain)
        if client is self._live:
            self._tell(self._listener.received, incoming)
        elif client is self._current:
            self._early.append(incoming)

    def _tell(self, told: Callable[..., None], *values: object) -> None:
        try:
            told(*values)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and must not end the link
            self._log.exception("%s failed; sync goes on", getattr(told, "__qualname__", told))


class _Handover:
    """From paho's thread to the loop. A callback of ours can raise nothing into paho's thread, which it would end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, log: logging.Logger) -> None:
        self._loop = loop
        self._log = log

    def wrap(self, told: Callable[..., None]) -> Callable[..., None]:
        """``told`` will run on the loop, soon, with whatever paho passes."""

        def handed(*values: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is there to be told
                self._loop.call_soon_threadsafe(self._run, told, values)

        return handed

    def _run(self, told: Callable[..., None], values: tuple[object, ...]) -> None:
        try:
            told(*values)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and must not end the link
            self._log.exception("a callback of the broker link failed; the link goes on")
