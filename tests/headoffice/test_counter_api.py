"""``POST /api/basket``: a counter takes a parked basket over HTTP, with a key, once."""

from __future__ import annotations

from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from headoffice.console.services import Services
from headoffice.keyed import keep_shop_key
from headoffice.ledger.ingest import Ingest
from kiosk.checkout import events as e
from kiosk.retail.slip_code import slip_code, slip_key
from tests.headoffice.pages import NOW, Enter
from tests.support.journals import JournalOf, as_message, banana, cola

SHOP_KEY: Final = bytes(range(32))
LINES: Final = (cola(), banana())
KEPT_UNTIL: Final = (NOW // 60_000 + 60) * 60_000
MOST_BYTES: Final = 4_096


def slip(uuid: str, *, store: str = "dhk-1", expires_ms: int = KEPT_UNTIL, key: bytes = SHOP_KEY) -> str:
    return slip_code(slip_key(key), store, uuid, expires_ms)


@pytest.fixture
def parked(services: Services) -> str:
    """The uuid of a basket that lane 1 has put aside to be paid at the counter."""
    journal = JournalOf()
    uuid = journal.begin().uuid
    journal.add(e.TransactionSuspended(uuid, "shopper", "counter", NOW, LINES, KEPT_UNTIL, "job", "3-1-000001"))
    with services.database.write() as session:
        keep_shop_key(session, SHOP_KEY)
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)
    return uuid


@pytest.fixture
def till(services: Services, enter: Enter) -> TestClient:
    """A counter's program: a key, and nobody signed in."""
    client = enter(signed_in=False)
    client.headers["authorization"] = f"Bearer {services.accounts.create_key('till')}"
    return client


def asked(client: TestClient, code: str, counter: str = "till-1", **more: object) -> dict[str, Any]:
    answer = client.post("/api/basket", json={"store": "dhk-1", "counter": counter, "code": code, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_counter_gets_the_lines_once_and_the_same_answer_again_where_it_was_lost(
    till: TestClient, parked: str
) -> None:
    first = asked(till, slip(parked))
    assert (first["verdict"], first["uuid"], first["kiosk"]) == ("given", parked, "lane-1")
    assert [line["item_id"] for line in first["lines"]] == ["cola", "banana"]
    assert asked(till, slip(parked)) == first
    other = asked(till, slip(parked), "till-2")
    assert (other["verdict"], other["lines"]) == ("gone", [])
    assert asked(till, slip(parked), "till-2", again=True)["verdict"] == "gone"


def test_a_counter_is_told_why_a_slip_is_worth_nothing_and_the_basket_stays_free(till: TestClient, parked: str) -> None:
    bad = {
        "wrong": slip(parked, key=b"x" * 32),
        "other_shop": slip(parked, store="ctg-2"),
        "expired": slip(parked, expires_ms=NOW - NOW % 60_000),
        "unknown": slip("01909a5e-0000-7000-8000-0000000000ff"),
    }
    told = {verdict: asked(till, code) for verdict, code in bad.items()}
    assert {verdict: answer["verdict"] for verdict, answer in told.items()} == {each: each for each in bad}
    assert all(answer["lines"] == [] for answer in told.values())
    assert asked(till, slip(parked)[:-1])["verdict"] == "wrong"
    assert asked(till, "")["verdict"] == "wrong"
    assert asked(till, slip(parked))["verdict"] == "given"


def test_who_has_no_key_takes_nothing_whoever_is_signed_in(enter: Enter, till: TestClient, parked: str) -> None:
    wanted = {"store": "dhk-1", "counter": "till-1", "code": slip(parked)}
    for client, header in (
        (enter(signed_in=False), {}),
        (enter(signed_in=False), {"authorization": "Bearer made up"}),
        (enter(), {}),  # a person's cookie is no key: no page of another site can have a browser ask
    ):
        assert client.post("/api/basket", json=wanted, headers=header).status_code == 401
    assert till.get("/api/basket").status_code == 405
    assert asked(till, slip(parked), "till-2")["verdict"] == "given", "none of them has taken it"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"store": "dhk-1", "code": "P1"}',
        b'{"store": "dhk-1", "counter": "", "code": "P1"}',
        b'{"store": "dhk-1", "counter": "%s", "code": "P1"}' % (b"t" * 65),
        b'{"store": "dhk-1", "counter": "till-1", "code": 1}',
        b'{"store": "dhk-1", "counter": "till-1", "code": "P1", "agian": true}',
    ],
)
def test_what_is_no_such_question_is_refused_with_a_reason(till: TestClient, body: bytes) -> None:
    answer = till.post("/api/basket", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_question_larger_than_any_is_read_no_further(till: TestClient) -> None:
    body = b'{"store": "dhk-1", "counter": "till-1", "code": "%s"}' % (b"P" * MOST_BYTES)
    answer = till.post("/api/basket", content=body)
    assert answer.status_code == 413
    assert str(MOST_BYTES) in answer.json()["error"]
