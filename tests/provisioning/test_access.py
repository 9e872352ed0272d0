"""The broker's access list at a real broker, by clients that are not ours: each channel, each client, each deed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from messages.errors import MessageError
from messages.topics import JOURNAL_FILTER
from provisioning.authority import Credentials
from provisioning.broker.access import access_list
from tests.provisioning.access_matrix import CLIENTS, OWNER, TOPICS, Bench, bench, matrix
from tests.support.independent import heard_by, said

ROOT = Path(__file__).resolve().parents[2]
READS, WRITES, BOTH, NOTHING = "r", "wkl", "rwkl", ""
UP = (WRITES, NOTHING, NOTHING, READS, NOTHING, NOTHING)
DOWN = (READS, NOTHING, NOTHING, WRITES, NOTHING, NOTHING)
WANTED = {
    "state": UP,
    "journal": UP,
    "telemetry": UP,
    "acknowledgement": DOWN,
    "feed_request": UP,
    "feed_chunk": DOWN,
    "ask": UP,
    "answer": DOWN,
    "twin_desired": DOWN,
    "twin_reported": UP,
    "command": (BOTH, NOTHING, NOTHING, BOTH, NOTHING, NOTHING),
    "feed_head": (READS, READS, READS, BOTH, NOTHING, NOTHING),
    "staff_order": DOWN,
    "frames": UP,
}
"""What this file holds the access list to: written by hand, one column for each of ``CLIENTS``."""
EXPECTED = {(channel, who): can for channel, row in WANTED.items() for who, can in zip(CLIENTS, row, strict=True)}
WORDS = {READS: "reads", WRITES: "writes", BOTH: "reads, writes", NOTHING: "no"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def different(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], tuple[str, str]]:
    return {place: (EXPECTED[place], can) for place, can in found.items() if can != EXPECTED[place]}


def test_every_client_can_do_at_every_channel_what_the_table_says_and_nothing_else(at: Bench) -> None:
    assert different(matrix(at)) == {}


@pytest.mark.parametrize(
    ("hole", "found"),
    [
        (
            ("pattern read kiosk/v1/%u/down/ack", "pattern readwrite kiosk/v1/%u/down/ack"),
            {("acknowledgement", "its kiosk"): (READS, BOTH)},
        ),
        (
            ("pattern write kiosk/v1/%u/up/frames", "pattern write kiosk/v1/+/up/frames"),
            {
                ("frames", "another kiosk"): (NOTHING, WRITES),
                ("frames", "kiosk of another store"): (NOTHING, WRITES),
                ("frames", "head office"): (READS, BOTH),
            },
        ),
        (
            ("topic write kiosk/v1/+/twin/desired", "topic read kiosk/v1/+/twin/desired"),
            {("twin_desired", "head office"): (WRITES, READS)},
        ),
    ],
    ids=["a kiosk acknowledges itself", "frames of others", "head office only reads"],
)
def test_one_wrong_line_in_the_access_list_is_found(
    tmp_path: Path, hole: tuple[str, str], found: dict[tuple[str, str], tuple[str, str]]
) -> None:
    with bench(tmp_path, hole) as at:
        assert different(matrix(at, {channel: TOPICS[channel] for channel, _ in found})) == found


def test_the_page_for_operators_shows_this_table() -> None:
    page = (ROOT / "docs/operate/broker.md").read_text(encoding="utf-8")
    for channel, row in WANTED.items():
        cells = " | ".join(WORDS[can] for can in row)
        assert f"| `{channel}` | {cells} |" in page, channel
    assert set(WANTED) == set(TOPICS)


def test_an_access_list_needs_a_head_office_with_a_plain_name() -> None:
    with pytest.raises(ValueError, match="nobody"):
        access_list([])
    with pytest.raises(MessageError):
        access_list(["head/office"])


# --- names that would widen something --------------------------------------------------------------------------------

HOSTILE = ["+", "#", "$share", "$SYS", "%u", "%c", f"{OWNER}/up", f"../{OWNER}", f"{OWNER} ", "LANE-01", "lane-0१",
           "l\u0430ne-01", "lane\u201101", "Headoffice", "headoffice/", "x" * 64]  # fmt: skip


def certificate(at: Bench, folder: Path, name: str) -> Credentials:
    """Signed by the broker's own authority, which would never: as if enrolment had been careless."""
    authority = at.broker.credentials("witness").authority
    signer = serialization.load_pem_private_key(authority.with_name("ca.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.load_pem_x509_certificate(authority.read_bytes()).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(signer, hashes.SHA256())
    )
    made = Credentials(authority, folder / "hostile.crt", folder / "hostile.key")
    made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(key.private_bytes(*pem))
    return made


def test_no_name_in_a_certificate_opens_what_is_another_s(at: Bench, tmp_path: Path) -> None:
    with heard_by(at.hears, "kiosk/v1/#") as ear:
        ear.until("ready")
        for name in HOSTILE:
            line, shown = at.line(certificate(at, tmp_path, name)), name.encode().hex()
            with heard_by(line, "#", "+/+/+/+/+", *TOPICS.values()) as spy:
                for channel in ("state", "journal", "acknowledgement"):
                    assert said(line, TOPICS[channel], "a lie") != "", (name, channel)
                assert not said(at.witness, TOPICS["acknowledgement"], "for its reader")
                assert not said(at.witness, "kiosk/v1/barrier/state", shown)
                assert "a lie" not in {told for _, told in ear.until(shown)}, name
                spy.process.kill()
                given = {topic for topic, _ in spy.rest()}
            assert given <= {"store/v1/barrier/feed/head"}, (name, given)


def test_a_client_id_is_nobody_s_to_choose(at: Bench) -> None:
    mine, other = at.lines["its kiosk"], at.lines["another kiosk"]
    down = f"kiosk/v1/{OWNER}/down/ack"
    kept = ("-i", f"{OWNER}-sync", "-c", "-x", "600")
    with heard_by(mine, down, "store/v1/barrier/feed/head", more=kept) as ear:
        ear.until("ready")
    assert not said(at.lines["head office"], down, "kept while it was away")
    for claimed in (OWNER, f"{OWNER}-sync", "headoffice"):
        claims = ("-i", claimed, "-c", "-x", "600")
        with heard_by(other, down, "store/v1/barrier/feed/head", more=claims) as thief:
            assert thief.until("ready") == []
        with heard_by(other, "store/v1/barrier/feed/head", more=("-i", claimed)) as thief:
            assert thief.until("ready") == []
    with heard_by(mine, down, "store/v1/barrier/feed/head", more=kept) as ear:
        assert (down, "kept while it was away") in ear.until("ready")
        said(other, "kiosk/v1/lane-02/state", "x", "-i", OWNER)
        assert not said(at.lines["head office"], down, "still there")
        assert ear.until("still there") == []


def test_the_broker_s_own_topics_and_others_shares_give_a_kiosk_nothing(at: Bench) -> None:
    filters = ("$SYS/#", JOURNAL_FILTER, f"$share/mine/kiosk/v1/{OWNER}/down/#", "$share/all/#", "#")
    with heard_by(at.lines["another kiosk"], *filters) as spy:
        spy.until("ready")
        for topic in TOPICS.values():
            assert not said(at.witness, topic, "for its reader")
        assert not said(at.witness, "store/v1/barrier/feed/head", "over")
        assert {topic for topic, _ in spy.until("over")} <= {TOPICS["feed_head"], "store/v1/barrier/feed/head"}
    for topic in (
        "$SYS/broker/uptime",
        "$share/ingest/x",
        JOURNAL_FILTER.removeprefix("$share/ingest/").replace("+", OWNER),
        "$share/a/b",
    ):
        assert said(at.lines["another kiosk"], topic, "x") != "", topic


def test_a_kiosk_keeps_no_message_under_a_name_of_its_own_choosing(at: Bench) -> None:
    for made_up in ("up/ask/made-up", "up/a/b", "up/journal/1", "twin/reported/x", "cmd/lane", "state/x"):
        assert "Not authorized" in said(at.lines["its kiosk"], f"kiosk/v1/{OWNER}/{made_up}", "x", "-r"), made_up


def test_a_message_over_the_packet_limit_ends_its_sender_and_nobody_else(at: Bench, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * 1_200_000)
    with heard_by(at.lines["head office"], TOPICS["journal"], "kiosk/v1/barrier/state") as office:
        office.until("ready")
        said(at.lines["its kiosk"], TOPICS["journal"], "small")
        command = [*at.lines["its kiosk"], "-V", "311"]
        assert said(command, TOPICS["journal"], "", "-f", str(big)) != ""
        assert not said(at.lines["its kiosk"], TOPICS["journal"], "after")
        assert [told for _, told in office.until("after")] == ["small"]


def test_the_listener_speaks_no_tls_before_1_2(at: Bench) -> None:
    def spoken(version: str) -> bool:
        call = ["openssl", "s_client", "-connect", f"127.0.0.1:{at.broker.port}", version]
        weak = ["-cipher", "DEFAULT:@SECLEVEL=0"]
        done = subprocess.run([*call, *weak], input=b"", capture_output=True, check=False, timeout=20)
        return b"BEGIN CERTIFICATE" in done.stdout

    assert [spoken(version) for version in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3")] == [False, False, True, True]
