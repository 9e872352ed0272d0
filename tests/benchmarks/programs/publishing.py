"""The rival: paho alone, QoS 1, a window of 100, over the same TLS to the same broker; nobody reads, nothing is kept.

``publishing PORT AUTHORITY CERTIFICATE KEY NAME COUNT BYTES``: say how many seconds it took until the
broker had acknowledged all.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from messages import topics
from tests.benchmarks.programs.said import say

_WINDOW = 100


def main() -> None:
    """Publish, and say how long it took."""
    authority, certificate, key, name = sys.argv[2:6]
    port, count, size = (int(sys.argv[place]) for place in (1, 6, 7))
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"{name}-rival", protocol=MQTTProtocolVersion.MQTTv5)
    client.tls_set_context(context)
    client.max_inflight_messages_set(_WINDOW)
    connected, done = threading.Event(), threading.Event()
    room = threading.Semaphore(2 * _WINDOW)
    left = count

    def published(*_: object) -> None:
        nonlocal left
        left -= 1
        room.release()
        if not left:
            done.set()

    client.on_connect = lambda *_: connected.set()
    client.on_publish = published
    client.connect("127.0.0.1", port)
    client.loop_start()
    connected.wait(10)
    payload, topic = b"x" * size, topics.journal_up(name)
    began = time.perf_counter()
    for _ in range(count):
        room.acquire()
        client.publish(topic, payload, qos=1)
    done.wait(300)
    took = time.perf_counter() - began
    client.disconnect()
    client.loop_stop()
    say(took=took, left=left)


if __name__ == "__main__":
    main()
