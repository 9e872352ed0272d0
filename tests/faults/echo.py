"""An echo on the broker: what kiosks and head office once said is said again, late, twice and in another order.

A client of its own that the access list of this one broker lets speak in everybody's name: on the way of a message
nothing else can repeat it, for all of it is TLS.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Sequence

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.store.chain import RawRecord
from messages import envelope, topics
from messages.journal import JournalBatch, JournalRecord
from tests.support.broker import Broker

__all__ = ["NAME", "RULES", "Echo", "pieces_of"]

NAME = "echo"
RULES = f"\nuser {NAME}\ntopic readwrite kiosk/v1/#\n"
"""What this broker's access list says besides."""
_HEARD = ("+/up/journal", "+/down/ack", "+/down/feed")
_KEPT = 400
_MOST_IN_A_PIECE = 4


class Echo:
    """Hears journals, acknowledgements and the feed. ``close`` ends it."""

    def __init__(self, broker: Broker) -> None:
        self._heard: deque[tuple[str, bytes]] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=NAME, protocol=mqtt.MQTTv5)
        shown = broker.credentials(NAME)
        self._client.tls_set(str(shown.authority), str(shown.certificate), str(shown.key))
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(f"kiosk/v1/{each}", SubscribeOptions(qos=1, noLocal=True)) for each in _HEARD]
        )
        self._client.on_message = self._hear
        self._client.connect_async("127.0.0.1", broker.port)
        self._client.loop_start()
        self.said = 0

    def close(self) -> None:
        """Fall silent."""
        self._client.disconnect()
        self._client.loop_stop()

    def again(self, chance: random.Random, most: int) -> None:
        """Say some of what was heard again, old and new, each twice, in another order."""
        with self._lock:
            heard = list(self._heard)
        told = 2 * chance.sample(heard, min(most, len(heard)))
        chance.shuffle(told)
        self._say(told)

    def ahead(self, chance: random.Random, name: str, batches: Sequence[bytes]) -> None:
        """Tell a kiosk's journal, perhaps before the kiosk does, and in another order."""
        told = [(topics.journal_up(name), each) for each in batches]
        chance.shuffle(told)
        self._say(told)

    def _say(self, told: Sequence[tuple[str, bytes]]) -> None:
        if not self._client.is_connected():
            return
        for topic, payload in told:
            self._client.publish(topic, payload, qos=1)
            self.said += 1

    def _hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self._heard.append((message.topic, bytes(message.payload)))


def pieces_of(
    records: Sequence[RawRecord], chance: random.Random, *, kiosk: str, place: tuple[str, str]
) -> list[bytes]:
    """Records as messages of ``up/journal``, a few in each. ``place``: store and workstation."""
    told, pieces = list(records), list[bytes]()
    while told:
        count = chance.randint(1, _MOST_IN_A_PIECE)
        some, told = told[:count], told[count:]
        batch = JournalBatch(
            kiosk=kiosk,
            store=place[0],
            workstation=place[1],
            records=tuple(
                JournalRecord(
                    each.epoch,
                    each.sequence,
                    each.utc_ms,
                    each.kind,
                    msgspec.Raw(each.payload),
                    each.previous.hex(),
                    each.digest.hex(),
                )
                for each in some
            ),
        )
        pieces.append(envelope.encode(batch, source=f"kiosk/v1/{kiosk}"))
    return pieces
