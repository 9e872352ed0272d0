"""The REST acquirer against the bench's provider, each written by itself; and the file that names acquirers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bench.far_ends.acquirer import emv
from headoffice.acquirers.contract import AcquirerRefusedError, AcquirerSilentError, Charge, NoticeRefusedError
from headoffice.acquirers.rest import RestAcquirer, signature
from headoffice.acquirers.settings import AcquirersRefusedError, read_acquirers
from kiosk.retail.merchant_qr import crc16, read, refusal
from kiosk.retail.money import Money
from tests.support.acquirer import KEY, SECRET, RunningProvider, provider

REQUEST = "019f0000-0000-7000-8000-00000000000a"


@pytest.fixture
def psp(tmp_path: Path) -> Iterator[RunningProvider]:
    with provider(tmp_path) as running:
        yield running


def client(psp: RunningProvider, *, key: str = KEY) -> RestAcquirer:
    return RestAcquirer(psp.url, key=key, secret=SECRET.encode(), timeout_s=0.5)


def test_the_provider_and_head_office_pass_the_same_published_checksum() -> None:
    assert emv.checksum("123456789") == crc16("123456789") == "29B1"


@pytest.mark.parametrize("currency", ["BDT", "BRL"])
def test_the_provider_s_code_asks_for_the_money_that_is_owed(psp: RunningProvider, currency: str) -> None:
    charge = client(psp).create(REQUEST, 123_450, currency, seconds=120)
    assert charge.status == "waiting"
    assert 110_000 < charge.left_ms <= 120_000
    assert refusal(charge.payload, Money(123_450, currency)) == ""
    assert read(charge.payload).dynamic is True


def test_a_charge_is_begun_once_under_its_request(psp: RunningProvider) -> None:
    first = client(psp).create(REQUEST, 500, "BRL", seconds=60)
    assert client(psp).create(REQUEST, 500, "BRL", seconds=60).payload == first.payload
    assert len(psp.it.memory.charges) == 1
    with pytest.raises(AcquirerRefusedError, match="422"):
        client(psp).create(REQUEST, 501, "BRL", seconds=60)


def test_a_payment_is_seen_with_the_bank_s_reference_and_given_back_once(psp: RunningProvider) -> None:
    acquirer = client(psp)
    acquirer.create(REQUEST, 500, "BRL", seconds=60)
    told = psp.do(psp.it.pay())
    assert acquirer.look(REQUEST) == Charge(
        "paid", psp.it.memory.charges[REQUEST].payload, 0, 500, "BRL", 0, told["bank_reference"], "Pix"
    )
    assert [acquirer.refund(REQUEST, 500, "BRL") for _ in range(2)] == ["done", "done"]
    assert psp.it.memory.charges[REQUEST].refunded_minor == 500


def test_a_cancelled_charge_is_cancelled_and_a_paid_one_stays_paid(psp: RunningProvider) -> None:
    acquirer = client(psp)
    acquirer.create(REQUEST, 500, "BRL", seconds=60)
    assert getattr(acquirer.cancel(REQUEST), "status", "") == "cancelled"
    psp.do(psp.it.pay_late())
    assert getattr(acquirer.cancel(REQUEST), "status", "") == "paid"


def test_what_was_never_begun_is_not_there(psp: RunningProvider) -> None:
    acquirer = client(psp)
    assert acquirer.look(REQUEST) is acquirer.cancel(REQUEST) is None
    with pytest.raises(AcquirerRefusedError):
        acquirer.refund(REQUEST, 1, "BRL")


def test_a_wrong_key_is_a_refusal_and_a_silent_provider_none(psp: RunningProvider) -> None:
    with pytest.raises(AcquirerRefusedError, match="401"):
        client(psp, key="another").look(REQUEST)
    psp.do(psp.it.silence(kind="after"))
    with pytest.raises(AcquirerSilentError):
        client(psp).create(REQUEST, 500, "BRL", seconds=60)
    psp.do(psp.it.silence(kind="off"))
    found = client(psp).look(REQUEST)
    assert found is not None, "it was done all the same"
    assert found.status == "waiting"
    psp.do(psp.it.unplug())
    with pytest.raises(AcquirerSilentError):
        client(psp).look(REQUEST)
    psp.do(psp.it.plug())
    assert client(psp).look(REQUEST) is not None


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b""])
def test_a_provider_that_drips_holds_nobody_for_longer_than_the_settings_say(head: bytes) -> None:
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.sendall(head)
            while not over.wait(0.05):
                line.sendall(b"X" if b"Length" in head else b"X: y\r\n" if head else b"H")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        acquirer = RestAcquirer(
            f"http://127.0.0.1:{listening.getsockname()[1]}", key=KEY, secret=SECRET.encode(), timeout_s=0.3
        )
        began = time.monotonic()
        with pytest.raises(AcquirerSilentError):
            acquirer.look(REQUEST)
        took = time.monotonic() - began
        over.set()
        thread.join(5)
    assert took < 2


def test_what_the_provider_remembers_survives_its_end(tmp_path: Path) -> None:
    with provider(tmp_path) as psp:
        client(psp).create(REQUEST, 500, "BRL", seconds=60)
        psp.do(psp.it.pay())
    with (tmp_path / "charges.jsonl").open("ab") as torn:
        torn.write(b'{"what": "paid", "ref')
    with provider(tmp_path) as psp:
        assert getattr(client(psp).look(REQUEST), "paid_minor", 0) == 500


# --- notices -----------------------------------------------------------------------------------------------------

BODY = b'{"event": "e-1", "reference": "r-12345678"}'
NOTICED = RestAcquirer("http://127.0.0.1:1", key=KEY, secret=SECRET.encode())


def test_a_notice_is_believed_by_its_signature() -> None:
    now = int(time.time())
    assert NOTICED.noticed({"x-signature": signature(SECRET.encode(), now, BODY)}, BODY, now) == "r-12345678"


@pytest.mark.parametrize(
    ("mark", "body"),
    [
        ("", BODY),
        ("t=1,v1=zz", BODY),
        (signature(b"another", 1000, BODY), BODY),
        (signature(SECRET.encode(), 1000, BODY), BODY + b" "),
        (signature(SECRET.encode(), 1000, BODY).replace("t=1000", "t=1001"), BODY),
        (signature(SECRET.encode(), 699, BODY), BODY),
        (signature(SECRET.encode(), 1301, BODY), BODY),
        (signature(SECRET.encode(), 1000, b"[]"), b"[]"),
        (signature(SECRET.encode(), 1000, b"\xff"), b"\xff"),
    ],
)
def test_a_notice_that_is_not_theirs_or_not_of_now_is_refused(mark: str, body: bytes) -> None:
    with pytest.raises(NoticeRefusedError):
        NOTICED.noticed({"x-signature": mark}, body, 1000)


# --- the file ----------------------------------------------------------------------------------------------------

GOOD = """
[acquirer.pix]
model = "rest"
url = "https://psp.example/api"
key_file = "key"
secret_file = "secret"
seconds = 180
schemes = ["br.gov.bcb.pix"]

