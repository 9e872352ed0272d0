"""Exit gates: a code of this shop's opens one, once, for so long; without head office by the gate's own memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from headoffice.console.services import Services
from headoffice.exits.gate import Gate
from headoffice.exits.register import verify
from headoffice.feed import change_of
from headoffice.keyed import keep_shop_key
from kiosk.retail.exit_code import exit_code, exit_key, read_exit_code
from kiosk.retail.transaction import TransactionId
from tests.headoffice.pages import NOW, Enter
from tests.support.shop import bangladesh

SHOP = bytes(range(32))
KEY = exit_key(SHOP)
MINUTE = 60_000


def code(number: int = 42, utc_ms: int = NOW, store: str = "dhk-1") -> str:
    return exit_code(KEY, TransactionId(store, "3", "2026-11-22", 1, number, "uuid"), utc_ms)


def test_a_gate_opens_once_for_each_sale_and_remembers_over_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "gate.db"
    gate = Gate(KEY, "dhk-1", minutes=30, memory=memory)
    assert [gate.verify(code(), NOW), gate.verify(code(), NOW), gate.verify(code(43), NOW)] == ["open", "used", "open"]
    gate.close()
    again = Gate(KEY, "dhk-1", minutes=30, memory=memory)
    assert again.verify(code(), NOW + MINUTE) == "used"
    again.forget(NOW + 32 * MINUTE)
    assert again.verify(code(), NOW + 32 * MINUTE) == "expired", "forgotten, and out of time"
    again.close()


def test_a_code_opens_for_its_minutes_and_not_before_its_sale() -> None:
    gate = Gate(KEY, "dhk-1", minutes=30)
    assert gate.verify(code(1), NOW + 31 * MINUTE) == "expired"
    assert gate.verify(code(2), NOW + 30 * MINUTE) == "open"
    assert gate.verify(code(3), NOW - 5 * MINUTE) == "expired"
    gate.close()


@pytest.mark.parametrize(
    "forge",
    [
        lambda genuine: genuine.replace(".42.", ".43."),
        lambda genuine: genuine[:-1] + ("A" if genuine[-1] != "A" else "B"),
        lambda genuine: genuine.lower(),
        lambda genuine: genuine + "\n",
        lambda genuine: "sale:" + genuine,
        lambda _genuine: "",
    ],
)
def test_what_no_kiosk_of_the_shop_made_opens_nothing(forge: Callable[[str], str]) -> None:
    gate = Gate(KEY, "dhk-1", minutes=30)
    assert gate.verify(forge(code()), NOW) == "wrong"
    assert gate.verify(code(store="dhk-2"), NOW) == "wrong", "another shop's"
    assert read_exit_code(SHOP, "dhk-1", code()) is None, "the gates' key is not the shop's"
    gate.close()


def test_head_office_lets_each_sale_out_of_one_gate(services: Services, enter: Enter) -> None:
    database = services.database
    with database.write() as session:
        keep_shop_key(session, SHOP)
    assert verify(database, "dhk-1", code(), gate="a", now_ms=NOW) == "wrong", "there are no gates here"
    services.feed.publish_changes(
        [change_of("policy", "policy", dataclasses.replace(bangladesh(), exit_minutes=30))], by="seed"
    )
    assert verify(database, "dhk-1", code(), gate="a", now_ms=NOW) == "open"
    assert verify(database, "dhk-1", code(), gate="a", now_ms=NOW) == "open", "its answer may have been lost"
    assert verify(database, "dhk-1", code(), gate="b", now_ms=NOW) == "used"
    client, asked = enter(signed_in=False), {"store": "dhk-1", "gate": "b", "code": code(7)}
    assert client.post("/api/exit", json=asked).status_code == 401
    key = services.accounts.create_key("gates")
    headers = {"authorization": f"Bearer {key}"}
    assert client.post("/api/exit", json=asked, headers=headers).json() == {"verdict": "open"}
    assert client.post("/api/exit", json={"code": 1}, headers=headers).status_code == 400
