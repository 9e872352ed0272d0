"""The demonstration authority, judged by OpenSSL; and the broker it arms, judged from outside."""

from __future__ import annotations

import shutil
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from messages.errors import MessageError
from provisioning.authority import Authority, Credentials
from tests.support.broker import Broker
from tests.support.waiting import wait_until


def openssl(*arguments: str | Path) -> str:
    program = shutil.which("openssl")
    assert program, "these tests need openssl: apt install openssl"
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_openssl_accepts_what_the_authority_signs_for_its_purpose_only(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path)
    kiosk, broker = authority.client("lane-01"), authority.server("broker", ["localhost", "127.0.0.1"])
    assert ": OK" in openssl("verify", "-CAfile", kiosk.authority, "-purpose", "sslclient", kiosk.certificate)
    assert ": OK" in openssl(
        "verify", "-CAfile", broker.authority, "-purpose", "sslserver", "-verify_ip", "127.0.0.1", broker.certificate
    )
    assert ": OK" not in openssl("verify", "-CAfile", kiosk.authority, "-purpose", "sslserver", kiosk.certificate)
    assert "CN=lane-01" in openssl("x509", "-in", kiosk.certificate, "-noout", "-subject").replace(" ", "")
    assert "prime256v1" in openssl("x509", "-in", kiosk.certificate, "-noout", "-text")


def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    key = Authority.open(tmp_path).client("lane-01").key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600


def test_the_authority_is_kept_and_made_anew_only_when_it_would_outlive_nothing(tmp_path: Path) -> None:
    first = Authority.open(tmp_path, lifetime=timedelta(days=30)).certificate.read_bytes()
    assert Authority.open(tmp_path).certificate.read_bytes() == first
    Authority.open(tmp_path / "short", lifetime=timedelta(days=1))
    short = (tmp_path / "short" / "ca.crt").read_bytes()
    assert Authority.open(tmp_path / "short").certificate.read_bytes() != short


def test_a_broken_authority_is_made_anew(tmp_path: Path) -> None:
    Authority.open(tmp_path)
    (tmp_path / "ca.crt").write_text("junk", encoding="ascii")
    kiosk = Authority.open(tmp_path).client("lane-01")
    assert ": OK" in openssl("verify", "-CAfile", kiosk.authority, kiosk.certificate)


@pytest.mark.parametrize("name", ["lane/01", "+", "", "../lane"])
def test_a_name_that_could_widen_a_topic_gets_no_certificate(tmp_path: Path, name: str) -> None:
    with pytest.raises(MessageError):
        Authority.open(tmp_path).client(name)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()


class Client:
    """A plain MQTT client that keeps what it hears."""

    def __init__(self, port: int, who: Credentials, client_id: str, *filters: str) -> None:
        self.heard: list[str] = []
        self.codes: list[int] = []
        self._ready = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
        self.client.tls_set(str(who.authority), str(who.certificate), str(who.key))
        self.client.on_message = lambda _c, _u, message: self.heard.append(message.topic)
        self.client.on_publish = lambda _c, _u, _mid, code, _p: self.codes.append(code.value)
        self.client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        wait_until(self.client.is_connected)
        for name in filters:
            self._ready = False
            self.client.subscribe(name, 1)
            wait_until(lambda: self._ready)

    def publish(self, topic: str, *, retain: bool = False) -> int:
        before = len(self.codes)
        self.client.publish(topic, b"{}", 1, retain)
        wait_until(lambda: len(self.codes) > before)
        return self.codes[-1]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


ALLOWED = ["up/journal", "up/ask/loyalty", "up/feed", "state", "twin/reported", "cmd/lane/1"]
NOT_AUTHORISED = 135


def test_a_kiosk_writes_below_its_own_name_and_nowhere_else(broker: Broker) -> None:
    kiosk = Client(broker.port, broker.credentials("lane-01"), "writer")
    try:
        assert all(kiosk.publish(f"kiosk/v1/lane-01/{place}") < 128 for place in ALLOWED)
        for topic in [
            *(f"kiosk/v1/lane-02/{place}" for place in ALLOWED),
            "kiosk/v1/lane-01/down/ack",
            "kiosk/v1/lane-01/twin/desired",
            "store/v1/dhaka-1/feed/head",
            "anything",
        ]:
            assert kiosk.publish(topic) == NOT_AUTHORISED, topic
    finally:
        kiosk.close()


def test_a_kiosk_hears_its_own_topics_and_its_stores_and_no_others(broker: Broker) -> None:
    kiosk = Client(broker.port, broker.credentials("lane-01"), "reader", "#")
    office = Client(broker.port, broker.credentials("headoffice"), "office")
    try:
        for topic in [
            "kiosk/v1/lane-02/down/ack",
            "kiosk/v1/lane-02/cmd/lane/1",
            "kiosk/v1/lane-01/down/ack",
            "store/v1/dhaka-1/feed/head",
            "kiosk/v1/lane-01/cmd/lane/9",
        ]:
            assert office.publish(topic) < 128
        wait_until(lambda: "kiosk/v1/lane-01/cmd/lane/9" in kiosk.heard)
        assert not [topic for topic in kiosk.heard if "lane-02" in topic]
        assert kiosk.heard[-3:] == [
            "kiosk/v1/lane-01/down/ack",
            "store/v1/dhaka-1/feed/head",
            "kiosk/v1/lane-01/cmd/lane/9",
        ]
        assert office.publish("kiosk/v1/lane-01/up/journal") == NOT_AUTHORISED
    finally:
        kiosk.close()
        office.close()


def test_the_broker_lets_nobody_in_without_a_certificate_of_its_authority(broker: Broker, tmp_path: Path) -> None:
    stranger = Authority.open(tmp_path).client("lane-01")
    trusted = broker.credentials("lane-01").authority
    for certificate in (None, (str(stranger.certificate), str(stranger.key))):
        context = ssl.create_default_context(cafile=str(trusted))
        if certificate:
            context.load_cert_chain(*certificate)
        with pytest.raises(OSError, match=r"alert|reset|EOF"):
            _say_hello(broker.port, context)


def _say_hello(port: int, context: ssl.SSLContext) -> None:
    """Under TLS 1.3 a refused certificate shows at the first read."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03abc")
        if not line.recv(1):
            message = "EOF"
            raise ConnectionError(message)