[acquirer.bangla]
model = "rest"
url = "http://127.0.0.1:9"
key_file = "key"
secret_file = "secret"

[acquirer.bangla.code]
tag = "26"
account = { "00" = "scheme.example.bd", "01" = "0000000001" }
name = "Sobuj Bazar"
city = "Dhaka"
country = "BD"
category = "5411"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "key").write_text("a-key\n", encoding="ascii")
    (folder / "secret").write_text("a secret no more".replace(" ", "-"), encoding="ascii")
    path = folder / "acquirers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_names_an_acquirer_for_each_tender(tmp_path: Path) -> None:
    tills = read_acquirers(written(tmp_path, GOOD))
    assert (tills["pix"].seconds, tills["pix"].schemes) == (180, frozenset({"br.gov.bcb.pix"}))
    assert tills["pix"].make_code(REQUEST, Money(1, "BRL")) == ""


def test_a_code_of_our_own_making_names_our_account_the_amount_and_the_charge(tmp_path: Path) -> None:
    made = read_acquirers(written(tmp_path, GOOD))["bangla"].make_code(REQUEST, Money(5, "BDT"))
    code = read(made)
    assert (code.accounts[0].guid, code.money, code.name) == ("scheme.example.bd", Money(5, "BDT"), "Sobuj Bazar")
    assert code.additional == (("05", REQUEST.replace("-", "")[-25:]),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("https://psp.example", "http://psp.example", "https only"),
        ('model = "rest"\nurl = "https', 'model = "soap"\nurl = "https', "soap"),
        ("seconds = 180", "seconds = 1", "seconds"),
        ("seconds = 180", "secnods = 180", "secnods"),
        ('key_file = "key"', 'key_file = "nowhere"', "nowhere"),
        ('secret_file = "secret"', 'secret_file = "key"', "at least"),
        ('name = "Sobuj Bazar"', 'name = "A name of more than 25 characters"', "25"),
        ("[acquirer.pix]", "[acquirer.pix", "Expected"),
    ],
)
def test_a_file_that_does_not_serve_says_why(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(AcquirersRefusedError, match=says):
        read_acquirers(written(tmp_path, GOOD.replace(old, new)))
